import type * as pulumi from "@pulumi/pulumi";
import { ApiEdge } from "../../components/edge/api";
import { RegionEdge } from "../../components/edge/region";
import { Ingest } from "../../components/ingest/ingest";
import { planBuffering } from "../../components/ingest/plan";
import { Intake } from "../../components/intake/intake";
import { planIntake } from "../../components/intake/plan";
import { pseudonymKeyRef } from "../../components/keys/pseudonym";
import type { Catalogue } from "../../components/lake/catalogue";
import { planSearch } from "../../components/search/plan";
import { Search } from "../../components/search/search";
import type { RecommendationApi } from "../../components/serving/api";
import { foundationOutput } from "../reference";
import { LIVE_TABLE } from "./lake";
import { freshnessSeconds } from "./context";
import type { Ground, RegionContext } from "./context";

/** The search domain, and the group from which Firehose reaches it. */
export interface SearchPlane {
  readonly search: Search;
  readonly deliveryGroupId: pulumi.Output<string>;
}

export function createSearch(
  { scope, topology, plan, failover, opts }: RegionContext,
  { keys, network }: Pick<Ground, "keys" | "network">,
): SearchPlane {
  const { engineVersion, instanceType, dataNodes } = topology.search;
  const delivery = network.securityGroup("search-delivery", { description: "Firehose to the search domain" });
  const search = new Search(
    "search",
    {
      scope,
      engineVersion,
      instanceType,
      masterType: plan.types.searchMaster,
      sizing: planSearch(failover, topology.size, dataNodes, plan.availabilityZones.length),
      vpcId: network.vpcId,
      subnetIds: network.privateSubnetIds,
      key: keys.behaviour,
      clients: { delivery: delivery.id },
    },
    opts,
  );
  return { search, deliveryGroupId: delivery.id };
}

/** What the deliveries are made for, beside the lake's buckets. */
export interface Readers {
  readonly searching: SearchPlane;
  readonly catalogue: Catalogue;
}

/** Events in: collector, stream, transform, and the deliveries to bronze, raw and search. */
export function createIngest(
  { scope, topology, failover, opts }: RegionContext,
  { keys, lake, queues, network }: Ground,
  { searching: { search, deliveryGroupId }, catalogue }: Readers,
): Ingest {
  const { domain, identity, promises, size } = topology;
  const { bronze, raw, quarantine } = lake.buckets;
  return new Ingest(
    "ingest",
    {
      scope,
      traffic: failover,
      dataFreshnessHours: promises.dataFreshnessHours,
      ...(topology.failover ? { rpoSeconds: promises.rpoSeconds } : {}),
      capacity: size === "standard" ? "provisioned" : "on-demand",
      keys,
      pseudonymKey: pseudonymKeyRef(scope),
      buckets: { bronze: bronze.ref, raw: raw.ref },
      deadLetters: queues.failed.ref,
      authorizer: { kind: "jwt", issuer: identity.issuer, audiences: identity.audiences },
      ...(topology.ingest.collector === "function"
        ? { integration: { kind: "lambda", quarantine: quarantine.ref, deadLetters: queues.failed.ref } }
        : {}),
      allowedOrigins: [`https://www.${domain}`],
      search: {
        domain: search.ref,
        subnetIds: network.privateSubnetIds,
        securityGroupId: deliveryGroupId,
      },
      ...(topology.lake.liveTable
        ? { live: { catalogue: catalogue.ref, tableName: catalogue.tableName(LIVE_TABLE) } }
        : {}),
    },
    opts,
  );
}

/** The machines that verify what was delivered before anything else reads it. */
export function createIntake(here: RegionContext, { lake, queues, network, alarms }: Omit<Ground, "keys">): Intake {
  const { scope, topology, plan, failover, opts } = here;
  const buffering = planBuffering(failover, freshnessSeconds(here), true);
  return new Intake(
    "intake",
    {
      scope,
      buckets: {
        bronze: lake.buckets.bronze.ref,
        quarantine: lake.buckets.quarantine.ref,
        artifacts: lake.buckets.artifacts.ref,
      },
      queue: queues.intake.ref,
      handover: queues.handover.ref,
      vpcId: network.vpcId,
      subnetIds: network.privateSubnetIds,
      instanceTypes: plan.types.intake,
      capacity: planIntake(failover, buffering, topology.size),
      alarmTopic: alarms.ref,
    },
    opts,
  );
}

/** Id of the environment's zone, as the foundation gives it. */
export function zoneOf({ topology }: Pick<RegionContext, "topology">): pulumi.Output<string> {
  return foundationOutput(topology, "zoneId");
}

/** What visitors come to by the region's names. */
export interface Fronted {
  readonly collector: Ingest["collector"];
  readonly api: RecommendationApi;
  readonly zoneId: pulumi.Output<string>;
}

/** The recommendation API behind the collector's gateway, and so behind its names. */
export function createApiEdge(
  { scope, topology, opts }: RegionContext,
  { network }: Pick<Ground, "network">,
  { collector, api, zoneId }: Fronted,
): ApiEdge {
  const { apiId, authorizerId } = collector;
  return new ApiEdge(
    "api-edge",
    {
      scope,
      domain: topology.domain,
      zoneId,
      vpcId: network.vpcId,
      subnetIds: network.privateSubnetIds,
      gateway: { apiId, ...(authorizerId === undefined ? {} : { authorizerId }) },
      nodes: api.nodes,
    },
    opts,
  );
}

/** The region's own names before its collector. */
export function createEdge(
  { scope, topology, opts }: RegionContext,
  { collector, zoneId }: Omit<Fronted, "api">,
): RegionEdge {
  return new RegionEdge(
    "edge",
    {
      scope,
      domain: topology.domain,
      zoneId,
      collector: { apiId: collector.apiId, stage: collector.stageName },
    },
    opts,
  );
}
