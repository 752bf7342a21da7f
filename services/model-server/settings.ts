import { totalmem } from "node:os";
import { GRAPH_FROM, type LoadOptions } from "../kit/model/package";

/** Settings of the model server, from its environment. */
export interface InferenceSettings {
  /** Where the one model lies; undefined where models come and go by `/models`. */
  readonly folder: string | undefined;
  readonly variant: string;
  readonly load: LoadOptions;
  /** Memory that all models together may take. */
  readonly memoryBytes: number;
  /** Whether a model that does not fit makes room by itself, where nobody else unloads. */
  readonly whenFull: "refuse" | "evict";
}

/** Where SageMaker unpacks a model's archive. docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html */
const MODEL_FOLDER = "/opt/ml/model";
/** One in a thousand: `LoadOptions.seenRate` says what it means for lists. */
const SEEN_RATE = 0.001;
/** The rest is for Node.js, requests, and the ids and files of a model that is being loaded. */
const MODELS_PART = 0.6;
const MIB = 1024 ** 2;

/**
 * Settings from the environment: `MODEL_FOLDER` (`/opt/ml/model`), `MERIDIAN_VARIANT` (`default`), `MERIDIAN_SEEN_RATE` (.001;
 * 0: no Bloom filters), `MERIDIAN_GRAPH_FROM` (500000 items), `SAGEMAKER_MULTI_MODEL` (`true` is set by SageMaker where the
 * endpoint has a collection of models), `MERIDIAN_MODELS_MEMORY_MIB` (.6 of the container's) and `MERIDIAN_MODELS_WHEN_FULL`
 * (`refuse`, for SageMaker unloads what it chooses; or `evict`).
 * @throws Error naming every setting that is wrong.
 */
export function inferenceSettings(env: NodeJS.ProcessEnv): InferenceSettings {
  const problems: string[] = [];
  const number = (name: string, usual: number, want: string, holds: (value: number) => boolean): number => {
    const value = env[name] === undefined || env[name] === "" ? usual : Number(env[name]);
    if (!holds(value)) problems.push(`${name}: want ${want}, got ${env[name] ?? ""}`);
    return value;
  };
  const whenFull = env["MERIDIAN_MODELS_WHEN_FULL"] ?? "refuse";
  const settings: InferenceSettings = {
    folder: env["SAGEMAKER_MULTI_MODEL"] === "true" ? undefined : (env["MODEL_FOLDER"] ?? MODEL_FOLDER),
    variant: env["MERIDIAN_VARIANT"] ?? "default",
    load: {
      seenRate: number("MERIDIAN_SEEN_RATE", SEEN_RATE, "a rate from 0 to below 1", (rate) => rate >= 0 && rate < 1),
      graphFrom: number("MERIDIAN_GRAPH_FROM", GRAPH_FROM, "a number of items above 0", (items) => items > 0),
    },
    memoryBytes: number("MERIDIAN_MODELS_MEMORY_MIB", usualMib(), "a number above 0", (mib) => mib > 0) * MIB,
    whenFull: whenFull === "evict" ? "evict" : "refuse",
  };
  if (whenFull !== settings.whenFull) {
    problems.push(`MERIDIAN_MODELS_WHEN_FULL: want refuse or evict, got ${whenFull}`);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return settings;
}

/** Of the memory that the container may take, or of the machine's where nothing limits it. */
function usualMib(): number {
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.floor((bytes * MODELS_PART) / MIB);
}
