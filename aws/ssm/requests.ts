import { request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:ssm/parameter:Parameter": type(request("ssm:PutParameter", { insecureValue: "Value", valueWo: "Value" }), {
    arn: "AWS makes it up",
    valueWoVersion: "tells the provider when the value is a new one",
  }),
};
