import { ANY_USER_SCOPE, UPDATES_PROTOCOL } from "./auth";
import { CONSENTS } from "./exposures";
import { FALLBACKS, MAX_LIMIT, SOURCES } from "./recommend";

/** Longest id of a user or an item, characters. */
const MAX_ID = 256;

const LIMIT = {
  name: "limit",
  in: "query",
  required: false,
  description: "Length of the list",
  schema: { type: "integer", minimum: 1, maximum: MAX_LIMIT, default: 10 },
} as const;

const CONSENT = {
  name: "consent",
  in: "query",
  required: false,
  description:
    "What the person agreed to: with `analytics`, or `all` (personalisation too), the list is recorded as shown (an exposure event)",
  schema: { enum: [...CONSENTS], default: "none" },
} as const;

const idIn = (description: string) =>
  ({
    name: "id",
    in: "path",
    required: true,
    description,
    schema: { type: "string", minLength: 1, maxLength: MAX_ID },
  }) as const;

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const json = (description: string, schema: string) => ({
  description,
  content: { "application/json": { schema: reference(schema) } },
});

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: reference("Problem") } },
});

/** Answers that any operation may give: a mistake of the caller, or too much at once. */
const REFUSALS = {
  "400": json("The request cannot be read, or a value is out of bounds", "Error"),
  "503": {
    description: "Too many requests under way, or the issuer of tokens is away: come back after Retry-After",
    content: {
      "application/json": { schema: reference("Error") },
      "application/problem+json": { schema: reference("Problem") },
    },
  },
};

/** Answers of an API that knows its callers. */
const UNKNOWN = { "401": problem("No token, or one that is not good: WWW-Authenticate says which") };
const GUARDS = {
  ...UNKNOWN,
  "403": problem(`A token of another user, without the scope \`${ANY_USER_SCOPE}\``),
};

/** Who may ask, where the API is told to know its callers. */
const SECURITY = [{}, { bearer: [] }];

const LIST_PROPERTIES = {
  items: { type: "array", maxItems: MAX_LIMIT, items: reference("ScoredItem"), description: "Best first" },
  source: { enum: [...SOURCES], description: "Where the list came from" },
  fallback: { enum: [...FALLBACKS], description: "What it is instead of what was wanted; `none` when it is that" },
  region: { type: "string", description: "AWS region that answered" },
  modelVersion: { type: ["string", "null"], description: "null when no model could be asked for in time" },
} as const;

const list = (more: Readonly<Record<string, object>>) => ({
  type: "object",
  additionalProperties: false,
  required: [...Object.keys(more), ...Object.keys(LIST_PROPERTIES)],
  properties: { ...more, ...LIST_PROPERTIES },
});

/** What a body of items can be refused for. */
const BODY_REFUSALS = {
  "413": json("The body is too long", "Error"),
  "415": json("The body is no JSON", "Error"),
};

const probe = (operationId: string, summary: string) => ({
  get: {
    operationId,
    summary,
    tags: ["probes"],
    responses: { "200": json("Yes", "Status"), "503": json("No", "Status") },
  },
});

