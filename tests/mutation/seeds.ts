import type { Resource } from "../../policies/kit/resource";
import { UNKNOWN, at, isOn, isSet, list, show, type Properties } from "../../policies/kit/value";
import { ANYONE, policy, resource } from "../policies/kit";
import { all, drop, flip, halve, hide, move, set, spoilFlag, where, type Operator } from "./operators";

/** How bad fleets are made for one rule, from the resources of real ones. */
export interface Seed {
  readonly rule: string;
  /** By type: operators each of which must break the rule. */
  readonly breaks: Readonly<Record<string, readonly Operator[]>>;
  /** By type: operators that look alike, after which the rule must hold. */
  readonly passes?: Readonly<Record<string, readonly Operator[]>>;
  /** Types of which the loss of one resource must break the rule. */
  readonly needs?: readonly string[];
  /** Stacks, as a regular expression, in which the rule judges. @default all */
  readonly in?: RegExp;
  /** Resources that no stack of ours has, added to a real one; each set must break the rule, or must not. */
  readonly added?: { readonly bad: Readonly<Record<string, Made>>; readonly good: Readonly<Record<string, Made>> };
}

/** Resources for a stack of that name. */
export type Made = (stack: string) => readonly Resource[];

const one =
  (type: string, props: Properties): Made =>
  (stack) => [resource(type, "added", props, { stack, region: "eu-west-1" })];

