import { at, list, text, type GraphNode, type Value } from "../../fleet/graph";
import type { Fleet } from "../../fleet/rules/rule";
import {
  adding,
  drop,
  each,
  hide,
  move,
  remove,
  set,
  topology,
  whole,
  withInput,
  type FleetOperator,
} from "./fleet-operators";

/** How bad fleets are made for one cross-stack rule, from real ones. */
export interface FleetSeed {
  readonly rule: string;
  /** Each must break the rule, wherever it applies. */
  readonly breaks: readonly FleetOperator[];
  /** Changes that look alike, after which the rule must hold. */
  readonly passes: readonly FleetOperator[];
}

const TABLE = "aws:dynamodb/table:Table";
const REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const BUCKET = "aws:s3/bucket:Bucket";
const COPY = "aws:redshift/snapshotCopy:SnapshotCopy";
const SCHEDULE = "aws:redshift/snapshotSchedule:SnapshotSchedule";
const FUNCTION = "aws:lambda/function:Function";
const STREAM = "aws:kinesis/stream:Stream";
const DELIVERY = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const RECORD = "aws:route53/record:Record";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const TARGET = "aws:appautoscaling/target:Target";
const SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const NODES = "aws:eks/nodeGroup:NodeGroup";
const ENDPOINT = "aws:sagemaker/endpointConfiguration:EndpointConfiguration";
const MODEL = "aws:sagemaker/model:Model";
const CACHE = "aws:elasticache/replicationGroup:ReplicationGroup";
const GLOBAL_CACHE = "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup";
const DOMAIN = "aws:opensearch/domain:Domain";
const GLUE = "aws:glue/catalogTable:CatalogTable";
const API_DOMAIN = "aws:apigatewayv2/domainName:DomainName";
const MAPPING = "aws:apigatewayv2/apiMapping:ApiMapping";
const BUDGET = "aws:budgets/budget:Budget";
const NETWORK = "awsx:ec2:Vpc";
const REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey";
const LOG_DESTINATION = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination";
const WEB_ACL = "aws:wafv2/webAcl:WebAcl";
const ASSOCIATION = "aws:redshift/snapshotScheduleAssociation:SnapshotScheduleAssociation";
const GRANT = "aws:redshift/snapshotCopyGrant:SnapshotCopyGrant";
const HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const ROLE = "aws:iam/role:Role";
const DIGEST = "primaryContainer.environment.MERIDIAN_MODEL_DIGEST";

const zoneOf = ({ topology: { residency } }: Fleet, region: string) =>
  residency.find(({ regions }) => regions.some((member) => member === region));
/** The zone whose shared host name it is. */
const zoneOfHost = ({ topology: { residency } }: Fleet, host: string) =>
  residency.find(({ zone }) => host.includes(`.${zone}.`));
const inEu = (node: GraphNode, fleet: Fleet): boolean => zoneOf(fleet, node.region)?.law === "eu";
/** In a zone that promises to outlive the loss of a region. */
const inSeveral = (node: GraphNode, fleet: Fleet): boolean =>
  fleet.topology.failover && (zoneOf(fleet, node.region)?.regions.length ?? 0) > 1;
/** A region of the fleet outside the node's zone. */
const foreign = (node: GraphNode, fleet: Fleet): string | undefined =>
  fleet.topology.regions.find(({ zone }) => zone !== zoneOf(fleet, node.region)?.zone)?.name;
const sibling = (node: GraphNode, fleet: Fleet): string | undefined =>
  fleet.topology.regions.find(({ name }) => name !== node.region)?.name;
const foreignEu = (node: GraphNode, fleet: Fleet): string | undefined =>
  inEu(node, fleet) ? foreign(node, fleet) : undefined;
const personal = ({ inputs }: GraphNode): boolean => text(inputs, "tags.meridian:data-class") !== "technical";
const bucketIn = ({ graph }: Fleet, region: string | undefined): string | undefined => {
  const found = graph.of(BUCKET).find((node) => node.region === region);
  const name = found === undefined ? undefined : text(found.inputs, "bucket");
  return name === undefined ? undefined : `arn:aws:s3:::${name}`;
};
const when = <T>(holds: boolean, value: T): T | undefined => (holds ? value : undefined);
const only = (where: (node: GraphNode, fleet: Fleet) => boolean, value: Value) => (node: GraphNode, fleet: Fleet) =>
  where(node, fleet) ? value : undefined;
