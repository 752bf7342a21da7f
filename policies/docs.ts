import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { CATALOGUE } from "./catalogue";
import type { Rule } from "./kit/rule";

/** Where the page is kept. */
export const DOCS_FILE = join(__dirname, "..", "docs", "policies.md");

/** How each level is explained in the page. */
const LEVELS = { mandatory: "mandatory", advisory: "advisory", remediate: "mandatory; can repair" } as const;

const HEAD = `# Guardrails

The policy pack in \`policies/\`. It judges any Pulumi program that uses pulumi-aws v7, this repository's or another:

\`\`\`sh
pulumi preview --policy-pack path/to/policies
pulumi preview --policy-pack path/to/policies --policy-pack-config config.json
\`\`\`

A **mandatory** violation stops a preview and an update; an **advisory** one is a warning. A rule that **can repair** stops
like a mandatory one, until it is told to repair: then it changes the resource's inputs before they reach AWS, and the
engine reports what it changed. Tell it so in the policy configuration,

\`\`\`json
{ "kinesis-encrypted": "remediate", "kinesis-retention": { "replayWindowHours": 72 } }
\`\`\`

or, without a file, by \`POLICY_REMEDIATE=kinesis-encrypted,kms-rotation\` (or \`POLICY_REMEDIATE=all\`). A rule can be turned off
by \`"disabled"\`. A repair changes a resource, it never adds one: a bucket without a public access block still stops.

**Unknown values.** In the preview of a resource that does not exist yet, some values are unknown. Where a rule needs such a
value it counts as a violation, unless the rule says below why it cannot be known. Whether one resource refers to another is told by the
recorded dependencies, so that a preview of new resources is judged like an update.

Source ids are controls of AWS Foundational Security Best Practices unless prefixed (CIS: AWS Foundations Benchmark; CKV: Checkov);
"new" means that no public pack that we know has the rule. Rules that need the graphs of several stacks are not in this pack.

This page is generated from the rules: \`node --require ./local/toolchain/register.cjs policies/docs.ts\`.
`;

/** The page, from the rules. */
export function page(rules: readonly Rule[]): string {
  return [HEAD, contents(rules), ...rules.map(section)].join("\n");
}

/** The page as it is kept: formatted like every other file. */
export async function formattedPage(rules: readonly Rule[]): Promise<string> {
  return format(page(rules), { ...(await resolveConfig(DOCS_FILE)), parser: "markdown", proseWrap: "always" });
}

function contents(rules: readonly Rule[]): string {
  const items = rules.map(
    ({ id, name, title, level, severity, source }) =>
      `- ${id} [${name}](#${name}): ${title} (${LEVELS[level]}, ${severity}; ${source.join(", ")})`,
  );
  return [...items, ""].join("\n");
}

function section(rule: Rule): string {
  const lines = [`## ${rule.name}`, "", `**${rule.id}. ${rule.title}.** ${rule.why}`, ""];
  lines.push(`- To fix: ${escape(rule.fix)}`);
  if (rule.spares !== undefined) lines.push(`- Spared: ${escape(rule.spares)}`);
  if (rule.unknowns !== undefined) lines.push(`- Not known in a preview: ${escape(rule.unknowns)}`);
  for (const [name, setting] of Object.entries(rule.settings ?? {})) {
    lines.push(`- Setting \`${name}\` (default ${shown(setting.default)}): ${setting.description}`);
  }
  lines.push(`- Reads: ${rule.types.map((type) => `\`${type}\``).join(", ")}`, "");
  return lines.join("\n");
}

/** A default as code; each item of a list by itself, so that a long list can be wrapped. */
function shown(value: unknown): string {
  const items = Array.isArray(value) && value.length > 0 ? (value as readonly unknown[]) : [value];
  return items.map((item) => `\`${JSON.stringify(item)}\``).join(", ");
}

/** Markdown would take a bare `*` for emphasis. */
function escape(text: string): string {
  return text.replaceAll("*", "\\*");
}

async function write(): Promise<void> {
  writeFileSync(DOCS_FILE, await formattedPage(CATALOGUE));
}

if (require.main === module) void write();
