import { dnsSuffixOf } from "../../aws/facts";
import { setTimeout as pause } from "node:timers/promises";
import { STSClient } from "@aws-sdk/client-sts";
import type { Partition } from "../../regions/names";

/** A quota as the account has it. */
export interface QuotaValue {
  readonly code: string;
  readonly name: string;
  readonly value: number;
}

/** Where a service is asked. */
export interface ServiceQuotasOptions {
  readonly region: string;
  readonly partition: Partition;
  /** @default AWS's own, or what AWS_ENDPOINT_URL_SERVICE_QUOTAS or AWS_ENDPOINT_URL says */
  readonly endpoint?: string;
  /** Milliseconds before the first repetition of a throttled call; doubled each time. @default 500 */
  readonly patience?: number;
}

interface Page {
  readonly Quotas?: readonly { readonly QuotaCode?: string; readonly QuotaName?: string; readonly Value?: number }[];
  readonly NextToken?: string;
}

/** docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html */
const TARGET = "ServiceQuotasV20190624.ListServiceQuotas";
const PAGE_SIZE = 100;
const TRIES = 5;

/**
 * Quotas of a service in a region, those that AWS has raised as raised. The SDK's client for Service Quotas is none of
 * our dependencies: the call is one of JSON 1.1, signed as the SDK signs. A service without quotas there gives none.
 * @throws Error with AWS's own message.
 */
export async function callServiceQuotas(
  service: string,
  options: ServiceQuotasOptions,
): Promise<readonly QuotaValue[]> {
  const found: QuotaValue[] = [];
  let token: string | undefined;
  do {
    const page: Page = await call(
      { ServiceCode: service, MaxResults: PAGE_SIZE, ...(token === undefined ? {} : { NextToken: token }) },
      options,
    );
    for (const { QuotaCode: code = "", QuotaName: name = "", Value: value } of page.Quotas ?? [])
      if (value !== undefined) found.push({ code, name, value });
    token = page.NextToken;
  } while (token !== undefined);
  return found;
}

async function call(input: object, options: ServiceQuotasOptions): Promise<Page> {
  const url = new URL(options.endpoint ?? defaultEndpoint(options));
  const body = JSON.stringify(input);
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(url, { method: "POST", body, headers: await signed(url, body, options.region) });
    const answer = (await response.json()) as Page & { readonly __type?: string; readonly message?: string };
    if (response.ok) return answer;
    const type = answer.__type?.split("#").at(-1) ?? `HTTP ${response.status}`;
    if (type === "NoSuchResourceException") return {};
    const throttled = response.status === 429 || /Throttling|TooManyRequests/.test(type);
    if (!throttled || tries === TRIES) throw new Error(`${type}: ${answer.message ?? "no message"}`);
    await pause((options.patience ?? 500) * 2 ** (tries - 1));
  }
}

function defaultEndpoint({ region, partition }: ServiceQuotasOptions): string {
  return (
    process.env["AWS_ENDPOINT_URL_SERVICE_QUOTAS"] ??
    process.env["AWS_ENDPOINT_URL"] ??
    `https://servicequotas.${region}.${dnsSuffixOf(partition)}/`
  );
}

/** Headers of a call as the SDK signs it, with the credentials that it finds. */
async function signed(url: URL, body: string, region: string): Promise<Record<string, string>> {
  // A client of its own: one that has sent something keeps signing for the service that it sent it to.
  const { config } = new STSClient({ region });
  const signer = await config.signer({
    name: "sigv4",
    signingName: "servicequotas",
    signingRegion: region,
    properties: {},
  });
  const request = {
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: {},
    headers: { host: url.host, "content-type": "application/x-amz-json-1.1", "x-amz-target": TARGET },
    body,
  };
  const { headers } = await signer.sign(request);
  // The host follows from the address: `fetch` sets it itself.
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== "host"));
}
