import { athenaScanLimit } from "../../../policies/athena/scanLimit";
import { drop, flip, hide, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const workgroup = (configuration: object) =>
  resource("aws:athena/workgroup:Workgroup", "analysts", withUnknowns({ configuration }));
const CUTOFF = "configuration.bytesScannedCutoffPerQuery";
const ENFORCE = "configuration.enforceWorkgroupConfiguration";
const GIB = 1024 ** 3;

specify(athenaScanLimit, {
  complainsOf: {
    "no limit": { by: [workgroup({})], at: [CUTOFF] },
    "a limit that is none": { by: [workgroup({ bytesScannedCutoffPerQuery: 1024 ** 6 })], at: [CUTOFF] },
    "clients that are not bound": {
      by: [workgroup({ enforceWorkgroupConfiguration: false, bytesScannedCutoffPerQuery: GIB })],
      at: [ENFORCE],
    },
  },
  accepts: {
    "a limit, enforced": [workgroup({ enforceWorkgroupConfiguration: true, bytesScannedCutoffPerQuery: GIB })],
  },
  spares: { "a workgroup that leaves enforcement to AWS's default": [workgroup({ bytesScannedCutoffPerQuery: GIB })] },
  unknown: {
    "it complains of both": {
      by: [workgroup({ enforceWorkgroupConfiguration: "?", bytesScannedCutoffPerQuery: "?" })],
      at: [CUTOFF, ENFORCE],
    },
  },
  mutants: {
    breaks: {
      "aws:athena/workgroup:Workgroup": [
        flip("configuration.enforceWorkgroupConfiguration"),
        hide("configuration.enforceWorkgroupConfiguration"),
        drop("configuration.bytesScannedCutoffPerQuery"),
        hide("configuration.bytesScannedCutoffPerQuery"),
        set("configuration.bytesScannedCutoffPerQuery", 11 * 1024 ** 4, "widen the limit"),
      ],
    },
    passes: {
      "aws:athena/workgroup:Workgroup": [
        drop("configuration.enforceWorkgroupConfiguration"),
        set("configuration.bytesScannedCutoffPerQuery", 10 * 1024 ** 4, "widen the limit to just enough"),
      ],
    },
  },
});
