import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { PROPERTY_RULES, STACK_RULES } from "./index";
import type { PropertyRule, StackRule } from "./index";

/** Where the page is kept. */
export const DOCS_FILE = join(__dirname, "..", "..", "docs", "aws-rules.md");

const HEAD = `# What AWS enforces between properties

AWS's service models say which members a request must have, which values an enumeration takes, how long a text may be. They do
not say how one property depends on another. These rules do, each with its AWS page and with examples that it refuses and accepts (\`aws/<service>/rules.ts\`). A value that only AWS knows before an update is never refused: it cannot be decided.

This page is generated from the rules: \`node --require ./local/toolchain/register.cjs aws/rules/docs.ts\`.
`;

/** The page, from the rules, formatted like every other file. */
export async function formattedPage(): Promise<string> {
  const page = [
    HEAD,
    `## Properties of one resource\n\n${PROPERTY_RULES.length} rules.\n`,
    list(PROPERTY_RULES),
    `## Resources of one stack\n\n${STACK_RULES.length} rules.\n`,
    list(STACK_RULES),
  ].join("\n");
  return format(page, { ...(await resolveConfig(DOCS_FILE)), parser: "markdown", proseWrap: "always" });
}

function list(rules: readonly (PropertyRule | StackRule)[]): string {
  const items = rules.map(({ id, types, title, source }) => {
    const judged = types.map((type) => `\`${type}\``).join(", ");
    return `- **${id}**: ${title} ([AWS](${source})). Types: ${judged}.`;
  });
  return [...items, ""].join("\n");
}

if (require.main === module) {
  void formattedPage().then((page) => {
    writeFileSync(DOCS_FILE, page);
  });
}