const replicasPlus = (node: GraphNode, region: string | undefined): Value =>
  region === undefined ? undefined : [...list(node.inputs, "replicas"), { regionName: region }];
const traffic = (fleet: Fleet, factor: number): Fleet["topology"] => {
  const { traffic: now } = fleet.topology;
  const { eventsPerSecond: events, recommendationsPerSecond: requests } = now;
  return {
    ...fleet.topology,
    traffic: { ...now, eventsPerSecond: events * factor, recommendationsPerSecond: requests * factor },
  };
};
const promises = (fleet: Fleet, change: Partial<Fleet["topology"]["promises"]>): Fleet["topology"] | undefined =>
  fleet.topology.failover && fleet.topology.residency.some(({ regions }) => regions.length > 1)
    ? { ...fleet.topology, promises: { ...fleet.topology.promises, ...change } }
    : undefined;
const shared = ({ inputs }: GraphNode): boolean => at(inputs, "setIdentifier") !== undefined;
const onAws = ({ topology: { cloud } }: Fleet): boolean => cloud === "aws";
const policy = (action: string, resource = "*"): Value =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: resource }] });
const provisioned = ({ inputs }: GraphNode): boolean => typeof at(inputs, "shardCount") === "number";
const raw = ({ inputs }: GraphNode): boolean => text(inputs, "bucket")?.includes("-raw-") === true;
const ownDomain = (node: GraphNode): boolean => text(node.inputs, "domainName")?.includes(`.${node.region}.`) === true;
const twoOrigins = (node: GraphNode): boolean => list(node.inputs, "originGroups").length > 0;

/** A log of the web ACL before an EU zone's callers, in a place of the fleet or in one that nobody knows. */
function webAclLog(fleet: Fleet, destination: string): Fleet["graph"] | undefined {
  const stack = fleet.graph.stack(`${fleet.topology.environment}.mesh`);
  const distribution = stack?.of(DISTRIBUTION).find(({ inputs }) => {
    const host = text(inputs, "origins.0.domainName") ?? "";
    return zoneOfHost(fleet, host)?.law === "eu";
  });
  if (stack === undefined || distribution === undefined) return undefined;
  const [acl] = stack.linked(distribution, "webAclId", WEB_ACL);
  return adding(fleet.graph, stack.stack, {
    type: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    name: "added",
    region: "us-east-1",
    inputs: { logDestinationConfigs: [destination] },
    uses: { resourceArn: acl === undefined ? [] : [acl.urn] },
  });
}

/** A backup plan of a region under EU law that copies what it keeps to a vault. */
function backups(fleet: Fleet, to: (node: GraphNode) => string | undefined): Fleet["graph"] | undefined {
  const node = fleet.graph.of(STREAM).find((one) => inEu(one, fleet));
  const region = node === undefined ? undefined : to(node);
  if (node === undefined || region === undefined) return undefined;
  const vault = `arn:aws:backup:${region}:${fleet.topology.account}:backup-vault:there`;
  return adding(fleet.graph, `${fleet.topology.environment}.mesh`, {
    type: "aws:backup/plan:Plan",
    name: "added",
    region: node.region,
    inputs: { rules: [{ copyActions: [{ destinationVaultArn: vault }] }] },
  });
}

/** Caches of the fleet in one global group, the first one its primary; none where the fleet has fewer than `least`. */
function globalCaches(
  fleet: Fleet,
  change: (node: GraphNode, index: number) => GraphNode,
  { least, most } = { least: 2, most: 3 },
): Fleet["graph"] | undefined {
  const caches = fleet.graph.of(CACHE);
  const [first] = caches;
  if (first === undefined || caches.length < least) return undefined;
  const id = text(first.inputs, "replicationGroupId") ?? "";
  const members = caches.slice(0, most);
  const graph = fleet.graph.map((node) => {
    const index = members.indexOf(node);
    if (index < 0) return node;
    const sized = withInput(node, "nodeType", "cache.r7g.large");
    return change(index === 0 ? sized : withInput(sized, "globalReplicationGroupId", "ldgnf-one"), index);
  });
  return adding(graph, `${fleet.topology.environment}.mesh`, {
    type: GLOBAL_CACHE,
    name: "added",
    region: first.region,
    inputs: { primaryReplicationGroupId: id, globalReplicationGroupIdSuffix: "one" },
  });
}

