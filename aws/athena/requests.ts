import { UNKNOWN } from "../value";
import { keyed, request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:athena/namedQuery:NamedQuery": type(
    request("athena:CreateNamedQuery", { query: "QueryString" }, { adds: { Name: UNKNOWN } }),
  ),
  "aws:athena/workgroup:Workgroup": type(
    [
      request(
        "athena:CreateWorkGroup",
        {
          name: "Name",
          "configuration.monitoringConfiguration.cloudWatchLoggingConfiguration.logTypes": keyed(
            "LogTypes",
            "key",
            ({ values }) => values,
          ),
          "configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn": "KmsKey",
        },
        { adds: { Name: UNKNOWN } },
      ),
      request(
        "athena:UpdateWorkGroup",
        { name: "WorkGroup", state: "State" },
        { adds: { WorkGroup: UNKNOWN }, when: ["state"] },
      ),
    ],
    {
      "configuration.engineVersion.effectiveEngineVersion": "AWS answers it",
      forceDestroy: "said when the workgroup is deleted",
    },
  ),
};
