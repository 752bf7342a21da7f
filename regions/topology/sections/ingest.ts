import { z } from "zod";
import { defined, oneOf } from "./kit";
import type { Filled, Given } from "./kit";

/** How events come in. */
export const ingestSchema = z
  .strictObject({
    collector: oneOf("gateway", "function")
      .optional()
      .describe(
        "What stands between the collector's API and the stream: nothing of ours, or a function that takes batches and answers for each event. Default gateway.",
      ),
  })
  .optional()
  .describe("How events come in.");

export type IngestPlan = Filled<typeof ingestSchema>;

export function planIngest(given: Given<typeof ingestSchema>): IngestPlan {
  return { collector: "gateway", ...defined(given) };
}
