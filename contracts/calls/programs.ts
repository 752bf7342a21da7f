import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { ProgramCalls } from "./call";

const load = createRequire(__filename);
const NOT_PROGRAMS = ["call.ts", "programs.ts"];

/** The calls of every program, in the order of their names: a program is added by adding its file, which exports `calls`. */
export const PROGRAM_CALLS: readonly ProgramCalls[] = readdirSync(__dirname)
  .filter((file) => file.endsWith(".ts") && !NOT_PROGRAMS.includes(file))
  .sort()
  .map((file) => (load(join(__dirname, file)) as { readonly calls: ProgramCalls }).calls);
