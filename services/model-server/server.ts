import type { IncomingMessage, Server } from "node:http";
import { bodyOf, HttpError, serve, type Reply } from "../kit/http/server";
import {
  answerType,
  bodyType,
  readInstances,
  toCsv,
  type Instance,
  type Prediction,
  type PredictionDocument,
} from "../kit/model/inference-body";
import type { ItemRules, Model } from "../kit/model/package";

/** SageMaker's limit on a request to a real-time endpoint. docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html */
const MAX_BODY_BYTES = 25 * 1024 ** 2;

/** Methods by path. */
const ROUTES: Readonly<Record<string, readonly string[]>> = { "/ping": ["GET", "HEAD"], "/invocations": ["POST"] };

/**
 * The model server as SageMaker's hosting wants a container to be: `GET /ping` and `POST /invocations` on port 8080.
 * Request `{"instances": [...]}` with `{"user_key", "limit"}` for a user's items, `{"user_key", "items"}` for a user's
 * order of given ones, `{"item_id", "limit"}` for similar ones; answer `{"predictions": [{"user_key", "known", "items"}],
 * "model_version", "variant"}`, or both as CSV by Content-Type and Accept. A user whom the model does not know gets
 * popular items and `known: false`. `exclude` and `only` in a question are business rules of its list, by item. What the caller got wrong is a 4xx, which the runtime API hands on as a
 * ModelError with that status.
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
    const methods = ROUTES[url.pathname];
    if (methods === undefined) throw new HttpError(404, `want /ping or /invocations, got ${url.pathname}`);
    const wrong = methodsOnly(request, methods);
    if (wrong !== undefined) return wrong;
    if (url.pathname === "/ping") return { status: 200, body: { model_version: model.manifest.version } };
    return invocation(model, variant, request);
  }, onError);
}

/** The refusal of a method that a path does not have. */
export function methodsOnly({ method = "" }: IncomingMessage, methods: readonly string[]): Reply | undefined {
  if (methods.includes(method)) return undefined;
  return { status: 405, body: { error: `want ${methods.join(" or ")}` }, headers: { allow: methods.join(", ") } };
}

/** One model's answer to the questions in a request's body. @throws HttpError for what the caller got wrong. */
export async function invocation(model: Model, variant: string, request: IncomingMessage): Promise<Reply> {
  const given = bodyType(request.headers["content-type"]);
  const wanted = answerType(request.headers.accept, given);
  const instances = readInstances(await bodyOf(request, MAX_BODY_BYTES), given);
  const document: PredictionDocument = {
    predictions: await predictAll(model, instances),
    model_version: model.manifest.version,
    variant,
  };
  if (wanted === "application/json") return { status: 200, body: document };
  return { status: 200, body: toCsv(document), headers: { "content-type": "text/csv; charset=utf-8" } };
}

/** Milliseconds for which nothing else is answered: a ping that waits for two seconds counts as failed. */
const TURN_MS = 20;

async function predictAll(model: Model, instances: readonly Instance[]): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  let began = performance.now();
  for (const instance of instances) {
    if (performance.now() - began > TURN_MS) {
      await new Promise(setImmediate);
      began = performance.now();
    }
    predictions.push(predict(model, instance));
  }
  return predictions;
}

function predict(model: Model, instance: Instance): Prediction {
  const { limit } = instance;
  if ("item_id" in instance) {
    const items = model.similar(instance.item_id, limit, instance);
    return { item_id: instance.item_id, known: items !== undefined, items: items ?? [] };
  }
  const { user_key, items: given } = instance;
  const ranked = given?.filter(allowedBy(instance));
  const items = ranked === undefined ? model.score(user_key, limit, instance) : model.rank(user_key, ranked, limit);
  const instead = (): Prediction["items"] =>
    ranked === undefined
      ? popularOf(model, instance)
      : ranked.slice(0, limit).map((item_id) => ({ item_id, score: 0 }));
  return { user_key, known: items !== undefined, items: items ?? instead() };
}

function popularOf({ popular }: Model, instance: Instance): Prediction["items"] {
  const allowed = allowedBy(instance);
  return popular.filter(({ item_id }) => allowed(item_id)).slice(0, instance.limit);
}

/** Whether an item keeps the rules of a question. */
function allowedBy({ exclude, only }: ItemRules): (itemId: string) => boolean {
  if (exclude === undefined && only === undefined) return () => true;
  const out = new Set(exclude);
  const wanted = only === undefined ? undefined : new Set(only);
  return (itemId) => !out.has(itemId) && wanted?.has(itemId) !== false;
}
