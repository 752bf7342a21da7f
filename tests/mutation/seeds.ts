import { createRequire } from "node:module";
import { join } from "node:path";
import { ruleFiles } from "../../policies/catalogue";
import { specified } from "../policies/kit";
import type { Mutations } from "./seed";

/** How bad fleets are made for one rule. */
export interface Seed extends Mutations {
  readonly rule: string;
}

const load = createRequire(__filename);
// A spec says its rule's mutations as it is loaded; its own tests join the run.
for (const file of ruleFiles()) load(join(__dirname, "..", "policies", `${file}.spec.ts`));

/** For each rule that one stack can be judged by, what its spec says. */
export const SEEDS: readonly Seed[] = [...specified()].map(([rule, mutations]) => ({ rule, ...mutations }));
