import { at, isSet, list, text } from "../value";
import type { Properties } from "../value";
import { absent, amount, given, off, on, outside, unlike, when, whole, wrong } from "../rules/find";
import type { PropertyRule } from "../rules/rule";

const DOMAIN = "aws:opensearch/domain:Domain";
const CLUSTER_CONFIG = "https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_ClusterConfig.html";
const MULTI_ZONE = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html";
const FINE_GRAINED = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html";

const base = (cluster: Properties = {}, more: Properties = {}): Properties => ({
  domainName: "lists",
  engineVersion: "OpenSearch_3.1",
  clusterConfig: { instanceType: "r6g.large.search", instanceCount: 2, ...cluster },
  ebsOptions: { ebsEnabled: true, volumeType: "gp3", volumeSize: 100 },
  ...more,
});

const SECURED: Properties = {
  advancedSecurityOptions: { enabled: true },
  encryptAtRest: { enabled: true },
  nodeToNodeEncryption: { enabled: true },
  domainEndpointOptions: { enforceHttps: true },
};

/** OpenSearch Service. */
export const rules: readonly PropertyRule[] = [
  {
    id: "opensearch-name",
    types: [DOMAIN],
    title: "A domain's name has 3 to 28 lower-case letters, digits and hyphens, a letter first",
    source: "https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html",
    check: (inputs) =>
      unlike(inputs, "domainName", /^[a-z][a-z0-9-]{2,27}$/, "3 to 28 lower-case letters, digits and hyphens"),
    failing: [base({}, { domainName: "meridian-production-search-domain" })],
    passing: [base()],
  },
  {
    id: "opensearch-dedicated-masters",
    types: [DOMAIN],
    title: "Dedicated masters have a type and are 3 or 5",
    source: CLUSTER_CONFIG,
    check(inputs) {
      const cluster = "clusterConfig";
      if (!on(inputs, `${cluster}.dedicatedMasterEnabled`)) return [];
      const count = amount(inputs, `${cluster}.dedicatedMasterCount`);
      return [
        ...when(
          absent(inputs, `${cluster}.dedicatedMasterType`),
          inputs,
          `${cluster}.dedicatedMasterType`,
          "a type, with dedicated masters",
        ),
        ...when(count !== undefined && count !== 3 && count !== 5, inputs, `${cluster}.dedicatedMasterCount`, "3 or 5"),
      ];
    },
    failing: [
      base({ dedicatedMasterEnabled: true, dedicatedMasterType: "m6g.large.search", dedicatedMasterCount: 4 }),
      base({ dedicatedMasterEnabled: true }),
    ],
    passing: [base({ dedicatedMasterEnabled: true, dedicatedMasterType: "m6g.large.search", dedicatedMasterCount: 3 })],
  },
  {
    id: "opensearch-zones",
    types: [DOMAIN],
    title: "Two or three zones, each with a data node, and as many subnets as zones",
    source: MULTI_ZONE,
    check(inputs) {
      const aware = "clusterConfig.zoneAwarenessEnabled";
      const path = "clusterConfig.zoneAwarenessConfig.availabilityZoneCount";
      const zones = on(inputs, aware)
        ? absent(inputs, path)
          ? 2
          : amount(inputs, path)
        : off(inputs, aware)
          ? 1
          : undefined;
      if (zones === undefined) return [];
      const nodes = amount(inputs, "clusterConfig.instanceCount");
      const subnets = list(inputs, "vpcOptions.subnetIds").length;
      return [
        ...when(on(inputs, aware) && zones !== 2 && zones !== 3, inputs, path, "2 or 3"),
        ...when(
          nodes !== undefined && nodes < zones,
          inputs,
          "clusterConfig.instanceCount",
          `at least ${zones}, one in each zone`,
        ),
        ...when(
          zones === 2 && nodes !== undefined && nodes % 2 !== 0 && nodes > 0 && nodes >= zones,
          inputs,
          "clusterConfig.instanceCount",
          "an even number, in two zones",
        ),
        ...when(
          whole(inputs, "vpcOptions.subnetIds") && isSet(list(inputs, "vpcOptions.subnetIds")) && subnets !== zones,
          inputs,
          "vpcOptions.subnetIds",
          `${zones}, one in each zone`,
          String(subnets),
        ),
      ];
    },
    failing: [
      base({ instanceCount: 1, zoneAwarenessEnabled: true }),
      base({ instanceCount: 3, zoneAwarenessEnabled: true }),
      base({ instanceCount: 4, zoneAwarenessEnabled: true, zoneAwarenessConfig: { availabilityZoneCount: 4 } }),
      base({}, { vpcOptions: { subnetIds: ["subnet-1", "subnet-2"] } }),
    ],
    passing: [
      base({ instanceCount: 3, zoneAwarenessEnabled: true, zoneAwarenessConfig: { availabilityZoneCount: 3 } }),
    ],
  },
  {
    id: "opensearch-standby",
    types: [DOMAIN],
    title: "Standby takes three zones, data nodes in threes, dedicated masters",
    source: MULTI_ZONE,
    check(inputs) {
      if (!on(inputs, "clusterConfig.multiAzWithStandbyEnabled")) return [];
      const nodes = amount(inputs, "clusterConfig.instanceCount");
      const zones = amount(inputs, "clusterConfig.zoneAwarenessConfig.availabilityZoneCount");
      return [
        ...when(
          zones !== undefined && zones !== 3,
          inputs,
          "clusterConfig.zoneAwarenessConfig.availabilityZoneCount",
          "3, with standby",
        ),
        ...when(
          nodes !== undefined && nodes % 3 !== 0,
          inputs,
          "clusterConfig.instanceCount",
          "a multiple of 3, with standby",
        ),
        ...when(
          off(inputs, "clusterConfig.dedicatedMasterEnabled"),
          inputs,
          "clusterConfig.dedicatedMasterEnabled",
          "true, with standby",
        ),
      ];
    },
    failing: [
      base({
        instanceCount: 3,
        multiAzWithStandbyEnabled: true,
        zoneAwarenessEnabled: true,
        zoneAwarenessConfig: { availabilityZoneCount: 3 },
      }),
    ],
    passing: [
      base({
        instanceCount: 3,
        multiAzWithStandbyEnabled: true,
        zoneAwarenessEnabled: true,
        zoneAwarenessConfig: { availabilityZoneCount: 3 },
        dedicatedMasterEnabled: true,
        dedicatedMasterType: "m6g.large.search",
        dedicatedMasterCount: 3,
      }),
    ],
  },
  {
    id: "opensearch-volume",
    types: [DOMAIN],
    title: "A volume has a size of at least 10 GiB; operations only for gp3 and io1, throughput only for gp3",
    source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html",
    check(inputs) {
      if (!on(inputs, "ebsOptions.ebsEnabled")) return [];
      const kind = text(inputs, "ebsOptions.volumeType");
      return [
        ...when(absent(inputs, "ebsOptions.volumeSize"), inputs, "ebsOptions.volumeSize", "a size, with volumes"),
        ...outside(inputs, "ebsOptions.volumeSize", 10, 24_576, "GiB"),
        ...when(kind === "io1" && absent(inputs, "ebsOptions.iops"), inputs, "ebsOptions.iops", "a number, for io1"),
        ...when(
          given(inputs, "ebsOptions.iops") && (kind === "gp2" || kind === "standard"),
          inputs,
          "ebsOptions.iops",
          `nothing, for ${kind ?? ""}`,
        ),
        ...when(
          given(inputs, "ebsOptions.throughput") && kind !== undefined && kind !== "gp3",
          inputs,
          "ebsOptions.throughput",
          `nothing, for ${kind ?? ""}`,
        ),
      ];
    },
    failing: [
      base({}, { ebsOptions: { ebsEnabled: true, volumeType: "gp3" } }),
      base({}, { ebsOptions: { ebsEnabled: true, volumeType: "gp2", volumeSize: 100, iops: 4000 } }),
    ],
    passing: [base({}, { ebsOptions: { ebsEnabled: true, volumeType: "gp3", volumeSize: 100, iops: 4000 } })],
  },
  {
    id: "opensearch-fine-grained-access",
    types: [DOMAIN],
    title: "Fine-grained access control needs HTTPS and encryption at rest and between nodes, and no T2 nodes",
    source: FINE_GRAINED,
    check(inputs) {
      if (!on(inputs, "advancedSecurityOptions.enabled")) return [];
      const needed = ["encryptAtRest.enabled", "nodeToNodeEncryption.enabled", "domainEndpointOptions.enforceHttps"];
      return [
        ...needed.flatMap((path) =>
          off(inputs, path) ? wrong(inputs, path, "true, with fine-grained access control") : [],
        ),
        ...when(
          (text(inputs, "clusterConfig.instanceType") ?? "").startsWith("t2."),
          inputs,
          "clusterConfig.instanceType",
          "no T2 type, with fine-grained access control",
        ),
      ];
    },
    failing: [base({}, { ...SECURED, nodeToNodeEncryption: { enabled: false } })],
    passing: [base({}, SECURED)],
  },
  {
    id: "opensearch-master-user",
    types: [DOMAIN],
    title: "The master user is an ARN, or a name in the internal database",
    source: FINE_GRAINED,
    check(inputs) {
      const security = "advancedSecurityOptions";
      const internal = on(inputs, `${security}.internalUserDatabaseEnabled`);
      const arn = given(inputs, `${security}.masterUserOptions.masterUserArn`);
      const name = given(inputs, `${security}.masterUserOptions.masterUserName`);
      return [
        ...when(
          internal && arn,
          inputs,
          `${security}.masterUserOptions.masterUserArn`,
          "nothing, with the internal database",
        ),
        ...when(
          name && off(inputs, `${security}.internalUserDatabaseEnabled`),
          inputs,
          `${security}.internalUserDatabaseEnabled`,
          "true, with a master user's name",
        ),
      ];
    },
    failing: [
      base(
        {},
        {
          ...SECURED,
          advancedSecurityOptions: {
            enabled: true,
            internalUserDatabaseEnabled: false,
            masterUserOptions: { masterUserName: "admin" },
          },
        },
      ),
    ],
    passing: [
      base(
        {},
        {
          ...SECURED,
          advancedSecurityOptions: {
            enabled: true,
            masterUserOptions: { masterUserArn: "arn:aws:iam::111122223333:role/search" },
          },
        },
      ),
    ],
  },
  {
    id: "opensearch-burstable-without",
    types: [DOMAIN],
    title: "T2 and T3 nodes have neither Auto-Tune nor warm nodes nor standby",
    source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html",
    check(inputs) {
      if (!/^t[23]\./.test(text(inputs, "clusterConfig.instanceType") ?? "")) return [];
      return [
        ...when(
          text(inputs, "autoTuneOptions.desiredState") === "ENABLED",
          inputs,
          "autoTuneOptions.desiredState",
          "DISABLED, with T2 or T3 nodes",
        ),
        ...when(
          on(inputs, "clusterConfig.warmEnabled"),
          inputs,
          "clusterConfig.warmEnabled",
          "false, with T2 or T3 nodes",
        ),
      ];
    },
    failing: [base({ instanceType: "t3.small.search" }, { autoTuneOptions: { desiredState: "ENABLED" } })],
    passing: [base({ instanceType: "t3.small.search" }, { autoTuneOptions: { desiredState: "DISABLED" } })],
  },
  {
    id: "opensearch-audit-logs",
    types: [DOMAIN],
    title: "Audit logs need fine-grained access control",
    source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/audit-logs.html",
    check: (inputs) =>
      when(
        off(inputs, "advancedSecurityOptions.enabled") &&
          list(inputs, "logPublishingOptions").some(
            (option) => text(option, "logType") === "AUDIT_LOGS" && at(option, "enabled") !== false,
          ),
        inputs,
        "advancedSecurityOptions.enabled",
        "true, with audit logs",
      ),
    failing: [
      base(
        {},
        {
          logPublishingOptions: [
            { logType: "AUDIT_LOGS", cloudwatchLogGroupArn: "arn:aws:logs:us-east-1:111122223333:log-group:audit" },
          ],
        },
      ),
    ],
    passing: [
      base(
        {},
        {
          ...SECURED,
          logPublishingOptions: [
            { logType: "AUDIT_LOGS", cloudwatchLogGroupArn: "arn:aws:logs:us-east-1:111122223333:log-group:audit" },
          ],
        },
      ),
    ],
  },
];
