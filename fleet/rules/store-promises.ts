import type { Residency } from "../../regions/topology/model";
import { REPLICATED } from "../../stacks/mesh";
import { at, list, number, show, text, UNKNOWN, type GraphNode, type Value } from "../graph";
import { holdsPersonalData, regionOfBucket, zoneOf, zonesOfSeveral } from "./places";
import type { Fleet, FleetJudge, FleetRule } from "./rule";

/**
 * What each store can promise, seconds; 0 = nothing is lost. Sources: docs.aws.amazon.com/amazondynamodb/latest/
 * developerguide/V2globaltables_HowItWorks.html (replication within seconds, no agreement), docs.aws.amazon.com/AmazonS3/
 * latest/userguide/replication-time-control.html (99.99 % in 15 minutes), docs.aws.amazon.com/AmazonRoute53/latest/
 * DeveloperGuide/dns-failover-determining-health-of-endpoints.html (detection = interval x failures).
 */
const TABLE_RPO_SECONDS = 5;
/** An alias is remembered as long as what it points to: docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html */
const ALIAS_TTL_SECONDS = 60;
const STREAM_TO_COPY = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";

/** Z2. */
export const storePromises: FleetRule = {
  id: "Z2",
  name: "fleet-store-promises",
  title: "Every store that a zone shares meets the recovery point and time that the topology promises",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "A promise is as good as the slowest store behind it: asynchronous tables lose seconds, timed replication up to 15 minutes, untimed replication has no bound at all.",
  fix: "Buy what the promise needs (strong consistency, replication time control, shorter checks), or promise what the stores can keep (`promises` in the topology)",
  spares:
    "Zones of one region, which have no copy to be late; environments with `failover: false`; caches, which are filled again.",
  check(fleet, judge) {
    for (const zone of zonesOfSeveral(fleet)) {
      tables(fleet, judge, zone);
      buckets(fleet, judge, zone);
    }
    if (zonesOfSeveral(fleet).length > 0) names(fleet, judge);
  },
};

function tables({ graph, topology }: Fleet, judge: FleetJudge, zone: Residency): void {
  const { rpoSeconds } = topology.promises;
  for (const table of graph.of("aws:dynamodb/table:Table")) {
    if (zoneOf(topology, table.region) !== zone || !holdsPersonalData(table)) continue;
    const replicas = list(table.inputs, "replicas");
    const strong = replicas.length > 0 && replicas.every((replica) => text(replica, "consistencyMode") === "STRONG");
    if (replicas.length === 0)
      judge.against(table, "replicas", `a replica: zone ${zone.zone} promises to outlive a region`, "none");
    else if (!strong && rpoSeconds < TABLE_RPO_SECONDS) {
      judge.against(
        table,
        "replicas",
        `STRONG consistency for an RPO of ${rpoSeconds} s`,
        "replicas that lag by seconds",
      );
    }
  }
}

/** Every region of the zone sends its events, its gold and its models to every other one, in time. */
function buckets(fleet: Fleet, judge: FleetJudge, zone: Residency): void {
  const { graph, topology } = fleet;
  const placeOfRule = (rule: Value): string | undefined =>
    regionOfBucket(fleet, text(rule, "destination.bucket") ?? "");
  const minutes = topology.promises.rpoSeconds / 60;
  for (const region of zone.regions) {
    const configs = graph.of(STREAM_TO_COPY).filter((node) => node.region === region);
    for (const part of REPLICATED) {
      const own = configs.filter(({ inputs }) => text(inputs, "bucket")?.includes(`-${region}-${part}-`) === true);
      const reached = own.flatMap(({ inputs }) => list(inputs, "rules")).map(placeOfRule);
      for (const peer of zone.regions) {
        if (peer === region || reached.includes(peer)) continue;
        judge.missing(
          `${topology.environment}.mesh`,
          `replication of ${region}`,
          `its ${part} bucket copied to ${peer}`,
        );
      }
    }
    for (const config of configs) judgeReplication(judge, config, minutes);
    judgeRaw(fleet, judge, region, configs);
  }
}

/** An event outlives its region when its raw copy does: after the delivery's buffer, and the replication of its object. */
function judgeRaw({ graph, topology }: Fleet, judge: FleetJudge, region: string, configs: readonly GraphNode[]): void {
  const raw = configs.filter(({ inputs }) => text(inputs, "bucket")?.includes(`-${region}-raw-`) === true);
  const slowest = Math.max(
    0,
    ...raw
      .flatMap(({ inputs }) => list(inputs, "rules"))
      .map((rule) => (number(rule, "destination.replicationTime.time.minutes") ?? 0) * 60),
  );
  for (const delivery of graph.of("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream")) {
    if (delivery.region !== region || text(delivery.inputs, "name")?.endsWith("-events-raw") !== true) continue;
    const buffer = secondsOf(delivery.inputs, "extendedS3Configuration.bufferingInterval", 300);
    if (buffer + slowest <= topology.promises.rpoSeconds) continue;
    judge.against(
      delivery,
      "extendedS3Configuration.bufferingInterval",
      `a buffer and a replication within the RPO of ${topology.promises.rpoSeconds} s`,
      `${buffer} s + ${slowest} s`,
    );
  }
}

function judgeReplication(judge: FleetJudge, config: GraphNode, minutes: number): void {
  for (const [index, rule] of list(config.inputs, "rules").entries()) {
    const at15 = `rules.${index}.destination.replicationTime`;
    if (text(rule, "status") !== "Enabled") {
      judge.against(config, `rules.${index}.status`, "Enabled");
      continue;
    }
    const timed = text(rule, "destination.replicationTime.status") === "Enabled";
    const within = number(rule, "destination.replicationTime.time.minutes") ?? Infinity;
    // Without time control there is no bound; an hour or more is what untimed replication keeps in nearly all cases.
    if (minutes < 60 && !(timed && within <= minutes)) {
      const got = timed ? `${within} minutes` : show(at(rule, "destination.replicationTime"));
      judge.against(config, at15, `time control within ${minutes} minutes`, got);
    }
  }
}

/** Detection and the resolvers' memory together stay within the recovery time. */
function names({ graph, topology }: Fleet, judge: FleetJudge): void {
  const { rtoSeconds } = topology.promises;
  const records = graph
    .of("aws:route53/record:Record")
    .filter(({ inputs }) => at(inputs, "setIdentifier") !== undefined);
  const ttl = Math.max(0, ...records.map(({ inputs }) => secondsOf(inputs, "ttl", ALIAS_TTL_SECONDS)));
  for (const check of graph.of("aws:route53/healthCheck:HealthCheck")) {
    const detection = secondsOf(check.inputs, "requestInterval", 30) * secondsOf(check.inputs, "failureThreshold", 3);
    if (detection + ttl > rtoSeconds) {
      judge.against(
        check,
        "requestInterval",
        `detection and TTL within the RTO of ${rtoSeconds} s`,
        `${detection} s + ${ttl} s`,
      );
    }
  }
}

/** A number of a resource, or AWS's own when it is not set; one that nobody knows keeps no promise. */
function secondsOf(inputs: Value, path: string, usual: number): number {
  return at(inputs, path) === UNKNOWN ? Infinity : (number(inputs, path) ?? usual);
}
