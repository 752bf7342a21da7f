import type { Preflight, QuotaRow } from "../preflight";
import { table } from "./table";

/** Part of a quota from which a row is shown without `--all`. */
const SHOWN_FROM = 0.5;

/** The tables, the account first and then region by region; then what to do. */
export function preflightText(report: Preflight, { all }: { readonly all: boolean }): string {
  const { environment, account, asked, read } = report;
  const source = asked ? "quotas of the account" : `AWS's defaults of ${read}, and what the topology says was granted`;
  return [
    `${environment}, account ${account}: ${source}`,
    ...quotaLines(report, all),
    ...section("Instance types", instanceLines(report, all)),
    ...section("Addresses of subnets", subnetLines(report, all)),
    ...section("Longest names", nameLines(report, all)),
    ...section("Service-linked roles of the account", roleLines(report)),
    ...section("Regions to enable", optInLines(report)),
    ...section("First", report.requests),
    "",
    verdict(report),
    "",
  ].join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function quotaLines({ quotas }: Preflight, all: boolean): readonly string[] {
  return [...Map.groupBy(quotas, ({ region }) => region)].flatMap(([region, rows]) => {
    const shown = rows.filter((row) => all || row.status !== "fits" || row.need >= SHOWN_FROM * row.limit);
    const heading = ["service", "quota", "need", "have", "from", "code", "status"];
    const lines = shown.length === 0 ? [] : table(heading, shown.map(quotaCells));
    const rest = rows.length - shown.length;
    const more =
      rest === 0 ? [] : [`${rest} ${shown.length === 0 ? "" : "more "}${rest === 1 ? "quota fits" : "quotas fit"}`];
    return section(region === "" ? "Quotas of the account" : `Quotas of ${region}`, [...lines, ...more]);
  });
}

const STATUS: Readonly<Record<QuotaRow["status"], string>> = {
  fits: "",
  granted: "granted, not confirmed",
  request: "REQUEST",
  over: "TOO MUCH, AWS does not raise it",
};

function quotaCells(row: QuotaRow): readonly string[] {
  const of = row.of === undefined || row.name.includes(row.of) ? "" : `: ${row.of}`;
  const need = `${row.atLeast ? "at least " : ""}${figure(row.need)} ${row.unit}`;
  return [row.service, `${row.name}${of}`, need, figure(row.limit), row.from, row.code ?? "-", STATUS[row.status]];
}

function instanceLines({ instances }: Preflight, all: boolean): readonly string[] {
  const wrong = instances.filter(({ offered, missing = [] }) => offered === false || missing.length > 0);
  const unknown = instances.filter(({ offered }) => offered === undefined);
  const shown = all ? instances : [...wrong, ...unknown];
  const rows = shown.map(({ region, service, type, offered, missing, instead }) => [
    region,
    service,
    type,
    offered === undefined
      ? "not in the catalogue"
      : offered
        ? "offered"
        : `NOT OFFERED, there is ${instead.join(", ")}`,
    missing === undefined || missing.length === 0 ? "" : `MISSING in ${missing.join(", ")}`,
  ]);
  const commands = instances.flatMap(({ missing, command }) => (missing === undefined ? (command ?? []) : []));
  const [example] = commands;
  return [
    ...(rows.length === 0 ? [] : table(["region", "service", "type", "region has it", "zones"], rows)),
    `${instances.length - wrong.length - unknown.length} of ${instances.length} types are offered in their region`,
    ...(example === undefined
      ? []
      : [`which zones offer a type, only an account knows: --account asks, or ${example}`]),
  ];
}

function subnetLines({ subnets }: Preflight, all: boolean): readonly string[] {
  const byRegionAndTier = Map.groupBy(subnets, ({ region, tier }) => `${region} ${tier}`);
  const tightest = [...byRegionAndTier.values()].flatMap(
    (rows) => [...rows].sort((one, other) => other.need - other.usable - (one.need - one.usable))[0] ?? [],
  );
  const shown = all ? subnets : tightest.filter(({ fits, need, usable }) => !fits || need >= SHOWN_FROM * usable);
  const rows = shown.map(({ region, zone, tier, cidr, usable, need, fits, by }) => [
    region,
    zone,
    tier,
    cidr,
    need,
    usable,
    fits ? "" : `TOO SMALL: ${by.map(({ resource, addresses }) => `${resource} ${addresses}`).join(", ")}`,
  ]);
  const fitting = subnets.filter(({ fits }) => fits).length;
  return [
    ...(rows.length === 0 ? [] : table(["region", "zone", "tier", "block", "need", "have", "status"], rows)),
    `${fitting} of ${subnets.length} subnets could carry everything of their tier alone`,
  ];
}

function nameLines({ names }: Preflight, all: boolean): readonly string[] {
  const byRoom = [...names].sort((one, other) => one.max - one.length - (other.max - other.length));
  const shown = byRoom.filter(({ fits }, index) => all || !fits || index < 3);
  const rows = shown.map(({ type, name, length, max, fits }) => [
    type.split(":").at(-1) ?? type,
    name,
    length,
    max,
    fits ? "" : "TOO LONG",
  ]);
  return rows.length === 0 ? [] : table(["type", "name", "long", "most", "status"], rows);
}

function roleLines({ roles }: Preflight): readonly string[] {
  const made = { plan: "a stack makes it", "first use": "AWS makes it with the first use", you: "must exist before" };
  return table(
    ["role", "made", "command"],
    roles.map(({ role, madeBy, exists, command }) => [
      role,
      exists === true ? "exists" : exists === false ? `missing; ${made[madeBy]}` : made[madeBy],
      exists === true || madeBy === "plan" ? "" : command,
    ]),
  );
}

function optInLines({ optIn }: Preflight): readonly string[] {
  return optIn.map(({ region, enabled, command }) =>
    enabled === true
      ? `${region} is enabled`
      : `${region} ${enabled === false ? "is not enabled" : "must be enabled"}: ${command}`,
  );
}

function verdict({ quotas, instances, subnets, names, optIn, passed }: Preflight): string {
  if (passed) return `everything fits: ${quotas.length} quotas, ${subnets.length} subnets`;
  const count = (status: QuotaRow["status"]): number => quotas.filter((row) => row.status === status).length;
  const parts = [
    [count("request"), "quotas to request"],
    [count("over"), "quotas that AWS does not raise"],
    [
      instances.filter(({ offered, missing = [] }) => offered === false || missing.length > 0).length,
      "types not offered",
    ],
    [subnets.filter(({ fits }) => !fits).length, "subnets too small"],
    [names.filter(({ fits }) => !fits).length, "names too long"],
    [optIn.filter(({ enabled }) => enabled !== true).length, "regions to enable"],
  ] as const;
  const told = parts.flatMap(([amount, what]) => (amount === 0 ? [] : [`${amount} ${what}`]));
  return told.length === 0 ? "service-linked roles are missing" : told.join(", ");
}

function figure(value: number): string {
  return value.toLocaleString("en-US");
}
