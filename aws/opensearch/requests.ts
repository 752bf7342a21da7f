import { UNKNOWN } from "../value";
import type { Value } from "../value";
import { json, keyed, request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

/**
 * Families that the service takes and documents, and that its model does not list. Source:
 * docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html, "EBS volume size quotas" (read 2026-11).
 */
const NEWER =
  /^(?:(?:[cmr]7[gi]|[cmr]8g|r[78]gd|i4[gi]|i7i|i8g|im4gn|oi2|om2|or2)\.(?:medium|large|(?:2|4|8|12|16|24|32)?xlarge))\.search$/;

export const requests: RequestTable = {
  "aws:opensearch/domain:Domain": type(
    request("opensearch:CreateDomain", {
      accessPolicies: json("AccessPolicies"),
      "clusterConfig.dedicatedMasterType": turned("DedicatedMasterType", instanceType),
      "clusterConfig.instanceType": turned("InstanceType", instanceType),
      "clusterConfig.nodeOptions.nodeConfig.type": turned("Type", instanceType),
      encryptAtRest: "EncryptionAtRestOptions",
      logPublishingOptions: keyed("LogPublishingOptions", "logType", ({ cloudwatchLogGroupArn, enabled = true }) => ({
        CloudWatchLogsLogGroupArn: cloudwatchLogGroupArn,
        Enabled: enabled,
      })),
      nodeToNodeEncryption: "NodeToNodeEncryptionOptions",
    }),
    {
      "autoTuneOptions.rollbackOnDisable": "said when tuning is switched off",
      "vpcOptions.availabilityZones": "AWS answers it",
      "vpcOptions.vpcId": "AWS answers it",
    },
  ),
  "aws:opensearch/domainPolicy:DomainPolicy": type(
    request("opensearch:UpdateDomainConfig", { accessPolicies: json("AccessPolicies") }),
  ),
  "aws:opensearch/inboundConnectionAccepter:InboundConnectionAccepter": type(
    request("opensearch:AcceptInboundConnection"),
  ),
  "aws:opensearch/outboundConnection:OutboundConnection": type(
    request("opensearch:CreateOutboundConnection", {
      localDomainInfo: "LocalDomainInfo.AWSDomainInformation",
      remoteDomainInfo: "RemoteDomainInfo.AWSDomainInformation",
    }),
    { acceptConnection: "says whether the provider accepts the connection on the other side, too" },
  ),
};

/** A type of a family that the model does not list is left to the catalogue of what each region offers. */
function instanceType(name: Value): Value {
  return typeof name === "string" && NEWER.test(name) ? UNKNOWN : name;
}
