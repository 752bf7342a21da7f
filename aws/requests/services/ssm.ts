import { request, type } from "../spec";
import type { RequestTable } from "../spec";

export const ssm: RequestTable = {
  "aws:ssm/parameter:Parameter": type(request("ssm:PutParameter", { insecureValue: "Value", valueWo: "Value" }), {
    arn: "AWS makes it up",
    valueWoVersion: "tells the provider when the value is a new one",
  }),
};
