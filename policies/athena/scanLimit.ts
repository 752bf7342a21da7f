import type { Rule } from "../kit/rule";
import { at, isOff, UNKNOWN } from "../kit/value";

const ENFORCE = "configuration.enforceWorkgroupConfiguration";
const CUTOFF = "configuration.bytesScannedCutoffPerQuery";

/** T2. */
export const athenaScanLimit: Rule = {
  id: "T2",
  name: "athena-scan-limit",
  title: "Athena workgroups bind their clients and limit what a query scans",
  severity: "medium",
  level: "mandatory",
  source: ["CKV_AWS_82"],
  why: "A client that sets its own result location escapes encryption; a query without a limit can cost as much as a month.",
  fix: `Leave ${ENFORCE} true, and set ${CUTOFF} (bytes, at least 10485760).`,
  types: ["aws:athena/workgroup:Workgroup"],
  settings: {
    mostBytes: {
      type: "number",
      minimum: 10_485_760,
      default: 10 * 1024 ** 4,
      description: "Largest limit that still counts as one, in bytes. The default is 10 TiB.",
    },
  },
  check(workgroup, judge) {
    const enforced = at(workgroup.props, ENFORCE);
    judge.require(!isOff(enforced) && enforced !== UNKNOWN, workgroup, ENFORCE, "true");
    const most = judge.settings.number("mostBytes");
    const cutoff = at(workgroup.props, CUTOFF);
    judge.require(typeof cutoff === "number" && cutoff <= most, workgroup, CUTOFF, `a number of bytes up to ${most}`);
  },
};