/** The API as a document; a test compares it with the routes, and holds answers against it. */
export const OPENAPI_DOCUMENT = {
  openapi: "3.1.0",
  info: {
    title: "Meridian recommendation API",
    version: "1.0.0",
    description: "Lists within a deadline. Every list says where it came from and what it stands in for.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  paths: {
    "/v1/users/{id}/recommendations": {
      get: {
        operationId: "recommend",
        summary: "A user's recommendations",
        tags: ["lists"],
        parameters: [idIn("The site's id of the user"), LIMIT, CONSENT],
        security: SECURITY,
        responses: { "200": json("The list", "Recommendation"), ...GUARDS, ...REFUSALS },
      },
    },
    "/v1/users/{id}/rerank": {
      post: {
        operationId: "rerank",
        summary: "Given items in the order of a user's taste",
        tags: ["lists"],
        parameters: [idIn("The site's id of the user"), CONSENT],
        security: SECURITY,
        requestBody: { required: true, content: { "application/json": { schema: reference("ItemsRequest") } } },
        responses: { "200": json("The list", "Recommendation"), ...GUARDS, ...REFUSALS, ...BODY_REFUSALS },
      },
    },
    "/v1/users/{id}/session": {
      post: {
        operationId: "session",
        summary: "A user's recommendations as the session goes on",
        description:
          "Takes items that the user saw, oldest first, and answers the list without them and with what is similar to the last ones. Sessions are kept by the process that is told of them, for half an hour; the user's open WebSockets at the same process get the list too.",
        tags: ["lists"],
        parameters: [idIn("The site's id of the user"), CONSENT],
        security: SECURITY,
        requestBody: { required: true, content: { "application/json": { schema: reference("ItemsRequest") } } },
        responses: { "200": json("The list", "Recommendation"), ...GUARDS, ...REFUSALS, ...BODY_REFUSALS },
      },
    },
    "/v1/users/{id}/updates": {
      get: {
        operationId: "updates",
        summary: "A WebSocket on which the user's list comes anew",
        description: `Subprotocol \`${UPDATES_PROTOCOL}\`; a browser carries its token in a second one, \`bearer.<token>\`. The process sends \`Update\`: at once, when the session changes, when a model is published. The client may send \`Seen\`. Connections end with 1001 when the process stops (come back after a random moment), 1008 for too many messages or an expired token, 1009 for a message that is too long.`,
        "x-websocket": { sends: reference("Update"), takes: reference("Seen") },
        tags: ["lists"],
        parameters: [idIn("The site's id of the user"), LIMIT, CONSENT],
        security: SECURITY,
        responses: {
          "101": { description: "The WebSocket" },
          ...GUARDS,
          ...REFUSALS,
          "426": json("The request asks for no WebSocket", "Error"),
          "429": json("Too many connections of one user", "Error"),
        },
      },
    },
    "/v1/items/{id}/similar": {
      get: {
        operationId: "similar",
        summary: "Items most like one",
        tags: ["lists"],
        parameters: [idIn("The item"), LIMIT],
        security: SECURITY,
        responses: { "200": json("The list", "SimilarItems"), ...UNKNOWN, ...REFUSALS },
      },
    },
    "/v1/popular": {
      get: {
        operationId: "popular",
        summary: "What is popular in the region",
        tags: ["lists"],
        parameters: [LIMIT],
        security: SECURITY,
        responses: { "200": json("The list", "ItemList"), ...UNKNOWN, ...REFUSALS },
      },
    },
    "/openapi.json": {
      get: {
        operationId: "document",
        summary: "This document",
        tags: ["probes"],
        responses: { "200": { description: "It", content: { "application/json": { schema: { type: "object" } } } } },
      },
    },
    "/health": probe("health", "Whether the process runs"),
    "/livez": probe("livez", "The same, as Kubernetes names it"),
    "/ready": probe("ready", "Whether a published model can be read and the process is not stopping"),
    "/readyz": probe("readyz", "The same, as Kubernetes names it"),
  },
  components: {
    securitySchemes: {
      bearer: {
        type: "http",
        scheme: "bearer",
        bearerFormat: "JWT",
        description: `A token of the configured issuer. Its subject is the user of the path, or it has the scope \`${ANY_USER_SCOPE}\`.`,
      },
    },
    schemas: {
      ScoredItem: {
        type: "object",
        additionalProperties: false,
        required: ["item_id", "score"],
        properties: {
          item_id: { type: "string" },
          score: { type: "number", description: "Comparable within one list only" },
        },
      },
      ItemList: list({}),
      Recommendation: list({ userId: { type: "string" }, variant: { type: "string" } }),
      SimilarItems: list({ itemId: { type: "string" } }),
      ItemsRequest: {
        type: "object",
        additionalProperties: false,
        required: ["items"],
        properties: {
          items: {
            type: "array",
            minItems: 1,
            maxItems: MAX_LIMIT,
            items: { type: "string", minLength: 1, maxLength: MAX_ID },
          },
          limit: { type: "integer", minimum: 1, maximum: MAX_LIMIT },
        },
      },
      Update: {
        type: "object",
        additionalProperties: false,
        required: ["type"],
        properties: {
          type: { enum: ["list", "error"] },
          reason: { enum: ["connected", "session", "published"], description: "What a list is sent for" },
          list: reference("Recommendation"),
          error: { type: "string", description: "What is wrong with a message of the client" },
        },
      },
      Seen: {
        type: "object",
        additionalProperties: false,
        required: ["type", "items"],
        properties: {
          type: { const: "seen" },
          items: {
            type: "array",
            minItems: 1,
            maxItems: MAX_LIMIT,
            items: { type: "string", minLength: 1, maxLength: MAX_ID },
            description: "Oldest first",
          },
        },
      },
      Problem: {
        type: "object",
        additionalProperties: false,
        required: ["type", "title", "status", "detail"],
        properties: {
          type: { const: "about:blank" },
          title: { type: "string" },
          status: { type: "integer" },
          detail: { type: "string" },
        },
      },
      Status: {
        type: "object",
        additionalProperties: false,
        required: ["status"],
        properties: { status: { enum: ["ok", "ready", "stopping", "no model"] } },
      },
      Error: {
        type: "object",
        additionalProperties: false,
        required: ["error"],
        properties: { error: { type: "string", minLength: 1 } },
      },
    },
  },
} as const;
