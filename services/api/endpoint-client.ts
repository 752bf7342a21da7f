import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import {
  InvokeEndpointCommand,
  ModelError,
  SageMakerRuntimeClient,
  SageMakerRuntimeServiceException,
} from "@aws-sdk/client-sagemaker-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { CredentialSource } from "../kit/credentials";
import type { InstanceInput, PredictionDocument } from "../kit/model/inference-body";

/** The models behind one SageMaker endpoint. */
export interface ModelEndpointClient {
  /**
   * @param variant the production variant that is to answer; without one, the endpoint chooses by its weights.
   * @throws EndpointError
   */
  invoke(instances: readonly InstanceInput[], options?: InvokeOptions): Promise<PredictionDocument>;
}

export interface InvokeOptions {
  readonly variant?: string;
  /** Of a multi-model endpoint: the model that is to answer, by its path below the endpoint's prefix. */
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
  /** @default the region's endpoint of the SageMaker runtime */
  readonly url?: string;
  /** Connections kept open. @default 64 */
  readonly maxSockets?: number;
}

/**
 * InvokeEndpoint through the AWS SDK. It does not retry: the caller has a deadline, a circuit breaker, and a list to fall
 * back to. docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
 */
export function sageMakerEndpoint(settings: EndpointSettings): ModelEndpointClient {
  const { region, endpointName, credentials, url, maxSockets = 64 } = settings;
  const connections = { keepAlive: true, maxSockets };
  const client = new SageMakerRuntimeClient({
    region,
    credentials,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      httpAgent: new HttpAgent(connections),
      httpsAgent: new HttpsAgent(connections),
    }),
    ...(url === undefined ? {} : { endpoint: url }),
  });
  return {
    invoke: async (instances, { variant, model, signal } = {}) => {
      const command = new InvokeEndpointCommand({
        EndpointName: endpointName,
        ContentType: "application/json",
        Accept: "application/json",
        Body: JSON.stringify({ instances }),
        ...(model === undefined ? {} : { TargetModel: model }),
        ...(variant === undefined ? {} : { TargetVariant: variant }),
      });
      try {
        const answer = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
        const document = parse(answer.Body);
        return { ...document, variant: answer.InvokedProductionVariant ?? document.variant };
      } catch (error) {
        throw error instanceof SageMakerRuntimeServiceException ? endpointError(error) : error;
      }
    },
  };
}

function parse(body: Uint8Array | undefined): PredictionDocument {
  const value = JSON.parse(Buffer.from(body ?? []).toString("utf8")) as Partial<PredictionDocument> | null;
  if (!Array.isArray(value?.predictions)) throw new EndpointError(502, "the endpoint's answer has no predictions");
  return value as PredictionDocument;
}

/** With the container's own status and words, where the container refused. */
function endpointError(error: SageMakerRuntimeServiceException): EndpointError {
  const status = error.$metadata.httpStatusCode ?? 0;
  const cause =
    error instanceof ModelError
      ? JSON.stringify({ OriginalStatusCode: error.OriginalStatusCode, OriginalMessage: error.OriginalMessage })
      : error.message;
  return new EndpointError(status, `the endpoint answered ${status} ${error.name}: ${cause.slice(0, 200)}`);
}
