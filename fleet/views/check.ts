import type { Difference, Finding, Report } from "../check";
import { table } from "./table";

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

/** What differs between the regions, and what in the topology asks for it. */
export function parityText(differences: readonly Difference[]): string {
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
