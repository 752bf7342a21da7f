import { z } from "zod";
import { CONSENTS } from "./exposures";
import { BadRequestError, DEFAULT_LIMIT, MAX_LIMIT } from "./recommend";

const wholeNumber = { error: `want a whole number from 1 to ${MAX_LIMIT}` };

/** Length of the list that a request asks for. */
const limit = z.coerce
  .number(wholeNumber)
  .int(wholeNumber)
  .min(1, wholeNumber)
  .max(MAX_LIMIT, wholeNumber)
  .default(DEFAULT_LIMIT)
  .describe("Length of the list");

/** What the person agreed to. */
const consent = z
  .enum(CONSENTS, { error: ({ input }) => `want ${CONSENTS.join(", ")}, got ${String(input).slice(0, 40)}` })
  .default("none")
  .describe(
    "What the person agreed to: with `analytics`, or `all` (personalisation too), the list is recorded as shown (an exposure event)",
  );

export const limitQuery = z.object({ limit });
export const consentQuery = z.object({ consent });
export const listQuery = z.object({ limit, consent });

/** The query of a request that the routes do not see: a WebSocket's. @throws BadRequestError with all that is wrong */
export function listQueryOf(url: URL): z.infer<typeof listQuery> {
  const parsed = listQuery.safeParse(Object.fromEntries(url.searchParams));
  if (parsed.success) return parsed.data;
  throw new BadRequestError(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
}
