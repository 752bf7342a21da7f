import type { Rule } from "../kit/rule";
import { at, isBlock, isSet } from "../kit/value";

const WORKGROUP = "aws:athena/workgroup:Workgroup";
const RESULT = "configuration.resultConfiguration";
const OPTION = `${RESULT}.encryptionConfiguration.encryptionOption`;
const OPTIONS: ReadonlySet<unknown> = new Set(["SSE_KMS", "SSE_S3", "CSE_KMS"]);

/** T1. */
export const athenaResultsEncrypted: Rule = {
  id: "T1",
  name: "athena-results-encrypted",
  title: "Athena encrypts query results",
  severity: "high",
  level: "remediate",
  source: ["Athena.1"],
  why: "A result is a copy of the data it was asked of, and lies in S3 long after the question.",
  fix: `Set ${OPTION} to SSE_KMS (with kmsKeyArn), CSE_KMS or SSE_S3.`,
  spares: "Workgroups whose results Athena itself keeps (managed query results), which it always encrypts.",
  types: [WORKGROUP],
  check(workgroup, judge) {
    if (isManaged(workgroup.props)) return;
    judge.require(OPTIONS.has(at(workgroup.props, OPTION)), workgroup, OPTION, [...OPTIONS].join(", "));
  },
  remediate({ props }) {
    if (isManaged(props) || OPTIONS.has(at(props, OPTION))) return undefined;
    const configuration = props["configuration"];
    const results = at(props, RESULT);
    return {
      configuration: {
        ...(isBlock(configuration) ? configuration : {}),
        resultConfiguration: {
          ...(isBlock(results) ? results : {}),
          encryptionConfiguration: { encryptionOption: "SSE_S3" },
        },
      },
    };
  },
};

function isManaged(props: Parameters<typeof at>[0]): boolean {
  const managed = at(props, "configuration.managedQueryResultsConfiguration.enabled");
  return isSet(managed) && managed === true;
}
