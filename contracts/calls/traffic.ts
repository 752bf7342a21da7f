import type { ProgramCalls } from "./call";

/** Made visitors speak HTTP to the collector and the API; AWS is not called. */
export const calls: ProgramCalls = {
  program: "traffic",
  entries: ["services/traffic/generate.ts", "services/traffic/replay.ts", "services/traffic/import.ts"],
  as: "command",
  calls: [],
};
