/**
 * What a region's observability watches, by the names that CloudWatch knows. `T`: plain text, or text that may still be
 * on its way; how many there are, and the short names, are always known.
 */
export interface Targets<T = string> {
  /** The environment's name, a dimension of the platform's own metrics. */
  readonly environment: string;
  readonly stream: T;
  readonly collectorApiId: T;
  /** The collector's function. @default none: the API puts events on the stream by itself */
  readonly collectorFunction?: T;
  readonly transformFunction: T;
  /** Delivery streams by a short name. */
  readonly deliveryStreams: Readonly<Record<string, T>>;
  /** Dead-letter queues by a short name. */
  readonly deadLetterQueues: Readonly<Record<string, T>>;
  readonly endpointName: T;
  readonly variantNames: readonly string[];
  readonly cacheNodes: readonly T[];
  /** What the cache is held to beside its evictions. @default its evictions alone */
  readonly cacheHealth?: CacheHealth;
  /** Tables by a short name. */
  readonly tables: Readonly<Record<string, T>>;
  readonly stateMachineArn: T;
}

/** What is expected of a cache. */
export interface CacheHealth {
  readonly engine: "valkey" | "redis" | "memcached";
  /** Fewest requests for a key that find it, percent. @default 50 */
  readonly hitPercent?: number;
  /** Most memory that a node uses, percent; Memcached does not say it. @default 90 */
  readonly memoryPercent?: number;
  /** Most that a node computes, percent of the engine's thread; of the processors for Memcached. @default 90 */
  readonly cpuPercent?: number;
  /** Most that a replica is behind, seconds; Memcached has no replicas. @default 5 */
  readonly lagSeconds?: number;
}

/** What the topology promises, in the units of the metrics. */
export interface Promises {
  /** Part of the requests answered well, e.g. 0.999. */
  readonly availability: number;
  /** Hours since gold was last made of data that passed the quality gate. */
  readonly dataFreshnessHours: number;
  /** Age of the model in use, hours. @default a day more than the data's */
  readonly modelAgeHours?: number;
  /** Seconds by which the stream's readers may lag. @default 300 */
  readonly streamLagSeconds?: number;
  /** Milliseconds within which 99 % of the predictions are made. @default 100 */
  readonly predictionMilliseconds?: number;
}
