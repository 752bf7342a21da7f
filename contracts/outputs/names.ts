import { z } from "zod";

/** What a zone's global tables are called; equal in all regions of the zone. */
export const tableNamesSchema = z
  .object({
    recommendations: z.string(),
    models: z.string(),
    profiles: z.string(),
    shards: z.string(),
    /** Not of a zone: one table over all regions, without personal data. */
    flags: z.string(),
  })
  .readonly();
export type TableNames = z.infer<typeof tableNamesSchema>;

/** Names of a region's buckets. */
export const bucketNamesSchema = z
  .object({
    raw: z.string(),
    bronze: z.string(),
    silver: z.string(),
    gold: z.string(),
    quarantine: z.string(),
    results: z.string(),
    artifacts: z.string(),
  })
  .readonly();
export type BucketNames = z.infer<typeof bucketNamesSchema>;
