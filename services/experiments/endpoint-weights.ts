import { z } from "zod";
import type { Variant } from "../../contracts/models/assignment";
import { signedHeaders, type CredentialSource } from "../kit/sigv4";

/** The weights of one region's endpoint, by which it spreads calls that name no variant. */
export interface EndpointWeights {
  readonly region: string;
  /** Weights by variant. @throws Error with SageMaker's own words. */
  read(): Promise<Readonly<Record<string, number>>>;
  /** Sets the weights of the endpoint's variants; instances stay as they are. @throws Error as above. */
  write(variants: readonly Variant[]): Promise<void>;
}

export interface EndpointWeightsSettings {
  readonly region: string;
  readonly endpointName: string;
  readonly credentials: CredentialSource;
  /** @default `https://api.sagemaker.<region>.amazonaws.com` */
  readonly url?: string;
}

const describedSchema = z.object({
  ProductionVariants: z.array(z.object({ VariantName: z.string(), DesiredWeight: z.number().optional() })).optional(),
});

/** Longest wait for SageMaker's answer, milliseconds. */
const TIMEOUT_MS = 30_000;

/**
 * DescribeEndpoint and UpdateEndpointWeightsAndCapacities over plain HTTP, as the runtime is called: two calls do not need
 * the largest of AWS's client libraries. docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html
 */
export function sageMakerWeights(settings: EndpointWeightsSettings): EndpointWeights {
  const { region, endpointName } = settings;
  const read = async (): Promise<Record<string, number>> => {
    const found = describedSchema.parse(await call(settings, "DescribeEndpoint", { EndpointName: endpointName }));
    return Object.fromEntries(
      (found.ProductionVariants ?? []).map(({ VariantName, DesiredWeight = 0 }) => [VariantName, DesiredWeight]),
    );
  };
  return {
    region,
    read,
    write: async (variants) => {
      const has = await read();
      const wanted = variants.filter(({ name }) => name in has);
      if (wanted.every(({ name, weight }) => has[name] === weight)) return;
      await call(settings, "UpdateEndpointWeightsAndCapacities", {
        EndpointName: endpointName,
        DesiredWeightsAndCapacities: wanted.map(({ name, weight }) => ({ VariantName: name, DesiredWeight: weight })),
      });
    },
  };
}

async function call(settings: EndpointWeightsSettings, operation: string, input: object): Promise<unknown> {
  const { region, credentials } = settings;
  const url = new URL(settings.url ?? `https://api.sagemaker.${region}.amazonaws.com`);
  const body = JSON.stringify(input);
  const headers = signedHeaders(
    {
      method: "POST",
      path: "/",
      body,
      headers: {
        host: url.host,
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `SageMaker.${operation}`,
      },
    },
    await credentials(),
    { region, service: "sagemaker", now: new Date() },
  );
  const sent = new Headers(headers);
  // Made of the address by who sends it.
  sent.delete("host");
  const answer = await fetch(url, { method: "POST", headers: sent, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation} in ${region}: ${answer.status} ${text.slice(0, 300)}`);
  return text === "" ? {} : JSON.parse(text);
}
