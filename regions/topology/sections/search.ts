import { z } from "zod";
import { defined, integer, listOf, preference, text } from "./kit";
import type { BySize, Filled, FleetSize, Given } from "./kit";

const type = text("an OpenSearch instance type like r7g.large.search", /^[a-z0-9-]+\.[a-z0-9]+\.search$/);
// OpenSearch domains: 1 to 1002 data nodes (service limits); without a larger quota 80.
const NODES = { min: 1, max: 1002 };

/** The search domain of real-time logs. */
export const searchSchema = z
  .strictObject({
    engineVersion: text("an engine version like OpenSearch_3.1", /^OpenSearch_\d+\.\d+$/).optional(),
    instanceType: type.optional(),
    masterInstanceType: preference(type, "an OpenSearch instance type like m7g.large.search").optional(),
    dataNodes: integer(NODES.min, NODES.max).optional(),
  })
  .optional();

export type SearchPlan = Omit<Filled<typeof searchSchema>, "masterInstanceType"> & {
  /** Types of the dedicated masters in order of preference: each region takes the first that it has. */
  readonly masterInstanceTypes: readonly string[];
};

const VERSION = "OpenSearch_3.1";
// AWS's own choice for up to 10 nodes, by generation (docs.aws.amazon.com/opensearch-service, "Dedicated master nodes").
const masterInstanceTypes = ["m7g.large.search", "m6g.large.search", "m5.large.search"];

const DEFAULTS: BySize<SearchPlan> = {
  small: { engineVersion: VERSION, instanceType: "t3.small.search", masterInstanceTypes, dataNodes: 2 },
  standard: { engineVersion: VERSION, instanceType: "r7g.large.search", masterInstanceTypes, dataNodes: 3 },
};

export function planSearch(given: Given<typeof searchSchema>, size: FleetSize): SearchPlan {
  const { masterInstanceType, ...rest } = given ?? {};
  const masters = masterInstanceType === undefined ? {} : { masterInstanceTypes: listOf(masterInstanceType) };
  return { ...DEFAULTS[size], ...defined(rest), ...masters };
}
