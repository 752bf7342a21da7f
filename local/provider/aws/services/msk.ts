import { always, idFrom, validated, type ServiceTable } from "../define";

/** Addresses for other ways in than IAM from the cluster's own network: AWS leaves them empty, as long as nobody asks for them. */
const UNUSED_ADDRESSES = [
  "bootstrapBrokers",
  "bootstrapBrokersIpv6",
  "bootstrapBrokersPublicSaslIam",
  "bootstrapBrokersPublicSaslScram",
  "bootstrapBrokersPublicTls",
  "bootstrapBrokersSaslIamIpv6",
  "bootstrapBrokersSaslScram",
  "bootstrapBrokersSaslScramIpv6",
  "bootstrapBrokersTls",
  "bootstrapBrokersTlsIpv6",
  "bootstrapBrokersVpcConnectivitySaslIam",
  "bootstrapBrokersVpcConnectivitySaslScram",
  "bootstrapBrokersVpcConnectivityTls",
  "customerActionStatus",
  "zookeeperConnectString",
  "zookeeperConnectStringTls",
];

export const msk: ServiceTable = {
  "aws:msk/cluster:Cluster": validated({
    autoName: { property: "clusterName", max: 64 },
    // The rest AWS changes while the brokers run, one after the other.
    replaceOn: [
      "brokerNodeGroupInfo.azDistribution",
      "brokerNodeGroupInfo.clientSubnets",
      "brokerNodeGroupInfo.securityGroups",
      "clusterName",
      "encryptionInfo.encryptionAtRestKmsKeyArn",
      "encryptionInfo.encryptionInTransit.inCluster",
    ],
    outputs: {
      arn: (r) => r.arn("kafka", `cluster/${r.text("clusterName")}/${r.uuid()}`),
      bootstrapBrokersSaslIam: (r) =>
        [1, 2, 3].map((n) => `b-${n}.${r.hex(8)}.c1.kafka.${r.place.region}.amazonaws.com:9098`).join(),
      clusterUuid: (r) => r.uuid(),
      currentVersion: always("K3P5ROKL5A1OLE"),
      ...Object.fromEntries(UNUSED_ADDRESSES.map((output) => [output, always("")])),
    },
    id: (r) => r.arn("kafka", `cluster/${r.text("clusterName")}/${r.uuid()}`),
  }),
  "aws:msk/configuration:Configuration": validated({
    autoName: { property: "name", max: 255 },
    replaceOn: ["kafkaVersions", "name"],
    outputs: {
      arn: (r) => r.arn("kafka", `configuration/${r.text("name")}/${r.uuid()}`),
      latestRevision: always(1),
    },
    id: (r) => r.arn("kafka", `configuration/${r.text("name")}/${r.uuid()}`),
  }),
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
