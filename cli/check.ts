import { FindingsError } from "../contracts/finding";
import { readFileSync, writeFileSync } from "node:fs";
import { checkFleet, parity, readConfiguration, toJunit, toSarif } from "../fleet/check";
import type { Configuration, Difference, Finding, Report } from "../fleet/check";
import { buildFleetGraph } from "../fleet/graph";
import { version } from "../package.json";
import { topologyOf } from "./kit/environment";
import { BadInput, EXIT } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { table } from "./kit/output";
import { publishedModels } from "./kit/published";

interface CheckOptions {
  readonly json?: boolean;
  readonly format?: string;
  readonly output?: string;
  readonly parity?: boolean;
  readonly access?: boolean;
  readonly policyPackConfig?: string;
}

const FORMATS = ["table", "json", "sarif", "junit"] as const;
type Format = (typeof FORMATS)[number];

/** Judges a whole environment by every rule, in process: no engine, no AWS, nothing started. */
export async function check(environment: string | undefined, options: CheckOptions): Promise<ExitCode> {
  const format = formatOf(options);
  // A file of one's own can be judged before it is one of the environments.
  const topology = topologyOf(environment);
  const configuration = options.policyPackConfig === undefined ? undefined : configurationOf(options.policyPackConfig);
  if (options.parity === true) {
    const differences = await parity(topology, await buildFleetGraph(topology));
    tell(options, format === "json" ? json({ differences }) : parityText(differences));
    return differences.every(({ declared }) => declared !== undefined) ? EXIT.ok : EXIT.failed;
  }
  const published = publishedModels();
  const report = await checkFleet(topology, {
    published,
    access: options.access === true,
    ...(configuration === undefined ? {} : { configuration }),
  });
  tell(options, written(report, format));
  return report.passed ? EXIT.ok : EXIT.failed;
}

function formatOf({ json: asJson, format = "table", parity: regions }: CheckOptions): Format {
  if (asJson === true) return "json";
  const known = FORMATS.find((one) => one === format);
  if (regions === true && (known === "sarif" || known === "junit")) {
    throw new BadInput("differences between regions are no violations of rules", [
      { path: "--format", reason: `want table or json with --parity, got ${known}` },
    ]);
  }
  if (known !== undefined) return known;
  throw new BadInput("the format is not known", [
    { path: "--format", reason: `want one of ${FORMATS.join(", ")}, got ${format}` },
  ]);
}

function configurationOf(file: string): Configuration {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new BadInput("the policy configuration cannot be read", [
      { path: "--policy-pack-config", reason: `want a file, got ${file}` },
    ]);
  }
  const read = readConfiguration(text);
  if ("findings" in read) throw new FindingsError(`${file} does not configure the rules`, read.findings);
  return read.configuration;
}

function tell({ output }: CheckOptions, text: string): void {
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(output, text);
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new BadInput("the report cannot be written", [
      { path: "--output", reason: `want a file that can be written, got ${got}` },
    ]);
  }
}

function written(report: Report, format: Format): string {
  switch (format) {
    case "json":
      return json(report);
    case "sarif":
      return json(toSarif(report, version));
    case "junit":
      return toJunit(report);
    case "table":
      return reportText(report);
  }
}

/** One screen: the stacks, then what is wrong, rule by rule. */
export function reportText({ stacks, findings, rules, passed }: Report): string {
  const rows = stacks.map(({ stack, resources, mandatory, advisory }) => [stack, resources, mandatory, advisory]);
  const byRule = Map.groupBy(findings, ({ rule }) => rule);
  const sections = [...byRule.values()].flatMap((broken) => ["", ...ruleLines(broken)]);
  const resources = stacks.reduce((sum, one) => sum + one.resources, 0);
  const verdict = passed
    ? `${rules} rules hold over ${resources} resources in ${stacks.length} stacks`
    : `${findings.filter(({ level }) => level === "mandatory").length} mandatory violations`;
  return [...table(["stack", "resources", "mandatory", "advisory"], rows), ...sections, "", verdict, ""].join("\n");
}

function ruleLines(broken: readonly Finding[]): readonly string[] {
  const [first] = broken;
  if (first === undefined) return [];
  return [
    `[${first.level}] ${first.id} ${first.rule}: ${first.title}`,
    ...broken.map(({ stack, urn, message }) => `  ${place(stack, urn)}: ${message}`),
  ];
}

function place(stack: string, urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  const where = stack === "" ? "topology" : stack;
  return urn === "" ? where : `${where} ${types.split("$").at(-1) ?? ""} ${name}`;
}

function parityText(differences: readonly Difference[]): string {
  if (differences.length === 0) return "every region has the same\n";
  const rows = differences.map(({ region, type, name, property, here, there, declared }) => [
    declared ?? "NOTHING",
    region,
    `${type.split(":").at(-1) ?? type} ${name}`,
    property,
    short(here),
    short(there),
  ]);
  const against = differences[0]?.against ?? "";
  const undeclared = differences.filter(({ declared }) => declared === undefined).length;
  const verdict =
    undeclared === 0
      ? `${differences.length} differences, each of which the topology asks for`
      : `${undeclared} of ${differences.length} differences that nothing in the topology asks for`;
  return [
    ...table(["asked for by", "region", "resource", "property", "there", `in ${against}`], rows),
    "",
    verdict,
    "",
  ].join("\n");
}

function short(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

function json(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
