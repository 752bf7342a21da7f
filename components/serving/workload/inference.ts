import type { Server } from "node:http";
import { z } from "zod";
import { bodyOf, HttpError, serve, type Reply } from "./http";
import type { Model } from "./model-package";

/** SageMaker's limit on a request to a real-time endpoint. docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html */
const MAX_BODY_BYTES = 25 * 1024 ** 2;

/** Users in one request. */
const MAX_INSTANCES = 1000;

const instanceSchema = z.object({
  user_key: z.string().min(1).max(256),
  limit: z.int().min(1).max(500).default(10),
});
const requestSchema = z.object({ instances: z.array(instanceSchema).min(1).max(MAX_INSTANCES) });

/**
 * The model server as SageMaker's hosting wants a container to be: `GET /ping` and `POST /invocations` on port 8080.
 * Request `{"instances": [{"user_key", "limit"}]}`, answer `{"predictions": [{"user_key", "known", "items"}],
 * "model_version", "variant"}`; a user whom the model does not know gets popular items and `known: false`.
 * docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
 */
export function createInferenceServer(
  model: Model,
  variant: string,
  onError: (error: unknown) => void = (error) => {
    console.error(error);
  },
): Server {
  return serve(async (request, url): Promise<Reply> => {
    const route = `${request.method ?? ""} ${url.pathname}`;
    if (route === "GET /ping") return { status: 200, body: { model_version: model.manifest.version } };
    if (route !== "POST /invocations") throw new HttpError(404, `want GET /ping or POST /invocations, got ${route}`);
    const type = request.headers["content-type"]?.split(";")[0] ?? "application/json";
    if (type !== "application/json") throw new HttpError(415, `want application/json, got ${type}`);
    return { status: 200, body: { ...predict(model, await bodyOf(request, MAX_BODY_BYTES)), variant } };
  }, onError);
}

function predict(model: Model, body: Buffer) {
  const { instances } = parse(body);
  const predictions = instances.map(({ user_key, limit }) => {
    const items = model.score(user_key, limit);
    return { user_key, known: items !== undefined, items: items ?? model.popular.slice(0, limit) };
  });
  return { predictions, model_version: model.manifest.version };
}

function parse(body: Buffer): z.infer<typeof requestSchema> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new HttpError(400, "the body is not JSON");
  }
  const parsed = requestSchema.safeParse(value);
  if (!parsed.success) throw new HttpError(400, z.prettifyError(parsed.error));
  return parsed.data;
}
