import type { Call, CallNode, CallPlace, CallRow } from "../call";
import { at, bucketKey, keyCall, objectArn, text, USE_KEY, via, assumes } from "../call-kit";

const WORKGROUP = ["aws:athena/workgroup:Workgroup"];

/** Everybody who may start a query in the workgroup: Athena acts with the caller's rights. */
function byCallers(
  node: CallNode,
  place: CallPlace,
  calls: (role: Call["caller"]) => readonly Call[],
): readonly Call[] {
  const workgroup = place.arnOf(node);
  return place.rolesThatMay("athena:StartQueryExecution", workgroup).flatMap((role) => calls({ role }));
}

const results = (node: CallNode): string | undefined =>
  text(node.inputs, "configuration.resultConfiguration.outputLocation");
const bucketOf = (address: string): string => address.replace(/^(s3:\/\/[^/]+).*$/, "$1");

export const calls: readonly CallRow[] = [
  {
    id: "athena-results",
    types: WORKGROUP,
    property: "configuration.resultConfiguration.outputLocation",
    title: "Who may query in a workgroup writes and reads its results",
    source: "https://docs.aws.amazon.com/athena/latest/ug/querying.html",
    calls: (node, place) => {
      const address = results(node);
      const prefix = objectArn(place, address);
      if (address === undefined || prefix === undefined) return [];
      const bucket = objectArn(place, bucketOf(address));
      return byCallers(node, place, (caller) => [
        {
          caller,
          actions: ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
          resource: `${prefix}*`,
        },
        { caller, actions: ["s3:GetBucketLocation"], resource: bucket },
      ]);
    },
  },
  {
    id: "athena-results-key",
    types: WORKGROUP,
    property: "configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn",
    title: "Who may query in a workgroup uses the key of its results",
    source: "https://docs.aws.amazon.com/athena/latest/ug/encrypting-query-results-stored-in-s3.html",
    calls: (node, place) => {
      const key = at(node.inputs, "configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn");
      return byCallers(node, place, (caller) =>
        key === undefined
          ? bucketKey(place, caller, results(node), USE_KEY)
          : keyCall(place, caller, key, USE_KEY, via(place, "s3")),
      );
    },
  },
  assumes(
    {
      id: "athena-workgroup-role",
      types: WORKGROUP,
      property: "configuration.executionRole",
      source: "https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark-getting-started.html",
    },
    { service: "athena.amazonaws.com" },
  ),
];
