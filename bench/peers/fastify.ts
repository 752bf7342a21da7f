import fastify from "fastify";

/** A list by fastify, which stringifies it by its schema for each request. */
const LIST = JSON.parse(process.env["LIST"] ?? "{}") as Record<string, unknown>;
const text = { type: "string" } as const;
const item = { type: "object", properties: { item_id: text, score: { type: "number" } } } as const;
const list = {
  type: "object",
  properties: {
    userId: text,
    items: { type: "array", items: item },
    source: text,
    fallback: text,
    region: text,
    modelVersion: text,
    variant: text,
  },
} as const;

const app = fastify();
app.get("/v1/users/:id/recommendations", { schema: { response: { 200: list } } }, () => LIST);
app.listen({ port: 0, host: "127.0.0.1" }, (error, address) => {
  if (error !== null) throw error;
  console.log(new URL(address).port);
});
