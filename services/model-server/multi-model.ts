import type { IncomingMessage, Server } from "node:http";
import { z } from "zod";
import { bodyOf, HttpError, serve, type Reply } from "../kit/http/server";
import { invocation, methodsOnly } from "./server";
import type { LoadedModels } from "./loaded-models";

/** A name and an address are all that a request to load has. */
const MAX_LOAD_BYTES = 64 * 1024;
/** Models in one page of the list. */
export const PAGE = 100;

const loadSchema = z.object({ model_name: z.string().min(1).max(1024), url: z.string().min(1).max(4096) });

/**
 * The model server of an endpoint with a collection of models (`MultiModel`), as SageMaker's hosting wants its container to be:
 *
 * | Request                      | Answer                                                                       |
 * | ---------------------------- | ---------------------------------------------------------------------------- |
 * | `GET /ping`                  | 200, also while there is no model                                            |
 * | `POST /models`               | loads `{"model_name", "url"}`; 409: is loaded; 507: does not fit into memory |
 * | `GET /models`                | `{"models": [{"modelName", "modelUrl"}], "nextPageToken"?}`                  |
 * | `GET /models/{name}`         | `{"modelName", "modelUrl"}`; 404                                             |
 * | `DELETE /models/{name}`      | forgets it; 404                                                              |
 * | `POST /models/{name}/invoke` | as `/invocations` of one model; 404                                          |
 *
 * docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html
 */
export function createModelsServer(
  models: LoadedModels,
  variant: string,
  onError: (error: unknown) => void = (error) => {
    console.error(error);
  },
): Server {
  return serve((request, url) => answer(models, variant, request, url), onError);
}

async function answer(models: LoadedModels, variant: string, request: IncomingMessage, url: URL): Promise<Reply> {
  if (url.pathname === "/ping") {
    return methodsOnly(request, ["GET", "HEAD"]) ?? { status: 200, body: { models: models.list().length } };
  }
  const path = /^\/models(?:\/(?<segment>[^/]+)(?<action>\/invoke)?)?$/.exec(url.pathname);
  if (path === null) {
    throw new HttpError(404, `want /ping, /models, /models/{name} or /models/{name}/invoke, got ${url.pathname}`);
  }
  const { segment, action } = path.groups ?? {};
  if (segment === undefined) {
    const wrong = methodsOnly(request, ["GET", "POST"]);
    if (wrong !== undefined) return wrong;
    return request.method === "POST" ? load(models, request) : page(models, url.searchParams.get("next_page_token"));
  }
  const name = nameIn(segment);
  if (action !== undefined) {
    return methodsOnly(request, ["POST"]) ?? invocation(models.use(name), variant, request);
  }
  const wrong = methodsOnly(request, ["GET", "DELETE"]);
  if (wrong !== undefined) return wrong;
  if (request.method === "DELETE") {
    await models.unload(name);
    return { status: 200, body: {} };
  }
  const listed = models.list().find(({ modelName }) => modelName === name);
  if (listed === undefined) throw new HttpError(404, `model ${name} is not loaded`);
  return { status: 200, body: listed };
}

async function load(models: LoadedModels, request: IncomingMessage): Promise<Reply> {
  const text = (await bodyOf(request, MAX_LOAD_BYTES)).toString("utf8");
  const parsed = loadSchema.safeParse(fromJson(text));
  if (!parsed.success) throw new HttpError(400, z.prettifyError(parsed.error));
  await models.load(parsed.data.model_name, parsed.data.url);
  return { status: 200, body: { modelName: parsed.data.model_name, modelUrl: parsed.data.url } };
}

/** Models after the one that the token names, so that what is loaded or unloaded meanwhile moves none to another page. */
function page(models: LoadedModels, token: string | null): Reply {
  const left = models.list().filter(({ modelName }) => token === null || modelName > token);
  const shown = left.slice(0, PAGE);
  const more = left.length > PAGE ? { nextPageToken: shown.at(-1)?.modelName } : {};
  return { status: 200, body: { models: shown, ...more } };
}

function nameIn(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(400, "the model's name cannot be read");
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, "the body is not JSON");
  }
}
