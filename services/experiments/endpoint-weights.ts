import {
  DescribeEndpointCommand,
  SageMakerClient,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from "@aws-sdk/client-sagemaker";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Variant } from "../../contracts/models/assignment";
import type { CredentialSource } from "../kit/credentials";

/** The weights of one region's endpoint, by which it spreads calls that name no variant. */
export interface EndpointWeights {
  readonly region: string;
  /** Weights by variant. @throws Error that names operation and region, with SageMaker's own message. */
  read(): Promise<Readonly<Record<string, number>>>;
  /** Sets the weights of the endpoint's variants; instances stay as they are. @throws as above. */
  write(variants: readonly Variant[]): Promise<void>;
}

export interface EndpointWeightsSettings {
  readonly region: string;
  readonly endpointName: string;
  readonly credentials: CredentialSource;
  /** @default the region's endpoint of SageMaker */
  readonly url?: string;
}

/** Longest wait for one answer of SageMaker, milliseconds. */
const TIMEOUT_MS = 30_000;

/** DescribeEndpoint and UpdateEndpointWeightsAndCapacities of one endpoint. docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html */
export function sageMakerWeights({ region, endpointName, credentials, url }: EndpointWeightsSettings): EndpointWeights {
  const client = new SageMakerClient({
    region,
    credentials,
    requestHandler: new NodeHttpHandler({ requestTimeout: TIMEOUT_MS, throwOnRequestTimeout: true }),
    ...(url === undefined ? {} : { endpoint: url }),
  });
  /** Names operation and region: the caller works on the endpoints of several regions at once. */
  const named = async <T>(operation: string, call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      throw new Error(`${operation} in ${region}: ${String(error)}`, { cause: error });
    }
  };
  const read = async (): Promise<Record<string, number>> => {
    const { ProductionVariants = [] } = await named(
      "DescribeEndpoint",
      client.send(new DescribeEndpointCommand({ EndpointName: endpointName })),
    );
    return Object.fromEntries(
      ProductionVariants.map(({ VariantName = "", DesiredWeight = 0 }) => [VariantName, DesiredWeight]),
    );
  };
  return {
    region,
    read,
    write: async (variants) => {
      const has = await read();
      const wanted = variants.filter(({ name }) => name in has);
      if (wanted.every(({ name, weight }) => has[name] === weight)) return;
      const update = new UpdateEndpointWeightsAndCapacitiesCommand({
        EndpointName: endpointName,
        DesiredWeightsAndCapacities: wanted.map(({ name, weight }) => ({ VariantName: name, DesiredWeight: weight })),
      });
      await named("UpdateEndpointWeightsAndCapacities", client.send(update));
    },
  };
}
