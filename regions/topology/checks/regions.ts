import { allRegions, suggestRegion } from "../../catalogue";
import type { CheckContext, KnownRegion } from "../check-context";
import { homeOf } from "../derive";
import type { Finding } from "../draft";
import { got } from "../problems";

/** Regions: known, each once, of one partition, one primary a zone, enough of them, with the zones they name. */
export function checkRegions(context: CheckContext): readonly Finding[] {
  return [
    ...unknownRegions(context),
    ...repeatedRegions(context),
    ...mixedPartitions(context),
    ...primaries(context),
    ...shares(context),
    ...failover(context),
    ...availabilityZones(context),
    ...home(context),
    ...account(context),
  ];
}

/** `want an AWS region, got "eu-west-9"; did you mean eu-west-1?` */
export function unknownRegion(name: string): string {
  const nearest = suggestRegion(name);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return `want one of the ${allRegions().length} AWS regions, got ${got(name)}${hint}`;
}

function namePath({ path }: Pick<KnownRegion, "path">): readonly PropertyKey[] {
  return typeof path.at(-1) === "number" ? [...path, "name"] : path;
}

function unknownRegions({ draft, known }: CheckContext): readonly Finding[] {
  const exist = new Set(known.map(({ entry }) => entry.name));
  return draft.regions
    .filter(({ entry }) => !exist.has(entry.name))
    .map((region) => ({ path: namePath(region), reason: unknownRegion(region.entry.name), atKey: true }));
}

function repeatedRegions({ draft, document }: CheckContext): readonly Finding[] {
  const first = new Map<string, readonly PropertyKey[]>();
  return draft.regions.flatMap((region) => {
    const { name } = region.entry;
    const path = namePath(region);
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, path);
      return [];
    }
    const [line, again] = [document.lineOf(earlier) ?? "?", document.lineOf(path) ?? "?"];
    return [{ path, reason: `want each region once, got ${name} in line ${line} and in line ${again}` }];
  });
}

function mixedPartitions({ known }: CheckContext): readonly Finding[] {
  const [first] = known;
  return known
    .filter(({ info }) => first !== undefined && info.partition !== first.info.partition)
    .map((region) => {
      const { partition } = region.info;
      const expected = first?.info;
      const reason =
        `want all regions in one partition, got ${partition} (${region.entry.name}) beside ${expected?.partition ?? ""} ` +
        `(${expected?.name ?? ""}): ${expected?.partition ?? ""} and ${partition} cannot replicate`;
      return { path: namePath(region), reason };
    });
}

/** Zones in the order of their first region, each with its regions. */
export function byZone(known: readonly KnownRegion[]): readonly (readonly [string, readonly KnownRegion[]])[] {
  const zones = [...new Set(known.map(({ entry }) => entry.zone))];
  return zones.map((zone) => [zone, known.filter(({ entry }) => entry.zone === zone)] as const);
}

function primaries({ draft, known }: CheckContext): readonly Finding[] {
  if (!draft.allRegionsRead) return [];
  return byZone(known).flatMap(([zone, members]) => {
    const primary = members.filter(({ entry }) => entry.role === "primary");
    const names = primary.map(({ entry }) => entry.name).join(", ");
    if (primary.length > 1) {
      const extra = primary[1] as KnownRegion;
      return [
        { path: [...extra.path, "role"], reason: `want one primary in zone ${zone}, got ${primary.length} (${names})` },
      ];
    }
    if (members.every(({ entry }) => entry.role === "replica")) {
      const path = [...(members[0] as KnownRegion).path, "role"];
      return [{ path, reason: `want one primary in zone ${zone}, got replicas only` }];
    }
    return [];
  });
}

function shares({ draft }: CheckContext): readonly Finding[] {
  const total = draft.regions.reduce((sum, { entry }) => sum + (entry.share ?? 1), 0);
  if (draft.regions.length === 0 || !draft.allRegionsRead || total > 0) return [];
  return [{ path: ["regions"], reason: "want shares >= 0 with a sum > 0, got 0 for every region" }];
}

function failover({ draft, known }: CheckContext): readonly Finding[] {
  const wanted = draft.sections.failover ?? true;
  if (!wanted || draft.refused("failover") || !draft.allRegionsRead || known.length !== draft.regions.length) return [];
  const path = draft.sections.failover === undefined ? ["regions"] : ["failover"];
  const [only] = known;
  if (known.length === 1 && only !== undefined) {
    return [
      { path, reason: `failover needs 2 regions: want 2 or more, got 1 (${only.entry.name}); or failover: false` },
    ];
  }
  return byZone(known)
    .filter(([, members]) => members.length === 1)
    .map(([zone, members]) => ({
      path,
      reason:
        `failover needs 2 regions: want 2 or more in zone ${zone}, whose data may not leave it, ` +
        `got 1 (${members[0]?.entry.name ?? ""}); or failover: false`,
    }));
}

function availabilityZones({ known }: CheckContext): readonly Finding[] {
  return known.flatMap(({ path, entry, info }) => {
    const zones = entry.availabilityZones ?? [];
    return zones.flatMap((zone, index) => {
      const here = [...path, "availabilityZones", index];
      if (zones.indexOf(zone) !== index) return [{ path: here, reason: `want each zone once, got ${got(zone)} again` }];
      if (info.availabilityZones.includes(zone)) return [];
      return [
        { path: here, reason: `want a zone of ${entry.name} (${info.availabilityZones.join(", ")}), got ${got(zone)}` },
      ];
    });
  });
}

function home({ draft, known }: CheckContext): readonly Finding[] {
  const name = homeOf(draft);
  if (name === undefined || draft.sections.home === undefined) return [];
  if (known.some(({ entry }) => entry.name === name)) return [];
  const names = known.map(({ entry }) => entry.name).join(", ");
  return [{ path: ["home"], reason: `want one of the regions (${names}), got ${got(name)}` }];
}

/** Only the local cloud has an account of its own. */
function account({ draft }: CheckContext): readonly Finding[] {
  const { cloud, account: id } = draft.sections;
  if (cloud !== "aws") return [];
  if (!draft.given("account")) {
    return [{ path: ["account"], reason: "want a 12-digit account id in quotes for cloud aws, got nothing" }];
  }
  if (id === "000000000000")
    return [{ path: ["account"], reason: "want a real account for cloud aws, got the local cloud's 000000000000" }];
  return [];
}