/** How a fleet breaks each cross-stack rule, and how it nearly does. */
export const FLEET_SEEDS: readonly FleetSeed[] = [
  {
    rule: "Z1",
    breaks: [
      set(
        TABLE,
        "replicas",
        (node, fleet) => when(personal(node), replicasPlus(node, foreignEu(node, fleet))),
        "a replica outside",
      ),
      hide(TABLE, "replicas.0.regionName", (node, fleet) => personal(node) && inEu(node, fleet)),
      set(
        REPLICATION,
        "rules.0.destination.bucket",
        (node, fleet) => when(inEu(node, fleet), bucketIn(fleet, foreign(node, fleet))),
        "replicate outside",
      ),
      set(COPY, "destinationRegion", foreignEu, "snapshots outside"),
      set(
        FUNCTION,
        "environment.variables.MIRROR",
        (node, fleet) => {
          const there = foreignEu(node, fleet);
          return there === undefined ? undefined : `https://kinesis.${there}.amazonaws.com`;
        },
        "call an endpoint outside",
      ),
      move(STREAM, foreignEu),
      set(
        DISTRIBUTION,
        "origins.1.domainName",
        (node, fleet) => {
          const first = text(node.inputs, "origins.0.domainName") ?? "";
          const zone = zoneOfHost(fleet, first);
          const away = fleet.topology.regions.find((plan) => plan.zone !== zone?.zone);
          return zone?.law === "eu" && twoOrigins(node) && away !== undefined
            ? `collector.${away.name}.example.com`
            : undefined;
        },
        "fail over outside",
      ),
      move(REPLICA_KEY, foreignEu),
      set(
        LOG_DESTINATION,
        "deliveryDestinationConfiguration.destinationResourceArn",
        (node, fleet) => {
          const now = text(node.inputs, "deliveryDestinationConfiguration.destinationResourceArn") ?? "";
          const own = fleet.topology.regions.find(({ name }) => now.includes(`-${name}-`));
          const zone = own === undefined ? undefined : zoneOf(fleet, own.name);
          const away = fleet.topology.regions.find((plan) => plan.zone !== zone?.zone);
          return zone?.law === "eu" ? bucketIn(fleet, away?.name) : undefined;
        },
        "access logs outside",
      ),
      whole("a web ACL's log in us-east-1", (fleet) =>
        webAclLog(fleet, "arn:aws:logs:us-east-1:1:log-group:aws-waf-logs-x"),
      ),
      whole("a web ACL's log nobody knows where", (fleet) => webAclLog(fleet, "arn:aws:s3:::aws-waf-logs-x")),
      whole("backups copied outside", (fleet) => backups(fleet, (node) => foreign(node, fleet))),
      set(
        FUNCTION,
        "environment.variables.SOURCE",
        (node, fleet) => {
          const eu = fleet.topology.residency.find(({ law }) => law === "eu");
          return eu === undefined || inEu(node, fleet) ? undefined : `https://dynamodb.${eu.primary}.amazonaws.com`;
        },
        "read from inside the EU",
      ),
    ],
    passes: [
      set(
        TABLE,
        "replicas",
        (node, fleet) => (personal(node) ? undefined : replicasPlus(node, foreign(node, fleet))),
        "a replica without personal data",
      ),
      whole("a web ACL's log inside", (fleet) => {
        const eu = fleet.topology.residency.find(({ law }) => law === "eu");
        return eu === undefined ? undefined : webAclLog(fleet, bucketIn(fleet, eu.primary) ?? "");
      }),
      whole("backups copied inside", (fleet) => backups(fleet, ({ region }) => region)),
      set(
        FUNCTION,
        "environment.variables.LABEL",
        (node, fleet) => (inEu(node, fleet) ? undefined : "not eu-west-1"),
        "only speak of the EU",
      ),
      set(
        FUNCTION,
        "environment.variables.MIRROR",
        (node) => `https://kinesis.${node.region}.amazonaws.com`,
        "call an endpoint inside",
      ),
      set(FUNCTION, "description", (node, fleet) => foreign(node, fleet), "speak of another region"),
    ],
  },
  {
    rule: "Z2",
    breaks: [
      drop(REPLICATION, "rules.0.destination.replicationTime", inSeveral),
      set(REPLICATION, "rules.0.destination.replicationTime.time.minutes", only(inSeveral, 60), "an hour late"),
      set(REPLICATION, "rules.0.status", only(inSeveral, "Disabled"), "switch off"),
      set(TABLE, "replicas", (node, fleet) => when(personal(node) && inSeveral(node, fleet), []), "no replica"),
      remove(REPLICATION, inSeveral),
      set(
        DELIVERY,
        "extendedS3Configuration.bufferingInterval",
        (node, fleet) =>
          when(inSeveral(node, fleet) && text(node.inputs, "name")?.endsWith("-events-raw") === true, 901),
        "a buffer that eats up the recovery point",
      ),
      set(REPLICATION, "rules", (node, fleet) => when(inSeveral(node, fleet), []), "no rule"),
      hide(RECORD, "ttl", (node, fleet) => shared(node) && promises(fleet, {}) !== undefined),
      hide(HEALTH_CHECK, "requestInterval", (_node, fleet) => promises(fleet, {}) !== undefined),
      set(
        HEALTH_CHECK,
        "failureThreshold",
        (_node, fleet) => when(promises(fleet, {}) !== undefined, 30),
        "patient checks",
      ),
      topology("an RPO of one second", (fleet) => promises(fleet, { rpoSeconds: 1 })),
      topology("an RTO of a minute", (fleet) => promises(fleet, { rtoSeconds: 60 })),
    ],
    passes: [
      topology("an RTO of an hour", (fleet) => promises(fleet, { rtoSeconds: 3600 })),
      set(REPLICATION, "rules.0.destination.storageClass", "STANDARD_IA", "cheaper storage"),
    ],
  },
  {
    rule: "Z3",
    breaks: [
      ...[STREAM, FUNCTION, DOMAIN].map((type) =>
        set(
          type,
          "tags.upstream",
          (node, fleet) => {
            const other = sibling(node, fleet);
            return other === undefined ? undefined : `arn:aws:kinesis:${other}:${fleet.topology.account}:stream/events`;
          },
          "an ARN of a sibling",
        ),
      ),
      set(
        FUNCTION,
        "environment.variables.BUCKET",
        (node, fleet) => {
          const bucket = bucketIn(fleet, sibling(node, fleet));
          return bucket === undefined ? undefined : `${bucket}/models/latest`;
        },
        "an ARN of a sibling's bucket",
      ),
      set(
        ROLE_POLICY,
        "policy",
        (node, fleet) => {
          const other = sibling(node, fleet);
          const inRegion = fleet.graph.region(node.region)?.get(node.urn) !== undefined;
          return inRegion && other !== undefined ? policy("kms:Decrypt", `arn:aws:kms:${other}:1:key/x`) : undefined;
        },
        "a right to a sibling's key",
      ),
    ],
    passes: [
      set(
        STREAM,
        "tags.upstream",
        (node, fleet) => `arn:aws:kinesis:${node.region}:${fleet.topology.account}:stream/x`,
        "an ARN of its own",
      ),
      set(STREAM, "tags.upstream", "arn:aws:iam::aws:policy/ReadOnlyAccess", "an ARN without region"),
      set(
        FUNCTION,
        "environment.variables.BUCKET",
        (node, fleet) => bucketIn(fleet, node.region),
        "an ARN of its own bucket",
      ),
    ],
  },
  {
    rule: "N2",
    breaks: [
      drop(RECORD, "healthCheckId", (node, fleet) => shared(node) && promises(fleet, {}) !== undefined),
      set(
        RECORD,
        "weightedRoutingPolicies",
        (node, fleet) => when(shared(node) && promises(fleet, {}) !== undefined, [{ weight: 1 }]),
        "by weights",
      ),
      set(ROLE_POLICY, "policy", policy("route53:ChangeResourceRecordSets"), "may change records"),
      set(ROLE_POLICY, "policy", policy("elasticache:FailoverGlobalReplicationGroup"), "may promote a cache"),
      set(ROLE_POLICY, "policy", policy("route53:C*"), "may change records by a wildcard"),
      set(
        ROLE_POLICY,
        "policy",
        JSON.stringify({ Statement: { Effect: "Allow", NotAction: "iam:*", Resource: "*" } }),
        "may do all but a little",
      ),
      set(
        ATTACHMENT,
        "policyArn",
        "arn:aws:iam::aws:policy/AmazonRoute53FullAccess",
        "may change records, by AWS's policy",
      ),
      set(ROLE, "inlinePolicies", [{ policy: policy("cloudfront:UpdateDistribution") }], "may change the edge"),
      set(HEALTH_CHECK, "disabled", true, "a check that is switched off"),
      set(HEALTH_CHECK, "invertHealthcheck", true, "a check that is upside down"),
    ],
    passes: [
      set(ROLE_POLICY, "policy", policy("route53:ListHostedZones"), "may list zones"),
      set(
        ROLE_POLICY,
        "policy",
        JSON.stringify({ Statement: { Effect: "Deny", Action: "route53:*", Resource: "*" } }),
        "may not change records",
      ),
      set(HEALTH_CHECK, "disabled", false, "a check that says it is on"),
      set(RECORD, "ttl", (node) => when(shared(node), 30), "a shorter TTL"),
    ],
  },
  {
    rule: "C5",
    breaks: [
      set(
        TARGET,
        "maxCapacity",
        (node) => when(text(node.inputs, "resourceId")?.startsWith("endpoint/") === true, 0),
        "no instance",
      ),
      set(SCALER, "spec.maxReplicas", 0, "no replica"),
      set(NODES, "scalingConfig.maxSize", 0, "no node"),
      topology("a hundred thousand times the traffic", (fleet) => traffic(fleet, 100_000)),
      drop(TARGET, "maxCapacity", (node) => text(node.inputs, "resourceId")?.startsWith("endpoint/") === true),
    ],
    passes: [
      set(TARGET, "maxCapacity", (node) => Number(at(node.inputs, "maxCapacity")) + 1, "one more"),
      topology("half the traffic", (fleet) => traffic(fleet, 0.5)),
    ],
  },
  {
    rule: "C6",
    breaks: [
      set(NODES, "instanceTypes.0", "u-99tb1.metal", "a type that nobody has"),
      set(CACHE, "nodeType", "cache.z9.large", "a type that nobody has"),
      set(ENDPOINT, "productionVariants.0.instanceType", "ml.z9.large", "a type that nobody has"),
      set(DOMAIN, "clusterConfig.instanceType", "z9.large.search", "a type that nobody has"),
    ],
    passes: [set(NODES, "instanceTypes.0", "m5.large", "a type that all have")],
  },
  {
    rule: "C7",
    breaks: [
      set(
        STREAM,
        "shardCount",
        (node, fleet) => when(onAws(fleet) && provisioned(node), 1_000_001),
        "a million shards",
      ),
      set(FUNCTION, "reservedConcurrentExecutions", (_node, fleet) => when(onAws(fleet), 1_000_001), "all concurrency"),
      set(
        TARGET,
        "maxCapacity",
        (node, fleet) =>
          when(
            fleet.topology.quotas.endpointInstances !== undefined &&
              text(node.inputs, "resourceId")?.startsWith("endpoint/") === true,
            1_000_001,
          ),
        "more than granted",
      ),
      topology("fewer shards granted", (fleet) => {
        const needed = fleet.graph.of(STREAM).some(provisioned);
        return onAws(fleet) && needed
          ? { ...fleet.topology, quotas: { ...fleet.topology.quotas, kinesisShards: 0 } }
          : undefined;
      }),
    ],
    passes: [
      set(STREAM, "shardCount", (node) => Math.max(1, Number(at(node.inputs, "shardCount")) - 1), "one shard less"),
      set(STREAM, "streamModeDetails.streamMode", "ON_DEMAND", "capacity on demand"),
    ],
  },
  {
    rule: "K3",
    breaks: [
      remove(DELIVERY, (node, fleet) => inSeveral(node, fleet) && node.name.endsWith("raw")),
      remove(REPLICATION, (node, fleet) => raw(node) && inSeveral(node, fleet)),
      set(REPLICATION, "rules", (node, fleet) => when(raw(node) && inSeveral(node, fleet), []), "no rule"),
      set(
        REPLICATION,
        "rules.0.destination.bucket",
        (node, fleet) => {
          const one = zoneOf(fleet, node.region)?.regions.length === 2;
          return when(raw(node) && one && inSeveral(node, fleet), "arn:aws:s3:::nobodys");
        },
        "to a bucket that no stack makes",
      ),
      each(REPLICATION, "all but events", (node, fleet) =>
        raw(node) && inSeveral(node, fleet) ? everyRule(node, "filter.prefix", "errors/") : undefined,
      ),
      each(REPLICATION, "what is tagged", (node, fleet) =>
        raw(node) && inSeveral(node, fleet) ? everyRule(node, "filter.tag", { key: "copy", value: "yes" }) : undefined,
      ),
      each(REPLICATION, "switched off", (node, fleet) =>
        raw(node) && inSeveral(node, fleet) ? everyRule(node, "status", "Disabled") : undefined,
      ),
    ],
    passes: [
      each(REPLICATION, "events alone", (node) =>
        raw(node) ? everyRule(node, "filter.prefix", "events/") : undefined,
      ),
      remove(DELIVERY, (node) => node.name.endsWith("curated")),
      remove(REPLICATION, (node) => !raw(node)),
    ],
  },
  {
    rule: "K4",
    breaks: [
      set(STREAM, "shardCount", only(provisioned, 0), "no shard"),
      drop(STREAM, "shardCount"),
      remove(STREAM),
      topology("a hundred thousand times the events", (fleet) =>
        fleet.graph.of(STREAM).some(provisioned) ? traffic(fleet, 100_000) : undefined,
      ),
    ],
    passes: [
      set(STREAM, "streamModeDetails.streamMode", "ON_DEMAND", "capacity on demand"),
      set(STREAM, "shardCount", (node) => Number(at(node.inputs, "shardCount")) + 1, "one shard more"),
    ],
  },
  {
    rule: "S4",
    breaks: [
      set(
        REPLICATION,
        "rules.0.destination.bucket",
        (node, fleet) => bucketIn(fleet, node.region),
        "in the same region",
      ),
      set(REPLICATION, "rules.0.destination.bucket", "arn:aws:s3:::nobodys", "to a bucket that no stack makes"),
      hide(REPLICATION, "rules.0.destination.bucket"),
      move(REPLICATION, sibling),
    ],
    passes: [
      set(
        REPLICATION,
        "rules.0.destination.bucket",
        (node, fleet) => bucketIn(fleet, sibling(node, fleet)),
        "in another region",
      ),
    ],
  },
  {
    rule: "S6",
    breaks: [
      set(
        REPLICATION,
        "rules.0.destination.encryptionConfiguration.replicaKmsKeyId",
        (node) => `arn:aws:kms:${node.region}:1:alias/x`,
        "the source's key",
      ),
      drop(REPLICATION, "rules.0.destination.encryptionConfiguration"),
      set(
        REPLICATION,
        "rules.0.destination.encryptionConfiguration.replicaKmsKeyId",
        "alias/x",
        "a key without a region",
      ),
    ],
    passes: [
      set(
        REPLICATION,
        "rules.0.destination.encryptionConfiguration.replicaKmsKeyId",
        (node) =>
          text(node.inputs, "rules.0.destination.encryptionConfiguration.replicaKmsKeyId")?.replace(/alias.*/, "key/1"),
        "another key there",
      ),
    ],
  },
  {
    rule: "D4",
    breaks: [
      each(TABLE, "one replica less", (node) => {
        const replicas = list(node.inputs, "replicas");
        return replicas.length === 0 ? undefined : withInput(node, "replicas", replicas.slice(1));
      }),
      set(TABLE, "replicas", (node) => replicasPlus(node, "sa-east-1"), "a replica in a strange region"),
      hide(TABLE, "replicas.0.regionName"),
      whole("a replica in another state", (fleet) => {
        const [table] = fleet.graph.of(TABLE);
        return adding(fleet.graph, `${fleet.topology.environment}.mesh`, {
          type: "aws:dynamodb/tableReplica:TableReplica",
          name: "added",
          region: fleet.topology.regions.at(-1)?.name ?? "",
          inputs: { globalTableArn: `arn:aws:dynamodb:${table?.region ?? ""}:1:table/x` },
        });
      }),
      set(TABLE, "tags.meridian:zone", "nowhere", "a zone that is not there"),
    ],
    passes: [
      each(TABLE, "replicas in another order", (node) =>
        withInput(node, "replicas", [...list(node.inputs, "replicas")].reverse()),
      ),
      set(TABLE, "billingMode", "PROVISIONED", "another billing mode"),
    ],
  },
  {
    rule: "G2",
    breaks: [
      set(GLUE, "storageDescriptor.columns.0.type", "binary", "another type"),
      set(
        GLUE,
        "storageDescriptor.columns",
        (node) => list(node.inputs, "storageDescriptor.columns").slice(1),
        "a column less",
      ),
      set(GLUE, "partitionKeys", [{ name: "shard", type: "string" }], "other partitions"),
      remove(GLUE),
    ],
    passes: [
      set(GLUE, "storageDescriptor.columns.0.comment", "said otherwise", "another comment"),
      set(GLUE, "storageDescriptor.location", "s3://elsewhere/", "another place"),
    ],
  },
  {
    rule: "R3",
    breaks: [
      whole("a smaller secondary", (fleet) =>
        globalCaches(fleet, (node, index) => (index === 1 ? withInput(node, "nodeType", "cache.r7g.xlarge") : node)),
      ),
      whole("a secondary of another engine", (fleet) =>
        globalCaches(fleet, (node, index) => (index === 1 ? withInput(node, "engine", "memcached") : node)),
      ),
      whole("another number of shards", (fleet) =>
        globalCaches(fleet, (node, index) => (index === 1 ? withInput(node, "numNodeGroups", 77) : node)),
      ),
      whole("burstable nodes", (fleet) =>
        globalCaches(fleet, (node) => withInput(node, "nodeType", "cache.t4g.small")),
      ),
      whole("a fourth member", (fleet) => globalCaches(fleet, alike(fleet), { least: 4, most: 4 })),
    ],
    passes: [whole("members that are alike", (fleet) => globalCaches(fleet, alike(fleet)))],
  },
  {
    rule: "M4",
    breaks: [
      set(MODEL, DIGEST, only(inSeveral, "0".repeat(64)), "another model"),
      drop(MODEL, DIGEST),
      set(MODEL, "primaryContainer.modelDataUrl", "s3://models/latest/model.tar.gz", "a package without a digest"),
    ],
    passes: [set(MODEL, "primaryContainer.environment.LOG_LEVEL", "debug", "another setting")],
  },
  {
    rule: "W4",
    breaks: [
      remove(COPY, inSeveral),
      set(COPY, "destinationRegion", (node, fleet) => when(inSeveral(node, fleet), node.region), "in the same region"),
      hide(COPY, "destinationRegion", inSeveral),
      set(SCHEDULE, "definitions", only(inSeveral, ["rate(240 hours)"]), "every ten days"),
      hide(SCHEDULE, "definitions", inSeveral),
      remove(ASSOCIATION, inSeveral),
      set(ASSOCIATION, "scheduleIdentifier", only(inSeveral, "another"), "another schedule"),
      remove(GRANT),
      move(
        GRANT,
        (node, fleet) =>
          fleet.topology.regions.find(
            ({ name }) => name !== node.region && zoneOf(fleet, name) !== zoneOf(fleet, node.region),
          )?.name,
      ),
    ],
    passes: [
      set(SCHEDULE, "definitions", ["rate(1 hours)"], "every hour"),
      set(COPY, "retentionPeriod", 1, "kept shorter"),
    ],
  },
  {
    rule: "O4",
    breaks: [
      drop(DOMAIN, "tags.meridian:recovery"),
      set(DOMAIN, "tags.meridian:recovery", "none", "no way back"),
      set(DOMAIN, "tags.meridian:recovery", "follower", "a follower that nobody connects"),
      whole("a follower of its own region", (fleet) => follower(fleet, ({ region }) => region)),
      whole("a follower of nobody knows what", (fleet) => follower(fleet, () => undefined)),
    ],
    passes: [
      remove(DELIVERY, (node) => node.name.endsWith("search")),
      whole("a follower that is connected", (fleet) => follower(fleet, sibling)),
    ],
  },
  {
    rule: "P3",
    breaks: [
      remove(API_DOMAIN, ownDomain),
      remove(API_DOMAIN, (node) => !ownDomain(node)),
      remove(MAPPING),
      remove(RECORD, shared),
    ],
    passes: [remove(RECORD, ({ name }) => name.includes("-public-"))],
  },
  {
    rule: "X2",
    breaks: [
      set(
        DISTRIBUTION,
        "originGroups.0.members.1.originId",
        (node) => when(twoOrigins(node), at(node.inputs, "originGroups.0.members.0.originId")),
        "the same origin twice",
      ),
      drop(DISTRIBUTION, "originGroups", twoOrigins),
      set(
        DISTRIBUTION,
        "defaultCacheBehavior.targetOriginId",
        (node) => when(twoOrigins(node), at(node.inputs, "originGroups.0.members.0.originId")),
        "past the group",
      ),
      set(
        DISTRIBUTION,
        "origins.0.domainName",
        (node, fleet) => {
          const second = text(node.inputs, "origins.1.domainName") ?? "";
          const own = zoneOfHost(fleet, second);
          const away = fleet.topology.regions.find(({ zone }) => own !== undefined && zone !== own.zone);
          return away === undefined ? undefined : `collector.${away.name}.example.com`;
        },
        "an origin of another zone",
      ),
    ],
    passes: [
      set(
        DISTRIBUTION,
        "originGroups.0.members",
        (node) => when(twoOrigins(node), [...list(node.inputs, "originGroups.0.members")].reverse()),
        "the other way round",
      ),
      set(DISTRIBUTION, "priceClass", "PriceClass_100", "fewer edges"),
    ],
  },
  {
    rule: "V1",
    breaks: [
      set(
        NETWORK,
        "cidrBlock",
        (node, fleet) => {
          const other = fleet.graph.of(NETWORK).find(({ urn }) => urn !== node.urn);
          return other === undefined ? undefined : text(other.inputs, "cidrBlock");
        },
        "another region's block",
      ),
      set(
        NETWORK,
        "cidrBlock",
        (_node, fleet) => when(fleet.topology.regions.length > 1, "10.0.0.0/8"),
        "all addresses",
      ),
      drop(NETWORK, "cidrBlock"),
      whole("a second block that is another's", (fleet) =>
        secondBlock(fleet, () => text(fleet.graph.of(NETWORK).at(-1)?.inputs, "cidrBlock")),
      ),
      hide(NETWORK, "cidrBlock"),
    ],
    passes: [
      set(NETWORK, "cidrBlock", "172.16.0.0/16", "a block that nobody has"),
      whole("a second block that nobody has", (fleet) => secondBlock(fleet, () => "172.16.0.0/16")),
    ],
  },
  {
    rule: "Z4",
    breaks: [
      remove(BUDGET),
      set(BUDGET, "notifications", [], "told to nobody"),
      set(BUDGET, "costFilters", [{ name: "Region", values: ["sa-east-1"] }], "for a strange region"),
    ],
    passes: [set(BUDGET, "limitAmount", "1", "a smaller budget")],
  },
];

