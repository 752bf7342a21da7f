import { z } from "zod";
import { ANY_USER_SCOPE } from "./auth";
import { FALLBACKS, MAX_LIMIT, SOURCES } from "./recommend";

/** What the API takes and answers, as schemas: requests are validated by them, and the OpenAPI document is made of them. */

/** Longest id of a user or an item, characters. */
const MAX_ID = 256;

/** The path of a route with an id. */
export const idParams = (description: string) => z.object({ id: z.string().min(1).max(MAX_ID).describe(description) });

const itemIds = z.array(z.string().min(1).max(MAX_ID)).min(1).max(MAX_LIMIT);

/** The body of what ranks or follows given items. */
export const itemsRequest = z
  .strictObject({ items: itemIds, limit: z.int().min(1).max(MAX_LIMIT).optional() })
  .meta({ id: "Items" });

const scoredItem = z
  .strictObject({ item_id: z.string(), score: z.number().describe("Comparable within one list only") })
  .meta({ id: "ScoredItem" });

const LIST = {
  items: z.array(scoredItem).max(MAX_LIMIT).describe("Best first"),
  source: z.enum(SOURCES).describe("Where the list came from"),
  fallback: z
    .enum(FALLBACKS)
    .describe(
      "What it is instead of the user's own list; `none` when it is that list, `no_model` when it is empty because no model is published yet",
    ),
  region: z.string().describe("AWS region that answered"),
  modelVersion: z.string().nullable().describe("null when no model is published, or none could be read in time"),
};
const itemList = z.strictObject(LIST).meta({ id: "ItemList" });
const recommendation = z
  .strictObject({ userId: z.string(), variant: z.string(), ...LIST })
  .meta({ id: "Recommendation" });
const similarItems = z.strictObject({ itemId: z.string(), ...LIST }).meta({ id: "SimilarItems" });

/** A message to a WebSocket's client. */
const update = z
  .strictObject({
    type: z.enum(["list", "error"]),
    reason: z.enum(["connected", "session", "published"]).optional().describe("Why a list is sent"),
    list: recommendation.optional(),
    error: z.string().optional().describe("What is wrong with a message of the client"),
  })
  .meta({ id: "Update" });

/** A message of a WebSocket's client. */
export const seen = z
  .strictObject({ type: z.literal("seen"), items: itemIds.describe("Oldest first") })
  .meta({ id: "Seen" });

const problem = z
  .strictObject({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
  })
  .meta({ id: "Problem" });
const status = z
  .strictObject({ status: z.enum(["ok", "ready", "stopping", "tables unreadable"]) })
  .meta({ id: "Status" });
const error = z.strictObject({ error: z.string().min(1) }).meta({ id: "Error" });

type Answers = Readonly<Record<string, object>>;

const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { "application/json": { schema } },
});
const problemJson = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: problem } },
});

/** Answers that every list may get: a mistake of the caller, or overload. */
const REFUSALS: Answers = {
  400: json("The request cannot be read, or a value is out of bounds", error),
  503: {
    description: "Too many requests under way, or the issuer of tokens is away: retry after Retry-After",
    content: { "application/json": { schema: error }, "application/problem+json": { schema: problem } },
  },
};
/** Answers where callers must show a token. */
const UNAUTHENTICATED: Answers = { 401: problemJson("No token, or an invalid one: WWW-Authenticate says which") };
const FORBIDDEN: Answers = {
  ...UNAUTHENTICATED,
  403: problemJson(`A token of another user, without the scope \`${ANY_USER_SCOPE}\``),
};
const BODY_REFUSALS: Answers = {
  413: json("The body is too long", error),
  415: json("The body is not JSON", error),
};

/** Answers of each kind of route, by status. */
export const ANSWERS = {
  user: { 200: json("The list", recommendation), ...FORBIDDEN, ...REFUSALS } as Answers,
  userBody: { 200: json("The list", recommendation), ...FORBIDDEN, ...REFUSALS, ...BODY_REFUSALS } as Answers,
  similar: { 200: json("The list", similarItems), ...UNAUTHENTICATED, ...REFUSALS } as Answers,
  popular: { 200: json("The list", itemList), ...UNAUTHENTICATED, ...REFUSALS } as Answers,
  updates: {
    ...FORBIDDEN,
    ...REFUSALS,
    426: json("The request asks for no WebSocket", error),
    429: json("Too many connections of one user", error),
  } as Answers,
  probe: { 200: json("Yes", status), 503: json("No", status) } as Answers,
  document: { 200: json("The document", z.looseObject({})) } as Answers,
} as const;

/** Messages of the WebSocket, by reference. */
export const MESSAGES = {
  sends: { $ref: `#/components/schemas/${update.meta()?.id ?? ""}` },
  takes: { $ref: `#/components/schemas/${seen.meta()?.id ?? ""}Input` },
};
