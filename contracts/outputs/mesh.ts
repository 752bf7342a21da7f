import { z } from "zod";

/** Outputs of `<env>.mesh`. */
export const meshOutputsSchema = z.object({
  environment: z.string(),
  domain: z.string(),
  /** Host names of the distributions, by residency zone. */
  distributionDomains: z.record(z.string(), z.string()).readonly(),
  /** `https://` addresses of the collector and the recommendation API behind the edge, by residency zone. */
  publicUrls: z.record(z.string(), z.string()).readonly(),
  /** Bucket replications made, as `source -> destination`. */
  replications: z.array(z.string()).readonly(),
  /** The page over all regions. */
  dashboard: z.string(),
});
export type MeshOutputs = Readonly<z.infer<typeof meshOutputsSchema>>;