/** A replication whose rules all have another value. */
function everyRule(node: GraphNode, path: string, value: Value): GraphNode {
  return list(node.inputs, "rules").reduce<GraphNode>(
    (now, _rule, index) => withInput(now, `rules.${index}.${path}`, value),
    node,
  );
}

/** A fleet whose first search domain follows one that stands somewhere. */
function follower(fleet: Fleet, of: (node: GraphNode, fleet: Fleet) => string | undefined): Fleet["graph"] | undefined {
  const [domain] = fleet.graph.of(DOMAIN);
  const region = domain === undefined ? undefined : of(domain, fleet);
  if (domain === undefined || (of === sibling && region === undefined)) return undefined;
  const graph = fleet.graph.map((node) =>
    node === domain ? withInput(node, "tags.meridian:recovery", "follower") : node,
  );
  return adding(graph, domain.stack, {
    type: "aws:opensearch/outboundConnection:OutboundConnection",
    name: "added",
    region: domain.region,
    inputs: {
      localDomainInfo: { domainName: text(domain.inputs, "domainName") },
      remoteDomainInfo: { domainName: "leader", region },
    },
  });
}

/** A fleet with a second block on its first network. */
function secondBlock(fleet: Fleet, block: (network: GraphNode) => string | undefined): Fleet["graph"] | undefined {
  const [network] = fleet.graph.of(NETWORK);
  const cidrBlock = network === undefined ? undefined : block(network);
  if (network === undefined || cidrBlock === undefined) return undefined;
  return adding(fleet.graph, network.stack, {
    type: "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
    name: "added",
    region: network.region,
    inputs: { cidrBlock },
  });
}

/** Gives every member what the first one has. */
function alike({ graph }: Fleet): (node: GraphNode) => GraphNode {
  const [first] = graph.of(CACHE);
  return (node) =>
    ["engine", "engineVersion", "numNodeGroups"].reduce(
      (now, path) => withInput(now, path, first === undefined ? undefined : at(first.inputs, path)),
      node,
    );
}
