/** What a topology file may say: the fleet as a whole here, each section in sections/<name>.ts. */
import { z } from "zod";
import { LINKABLE } from "../service-roles";
import { SECTION_SCHEMAS } from "./sections";
import { amount, oneOf, regionText, text, yesNo } from "./sections/kit";
import type { Given } from "./sections/kit";

const zoneText = text("a residency zone like eu: 2 to 12 lower-case letters and digits", /^[a-z][a-z0-9]{1,11}$/);

/** One region. `name` and `zone` are enough. */
export const regionSchema = z.strictObject({
  name: regionText.describe("AWS region code."),
  zone: zoneText.describe("Residency zone: personal data of a zone never leaves its regions."),
  role: z
    .enum(["primary", "replica"], { error: "primary or replica" })
    .optional()
    .describe("`primary` trains and owns the zone's tables, one a zone. Default: the first region of the zone."),
  share: amount("a number >= 0, at most 1e9", 0, 1e9)
    .optional()
    .describe("Traffic relative to the other regions (2 = twice as much). Default 1."),
  cidr: z
    .string({ error: "an IPv4 block like 10.16.0.0/16" })
    .optional()
    .describe("VPC block, /16 to /22. Default: the region's fixed block of the address space."),
  availabilityZones: z
    .array(text("an availability zone like eu-west-1a", /^[a-z]+(?:-[a-z]+)+-\d+[a-z]$/), { error: "a list of zones" })
    .min(2, { error: "at least 2 availability zones" })
    .optional()
    .describe("Zones to use. Default: the first 2 (size small) or 3 (size standard)."),
});

/** What stands under a region's name when `regions` is a map: its zone, or the rest of its entry. */
export const regionValueSchema = z.union([zoneText, regionSchema.omit({ name: true })]);

/** The sections, each read by itself so that one bad section does not hide what is wrong in another. */
export const SECTIONS = {
  cloud: oneOf("aws", "local").describe("Real AWS, or the local cloud on loopback."),
  prefix: text(
    "2 to 12 lower-case letters, digits and inner dashes, starting with a letter",
    /^[a-z](?!.*--)[a-z0-9-]{0,10}[a-z0-9]$/,
  )
    .optional()
    .describe("First part of every name. Default meridian."),
  account: text("a 12-digit account id in quotes", /^\d{12}$/)
    .optional()
    .describe("AWS account. Only the local cloud has a default, 000000000000."),
  size: oneOf("small", "standard").optional().describe("Default small."),
  disposable: yesNo
    .optional()
    .describe("Whether data may be deleted (with `meridian destroy --delete-data`). Default false."),
  failover: yesNo.optional().describe("Whether a zone's other regions take over when one is lost. Default true."),
  createServiceLinkedRoles: z
    .union(
      [
        z.boolean(),
        z.array(z.enum(LINKABLE, { error: `one of ${LINKABLE.join(", ")}` })).min(1, { error: "at least one service" }),
      ],
      { error: "true, false or a list of services" },
    )
    .optional()
    .describe(
      "Whether foundation makes the service-linked roles that the regions need, or of which services; each must be missing in the account (`meridian preflight --account` says which are). Default false.",
    ),
  domain: text(
    "a domain name like shop.example.com",
    /^(?=.{4,200}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
  ),
  ownerEmail: text("an e-mail address", /^[^\s@]{1,64}@(?:[a-z0-9-]+\.)+[a-z]{2,63}$/i).describe(
    "Gets alarms and budget notices.",
  ),
  monthlyBudgetUsdPerRegion: amount("a number of US dollars > 0", 0.01, 1e9),
  home: regionText.optional().describe("Region of the foundation and mesh stacks. Default: the first primary."),
  addressSpace: z
    .string({ error: "an IPv4 block like 10.0.0.0/8" })
    .optional()
    .describe("All regions' blocks are cut from it. /16 or larger. Default 10.0.0.0/8."),
  residency: z
    .record(zoneText, z.enum(["eu", "none"], { error: "eu or none" }), { error: "a map from zone to law" })
    .optional()
    .describe("Law of each zone: `eu` wants every region in the EU. Default: eu for the zone named eu, else none."),
  regions: z
    .union([z.array(regionSchema), z.record(regionText, regionValueSchema)], {
      error: "a list like `- { name: eu-west-1, zone: eu }`, or a map from region to zone",
    })
    .describe("The regions, one line each."),
  ...SECTION_SCHEMAS,
} as const;

/** The whole file. */
export const topologySchema = z.strictObject(SECTIONS);

/** A topology file's data, as its author wrote it. */
export type TopologyInput = Given<typeof topologySchema>;
/** One region's entry, in the list form. */
export type RegionInput = Given<typeof regionSchema>;

/** The text of topology.schema.json, which editors read; formatted as prettier does. */
export function topologyJsonSchema(): string {
  const schema = z.toJSONSchema(topologySchema, { io: "input" });
  const titled = {
    ...schema,
    title: "Meridian topology",
    description: "One environment: its regions, traffic and promises.",
  };
  const lists = /\[\n\s+((?:"[^"\n]*"|[\d.]+)(?:,\n\s+(?:"[^"\n]*"|[\d.]+))*)\n\s+\]/g;
  const oneLine = (_match: string, items: string): string => `[${items.replace(/,\n\s+/g, ", ")}]`;
  return `${JSON.stringify(titled, undefined, 2).replace(lists, oneLine)}\n`;
}
