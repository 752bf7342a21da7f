import { UNKNOWN } from "../../value";
import { request, type } from "../spec";
import type { RequestTable } from "../spec";

export const sagemaker: RequestTable = {
  "aws:sagemaker/model:Model": type(
    request("sagemaker:CreateModel", { name: "ModelName" }, { adds: { ModelName: UNKNOWN } }),
  ),
  "aws:sagemaker/endpointConfiguration:EndpointConfiguration": type(
    request("sagemaker:CreateEndpointConfig", { name: "EndpointConfigName", kmsKeyArn: "KmsKeyId" }),
  ),
  "aws:sagemaker/endpoint:Endpoint": type(request("sagemaker:CreateEndpoint", { name: "EndpointName" })),
};
