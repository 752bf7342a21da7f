import { regionInfo } from "../catalogue";
import type { Check, CheckContext } from "./check-context";
import { checkAddresses } from "./checks/addresses";
import { checkCapacity } from "./checks/capacity";
import { checkCompute } from "./checks/compute";
import { checkLake } from "./checks/lake";
import { checkPromises } from "./checks/promises";
import { checkRegions } from "./checks/regions";
import { checkResidency } from "./checks/residency";
import { checkTables, checkWarehouse } from "./checks/stores";
import { DEFAULTS } from "./defaults";
import { planParts } from "./sections";
import type { TopologyDocument } from "./document";
import type { Draft, Finding } from "./draft";

const CHECKS: readonly Check[] = [
  checkRegions,
  checkResidency,
  checkAddresses,
  checkPromises,
  checkTables,
  checkWarehouse,
  checkLake,
  checkCompute,
  checkCapacity,
];

/**
 * What the schema cannot say: whether the parts fit each other, the law, and what AWS has where. Of a value that was
 * refused nothing more is said: a check would judge the default in its place, which nobody wrote.
 */
export function checkDraft(draft: Draft, document: Pick<TopologyDocument, "lineOf" | "lineOfKey">): readonly Finding[] {
  const size = draft.sections.size ?? DEFAULTS.size;
  const names = draft.regions.map(({ entry }) => entry.name);
  const known = draft.regions.flatMap((region, index) => {
    const info = regionInfo(region.entry.name);
    return info === undefined || names.indexOf(region.entry.name) !== index ? [] : [{ ...region, info }];
  });
  const context: CheckContext = { draft, document, known, size, parts: planParts(draft.sections, size) };
  return CHECKS.flatMap((check) => check(context)).filter(({ path }) => !draft.refused(...path));
}
