import { UNKNOWN } from "../value";
import { request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:sagemaker/model:Model": type(
    request("sagemaker:CreateModel", { name: "ModelName" }, { adds: { ModelName: UNKNOWN } }),
  ),
  "aws:sagemaker/endpointConfiguration:EndpointConfiguration": type(
    request(
      "sagemaker:CreateEndpointConfig",
      { name: "EndpointConfigName", kmsKeyArn: "KmsKeyId" },
      { adds: { EndpointConfigName: UNKNOWN } },
    ),
  ),
  "aws:sagemaker/endpoint:Endpoint": type(
    request("sagemaker:CreateEndpoint", { name: "EndpointName" }, { adds: { EndpointName: UNKNOWN } }),
  ),
  "aws:sagemaker/featureGroup:FeatureGroup": type(request("sagemaker:CreateFeatureGroup")),
  "aws:sagemaker/modelPackageGroup:ModelPackageGroup": type(request("sagemaker:CreateModelPackageGroup")),
};
