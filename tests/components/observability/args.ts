import type { ObservabilityArgs } from "../../../components/observability/observability";
import type { Targets } from "../../../components/observability/targets";
import { SCOPE } from "../../kit/builders";
import { KEYS } from "../../kit/refs";

export const TARGETS: Targets = {
  environment: "test",
  stream: "events",
  collectorApiId: "api1",
  transformFunction: "transform",
  deliveryStreams: { curated: "events-curated", raw: "events-raw" },
  deadLetterQueues: { transform: "transform-dead", intake: "intake-dead" },
  endpointName: "recommendations",
  variantNames: ["control", "challenger"],
  cacheNodes: ["cache-0001-001", "cache-0001-002"],
  tables: { recommendations: "meridian-test-us-recommendations" },
  stateMachineArn: "arn:aws:states:us-east-1:111122223333:stateMachine:daily",
};

export const ARGS: ObservabilityArgs = {
  scope: SCOPE,
  targets: TARGETS,
  promises: { availability: 0.999, dataFreshnessHours: 26 },
  alarmTopicArn: "arn:aws:sns:us-east-1:111122223333:alarms",
  key: KEYS.technical,
};
