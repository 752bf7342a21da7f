import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { InstanceInput, PredictionDocument } from "../kit/model/inference-body";
import { signedHeaders, type CredentialSource } from "../kit/sigv4";

/** The models behind one name, as the API asks them. */
export interface ModelEndpointClient {
  /**
   * @param variant the production variant that is to answer; the endpoint's weights choose without one.
   * @throws EndpointError
   */
  invoke(instances: readonly InstanceInput[], options?: InvokeOptions): Promise<PredictionDocument>;
}

export interface InvokeOptions {
  readonly variant?: string;
  /** Of a collection: the model that is to answer, by its path below the collection's prefix. */
  readonly model?: string;
  readonly signal?: AbortSignal;
}

/** An answer of the runtime API that is not 200. */
export class EndpointError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "EndpointError";
  }
}

export interface EndpointSettings {
  readonly region: string;
  readonly endpointName: string;
  readonly credentials: CredentialSource;
  /** @default `https://runtime.sagemaker.<region>.amazonaws.com` */
  readonly url?: string;
  /** Connections kept open. @default 64 */
  readonly maxSockets?: number;
}

/** Longest answer that is read, bytes: the limit of a real-time endpoint. */
const MAX_ANSWER_BYTES = 25 * 1024 ** 2;

/**
 * SageMaker's InvokeEndpoint over plain HTTP: one call does not need a client library, and its start-up time would be
 * paid by every pod. docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
 */
export function sageMakerEndpoint(settings: EndpointSettings): ModelEndpointClient {
  const { region, endpointName, credentials, maxSockets = 64 } = settings;
  const url = new URL(settings.url ?? `https://runtime.sagemaker.${region}.amazonaws.com`);
  const secure = url.protocol === "https:";
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, maxSockets })
    : new HttpAgent({ keepAlive: true, maxSockets });
  const path = `/endpoints/${encodeURIComponent(endpointName)}/invocations`;
  return {
    invoke: async (instances, { variant, model, signal } = {}) => {
      const body = JSON.stringify({ instances });
      const headers = signedHeaders(
        {
          method: "POST",
          path,
          body,
          headers: {
            host: url.host,
            "content-type": "application/json",
            accept: "application/json",
            ...(model === undefined ? {} : { "x-amzn-sagemaker-target-model": model }),
            ...(variant === undefined ? {} : { "x-amzn-sagemaker-target-variant": variant }),
          },
        },
        await credentials(),
        { region, service: "sagemaker", now: new Date() },
      );
      const answer = await post(secure ? httpsRequest : httpRequest, url, { path, agent, headers, body, signal });
      const document = parse(answer);
      return { ...document, variant: answer.variant ?? document.variant };
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** The production variant that answered, as the runtime names it. */
  readonly variant: string | undefined;
}

interface Sending {
  readonly path: string;
  readonly agent: HttpAgent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal | undefined;
}

function post(send: typeof httpRequest, url: URL, { path, agent, headers, body, signal }: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method: "POST", path, agent, headers: { ...headers, "content-length": Buffer.byteLength(body) } };
    const sent = send(url, { ...options, ...(signal === undefined ? {} : { signal }) }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) response.destroy(new EndpointError(502, "the endpoint's answer is too long"));
      });
      response.once("error", reject);
      response.once("end", () => {
        const variant = response.headers["x-amzn-invoked-production-variant"];
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString("utf8"),
          variant: typeof variant === "string" ? variant : undefined,
        });
      });
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

function parse({ status, text }: Answer): PredictionDocument {
  if (status !== 200) throw new EndpointError(status, `the endpoint answered ${status}: ${text.slice(0, 200)}`);
  const value = JSON.parse(text) as Partial<PredictionDocument> | null;
  if (!Array.isArray(value?.predictions)) throw new EndpointError(502, "the endpoint's answer has no predictions");
  return value as PredictionDocument;
}
