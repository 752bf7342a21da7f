import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { drain, listen } from "../../../services/kit/http/server";

/** A container behind a production variant. */
export interface RuntimeVariant {
  readonly name: string;
  readonly weight: number;
  readonly url: string;
  /** Of a collection: the folder of each model, by the name that callers target. @default one model */
  readonly models?: Readonly<Record<string, string>>;
}

export interface FakeRuntime {
  readonly url: string;
  /** Headers of the calls so far. */
  readonly calls: IncomingMessage["headers"][];
  /** What the next answers are instead of the container's: a status, or a delay in milliseconds before it. */
  fault: { readonly status?: number; readonly delayMs?: number };
  stop(): Promise<void>;
}

/** What InvokeEndpoint hands to a container: docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html */
const FORWARDED = ["content-type", "accept", "x-amzn-sagemaker-custom-attributes"] as const;

/**
 * SageMaker's runtime API on loopback, before containers: takes signed calls only, picks a variant by weight or by the
 * caller's target, forwards what InvokeEndpoint forwards, names the variant in the answer, and turns a container's
 * refusal into a ModelError (424 with the original status). Of a collection it loads the model that is asked for, and where
 * the container says that it does not fit (507) unloads the one used least lately and tries again.
 */
export async function startRuntime(endpoint: string, variants: readonly RuntimeVariant[]): Promise<FakeRuntime> {
  const calls: FakeRuntime["calls"] = [];
  let turn = 0;
  const used: string[] = [];
  const pick = (target: string | undefined): RuntimeVariant | undefined => {
    if (target !== undefined) return variants.find(({ name }) => name === target);
    const total = variants.reduce((sum, { weight }) => sum + weight, 0);
    let left = turn % total;
    turn += 1;
    return variants.find(({ weight }) => (left -= weight) < 0);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      void (async () => {
        calls.push(request.headers);
        const refuse = (status: number, type: string, more: object = {}): void => {
          response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type });
          response.end(JSON.stringify({ __type: type, ...more }));
        };
        if (runtime.fault.delayMs !== undefined) await new Promise((done) => setTimeout(done, runtime.fault.delayMs));
        if (runtime.fault.status !== undefined) {
          refuse(runtime.fault.status, "ServiceUnavailable");
          return;
        }
        if (!/^AWS4-HMAC-SHA256 Credential=\S+\/sagemaker\/aws4_request, /.test(request.headers.authorization ?? "")) {
          refuse(403, "MissingAuthenticationTokenException");
          return;
        }
        if (request.url !== `/endpoints/${endpoint}/invocations`) {
          refuse(400, "ValidationError");
          return;
        }
        const target = request.headers["x-amzn-sagemaker-target-variant"];
        const variant = pick(typeof target === "string" ? target : undefined);
        if (variant === undefined) {
          refuse(400, "ValidationError");
          return;
        }
        const headers = Object.fromEntries(
          FORWARDED.flatMap((name) =>
            request.headers[name] === undefined ? [] : [[name, String(request.headers[name])]],
          ),
        );
        const model = request.headers["x-amzn-sagemaker-target-model"];
        const path = typeof model === "string" ? await ready(variant, model, used) : "/invocations";
        if (path === undefined) {
          refuse(400, "ValidationError");
          return;
        }
        const answer = await fetch(`${variant.url}${path}`, {
          method: "POST",
          headers,
          body: Buffer.concat(chunks),
        });
        const body = Buffer.from(await answer.arrayBuffer());
        if (!answer.ok) {
          refuse(424, "ModelError", { OriginalStatusCode: answer.status, OriginalMessage: body.toString() });
          return;
        }
        response.writeHead(200, {
          "content-type": answer.headers.get("content-type") ?? "application/octet-stream",
          "x-amzn-invoked-production-variant": variant.name,
        });
        response.end(body);
      })().catch(() => {
        // The caller gave up, or the container has gone: as on AWS, the connection ends without an answer.
        response.destroy();
      });
    });
  });
  const runtime: FakeRuntime = {
    url: `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`,
    calls,
    fault: {},
    stop: () => {
      server.closeAllConnections();
      return drain(server);
    },
  };
  return runtime;
}

/** The path of a model that is loaded by then; `used`: names of those that are, least lately used first. */
async function ready({ url, models }: RuntimeVariant, model: string, used: string[]): Promise<string | undefined> {
  const folder = models?.[model];
  if (folder === undefined) return undefined;
  const name = createHash("sha256").update(model).digest("hex");
  const at = used.indexOf(name);
  if (at >= 0) used.splice(at, 1);
  while (at < 0) {
    const body = JSON.stringify({ model_name: name, url: folder });
    const { status } = await fetch(`${url}/models`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    const oldest = status === 507 ? used.shift() : undefined;
    if (oldest === undefined) break;
    await fetch(`${url}/models/${oldest}`, { method: "DELETE" });
  }
  used.push(name);
  return `/models/${name}/invoke`;
}
