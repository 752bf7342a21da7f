import { z } from "zod";
import { defined, text } from "./kit";
import type { Filled, Given } from "./kit";

/** The OIDC issuer whose tokens the collector takes. */
export const identitySchema = z
  .strictObject({
    issuer: text("an https address of an OIDC issuer, without query", /^https:\/\/[a-z0-9.-]+(?::\d+)?(?:\/[^\s?#]*)?$/)
      .optional()
      .describe("Whose tokens the collector takes, in every region. Default https://auth.<domain>."),
    audiences: z
      .array(text("an audience without spaces", /^\S{1,200}$/), { error: "a list of audiences" })
      .min(1, { error: "at least one audience" })
      .optional()
      .describe("A token names one of them. Default the domain."),
  })
  .optional()
  .describe("Who says who a caller is.");

export type IdentityPlan = Filled<typeof identitySchema>;

export function planIdentity(given: Given<typeof identitySchema>, domain: string): IdentityPlan {
  return { issuer: `https://auth.${domain}`, audiences: [domain], ...defined(given) };
}
