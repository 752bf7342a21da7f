import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Rule } from "./kit/rule";

const load = createRequire(__filename);

/** `<service>/<rule>` of each rule's file: every TypeScript file in a folder beside this one, but for the kit and packages. */
export function ruleFiles(): readonly string[] {
  return readdirSync(__dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "kit" && entry.name !== "node_modules")
    .flatMap(({ name }) => readdirSync(join(__dirname, name)).map((file) => `${name}/${file}`))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

/** The rule that a file exports, under whatever name; an error when it exports none or more than one. */
function ruleOf(file: string): Rule {
  const exported = Object.values(load(join(__dirname, `${file}.ts`)) as Readonly<Record<string, unknown>>);
  const [rule, ...others] = exported.filter(isRule);
  if (rule === undefined || others.length > 0) {
    throw new Error(`policies/${file}.ts: want one exported rule, got ${rule === undefined ? 0 : others.length + 1}`);
  }
  return rule;
}

function isRule(value: unknown): value is Rule {
  return typeof value === "object" && value !== null && "id" in value && "name" in value && "types" in value;
}

/**
 * Every rule that one stack can be judged by, in the order of their files: a rule is added by adding its file. Rules that
 * need several stacks are not here: they run over the graphs of all stacks.
 */
export const CATALOGUE: readonly Rule[] = ruleFiles().map(ruleOf);
