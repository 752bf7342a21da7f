import { arnBy, idFrom, validated, type ServiceTable } from "../define";

export const sagemaker: ServiceTable = {
  "aws:sagemaker/model:Model": validated({
    autoName: { property: "name", max: 63 },
    replaceOn: ["*"],
    outputs: { arn: arnBy("sagemaker", "model/", "name") },
    id: idFrom("name"),
  }),
  "aws:sagemaker/endpointConfiguration:EndpointConfiguration": validated({
    autoName: { property: "name", max: 63 },
    replaceOn: ["*"],
    outputs: { arn: arnBy("sagemaker", "endpoint-config/", "name") },
    id: idFrom("name"),
  }),
  "aws:sagemaker/endpoint:Endpoint": validated({
    autoName: { property: "name", max: 63 },
    replaceOn: ["name"],
    outputs: { arn: arnBy("sagemaker", "endpoint/", "name") },
    id: idFrom("name"),
  }),
  "aws:sagemaker/featureGroup:FeatureGroup": validated({
    replaceOn: [
      "description",
      "eventTimeFeatureName",
      "featureGroupName",
      "offlineStoreConfig",
      "recordIdentifierFeatureName",
      "roleArn",
    ],
    key: ["featureGroupName"],
    outputs: { arn: arnBy("sagemaker", "feature-group/", "featureGroupName") },
    id: idFrom("featureGroupName"),
  }),
  "aws:sagemaker/modelPackageGroup:ModelPackageGroup": validated({
    replaceOn: ["*"],
    key: ["modelPackageGroupName"],
    outputs: { arn: arnBy("sagemaker", "model-package-group/", "modelPackageGroupName") },
    id: idFrom("modelPackageGroupName"),
  }),
};
