import type { ProgramCalls } from "./call";

/** The model server calls nobody: SageMaker puts its model into its folder. */
export const calls: ProgramCalls = {
  program: "model-server",
  entries: ["services/model-server/main.ts"],
  as: "process",
  calls: [],
};
