import type { Cache } from "../../components/cache/cache";
import type { Ingest } from "../../components/ingest/ingest";
import { nameOf } from "../../components/kit/names";
import { AgePublisher } from "../../components/observability/ages";
import { Observability } from "../../components/observability/observability";
import type { ModelEndpoint } from "../../components/serving/endpoint";
import type { DailyWorkflow } from "../../components/workflow/workflow";
import { tableRef } from "./context";
import type { Ground, RegionContext } from "./context";

/** Tells how old data and model are, which no service does. */
export function createAgePublisher(here: RegionContext): AgePublisher {
  return new AgePublisher("ages", { scope: here.scope, models: tableRef(here, "models") }, here.opts);
}

/** What the region's observability looks at. */
export interface Watched {
  readonly ingest: Ingest;
  readonly cache: Cache;
  readonly endpoint: ModelEndpoint;
  readonly workflow: DailyWorkflow;
}

/** An alarm for each promise, and the page of the region. */
export function createObservability(
  { scope, topology, tables, opts }: RegionContext,
  { keys, alarms }: Pick<Ground, "keys" | "alarms">,
  { ingest, cache, endpoint, workflow }: Watched,
): Observability {
  const { availability, dataFreshnessHours } = topology.promises;
  const deadLetters = (part: string): string => nameOf(scope, `${part}-dead`, "queue");
  return new Observability(
    "observability",
    {
      scope,
      targets: {
        environment: topology.environment,
        stream: ingest.stream.streamName,
        collectorApiId: ingest.collector.apiId,
        transformFunction: ingest.transform.functionName,
        ...(ingest.collector.functionName === undefined ? {} : { collectorFunction: ingest.collector.functionName }),
        deliveryStreams: {
          curated: ingest.curated.streamName,
          raw: ingest.raw.streamName,
          ...(ingest.live === undefined ? {} : { live: ingest.live.streamName }),
        },
        deadLetterQueues: {
          intake: deadLetters("intake"),
          handover: deadLetters("handover"),
          training: deadLetters("training"),
          "failed-calls": deadLetters("failed-calls"),
        },
        endpointName: endpoint.endpointName,
        variantNames: endpoint.variantNames,
        cacheNodes: cache.nodeNames,
        cacheHealth: { engine: topology.cache.engine },
        tables: { ...tables },
        stateMachineArn: workflow.stateMachineArn,
      },
      promises: { availability, dataFreshnessHours },
      alarmTopicArn: alarms.arn,
      key: keys.technical,
    },
    opts,
  );
}
