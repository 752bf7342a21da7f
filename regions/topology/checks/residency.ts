import { allRegions, distanceKm } from "../../catalogue";
import { residencyProblem } from "../../residency";
import type { CheckContext } from "../check-context";
import { lawOf } from "../derive";
import type { Finding } from "../draft";

/** Each region may hold its zone's data by the zone's law; laws are given to zones that exist. */
export function checkResidency(context: CheckContext): readonly Finding[] {
  return [...outside(context), ...lawsOfNobody(context)];
}

function outside({ draft, known }: CheckContext): readonly Finding[] {
  if (draft.refused("residency")) return [];
  return known.flatMap(({ path, entry, info }) => {
    const law = lawOf(entry.zone, draft.sections.residency);
    const problem = residencyProblem(entry.name, law);
    if (problem === undefined) return [];
    const inside = allRegions()
      .filter(({ name, partition }) => partition === info.partition && residencyProblem(name, law) === undefined)
      .sort((left, right) => distanceKm(entry.name, left.name) - distanceKm(entry.name, right.name))
      .slice(0, 3)
      .map(({ name }) => name);
    const near = inside.length === 0 ? "" : `; nearest inside: ${inside.join(", ")}`;
    const zonePath = typeof path.at(-1) === "number" ? [...path, "zone"] : path;
    return [
      {
        path: zonePath,
        reason: `want a region inside the EU for zone ${entry.zone}, got ${entry.name}: ${problem}${near}`,
      },
    ];
  });
}

function lawsOfNobody({ draft, known }: CheckContext): readonly Finding[] {
  if (!draft.allRegionsRead) return [];
  const zones = [...new Set(known.map(({ entry }) => entry.zone))];
  return Object.keys(draft.sections.residency ?? {})
    .filter((zone) => !zones.includes(zone))
    .map((zone) => ({
      path: ["residency", zone],
      reason: `want a zone of one of the regions (${zones.join(", ")}), got "${zone}"`,
      atKey: true,
    }));
}
