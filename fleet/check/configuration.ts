import { z } from "zod";
import type { Finding } from "../../contracts/finding";
import { CATALOGUE } from "../../policies/catalogue";
import type { Rule } from "../../policies/kit/rule";

const LEVELS = ["mandatory", "advisory", "remediate", "disabled"] as const;

/** Levels and parameters of the pack's rules, by rule name. */
export interface Configuration {
  readonly levels: Readonly<Record<string, (typeof LEVELS)[number]>>;
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const level = z.enum(LEVELS, { error: `one of ${LEVELS.join(", ")}` });
const entry = z.union([level, z.looseObject({ enforcementLevel: level.optional() })]);

/**
 * Reads what `pulumi preview --policy-pack-config` reads: by rule name a level, or parameters and perhaps a level; `all`
 * gives every rule a level. Source: pulumi/pkg/resource/analyzer/config.go. The engine passes over a name of no rule; here
 * it is a finding: the name is misspelt.
 */
export function readConfiguration(
  text: string,
): { readonly configuration: Configuration } | { readonly findings: readonly Finding[] } {
  let data: unknown;
  try {
    data = text.trim() === "" ? {} : JSON.parse(text);
  } catch (error) {
    return {
      findings: [{ path: "", want: "JSON", got: error instanceof Error ? error.message : "something else" }],
    };
  }
  const parsed = z.record(z.string(), entry).safeParse(data);
  if (!parsed.success) {
    return {
      findings: parsed.error.issues.map(({ path }) => ({
        path: path.join("."),
        want: `a level (${LEVELS.join(", ")}) or parameters by name`,
        got: shown(path.reduce<unknown>(child, data)),
      })),
    };
  }
  const known = new Map(CATALOGUE.map((rule) => [rule.name, rule]));
  const findings = Object.entries(parsed.data).flatMap(([name, given]): Finding[] => {
    const rule = known.get(name);
    if (name === "all") return [];
    if (rule === undefined)
      return [{ path: name, want: "the name of a rule in docs/policies.md", got: "another name" }];
    if (typeof given === "string") return [];
    return Object.entries(given)
      .filter(([key]) => key !== "enforcementLevel")
      .flatMap(([key, value]) => wrongParameter(rule, key, value));
  });
  if (findings.length > 0) return { findings };
  return { configuration: assemble(parsed.data) };
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function child(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;
}

function wrongParameter({ name, settings }: Rule, key: string, value: unknown): readonly Finding[] {
  const path = `${name}.${key}`;
  const setting = settings?.[key];
  if (setting === undefined) return [{ path, want: `a parameter of ${name}`, got: "another name" }];
  const { error } = z.fromJSONSchema({ ...setting } as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value);
  if (error === undefined) return [];
  const messages = error.issues.map(({ message }) => message).join("; ");
  return [{ path, want: setting.description, got: `${JSON.stringify(value)} (${messages})` }];
}

function assemble(data: Readonly<Record<string, z.infer<typeof entry>>>): Configuration {
  const levels: Record<string, (typeof LEVELS)[number]> = {};
  const settings: Record<string, Record<string, unknown>> = {};
  const { all, ...own } = data;
  if (all !== undefined) {
    const given = typeof all === "string" ? all : all.enforcementLevel;
    if (given !== undefined) for (const { name } of CATALOGUE) levels[name] = given;
  }
  for (const [name, given] of Object.entries(own)) {
    if (typeof given === "string") {
      levels[name] = given;
      continue;
    }
    const { enforcementLevel, ...rest } = given;
    if (enforcementLevel !== undefined) levels[name] = enforcementLevel;
    settings[name] = rest;
  }
  return { levels, settings };
}
