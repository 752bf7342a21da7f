import { at, isSet, list, text, UNKNOWN, type GraphNode, type StackGraph, type Value } from "../graph";
import { holdsPersonalData, regionOfArn, regionOfBucket, regionsOfHost } from "./places";
import type { Fleet } from "./rule";

/** What a copy is of: where it comes from, what kind, where it goes to. */
export interface Copy {
  readonly node: GraphNode;
  readonly property: string;
  readonly from: string;
  /** Undefined when it cannot be known. */
  readonly to: string | undefined;
}

/** Every copy that a resource makes of what another region holds: the fleet's replication graph. */
export function* copies(fleet: Fleet): Generator<Copy> {
  const { graph } = fleet;
  for (const node of graph.of("aws:dynamodb/table:Table")) {
    if (!holdsPersonalData(node)) continue;
    for (const [index, replica] of list(node.inputs, "replicas").entries()) {
      const property = `replicas.${index}.regionName`;
      yield { node, property, from: node.region, to: text(replica, "regionName") };
    }
  }
  for (const node of graph.of("aws:dynamodb/tableReplica:TableReplica")) {
    const from = regionOfArn(text(node.inputs, "globalTableArn"));
    // What it copies is not told: a copy into the EU is none of this rule's business, one out of it may be.
    yield { node, property: "region", from: from ?? firstEuRegion(fleet) ?? node.region, to: node.region };
  }
  for (const node of graph.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig")) {
    for (const [index, rule] of list(node.inputs, "rules").entries()) {
      const property = `rules.${index}.destination.bucket`;
      const bucket = text(rule, "destination.bucket");
      yield { node, property, from: node.region, to: bucket === undefined ? undefined : regionOfBucket(fleet, bucket) };
    }
  }
  for (const node of graph.of("aws:redshift/snapshotCopy:SnapshotCopy")) {
    yield { node, property: "destinationRegion", from: node.region, to: text(node.inputs, "destinationRegion") };
  }
  for (const node of graph.of("aws:elasticache/replicationGroup:ReplicationGroup")) {
    if (!isSet(at(node.inputs, "globalReplicationGroupId"))) continue;
    for (const member of cacheMembers(fleet, node)) {
      yield { node: member, property: "globalReplicationGroupId", from: node.region, to: member.region };
    }
  }
  for (const node of graph.of("aws:kms/replicaKey:ReplicaKey")) {
    if (!holdsPersonalData(node)) continue;
    // A replica of the key that makes pseudonyms makes the same ones: who has it can tell who is who.
    const primary = graph.stack(node.stack)?.linked(node, "primaryKeyArn", "aws:kms/key:Key")[0]?.region;
    const from = primary ?? regionOfArn(text(node.inputs, "primaryKeyArn")) ?? firstEuRegion(fleet) ?? node.region;
    yield { node, property: "region", from, to: node.region };
  }
  for (const stack of graph.stacks) {
    for (const node of stack.of("aws:cloudfront/distribution:Distribution")) {
      yield* originCopies(fleet, node);
      yield* logCopies(fleet, stack, node);
    }
  }
}

/** The other members of a cache's global group. One that cannot be told counts as the same. */
function cacheMembers({ graph }: Fleet, node: GraphNode): readonly GraphNode[] {
  const own = at(node.inputs, "globalReplicationGroupId");
  return graph.of("aws:elasticache/replicationGroup:ReplicationGroup").filter(({ urn, inputs }) => {
    const other = at(inputs, "globalReplicationGroupId");
    return urn !== node.urn && isSet(other) && (other === own || other === UNKNOWN || own === UNKNOWN);
  });
}

/** A request that one origin should have had goes to the others of its group. */
function* originCopies(fleet: Fleet, node: GraphNode): Generator<Copy> {
  const hosts = new Map(
    list(node.inputs, "origins").map((origin) => [text(origin, "originId"), placesOfOrigin(fleet, origin)]),
  );
  for (const [index, group] of list(node.inputs, "originGroups").entries()) {
    const places = list(group, "members").flatMap((member) => hosts.get(text(member, "originId")) ?? []);
    for (const from of places) {
      for (const to of places) yield { node, property: `originGroups.${index}.members`, from, to };
    }
  }
}

/** Regions that an origin's requests may reach. */
function placesOfOrigin(fleet: Fleet, origin: Value): readonly string[] {
  return [...new Set(regionsOfHost(fleet, text(origin, "domainName") ?? "").values())];
}

/** What a distribution and its web ACL write down of the callers of its origins: addresses among it. */
function* logCopies(fleet: Fleet, stack: StackGraph, distribution: GraphNode): Generator<Copy> {
  const sources = new Set(list(distribution.inputs, "origins").flatMap((origin) => placesOfOrigin(fleet, origin)));
  const logs = [...accessLogs(fleet, stack, distribution), ...webAclLogs(fleet, stack, distribution)];
  for (const from of sources) for (const log of logs) yield { ...log, from };
}

type Log = Omit<Copy, "from">;

function accessLogs(fleet: Fleet, stack: StackGraph, distribution: GraphNode): readonly Log[] {
  const legacy = at(distribution.inputs, "loggingConfig.bucket");
  const bucket = typeof legacy === "string" ? regionOfBucket(fleet, legacy.replace(/\.s3\..*$/, "")) : undefined;
  const sources = stack
    .of("aws:cloudwatch/logDeliverySource:LogDeliverySource")
    .filter((source) => stack.linked(source, "resourceArn", distribution.type).includes(distribution));
  const destinations = stack
    .of("aws:cloudwatch/logDelivery:LogDelivery")
    .filter((delivery) =>
      stack
        .linked(delivery, "deliverySourceName", "aws:cloudwatch/logDeliverySource:LogDeliverySource")
        .some((source) => sources.includes(source)),
    )
    .flatMap((delivery) =>
      stack.linked(delivery, "deliveryDestinationArn", "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"),
    );
  const property = "deliveryDestinationConfiguration.destinationResourceArn";
  return [
    ...(isSet(legacy) ? [{ node: distribution, property: "loggingConfig.bucket", to: bucket }] : []),
    ...destinations.map((node) => ({ node, property, to: placeOf(fleet, text(node.inputs, property)) })),
  ];
}

function webAclLogs(fleet: Fleet, stack: StackGraph, distribution: GraphNode): readonly Log[] {
  const acls = stack.linked(distribution, "webAclId", "aws:wafv2/webAcl:WebAcl");
  return stack
    .of("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
    .filter((log) => stack.linked(log, "resourceArn", "aws:wafv2/webAcl:WebAcl").some((acl) => acls.includes(acl)))
    .map((node) => {
      const [target] = stack.linked(
        node,
        "logDestinationConfigs",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:s3/bucket:Bucket",
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
      );
      const property = "logDestinationConfigs.0";
      return { node, property, to: target?.region ?? placeOf(fleet, text(node.inputs, property)) };
    });
}

/** Where something stands that an ARN names. */
function placeOf(fleet: Fleet, arn: string | undefined): string | undefined {
  return arn === undefined ? undefined : (regionOfArn(arn) ?? regionOfBucket(fleet, arn));
}

function firstEuRegion({ topology }: Fleet): string | undefined {
  return topology.residency.find(({ law }) => law === "eu")?.regions[0];
}