const OPEN = policy(ANYONE);
const CONFINED = policy({
  ...ANYONE,
  Action: "sts:AssumeRole",
  Condition: { StringEquals: { "aws:SourceAccount": "1" } },
});
const DENY_PLAIN = policy({
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: "*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});
const BUCKET = "aws:s3/bucket:Bucket";
const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const STREAM = "aws:kinesis/stream:Stream";
const DELIVERY = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const WORKGROUP = "aws:athena/workgroup:Workgroup";
const EMR = "aws:emr/cluster:Cluster";
const EMR_SECURITY = "aws:emr/securityConfiguration:SecurityConfiguration";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const GROUP = "aws:autoscaling/group:Group";
const TABLE = "aws:dynamodb/table:Table";
const CACHE = "aws:elasticache/replicationGroup:ReplicationGroup";
const ENDPOINT = "aws:sagemaker/endpointConfiguration:EndpointConfiguration";
const MODEL = "aws:sagemaker/model:Model";
const WAREHOUSE = "aws:redshift/cluster:Cluster";
const PARAMETERS = "aws:redshift/parameterGroup:ParameterGroup";
const DOMAIN = "aws:opensearch/domain:Domain";
const ROUTE = "aws:apigatewayv2/route:Route";
const STAGE = "aws:apigatewayv2/stage:Stage";
const EDGE = "aws:cloudfront/distribution:Distribution";
const WEB_ACL = "aws:wafv2/webAcl:WebAcl";
const RECORD = "aws:route53/record:Record";
const KEY = "aws:kms/key:Key";
const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const QUEUE = "aws:sqs/queue:Queue";
const TOPIC = "aws:sns/topic:Topic";
const FUNCTION = "aws:lambda/function:Function";
const REST_STAGE = "aws:apigateway/stage:Stage";
const ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation";

const global = ({ props }: Resource): boolean => list(props, "replicas").length > 0;
const symmetric = ({ props }: Resource): boolean => props["customerMasterKeySpec"] === undefined;
const redriven = ({ props }: Resource): boolean => isSet(props["redrivePolicy"]);
const routed = ({ props }: Resource): boolean =>
  Object.keys(props).some((name) => name.endsWith("RoutingPolicies")) &&
  !list(props, "failoverRoutingPolicies").some((one) => at(one, "type") === "SECONDARY");
const aliased = ({ props }: Resource): boolean => isSet(props["aliases"]);
const strong = set(
  "replicas",
  ({ props }) => list(props, "replicas").map((replica) => ({ ...(replica as Properties), consistencyMode: "STRONG" })),
  "make every replica strongly consistent",
);
const unsourced = drop("kinesisSourceConfiguration");
const ENCRYPTION = "configuration.resultConfiguration.encryptionConfiguration";
const emrFlags = (rest: boolean, transit: boolean): string =>
  JSON.stringify({
    EncryptionConfiguration: { EnableAtRestEncryption: rest, EnableInTransitEncryption: transit },
  });
const glue = (s3: string, logs: string, bookmarks: string): Properties => ({
  encryptionConfiguration: {
    s3Encryption: { s3EncryptionMode: s3 },
    cloudwatchEncryption: { cloudwatchEncryptionMode: logs },
    jobBookmarksEncryption: { jobBookmarksEncryptionMode: bookmarks },
  },
});
const stages =
  (stagesOf: number, guarded: readonly number[]): Made =>
  (stack) => {
    const made = Array.from({ length: stagesOf }, (_, index) =>
      resource(
        REST_STAGE,
        `rest-${index}`,
        { stageName: "v1", accessLogSettings: { destinationArn: "arn:aws:logs:x" } },
        {
          stack,
          outputs: { arn: `arn:aws:apigateway:eu-west-1::/restapis/${index}/stages/v1` },
        },
      ),
    );
    return [
      ...made,
      ...guarded.map((index) =>
        resource(
          ASSOCIATION,
          `guard-${index}`,
          { resourceArn: `arn:aws:apigateway:eu-west-1::/restapis/${index}/stages/v1` },
          { stack },
        ),
      ),
    ];
  };
const scaled =
  (...dimensions: readonly string[]): Made =>
  (stack) => {
    const table = resource(
      TABLE,
      "scaled",
      {
        name: "scaled",
        billingMode: "PROVISIONED",
        deletionProtectionEnabled: true,
        pointInTimeRecovery: { enabled: true },
      },
      { stack },
    );
    return [
      table,
      ...dimensions.map((dimension) =>
        resource(
          "aws:appautoscaling/target:Target",
          dimension,
          { resourceId: "table/scaled", scalableDimension: `dynamodb:table:${dimension}CapacityUnits` },
          { stack },
        ),
      ),
    ];
  };
const replicating =
  (versioning: string | typeof UNKNOWN | undefined): Made =>
  (stack) => {
    const bucket = resource(BUCKET, "copied", { bucket: "copied" }, { stack });
    return [
      bucket,
      resource(REPLICATION, "copied", { bucket: "copied", rules: [{ status: "Enabled" }] }, { stack }),
      ...(versioning === undefined
        ? []
        : [
            resource(
              "aws:s3/bucketVersioning:BucketVersioning",
              "copied",
              { bucket: "copied", versioningConfiguration: { status: versioning } },
              { stack },
            ),
          ]),
    ];
  };

/** For each rule that one stack can be judged by. */
export const SEEDS: readonly Seed[] = [
  {
    rule: "K1",
    breaks: {
      [STREAM]: [
        drop("encryptionType"),
        hide("encryptionType"),
        set("encryptionType", "NONE", "turn encryption off"),
        drop("kmsKeyId"),
      ],
    },
    passes: { [STREAM]: [set("kmsKeyId", "alias/aws/kinesis", "take AWS's own key")] },
  },
  {
    rule: "K2",
    breaks: {
      [STREAM]: [
        drop("retentionPeriod"),
        hide("retentionPeriod"),
        halve("retentionPeriod"),
        set("retentionPeriod", 24.5, "shorten retention to just too little"),
      ],
    },
    passes: { [STREAM]: [set("retentionPeriod", 25, "shorten retention to just enough")] },
  },
  {
    rule: "F1",
    breaks: {
      [DELIVERY]: [
        unsourced,
        all(unsourced, set("serverSideEncryption", { enabled: false })),
        all(unsourced, set("serverSideEncryption", { enabled: UNKNOWN })),
      ],
    },
    passes: {
      [DELIVERY]: [
        all(unsourced, set("serverSideEncryption", { enabled: true })),
        set("serverSideEncryption", { enabled: false }, "turn off what the source's encryption covers"),
      ],
    },
  },
  {
    rule: "F2",
    breaks: {
      [DELIVERY]: [
        drop("extendedS3Configuration.errorOutputPrefix"),
        set(
          "extendedS3Configuration",
          (one) =>
            isSet(one.props["extendedS3Configuration"])
              ? { ...(one.props["extendedS3Configuration"] as Properties), errorOutputPrefix: "" }
              : undefined,
          "empty the error prefix",
        ),
        drop("opensearchConfiguration.s3Configuration.errorOutputPrefix"),
      ],
    },
    passes: { [DELIVERY]: [drop("extendedS3Configuration.s3BackupMode")] },
  },
  {
    rule: "F3",
    breaks: {
      [DELIVERY]: [
        move("sa-east-1"),
        move("af-south-1"),
        where(
          ({ props }) => isSet(props["opensearchConfiguration"]),
          set("opensearchConfiguration.domainArn", "arn:aws:es:sa-east-1:1:domain/far", "deliver to another region"),
        ),
      ],
    },
    passes: {
      [DELIVERY]: [
        where(
          ({ props }) => isSet(props["opensearchConfiguration"]),
          set(
            "opensearchConfiguration.domainArn",
            ({ region }) => `arn:aws:es:${show(region)}:1:domain/near`.replaceAll('"', ""),
            "deliver to another domain of the region",
          ),
        ),
      ],
    },
  },
  {
    rule: "S1",
    breaks: {
      [BLOCK]: ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].flatMap(spoilFlag),
      [BUCKET]: [
        set("acl", "public-read", "widen the ACL"),
        set("acl", UNKNOWN, "make the ACL unknown"),
        set("policy", OPEN, "let anyone in"),
      ],
      [BUCKET_POLICY]: [set("policy", OPEN, "let anyone in")],
    },
    passes: {
      [BUCKET]: [set("acl", "private", "set a private ACL")],
      [BUCKET_POLICY]: [set("policy", DENY_PLAIN, "deny anyone")],
    },
    needs: [BLOCK],
  },
  {
    rule: "S2",
    breaks: {
      [BUCKET_POLICY]: [
        set("policy", OPEN, "let anyone in"),
        set("policy", policy(), "empty the policy"),
        set("policy", "no document", "break the policy"),
      ],
    },
    passes: {
      [BUCKET_POLICY]: [
        set("policy", DENY_PLAIN, "deny plain HTTP on all resources"),
        set("policy", UNKNOWN, "make the policy unknown"),
      ],
    },
    needs: [BUCKET_POLICY],
  },
  {
    rule: "S3",
    breaks: {
      [BUCKET]: [
        set("replicationConfiguration", { role: "r" }, "replicate"),
        all(set("replicationConfiguration", { role: "r" }), set("versioning", { enabled: false })),
        all(set("replicationConfiguration", { role: "r" }), set("versioning", { enabled: UNKNOWN })),
      ],
    },
    passes: {
      [BUCKET]: [
        all(set("replicationConfiguration", { role: "r" }), set("versioning", { enabled: true })),
        set("versioning", { enabled: false }, "leave a bucket that replicates nothing unversioned"),
      ],
    },
    added: {
      bad: {
        "replicate without versions": replicating(undefined),
        "replicate with versions suspended": replicating("Suspended"),
        "replicate with versions unknown": replicating(UNKNOWN),
      },
      good: { "replicate with versions": replicating("Enabled") },
    },
  },
  {
    rule: "S5",
    breaks: {
      [REPLICATION]: ["replicationTime", "metrics"].flatMap((part) => [
        drop(`rules.0.destination.${part}`),
        hide(`rules.0.destination.${part}.status`),
        set(`rules.0.destination.${part}.status`, "Disabled", `disable ${part}`),
      ]),
    },
    passes: {
      [REPLICATION]: [
        all(set("rules.0.status", "Disabled"), drop("rules.0.destination.replicationTime")),
        set("rules.0.priority", 9, "change the priority"),
      ],
    },
  },
  {
    rule: "G1",
    breaks: {},
    added: {
      bad: {
        "add a job without it": one("aws:glue/job:Job", { name: "job" }),
        "add a crawler without it": one("aws:glue/crawler:Crawler", { name: "crawler" }),
        "turn S3 encryption off": one(
          "aws:glue/securityConfiguration:SecurityConfiguration",
          glue("DISABLED", "SSE-KMS", "CSE-KMS"),
        ),
        "turn log encryption off": one(
          "aws:glue/securityConfiguration:SecurityConfiguration",
          glue("SSE-KMS", "DISABLED", "CSE-KMS"),
        ),
        "turn bookmark encryption off": one(
          "aws:glue/securityConfiguration:SecurityConfiguration",
          glue("SSE-KMS", "SSE-KMS", "DISABLED"),
        ),
      },
      good: {
        "add a job with it": one("aws:glue/job:Job", { securityConfiguration: "all" }),
        "encrypt everything": one(
          "aws:glue/securityConfiguration:SecurityConfiguration",
          glue("SSE-S3", "SSE-KMS", "CSE-KMS"),
        ),
      },
    },
  },
  {
    rule: "T1",
    breaks: {
      [WORKGROUP]: [
        drop(ENCRYPTION),
        hide(`${ENCRYPTION}.encryptionOption`),
        set(`${ENCRYPTION}.encryptionOption`, "NONE", "turn encryption off"),
        drop("configuration.resultConfiguration"),
      ],
    },
    passes: { [WORKGROUP]: [set(`${ENCRYPTION}.encryptionOption`, "SSE_S3", "take S3's own key")] },
  },
  {
    rule: "T2",
    breaks: {
      [WORKGROUP]: [
        flip("configuration.enforceWorkgroupConfiguration"),
        hide("configuration.enforceWorkgroupConfiguration"),
        drop("configuration.bytesScannedCutoffPerQuery"),
        hide("configuration.bytesScannedCutoffPerQuery"),
        set("configuration.bytesScannedCutoffPerQuery", 11 * 1024 ** 4, "widen the limit"),
      ],
    },
    passes: {
      [WORKGROUP]: [
        drop("configuration.enforceWorkgroupConfiguration"),
        set("configuration.bytesScannedCutoffPerQuery", 10 * 1024 ** 4, "widen the limit to just enough"),
      ],
    },
  },
  {
    rule: "E1",
    breaks: {
      [EMR]: [
        drop("ec2Attributes"),
        set("ec2Attributes", {}, "empty ec2Attributes"),
        set(
          "ec2Attributes",
          ({ props }) => ({ ...(props["ec2Attributes"] as Properties), subnetId: "", subnetIds: [] }),
          "take the default subnet",
        ),
      ],
    },
    passes: { [EMR]: [set("ec2Attributes.subnetIds", UNKNOWN, "make the subnets unknown")] },
    added: {
      bad: {
        "allow public rules": one("aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration", {
          blockPublicSecurityGroupRules: false,
        }),
        "make the block unknown": one("aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration", {
          blockPublicSecurityGroupRules: UNKNOWN,
        }),
      },
      good: {
        "block public rules": one("aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration", {
          blockPublicSecurityGroupRules: true,
        }),
      },
    },
  },
  {
    rule: "E2",
    breaks: {
      [EMR]: [drop("securityConfiguration")],
      [EMR_SECURITY]: [
        drop("configuration"),
        set("configuration", emrFlags(false, true), "turn encryption at rest off"),
        set("configuration", emrFlags(true, false), "turn encryption in transit off"),
        set("configuration", "{}", "empty the configuration"),
      ],
    },
    passes: {
      [EMR_SECURITY]: [set("configuration", emrFlags(true, true), "state both")],
      [EMR]: [set("securityConfiguration", "another", "name another")],
    },
  },
  {
    rule: "C1",
    breaks: {
      [TEMPLATE]: [
        drop("metadataOptions"),
        drop("metadataOptions.httpTokens"),
        hide("metadataOptions.httpTokens"),
        set("metadataOptions.httpTokens", "optional", "allow IMDSv1"),
      ],
    },
    passes: {
      [TEMPLATE]: [all(set("metadataOptions.httpTokens", "optional"), set("metadataOptions.httpEndpoint", "disabled"))],
    },
  },
  {
    rule: "C2",
    breaks: {
      [GROUP]: [
        drop("vpcZoneIdentifiers"),
        set("vpcZoneIdentifiers", ["subnet-1"], "leave one subnet"),
        set("availabilityZones", ["eu-west-1a"], "leave one zone"),
      ],
    },
    passes: {
      [GROUP]: [
        set("vpcZoneIdentifiers", ["subnet-1", "subnet-2"], "leave two subnets"),
        set("availabilityZones", ["eu-west-1a", "eu-west-1b"], "leave two zones"),
      ],
    },
  },
  {
    rule: "C3",
    breaks: {
      [GROUP]: [
        drop("mixedInstancesPolicy"),
        drop("mixedInstancesPolicy.launchTemplate.overrides"),
        set(
          "mixedInstancesPolicy.launchTemplate.overrides",
          [{ instanceType: "m6i.xlarge" }, { instanceType: "m6i.xlarge" }],
          "name one type twice",
        ),
      ],
    },
    passes: {
      [GROUP]: [
        set(
          "mixedInstancesPolicy.launchTemplate.overrides",
          [{ instanceRequirements: { vcpuCount: { min: 2 } } }],
          "name requirements",
        ),
      ],
    },
  },
  {
    rule: "C4",
    breaks: {
      [GROUP]: [
        set("launchConfiguration", "old", "launch by a configuration"),
        set("launchConfiguration", UNKNOWN, "launch by an unknown configuration"),
        all(drop("mixedInstancesPolicy"), set("launchConfiguration", "old")),
      ],
    },
    passes: { [GROUP]: [all(drop("mixedInstancesPolicy"), set("launchTemplate", { id: "lt-1" }))] },
  },
  {
    rule: "D1",
    breaks: {
      [TABLE]: [
        ...spoilFlag("pointInTimeRecovery.enabled"),
        drop("pointInTimeRecovery"),
        ...spoilFlag("replicas.0.pointInTimeRecovery"),
      ],
    },
    passes: { [TABLE]: [set("pointInTimeRecovery.recoveryPeriodInDays", 7, "shorten the period")] },
  },
  {
    rule: "D2",
    in: /^(dev|prod)\./,
    breaks: {
      [TABLE]: [
        ...spoilFlag("deletionProtectionEnabled"),
        flip("replicas.0.deletionProtectionEnabled"),
        hide("replicas.0.deletionProtectionEnabled"),
      ],
    },
    passes: { [TABLE]: [drop("replicas.0.deletionProtectionEnabled")] },
  },
  {
    rule: "D3",
    breaks: {
      [TABLE]: [drop("billingMode"), hide("billingMode"), set("billingMode", "PROVISIONED", "fix the capacity")],
    },
    added: {
      bad: { "scale nothing": scaled(), "scale reads only": scaled("Read"), "scale writes only": scaled("Write") },
      good: { "scale reads and writes": scaled("Read", "Write") },
    },
  },
  {
    rule: "D5",
    breaks: {
      [TABLE]: [
        where(global, drop("replicas.0.kmsKeyArn")),
        where(global, set("replicas.0.kmsKeyArn", "arn:aws:kms:sa-east-1:1:key/far", "mismatch the key's region")),
        where(
          global,
          set("replicas.0.kmsKeyArn", "arn:aws:kms:af-south-1:1:key/mrk-1", "mismatch the multi-region key's region"),
        ),
      ],
    },
    passes: {
      [TABLE]: [
        where(
          global,
          set(
            "replicas.0.kmsKeyArn",
            ({ props }) => `arn:aws:kms:${show(at(props, "replicas.0.regionName"))}:1:key/near`.replaceAll('"', ""),
            "name a key of the region",
          ),
        ),
      ],
    },
  },
  {
    rule: "D6",
    breaks: {
      [TABLE]: [
        where(global, all(strong, set("ttl", { enabled: true, attributeName: "expires_at" }))),
        where(global, all(strong, set("localSecondaryIndexes", [{ name: "by" }]))),
        where(global, all(strong, set("globalTableWitness", { regionName: "af-south-1" }))),
      ],
    },
    passes: { [TABLE]: [where(global, set("replicas.0.consistencyMode", "EVENTUAL", "state eventual consistency"))] },
  },
  {
    rule: "D7",
    breaks: {
      [TABLE]: [
        where(global, drop("tags")),
        where(global, drop("tags.meridian:writers")),
        where(global, set("tags", { "meridian:writers": "" }, "empty the declaration")),
      ],
    },
    passes: {
      [TABLE]: [
        where(global, set("tags", { "meridian:writers": "one region" }, "declare another way")),
        all(drop("replicas"), drop("tags")),
      ],
    },
  },
  {
    rule: "R1",
    breaks: { [CACHE]: spoilFlag("automaticFailoverEnabled") },
    passes: { [CACHE]: [all(drop("automaticFailoverEnabled"), set("globalReplicationGroupId", "world"))] },
  },
  {
    rule: "R2",
    breaks: { [CACHE]: ["atRestEncryptionEnabled", "transitEncryptionEnabled"].flatMap(spoilFlag) },
    passes: { [CACHE]: [all(drop("atRestEncryptionEnabled"), set("globalReplicationGroupId", "world"))] },
  },
  {
    rule: "M1",
    breaks: {
      [ENDPOINT]: [
        set("productionVariants.0.initialInstanceCount", 1, "leave one instance"),
        drop("productionVariants.0.initialInstanceCount"),
        hide("productionVariants.0.initialInstanceCount"),
      ],
    },
    passes: {
      [ENDPOINT]: [
        set("productionVariants.0.initialInstanceCount", 2, "leave two instances"),
        all(
          drop("productionVariants.0.initialInstanceCount"),
          set("productionVariants.0.serverlessConfig", { maxConcurrency: 5 }),
        ),
      ],
    },
  },
  {
    rule: "M2",
    breaks: {
      [ENDPOINT]: [drop("kmsKeyArn"), set("kmsKeyArn", "", "empty the key"), set("kmsKeyArn", null, "give no key")],
    },
    passes: {
      [ENDPOINT]: [
        all(drop("kmsKeyArn"), set("productionVariants", [{ instanceType: "ml.g5.xlarge", initialInstanceCount: 2 }])),
        set("kmsKeyArn", "alias/other", "name another key"),
      ],
    },
  },
  { rule: "M3", breaks: { [MODEL]: spoilFlag("enableNetworkIsolation") }, passes: { [MODEL]: [drop("vpcConfig")] } },
  {
    rule: "W1",
    breaks: {
      [WAREHOUSE]: [
        flip("publiclyAccessible"),
        hide("publiclyAccessible"),
        set("publiclyAccessible", "true", "open it by a text"),
      ],
    },
    passes: { [WAREHOUSE]: [drop("publiclyAccessible")] },
  },
  {
    rule: "W2",
    breaks: { [WAREHOUSE]: spoilFlag("encrypted") },
    passes: { [WAREHOUSE]: [set("encrypted", true, "give the flag as a boolean"), drop("kmsKeyId")] },
  },
  {
    rule: "W3",
    breaks: {
      [PARAMETERS]: [drop("parameters"), hide("parameters"), flip("parameters.0.value"), drop("parameters.0.value")],
      [WAREHOUSE]: [
        drop("clusterParameterGroupName"),
        set("clusterParameterGroupName", "default.redshift-1.0", "take the old default"),
      ],
    },
    passes: {
      [WAREHOUSE]: [
        set("clusterParameterGroupName", "default.redshift-2.0", "take the new default"),
        set("clusterParameterGroupName", "elsewhere", "take another stack's"),
      ],
    },
  },
  {
    rule: "W5",
    breaks: {},
    added: {
      bad: Object.fromEntries(
        [
          "redshift:GetClusterCredentials",
          "redshift-serverless:GetCredentials",
          "redshift-data:ExecuteStatement",
          "redshift:*",
        ].map((action) => [
          `give users ${action}`,
          one("aws:iam/userPolicy:UserPolicy", {
            policy: policy({ Effect: "Allow", Action: action, Resource: "arn:x" }),
          }),
        ]),
      ),
      good: {
        "give users a description": one("aws:iam/userPolicy:UserPolicy", {
          policy: policy({ Effect: "Allow", Action: "redshift:DescribeClusters", Resource: "*" }),
        }),
      },
    },
  },
  {
    rule: "O1",
    breaks: {
      [DOMAIN]: [
        ...["encryptAtRest.enabled", "nodeToNodeEncryption.enabled", "domainEndpointOptions.enforceHttps"].flatMap(
          spoilFlag,
        ),
        set("domainEndpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-0-2019-07", "allow old TLS"),
        drop("domainEndpointOptions.tlsSecurityPolicy"),
      ],
    },
    passes: {
      [DOMAIN]: [
        set("domainEndpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-2-2019-07", "take the older TLS 1.2 policy"),
      ],
    },
  },
  {
    rule: "O2",
    breaks: {
      [DOMAIN]: [
        drop("vpcOptions"),
        drop("vpcOptions.subnetIds"),
        all(drop("vpcOptions"), set("accessPolicies", OPEN)),
      ],
    },
    passes: { [DOMAIN]: [set("accessPolicies", OPEN, "let anyone in the VPC"), hide("vpcOptions.subnetIds")] },
  },
  {
    rule: "O3",
    in: /^prod\./,
    breaks: {
      [DOMAIN]: [
        set("clusterConfig.instanceCount", 2, "leave two nodes"),
        drop("clusterConfig.instanceCount"),
        hide("clusterConfig.instanceCount"),
        ...spoilFlag("clusterConfig.zoneAwarenessEnabled"),
      ],
    },
    passes: { [DOMAIN]: [set("clusterConfig.instanceCount", 3, "leave three nodes")] },
  },
  {
    rule: "P1",
    breaks: {},
    added: {
      bad: {
        "add a REST stage": stages(1, []),
        "guard another stage": stages(1, [1]),
        "guard one of two stages": stages(2, [0]),
      },
      good: { "add a guarded REST stage": stages(1, [0]) },
    },
  },
  {
    rule: "P2",
    breaks: {
      [ROUTE]: [
        drop("authorizationType"),
        hide("authorizationType"),
        set("authorizationType", "NONE", "let anyone call"),
      ],
      [STAGE]: [drop("accessLogSettings"), drop("accessLogSettings.destinationArn")],
    },
    passes: {
      [ROUTE]: [
        all(set("routeKey", "GET /health"), set("authorizationType", "NONE")),
        set("authorizationType", "AWS_IAM", "authorise by IAM"),
      ],
    },
  },
  {
    rule: "X1",
    breaks: {
      [EDGE]: [
        drop("webAclId"),
        set("webAclId", "", "empty the web ACL"),
        drop("viewerCertificate.minimumProtocolVersion"),
        hide("viewerCertificate.minimumProtocolVersion"),
        set("viewerCertificate.minimumProtocolVersion", "TLSv1.1_2016", "allow old TLS"),
        set("defaultCacheBehavior.viewerProtocolPolicy", "allow-all", "allow plain HTTP"),
        set("orderedCacheBehaviors.0.viewerProtocolPolicy", "allow-all", "allow plain HTTP on one path"),
      ],
    },
    passes: {
      [EDGE]: [
        set("viewerCertificate.minimumProtocolVersion", "TLSv1.2_2021", "take TLS 1.2"),
        set("defaultCacheBehavior.viewerProtocolPolicy", "redirect-to-https", "redirect"),
      ],
    },
  },
  {
    rule: "X3",
    breaks: {
      [WEB_ACL]: [move("eu-west-1"), move("us-west-2")],
      [EDGE]: [
        set(
          "viewerCertificate.acmCertificateArn",
          "arn:aws:acm:eu-west-1:1:certificate/1",
          "take a certificate of another region",
        ),
        set("webAclId", "arn:aws:wafv2:eu-west-1:1:global/webacl/a/1", "take a web ACL of another region"),
      ],
    },
    passes: {
      [EDGE]: [
        set(
          "viewerCertificate.acmCertificateArn",
          "arn:aws:acm:us-east-1:1:certificate/1",
          "take another certificate of us-east-1",
        ),
      ],
      [WEB_ACL]: [set("description", "another", "describe it anew")],
    },
  },
  {
    rule: "N1",
    breaks: {
      [RECORD]: [
        where((record) => routed(record) && !aliased(record), set("ttl", 300, "lengthen the TTL")),
        where((record) => routed(record) && !aliased(record), drop("ttl")),
        where(
          (record) => routed(record) && !(aliased(record) && isOn(at(record.props, "aliases.0.evaluateTargetHealth"))),
          drop("healthCheckId"),
        ),
        where(routed, all(set("aliases", []), set("ttl", 61))),
        where(routed, all(drop("healthCheckId"), set("aliases", [{ evaluateTargetHealth: false }]))),
      ],
    },
    passes: {
      [RECORD]: [
        where(routed, all(set("aliases", []), set("ttl", 60), set("healthCheckId", "hc"))),
        where((record) => !routed(record) && !aliased(record), set("ttl", 300, "lengthen a simple record's TTL")),
      ],
    },
  },
  {
    rule: "Y1",
    breaks: { [KEY]: spoilFlag("enableKeyRotation").map((operator) => where(symmetric, operator)) },
    passes: {
      [KEY]: [
        where(
          symmetric,
          all(
            drop("enableKeyRotation"),
            set("customerMasterKeySpec", "HMAC_256"),
            set("keyUsage", "GENERATE_VERIFY_MAC"),
          ),
        ),
      ],
    },
  },
  {
    rule: "Y2",
    breaks: {
      [KEY]: [
        set("policy", OPEN, "let anyone in"),
        set("policy", policy({ ...ANYONE, Principal: { AWS: "*" } }), "let any account in"),
        set(
          "policy",
          policy({ Effect: "Allow", NotPrincipal: { AWS: "arn:aws:iam::1:root" }, Action: "kms:*", Resource: "*" }),
          "let all but one in",
        ),
      ],
    },
    passes: {
      [KEY]: [
        set(
          "policy",
          policy({ ...ANYONE, Condition: { StringEquals: { "kms:CallerAccount": "1" } } }),
          "let one account in",
        ),
        set("policy", UNKNOWN, "make the policy unknown"),
      ],
    },
  },
  {
    rule: "I1",
    breaks: {
      [ROLE_POLICY]: [
        set("policy", policy({ Effect: "Allow", Action: "*", Resource: "*" }), "allow everything"),
        set(
          "policy",
          policy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }),
          "allow everything but one service",
        ),
      ],
      [ROLE]: [
        set("assumeRolePolicy", OPEN, "trust anyone"),
        set("managedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"], "make it an administrator"),
      ],
      [ATTACHMENT]: [set("policyArn", "arn:aws:iam::aws:policy/AdministratorAccess", "attach administration")],
    },
    passes: {
      [ROLE]: [set("assumeRolePolicy", CONFINED, "trust one account")],
      [ROLE_POLICY]: [
        set(
          "policy",
          policy({ Effect: "Allow", Action: "ec2:DescribeSubnets", Resource: "*" }),
          "allow one action everywhere",
        ),
      ],
    },
  },
  {
    rule: "Q1",
    breaks: {
      [QUEUE]: [
        drop("kmsMasterKeyId"),
        set("kmsMasterKeyId", "", "empty the key"),
        where(redriven, drop("redrivePolicy")),
      ],
      [TOPIC]: [drop("kmsMasterKeyId")],
    },
    passes: {
      [QUEUE]: [all(drop("kmsMasterKeyId"), set("sqsManagedSseEnabled", true))],
      [TOPIC]: [set("kmsMasterKeyId", "alias/aws/sns", "take AWS's own key")],
    },
  },
  {
    rule: "L1",
    breaks: {
      [FUNCTION]: [
        drop("deadLetterConfig"),
        drop("reservedConcurrentExecutions"),
        hide("reservedConcurrentExecutions"),
        set("reservedConcurrentExecutions", -1, "lift the limit"),
        set("runtime", "nodejs14.x", "take an old runtime"),
        hide("runtime"),
      ],
    },
    passes: {
      [FUNCTION]: [
        all(drop("runtime"), set("packageType", "Image")),
        set("reservedConcurrentExecutions", 0, "reserve none"),
      ],
    },
  },
];
