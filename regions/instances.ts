/**
 * Preference lists of instance types: no type is offered everywhere, so each region takes from one list what it has.
 * Which that is follows from the catalogue alone; the same list gives the same types until the catalogue is built anew.
 */
import { architectureOf } from "../aws/facts";
import { instanceTypes } from "./catalogue";
import type { InstanceService } from "./catalogue";

/** Types that a pool of machines is made of at least: one of them may run out in a zone. */
export const LEAST_TYPES = 2;

/** Whether a region has a type. True where the sources do not know a service's types. */
export function isOffered(region: string, service: InstanceService, type: string): boolean {
  return instanceTypes(region, service)?.includes(type) ?? true;
}

/**
 * The types of a list that a pool in a region is made of, in the list's order: those that the region has, of one
 * architecture. That is the first in the list of which {@link LEAST_TYPES} are left; when there is none, the first of
 * which any is left, so that fewer come back.
 */
export function poolIn(region: string, service: InstanceService, preferred: readonly string[]): readonly string[] {
  const offered = [...new Set(preferred)].filter((type) => isOffered(region, service, type));
  const architectures = [...new Set(offered.map(architectureOf))];
  const pools = architectures.map((one) => offered.filter((type) => architectureOf(type) === one));
  return pools.find(({ length }) => length >= LEAST_TYPES) ?? pools[0] ?? [];
}

/** The first type of a list that a region has; undefined when it has none of them. */
export function firstIn(region: string, service: InstanceService, preferred: readonly string[]): string | undefined {
  return preferred.find((type) => isOffered(region, service, type));
}
