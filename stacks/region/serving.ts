import { Cache } from "../../components/cache/cache";
import { planCache } from "../../components/cache/plan";
import type { Ingest } from "../../components/ingest/ingest";
import { pseudonymKeyRef } from "../../components/keys/pseudonym";
import { RepositoryRef } from "../../components/parts/refs/repository";
import { RecommendationApi } from "../../components/serving/api";
import type { RecommendationApiArgs } from "../../components/serving/api";
import { BootstrapModel } from "../../components/serving/bootstrap-model";
import { ModelEndpoint } from "../../components/serving/endpoint";
import { repositoryName } from "../../components/serving/images";
import { invocationsTarget, planApi, planVariants } from "../../components/serving/plan";
import { shadowIn, variantsIn } from "../../regions/topology/derive";
import { imageOf, IMAGE_VERSION, tableRef } from "./context";
import type { Ground, RegionContext } from "./context";

export function createCache(
  { scope, topology, failover, opts }: RegionContext,
  { keys, network, alarms }: Pick<Ground, "keys" | "network" | "alarms">,
): Cache {
  const { cache, size } = topology;
  const sizing = planCache(failover, size, cache.nodeType, cache.replicasPerShard);
  return new Cache(
    "cache",
    {
      scope,
      engine:
        cache.engine === "memcached"
          ? { engine: "memcached", nodes: sizing.shards * (1 + sizing.replicasPerShard) }
          : { engine: cache.engine, ...sizing },
      nodeType: cache.nodeType,
      vpcId: network.vpcId,
      subnetIds: network.isolatedSubnetIds,
      key: keys.behaviour,
      notificationTopicArn: alarms.arn,
    },
    opts,
  );
}

/** The model's endpoint, with a model that answers until training has published one. */
export function createEndpoint(
  here: RegionContext,
  { keys, network, lake }: Pick<Ground, "keys" | "network" | "lake">,
): ModelEndpoint {
  const { scope, topology, plan, failover, home, opts } = here;
  const { size } = topology;
  const artifacts = lake.buckets.artifacts.ref;
  const shadow = shadowIn(topology, plan);
  const model = new BootstrapModel("bootstrap-model", { artifacts }, opts);
  const repository = new RepositoryRef(scope, repositoryName(home, "inference"));
  return new ModelEndpoint(
    "endpoint",
    {
      scope,
      image: imageOf(here, "inference"),
      repository,
      imageVersion: IMAGE_VERSION,
      model: model.artifact,
      variants: planVariants(failover, size, variantsIn(topology, plan)),
      ...(shadow === undefined ? {} : { shadow: { ...shadow, model: model.artifact } }),
      vpcId: network.vpcId,
      subnetIds: network.privateSubnetIds,
      key: keys.behaviour,
      artifacts,
      capture: { bucket: lake.buckets.bronze.ref, prefix: "capture/endpoint", percent: size === "standard" ? 5 : 100 },
      invocationsPerInstanceMinute: invocationsTarget(),
    },
    { ...opts, dependsOn: [model] },
  );
}

/** What the API asks for lists, predictions and a place for exposures. */
export interface Answering {
  readonly cache: Cache;
  readonly endpoint: ModelEndpoint;
  readonly ingest: Ingest;
}

export function createApi(
  here: RegionContext,
  { keys, network }: Pick<Ground, "keys" | "network">,
  { cache, endpoint, ingest }: Answering,
): RecommendationApi {
  const { scope, topology, plan, normal, failover, opts } = here;
  const { serving, size } = topology;
  return new RecommendationApi(
    "api",
    {
      scope,
      kubernetesVersion: serving.kubernetesVersion,
      nodeInstanceTypes: plan.types.nodes,
      ...planApi(normal, failover, size),
      vpcCidr: plan.cidr,
      subnetIds: network.privateSubnetIds,
      key: keys.technical,
      image: imageOf(here, "api"),
      tables: {
        recommendations: tableRef(here, "recommendations"),
        models: tableRef(here, "models"),
        flags: tableRef(here, "flags"),
      },
      cache: cache.ref,
      endpoint: endpoint.ref,
      stream: ingest.stream.ref,
      pseudonymKey: pseudonymKeyRef(scope),
      ...(serving.access === undefined ? {} : { publicAccessCidrs: serving.access }),
      ...callersOf(topology),
      ...(serving.telemetry === undefined ? {} : { telemetry: serving.telemetry }),
      variants: serving.variants.map(({ name, weight }) => ({ name, weight })),
    },
    { ...opts, dependsOn: [ingest.stream] },
  );
}

/** Whom the API knows: in every region alike, by the same issuer as the collector. */
function callersOf({
  serving: { callers },
  identity,
}: RegionContext["topology"]): Pick<RecommendationApiArgs, "callers"> {
  if (callers === undefined) return {};
  return { callers: callers === "jwt" ? { kind: callers, ...identity } : { kind: callers } };
}
