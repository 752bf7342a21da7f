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

/** Answers that any operation may give: a mistake of the caller, or too much at once. */
const REFUSALS = {
  "400": json("The request cannot be read, or a value is out of bounds", "Error"),
  "503": json("Too many requests under way: come back after Retry-After", "Error"),
};

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
        parameters: [idIn("The site's id of the user"), LIMIT],
        responses: { "200": json("The list", "Recommendation"), ...REFUSALS },
      },
    },
    "/v1/users/{id}/rerank": {
      post: {
        operationId: "rerank",
        summary: "Given items in the order of a user's taste",
        tags: ["lists"],
        parameters: [idIn("The site's id of the user")],
        requestBody: { required: true, content: { "application/json": { schema: reference("RerankRequest") } } },
        responses: {
          "200": json("The list", "Recommendation"),
          ...REFUSALS,
          "413": json("The body is too long", "Error"),
          "415": json("The body is no JSON", "Error"),
        },
      },
    },
    "/v1/items/{id}/similar": {
      get: {
        operationId: "similar",
        summary: "Items most like one",
        tags: ["lists"],
        parameters: [idIn("The item"), LIMIT],
        responses: { "200": json("The list", "SimilarItems"), ...REFUSALS },
      },
    },
    "/v1/popular": {
      get: {
        operationId: "popular",
        summary: "What is popular in the region",
        tags: ["lists"],
        parameters: [LIMIT],
        responses: { "200": json("The list", "ItemList"), ...REFUSALS },
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
      RerankRequest: {
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
