import { always, idFrom, validated, type ServiceTable } from "./define";

export const msk: ServiceTable = {
  "aws:msk/clusterPolicy:ClusterPolicy": validated({
    replaceOn: ["clusterArn"],
    key: ["clusterArn"],
    outputs: { currentVersion: always("K3P5ROKL5A1OLE") },
    id: idFrom("clusterArn"),
  }),
  "aws:msk/serverlessCluster:ServerlessCluster": validated({
    autoName: { property: "clusterName", max: 64 },
    replaceOn: ["clientAuthentication", "clusterName", "vpcConfigs"],
    outputs: {
      arn: (r) => r.arn("kafka", `cluster/${r.text("clusterName")}/${r.uuid()}`),
      bootstrapBrokersSaslIam: (r) => `boot-${r.hex(8)}.c1.kafka-serverless.${r.place.region}.amazonaws.com:9098`,
      clusterUuid: (r) => r.uuid(),
    },
    id: (r) => r.arn("kafka", `cluster/${r.text("clusterName")}/${r.uuid()}`),
  }),
  "aws:msk/topic:Topic": validated({
    autoName: { property: "name", max: 249 },
    replaceOn: ["clusterArn", "name", "replicationFactor"],
    key: ["clusterArn", "name"],
    outputs: {
      arn: (r) => `${r.text("clusterArn").replace(":cluster/", ":topic/")}/${r.text("name")}`,
      configsActual: (r) => r.maybeText("configs") ?? "{}",
    },
    id: (r) => `${r.text("clusterArn")},${r.text("name")}`,
  }),
};
