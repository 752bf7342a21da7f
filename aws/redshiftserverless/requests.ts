import { request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:redshiftserverless/namespace:Namespace": type(
    request("redshift-serverless:CreateNamespace", { adminUserPasswordWo: "adminUserPassword" }),
    { adminUserPasswordWoVersion: "kept in the state, to see a change" },
  ),
  "aws:redshiftserverless/usageLimit:UsageLimit": type(request("redshift-serverless:CreateUsageLimit")),
  "aws:redshiftserverless/workgroup:Workgroup": type(
    request("redshift-serverless:CreateWorkgroup", {
      "pricePerformanceTarget.enabled": turned("status", (on) => (on === true ? "ENABLED" : "DISABLED")),
    }),
  ),
};
