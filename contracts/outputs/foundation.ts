import { z } from "zod";
import { tableNamesSchema } from "./names";

/** Outputs of `<env>.foundation`. */
export const foundationOutputsSchema = z.object({
  environment: z.string(),
  /** By residency zone. */
  tables: z.record(z.string(), tableNamesSchema).readonly(),
  /** Id of the environment's Route 53 zone. */
  zoneId: z.string(),
  /** What the parent domain must delegate to. */
  nameServers: z.array(z.string()).readonly(),
  /** URL by image, in the home region. */
  imageRepositories: z.record(z.string(), z.string()).readonly(),
});
export type FoundationOutputs = Readonly<z.infer<typeof foundationOutputsSchema>>;
