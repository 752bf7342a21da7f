import type { CheckContext } from "../check-context";
import { lawOf } from "../derive";
import type { Finding } from "../draft";
import type { Lockable } from "../sections/lake";
import { planTraffic } from "../sections/traffic";
import { got } from "../problems";

/** Days that unmasked copies are kept at most: see components/lake/lake.ts. */
const RAW_DAYS = 30;
/** Buckets with nobody's data in them. */
const IMPERSONAL: ReadonlySet<Lockable> = new Set(["artifacts"]);

/** Object lock: nothing is held longer than it is kept, nor where it must be possible to delete it. */
export function checkLake({ draft, known, parts: { lake } }: CheckContext): readonly Finding[] {
  const { traffic, disposable, residency } = draft.sections;
  const zones = [...new Set(known.map(({ entry }) => entry.zone))];
  const european = zones.filter((zone) => lawOf(zone, residency) === "eu");
  return Object.entries(lake.objectLock).flatMap(([key, { mode, days }]): Finding[] => {
    const part = key as Lockable;
    const path = ["lake", "objectLock", part];
    const findings: Finding[] = [];
    const kept = traffic === undefined ? undefined : keptDays(part, planTraffic(traffic).retentionDays);
    if (kept !== undefined && days > kept) {
      findings.push({
        path: [...path, "days"],
        reason: `want at most the ${kept} days that ${part} is kept, got ${days}`,
      });
    }
    if (mode === "compliance" && disposable === true) {
      const reason = `want governance with disposable: true, got ${got(mode)}: nobody could delete the data`;
      findings.push({ path: [...path, "mode"], reason });
    }
    if (mode === "compliance" && !IMPERSONAL.has(part) && european.length > 0) {
      const reason = `want governance where zone ${european.join(", ")} is under EU law, got ${got(mode)}: nobody could erase a person's data before its time`;
      findings.push({ path: [...path, "mode"], reason });
    }
    return findings;
  });
}

function keptDays(part: Lockable, retentionDays: number): number | undefined {
  if (IMPERSONAL.has(part)) return undefined;
  return part === "raw" || part === "quarantine" ? Math.min(RAW_DAYS, retentionDays) : retentionDays;
}
