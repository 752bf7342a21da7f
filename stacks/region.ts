import { Keys } from "../components/keys/keys";
import { pseudonymKeyAlias } from "../components/keys/pseudonym";
import type { RegionPlan, Topology } from "../regions/topology/model";
import type { RegionOutputs } from "../contracts/outputs/region";
import type { Exported } from "./exported";
import { createEtl, createTraining, createWorkflow } from "./region/compute";
import { createApiEdge, createEdge, createIngest, createIntake, createSearch, zoneOf } from "./region/ingest";
import { createCatalogue, createLake, createWorkgroup } from "./region/lake";
import { createAlarmTopic, createQueues } from "./region/messaging";
import { createNetwork } from "./region/network";
import { createAgePublisher, createObservability } from "./region/operations";
import { placeOf } from "./region/context";
import { createApi, createCache, createEndpoint } from "./region/serving";
import { createWarehouse, createWarehouseLoad, createWarehouseUsers } from "./region/warehouse";
import type { StackOptions } from "./scope";

/**
 * `<env>.<region>`: everything that serves, complete in its own region: losing any other region changes nothing here.
 * The rooms stand in the order in which they need each other; each plane has its file in `region/`.
 */
export function region(topology: Topology, plan: RegionPlan, options: StackOptions): Exported<RegionOutputs> {
  const here = placeOf(topology, plan, options);

  const keys = new Keys("keys", { scope: here.scope }, here.opts);
  const alarms = createAlarmTopic(here, { keys });
  const queues = createQueues(here, { keys, alarms });
  const lake = createLake(here, { keys });
  const network = createNetwork(here, { keys, lake });
  const ground = { keys, alarms, queues, lake, network };

  const catalogue = createCatalogue(here, ground);
  const searching = createSearch(here, ground);
  const ingest = createIngest(here, ground, { searching, catalogue });
  createIntake(here, ground);

  const workgroup = createWorkgroup(here, ground);
  const etl = createEtl(here, ground);
  createTraining(here, ground);

  const cache = createCache(here, ground);
  const endpoint = createEndpoint(here, ground);
  const api = createApi(here, ground, { cache, endpoint, ingest });
  const warehouse = createWarehouse(here, ground, catalogue);
  createWarehouseUsers(here, warehouse);
  const fronted = { collector: ingest.collector, api, zoneId: zoneOf(here) };
  const edge = createEdge(here, fronted);
  createApiEdge(here, ground, fronted);

  const workflow = createWorkflow(here, ground, etl);
  createWarehouseLoad(here, ground, { warehouse, catalogue, workflow });
  createAgePublisher(here);
  const observability = createObservability(here, ground, { ingest, cache, endpoint, workflow });

  return {
    environment: topology.environment,
    region: plan.name,
    zone: plan.zone,
    role: plan.role,
    stream: ingest.stream.streamName,
    transformFunction: ingest.transform.functionName,
    curatedDeliveryStream: ingest.curated.streamName,
    rawDeliveryStream: ingest.raw.streamName,
    collectorUrl: ingest.collector.url,
    publicCollectorUrl: edge.collectorUrl,
    buckets: here.buckets,
    intakeQueueUrl: queues.intake.url,
    handoverQueueUrl: queues.handover.url,
    trainingQueueUrl: queues.training.url,
    glueDatabase: catalogue.databaseName,
    athenaWorkgroup: workgroup.workgroupName,
    pseudonymKeyAlias: pseudonymKeyAlias(here.scope),
    tables: here.tables,
    cacheEndpoint: cache.endpoint,
    endpointName: endpoint.endpointName,
    clusterName: api.clusterName,
    warehouse: warehouse.warehouseName,
    searchDomain: searching.search.domainName,
    stateMachineArn: workflow.stateMachineArn,
    dashboard: observability.dashboardName,
  };
}
