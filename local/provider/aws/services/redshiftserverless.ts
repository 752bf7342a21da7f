import { always, validated, idFrom, type ServiceTable } from "../define";

export const redshiftserverless: ServiceTable = {
  "aws:redshiftserverless/namespace:Namespace": validated({
    replaceOn: ["namespaceName", "dbName"],
    key: ["namespaceName"],
    outputs: {
      adminPasswordSecretArn: (r) =>
        r.arn("secretsmanager", `secret:redshift!${r.text("namespaceName")}-admin-${r.hex(6)}`),
      adminPasswordSecretKmsKeyId: always(""),
      adminUsername: always("admin"),
      arn: (r) => r.arn("redshift-serverless", `namespace/${r.uuid()}`),
      dbName: always("dev"),
      iamRoles: always([]),
      kmsKeyId: always("AWS_OWNED_KMS_KEY"),
      namespaceId: (r) => r.uuid(),
    },
    id: idFrom("namespaceName"),
  }),
  "aws:redshiftserverless/workgroup:Workgroup": validated({
    replaceOn: ["workgroupName", "namespaceName"],
    key: ["workgroupName"],
    outputs: {
      arn: (r) => r.arn("redshift-serverless", `workgroup/${r.uuid()}`),
      baseCapacity: always(128),
      configParameters: always([]),
      endpoints: (r) => {
        const host = `${r.text("workgroupName")}.${r.place.account}.${r.place.region}.redshift-serverless.amazonaws.com`;
        return [{ address: host, port: r.number("port") ?? 5439, vpcEndpoints: [] }];
      },
      enhancedVpcRouting: always(false),
      port: always(5439),
      publiclyAccessible: always(false),
      securityGroupIds: always([]),
      subnetIds: always([]),
      trackName: always("current"),
      workgroupId: (r) => r.uuid(),
    },
    id: idFrom("workgroupName"),
  }),
  "aws:redshiftserverless/usageLimit:UsageLimit": validated({
    replaceOn: ["period", "resourceArn", "usageType"],
    defaults: { breachAction: "log", period: "monthly" },
    outputs: { arn: (r) => r.arn("redshift-serverless", `usagelimit/${r.id}`) },
    id: (r) => r.uuid(),
  }),
};
