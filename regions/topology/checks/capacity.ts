import { INVOCATIONS_PER_INSTANCE_SECOND, shardsFor } from "../../capacity";
import { firstIn } from "../../instances";
import { QUOTAS } from "../../quotas";
import type { CheckContext, KnownRegion } from "../check-context";
import { sharesOf } from "../derive";
import type { Parts } from "../sections";
import { planTraffic } from "../sections/traffic";
import type { Finding } from "../draft";

/** Maxima and quotas that the peak after the loss of a region fits into. */
export function checkCapacity(context: CheckContext): readonly Finding[] {
  const { draft, known } = context;
  // What could not be read has been refused: counting with defaults in its place would only confuse.
  const refused = draft.refused("traffic") || draft.refused("serving", "variants") || draft.refused("quotas");
  if (refused || draft.refused("failover") || !draft.allRegionsRead || known.length !== draft.regions.length) return [];
  if (sharesOf(draft).some(({ failoverShare }) => Number.isNaN(failoverShare))) return [];
  return [...variants(context), ...shards(context)];
}

function variants({ draft, known, parts }: CheckContext): readonly Finding[] {
  const { quotas } = draft.sections;
  const traffic = draft.sections.traffic === undefined ? undefined : planTraffic(draft.sections.traffic);
  const { variants: all } = parts.serving;
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  if (traffic === undefined || !(total > 0)) return [];
  const most = Math.max(...sharesOf(draft).map(({ failoverShare }) => failoverShare));
  const peak = traffic.recommendationsPerSecond * traffic.peakFactor * most;
  const findings = all.flatMap(({ weight, minInstances, maxInstances }, index): Finding[] => {
    const need = Math.ceil((peak * weight) / total / INVOCATIONS_PER_INSTANCE_SECOND);
    // Fewer than the minimum is refused elsewhere.
    if (maxInstances >= need || maxInstances < minInstances) return [];
    const reason = `want ${need} or more for ${Math.ceil((peak * weight) / total)} requests/s when a region is lost, got ${maxInstances}`;
    return [{ path: ["serving", "variants", index, "maxInstances"], reason }];
  });
  const granted = quotas?.endpointInstances;
  if (granted === undefined || draft.sections.cloud === "local") return findings;
  return [...findings, ...endpointQuota(known, parts, granted)];
}

/** A quota counts the instances of one type in one region, whichever variants run on it; each type is told once. */
function endpointQuota(known: readonly KnownRegion[], parts: Parts, granted: number): readonly Finding[] {
  const short = new Map<string, number>();
  for (const { entry } of known) {
    const instances = new Map<string, number>();
    for (const { instanceTypes, maxInstances } of parts.serving.variants) {
      const type = firstIn(entry.name, "sagemaker", instanceTypes);
      if (type !== undefined) instances.set(type, (instances.get(type) ?? 0) + maxInstances);
    }
    for (const [type, sum] of instances) if (sum > granted) short.set(type, sum);
  }
  return [...short].map(([type, sum]) => ({
    path: ["quotas", "endpointInstances"],
    reason: `want ${sum} or more for the variants' maxInstances of ${type}, got ${granted}`,
  }));
}

function shards({ draft }: CheckContext): readonly Finding[] {
  const { quotas } = draft.sections;
  if (draft.sections.traffic === undefined || draft.sections.cloud === "local") return [];
  const traffic = planTraffic(draft.sections.traffic);
  return sharesOf(draft).flatMap(({ name, failoverShare }): Finding[] => {
    const records = traffic.eventsPerSecond * traffic.peakFactor * failoverShare;
    const need = shardsFor({ records, bytes: records * traffic.eventBytes });
    const quota = quotas?.kinesisShards ?? QUOTAS.kinesisShards.byDefault(name) ?? Infinity;
    if (need <= quota) return [];
    const reason = `want ${need} or more: the shards that ${name} needs when a region is lost; got ${quota} (request more, then say what was granted)`;
    return [{ path: ["quotas", "kinesisShards"], reason }];
  });
}
