import { totalmem } from "node:os";
import { modelServerSettings } from "../../contracts/settings/model-server";
import type { Listening } from "../kit/http/process";
import type { LoadOptions } from "../kit/model/package";

/** Settings of the model server. */
export interface InferenceSettings {
  readonly listening: Listening;
  /** Where the one model lies; undefined where models come and go by `/models`. */
  readonly folder: string | undefined;
  readonly variant: string;
  readonly load: LoadOptions;
  /** Memory that all models together may take. */
  readonly memoryBytes: number;
  /** Whether a model that does not fit makes room by itself, where nobody else unloads. */
  readonly whenFull: "refuse" | "evict";
}

/** Share of the memory for models: the rest is for Node.js, requests, and the ids and files of a model under way. */
const MODELS_PART = 0.6;
const MIB = 1024 ** 2;

/** Reads the environment: see `contracts/settings/model-server.ts`. @throws SettingsError naming every variable that is wrong. */
export function inferenceSettings(environment: NodeJS.ProcessEnv): InferenceSettings {
  const values = modelServerSettings.read(environment);
  return {
    listening: { host: values.host, port: values.port },
    folder: values.multiModel ? undefined : values.folder,
    variant: values.variant,
    load: { seenRate: values.seenRate, graphFrom: values.graphFrom },
    memoryBytes: (values.modelsMemoryMib ?? usualMib()) * MIB,
    whenFull: values.whenFull,
  };
}

/** Of the memory that the container may take, or of the machine's where nothing limits it. */
function usualMib(): number {
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.floor((bytes * MODELS_PART) / MIB);
}
