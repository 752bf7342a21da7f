import { finding, type Finding } from "../kit/refuse";
import { wantDistinct, wantInteger, wantMatch } from "../kit/want";

/** Which statements go first when the cluster is busy. */
export const PRIORITIES = ["lowest", "low", "normal", "high", "highest"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** A queue of automatic workload management. A statement goes to the first queue that one of its roles or its group names. */
export interface WorkloadQueue {
  readonly name: string;
  /** Database roles whose statements it takes. @default none */
  readonly roles?: readonly string[];
  /** Labels that a session sets by `SET query_group`. @default none */
  readonly queryGroups?: readonly string[];
  /** @default `normal` */
  readonly priority?: Priority;
  /** Whether added capacity, which is paid by the second, takes what waits. @default false */
  readonly concurrencyScaling?: boolean;
  /** Seconds of execution after which a statement is ended. @default only the cluster's own limit */
  readonly abortAfterSeconds?: number;
}

/** Queues beside the default one: docs.aws.amazon.com/redshift/latest/dg/automatic-wlm.html */
const QUEUES = { max: 7 } as const;
/** docs.aws.amazon.com/redshift/latest/dg/cm-c-wlm-query-monitoring-rules.html */
const EXECUTION_SECONDS = { min: 1, max: 86_399 } as const;

/** Findings about the queues, by path below `deployment.queues`. */
export function checkQueues(queues: readonly WorkloadQueue[]): Finding[] {
  const path = "deployment.queues";
  return [
    ...wantDistinct(
      path,
      queues.map(({ name }) => name),
      "queue names",
      0,
    ),
    ...(queues.length > QUEUES.max
      ? [finding(path, `at most ${QUEUES.max} queues beside the default one`, queues.length)]
      : []),
    ...queues.flatMap((queue, index) => checkQueue(`${path}[${index}]`, queue)),
  ];
}

function checkQueue(path: string, queue: WorkloadQueue): Finding[] {
  const takes = [...(queue.roles ?? []), ...(queue.queryGroups ?? [])];
  return [
    ...wantMatch(`${path}.name`, queue.name, /^[A-Za-z][A-Za-z0-9 _-]{0,63}$/, "at most 64 letters, digits, _, -"),
    ...(queue.name.toLowerCase() === DEFAULT_QUEUE.toLowerCase()
      ? [finding(`${path}.name`, "another name than that of the last queue", queue.name)]
      : []),
    ...(takes.length === 0 ? [finding(path, "a role or a query group whose statements it takes", "none")] : []),
    ...(PRIORITIES.includes(queue.priority ?? "normal")
      ? []
      : [finding(`${path}.priority`, `one of ${PRIORITIES.join(", ")}`, queue.priority)]),
    ...(queue.abortAfterSeconds === undefined
      ? []
      : wantInteger(`${path}.abortAfterSeconds`, queue.abortAfterSeconds, "seconds", EXECUTION_SECONDS)),
  ];
}

/** Takes what no other queue takes; it must be the last. */
const DEFAULT_QUEUE = "Default queue";

/**
 * The value of `wlm_json_configuration`: the queues in their order, the default one, and a lane for short statements.
 * docs.aws.amazon.com/redshift/latest/mgmt/parameter-group-modify-wlm.html
 */
export function wlmConfiguration(queues: readonly WorkloadQueue[]): string {
  const all: readonly WorkloadQueue[] = [...queues, { name: DEFAULT_QUEUE }];
  return JSON.stringify([
    ...all.map((queue) => ({
      name: queue.name,
      user_role: queue.roles ?? [],
      query_group: queue.queryGroups ?? [],
      auto_wlm: true,
      queue_type: "auto",
      priority: queue.priority ?? "normal",
      concurrency_scaling: (queue.concurrencyScaling ?? false) ? "auto" : "off",
      ...(queue.abortAfterSeconds === undefined ? {} : { rules: [endAfter(queue.abortAfterSeconds)] }),
    })),
    { short_query_queue: true },
  ]);
}

function endAfter(seconds: number): object {
  return {
    rule_name: "too_long",
    predicate: [{ metric_name: "query_execution_time", operator: ">", value: seconds }],
    action: "abort",
  };
}
