import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { FLEET_RULES } from "./catalogue";
import type { FleetRule } from "./rule";

/** Where the page is kept. */
export const DOCS_FILE = join(__dirname, "..", "..", "docs", "cross-stack-rules.md");

const HEAD = `# Cross-stack rules

What no stack's preview can see by itself: \`meridian check\`, \`plan\` and \`up\` record every stack of a topology in process and
judge them together, before an engine starts. A **mandatory** violation stops; an **advisory** one warns. The rules of single
stacks are in [policies.md](policies.md); how well these here are proved is in [cross-stack-matrix.md](cross-stack-matrix.md).

Source ids are controls of AWS Foundational Security Best Practices; "new" means that no public pack that we know has the rule.

This page is generated from the rules: \`node --require ./local/toolchain/register.cjs fleet/rules/docs.ts\`.
`;

/** The page, from the rules, formatted like every other file. */
export async function formattedPage(rules: readonly FleetRule[] = FLEET_RULES): Promise<string> {
  const page = [HEAD, contents(rules), ...rules.map(section)].join("\n");
  return format(page, { ...(await resolveConfig(DOCS_FILE)), parser: "markdown", proseWrap: "always" });
}

function contents(rules: readonly FleetRule[]): string {
  const items = rules.map(
    ({ id, name, title, level, severity, source }) =>
      `- ${id} [${name}](#${name}): ${title} (${level}, ${severity}; ${source.join(", ")})`,
  );
  return [...items, ""].join("\n");
}

function section({ id, name, title, why, fix, spares, unknowns }: FleetRule): string {
  return [
    `## ${name}`,
    "",
    `**${id}. ${title}.** ${why}`,
    "",
    `- To fix: ${fix}`,
    ...(spares === undefined ? [] : [`- Spared: ${spares}`]),
    ...(unknowns === undefined ? [] : [`- Not known before an update: ${unknowns}`]),
    "",
  ].join("\n");
}

if (require.main === module) {
  void formattedPage().then((page) => {
    writeFileSync(DOCS_FILE, page);
  });
}
