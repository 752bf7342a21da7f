import type { EtlConfig, EtlReport } from "../../services/etl/run";
import type { ModelManifest } from "../../services/kit/model/package";
import type { Algorithm } from "../../contracts/models/variants";

/** What the daily run must know of a region; the outputs of a region's stack have this shape. */
export interface DailyRegion {
  readonly environment: string;
  readonly region: string;
  readonly zone: string;
  readonly role: "primary" | "replica";
  readonly buckets: {
    readonly bronze: string;
    readonly silver: string;
    readonly gold: string;
    readonly artifacts: string;
  };
  readonly glueDatabase: string;
  /** Queue on which the verifier tells what it verified; absent: what is listed is all that is known. */
  readonly handoverQueueUrl?: string;
  readonly tables: { readonly recommendations: string; readonly models: string; readonly profiles: string };
}

export interface DailyConfig {
  readonly regions: readonly DailyRegion[];
  /** Python interpreter of the locked environment. */
  readonly python: string;
  /** One endpoint for all services, e.g. the emulator's; absent: AWS's own. */
  readonly endpoint?: string;
  /** Static credentials; absent: the default chain. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Time that the run carries. @default now */
  readonly now?: Date;
  /** Days after which recommendations expire. @default never */
  readonly ttlDays?: number;
  /** Variants of the experiment, the control first: each has a model of its own. @default the control alone */
  readonly variants?: readonly string[];
  /** Overrides of the training job's options. */
  readonly training?: Readonly<Record<string, number>>;
  /** Folder of an MLflow file store, or address of a server, that gets a run for each training. @default none */
  readonly tracking?: string;
  /** @default the pipeline's own */
  readonly etl?: EtlConfig["parameters"];
  /** Longest wait for a list to arrive in the zone's other regions, milliseconds. @default 60000 */
  readonly replicationTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What became of one variant's model in one residency zone. */
export interface ModelReport {
  readonly variant: string;
  /** What it was trained by. */
  readonly algorithm: Algorithm;
  /** `unchanged`: the same model as before. `superseded`: a later run's stays. `refused` by the gate: the one before stays. */
  readonly outcome: "published" | "unchanged" | "superseded" | "refused";
  readonly reason?: string;
  readonly modelVersion?: string;
  readonly usersScored: number;
  /** Held-out scores beside the baselines'. */
  readonly scores?: ModelManifest["evaluation"];
  /** Milliseconds until the zone's other regions could read the new lists. */
  readonly replicatedInMs: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** What became of one residency zone: the control's model, and beside it those of the other variants. */
export interface ZoneReport extends ModelReport {
  readonly zone: string;
  readonly primary: string;
  readonly challengers: readonly ModelReport[];
}

export interface DailyReport {
  readonly etl: readonly EtlReport[];
  readonly zones: readonly ZoneReport[];
  readonly seconds: number;
}

/** Steps of a run, for a progress display. */
export type DailyProgress = (event: {
  readonly step: "etl" | "train" | "score" | "replicate" | "publish";
  readonly where: string;
  readonly message: string;
}) => void;
