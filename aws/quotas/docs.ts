import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { NAME_LIMITS, QUOTAS_READ, QUOTA_TABLE, SERVICE_LINKED_ROLES, UNLIMITED } from "./index";
import type { Quota } from "./index";

/** Where the page is kept. */
export const DOCS_FILE = join(__dirname, "..", "..", "docs", "quotas.md");

const HEAD = `# Quotas, and what a plan needs of them

\`meridian preflight ENV\` records the programs of all stacks in process, counts what they would make, region by region, and
compares it with what an AWS account has. It applies nothing and, without \`--account\`, talks to nobody.

## What it compares with

1. With \`--account\`: the quota that Service Quotas gives for the account and region, once the credentials turn out to be of the
   account that the topology names.
2. Else what the topology says AWS has granted (\`quotas\` in the file). It is shown as granted, not confirmed. A topology states
   grants for shards, concurrency, standard On-Demand and Spot vCPUs, endpoint instances (of one type, of one endpoint, in all)
   and the API's rate, and no others.
3. Else AWS's default below.

What needs more than that is to be requested, and the exit code is 1: \`meridian preflight prod\` ends so until they
are granted, said so in the topology or confirmed by \`--account\`. A quota that AWS does
not raise is to be met by a smaller plan. A region that an account must enable counts as not enabled unless \`--account\` finds
that it is. A network or a name that does not fit and a type that a region does not offer end with 1 too.

Maxima are counted, not what runs in quiet hours: the greatest size of every group, cluster and scaled variant, and both fleets of
an endpoint while it is updated. What the account already uses comes on top, so ask for the sum. Spot capacity that EMR would replace
by On-Demand instances counts as Spot. Sizes of policies that hold values only AWS knows are not counted; the table says "at least" there.

This page is generated from the table: \`node --require ./local/toolchain/register.cjs aws/quotas/docs.ts\`.
`;

/** The page, from the tables, formatted like every other file. */
export async function formattedPage(): Promise<string> {
  const page = [
    HEAD,
    `## The quotas\n\n${QUOTA_TABLE.length} quotas, read on ${QUOTAS_READ}. Where no quota code could be verified, none is given.\n`,
    ...[...Map.groupBy(QUOTA_TABLE, ({ service }) => service)].map(
      ([service, quotas]) => `### ${service}\n\n${quotas.map(quotaItem).join("\n")}\n`,
    ),
    "## Without a number\n",
    `${UNLIMITED.map(({ type, why, source }) => item([`\`${type}\`: ${why}.`, link(source)])).join("\n")}\n`,
    `## Service-linked roles\n\nOf the account, once for all regions. "First use" are made by AWS with the first resource, for a caller who may.\n`,
    `${SERVICE_LINKED_ROLES.map((one) =>
      item([
        `\`${one.role}\` of ${one.service}, made by: ${one.madeBy}.`,
        `For ${types(one.types)}.`,
        link(one.source),
      ]),
    ).join("\n")}\n`,
    "## Longest names\n",
    rows(
      ["Type", "Property", "Characters"],
      NAME_LIMITS.map(({ type, property, max }) => [`\`${type}\``, property, String(max)]),
    ),
  ].join("\n");
  return format(page, { ...(await resolveConfig(DOCS_FILE)), parser: "markdown", proseWrap: "always" });
}

/** One quota: id, code, name; then what the account has unasked, what is counted and of which types. */
function quotaItem(quota: Quota): string {
  return item([
    `\`${quota.id}\` (${quota.code ?? "no code"}): ${quota.name.replace("<of>", "any other type")}.`,
    `Default: ${defaultText(quota)} (${quota.unit}; for each ${quota.scope}; ${quota.adjustable ? "raised on request" : "not raised"}).`,
    `Counted: ${quota.counts}.`,
    `Types: ${types(quota.types)}.`,
    link(quota.source),
  ]);
}

function item(sentences: readonly string[]): string {
  return `- ${sentences.join(" ")}`;
}

function link(source: string): string {
  return `[AWS](${source})`;
}

function defaultText({ byDefault }: Quota): string {
  if (typeof byDefault === "number") return figure(byDefault);
  const groups = Map.groupBy(Object.entries(byDefault.regions), ([, value]) => value);
  const named = [...groups].map(
    ([value, regions]) => `${figure(value)} in ${regions.map(([name]) => name).join(", ")}`,
  );
  return [...named, `${figure(byDefault.others)} elsewhere`].join("; ");
}

function figure(value: number): string {
  return value.toLocaleString("en-US");
}

function types(all: readonly string[]): string {
  return all.map((type) => `\`${type}\``).join(", ");
}

function rows(heading: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heading), line(heading.map(() => "---")), ...body.map(line), ""].join("\n");
}

if (require.main === module) {
  void formattedPage().then((page) => {
    writeFileSync(DOCS_FILE, page);
  });
}
