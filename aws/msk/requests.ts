import { json, request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";
import type { Value } from "../value";

export const requests: RequestTable = {
  "aws:msk/cluster:Cluster": type(
    request("kafka:CreateCluster", {
      "brokerNodeGroupInfo.azDistribution": "BrokerAZDistribution",
      "brokerNodeGroupInfo.connectivityInfo.vpcConnectivity.clientAuthentication.sasl.iam": "Iam.Enabled",
      "brokerNodeGroupInfo.connectivityInfo.vpcConnectivity.clientAuthentication.sasl.scram": "Scram.Enabled",
      "brokerNodeGroupInfo.connectivityInfo.vpcConnectivity.clientAuthentication.tls": "Tls.Enabled",
      "clientAuthentication.sasl.iam": "Iam.Enabled",
      "clientAuthentication.sasl.scram": "Scram.Enabled",
      "clientAuthentication.tls.certificateAuthorityArns": "CertificateAuthorityArnList",
      "clientAuthentication.unauthenticated": "Unauthenticated.Enabled",
      "encryptionInfo.encryptionAtRestKmsKeyArn": "EncryptionAtRest.DataVolumeKMSKeyId",
      "loggingInfo.brokerLogs.cloudwatchLogs": "CloudWatchLogs",
    }),
  ),
  "aws:msk/configuration:Configuration": type(
    request("kafka:CreateConfiguration", { name: "Name", serverProperties: turned("ServerProperties", encoded) }),
  ),
  "aws:msk/clusterPolicy:ClusterPolicy": type(request("kafka:PutClusterPolicy", { policy: json("Policy") })),
  "aws:msk/serverlessCluster:ServerlessCluster": type(
    request("kafka:CreateClusterV2", {
      clusterName: "ClusterName",
      tags: "Tags",
      clientAuthentication: "Serverless.ClientAuthentication",
      vpcConfigs: "Serverless.VpcConfigs",
    }),
  ),
  "aws:msk/topic:Topic": type(
    request("kafka:CreateTopic", { name: "TopicName", configs: turned("Configs", encoded) }),
    { timeouts: "how long the provider waits" },
  ),
};

/** A topic's settings are JSON for Pulumi, and that JSON in Base64 for AWS. */
function encoded(configs: Value): Value {
  return typeof configs === "string" ? Buffer.from(configs).toString("base64") : configs;
}
