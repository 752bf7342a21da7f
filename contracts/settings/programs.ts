import { apiSettings } from "./api";
import { collectorFunctionSettings, collectorSettings } from "./collector";
import { modelServerSettings } from "./model-server";
import type { ProgramSettings, Setting } from "./setting";
import { transformSettings } from "./transform";
import { verifierSettings } from "./verifier";
import { workerSettings } from "./worker";

/** The settings of every program, in the order of the data's way. */
export const PROGRAMS: readonly Pick<ProgramSettings<Record<string, Setting<unknown>>>, "program" | "shape">[] = [
  collectorFunctionSettings,
  collectorSettings,
  transformSettings,
  verifierSettings,
  workerSettings,
  modelServerSettings,
  apiSettings,
];
