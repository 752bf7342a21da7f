import type { CacheSettings } from "./cache-connection";
import type { EndpointSettings } from "./endpoint-client";
import { readFeatures, type FeatureSettings } from "./feature-settings";
import type { CredentialSource } from "../kit/credentials";
import type { Variant } from "../../contracts/models/assignment";

/** Settings of the API, from its environment; `components/serving/api.ts` sets them. */
export interface ApiSettings {
  readonly region: string;
  readonly tables: { readonly recommendations: string; readonly models: string };
  /** Absent: no experiment's state is read, and the split is that of the variants. */
  readonly flagsTable?: string;
  readonly pseudonymKey: string;
  readonly variants: readonly Variant[];
  /** Absent: lists are cached in the process only. */
  readonly cache?: CacheSettings;
  /** Absent: no model is asked live. */
  readonly endpoint?: EndpointSettings;
  readonly features: FeatureSettings;
}

/** Settings that cannot be worked with; all of them at once. */
export class SettingsError extends Error {
  constructor(problems: readonly string[]) {
    super(`settings: ${problems.join("; ")}`);
    this.name = "SettingsError";
  }
}

/**
 * Reads the environment. `AWS_REGION`, `MERIDIAN_RECOMMENDATIONS_TABLE`, `MERIDIAN_MODELS_TABLE`,
 * `MERIDIAN_PSEUDONYM_KEY` (alias of the zone's HMAC key) are wanted. `MERIDIAN_FLAGS_TABLE`: holds the experiment's
 * state, whose weights are the split; where there is none, it is that of `MERIDIAN_VARIANTS`. `MERIDIAN_VARIANTS` (`name=weight,...`) is one
 * variant `default` without it. `MERIDIAN_CACHE_ENDPOINT`, `_PORT`, `_NAME`, `_USER`: a sharded cache over TLS whose
 * user IAM knows; a cache without a user (Memcached, which has no IAM) is not used: the process's own memory replaces it.
 * `MERIDIAN_ENDPOINT_NAME`: the SageMaker endpoint. For a cache or an endpoint on this machine: `MERIDIAN_CACHE_TLS=off`,
 * `MERIDIAN_CACHE_CLUSTER=off`, `MERIDIAN_ENDPOINT_URL`. Features around the answers: see `readFeatures`.
 * @throws SettingsError naming all that is wrong.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  credentials: CredentialSource,
): ApiSettings {
  const problems: string[] = [];
  const optional = (name: string): string | undefined => {
    const value = environment[name];
    return value === undefined || value === "" ? undefined : value;
  };
  const wanted = (name: string): string => {
    const value = optional(name);
    if (value === undefined) problems.push(`${name}: want a value, got nothing`);
    return value ?? "";
  };
  const region = wanted("AWS_REGION");
  const flagsTable = optional("MERIDIAN_FLAGS_TABLE");
  const settings: ApiSettings = {
    region,
    tables: { recommendations: wanted("MERIDIAN_RECOMMENDATIONS_TABLE"), models: wanted("MERIDIAN_MODELS_TABLE") },
    ...(flagsTable === undefined ? {} : { flagsTable }),
    pseudonymKey: wanted("MERIDIAN_PSEUDONYM_KEY"),
    variants: variantsOf(optional("MERIDIAN_VARIANTS") ?? "default=1", problems),
    ...cacheOf(optional, region, credentials, problems),
    ...endpointOf(optional, region, credentials),
    features: readFeatures(optional, problems),
  };
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

type Optional = (name: string) => string | undefined;

function cacheOf(
  optional: Optional,
  region: string,
  credentials: CredentialSource,
  problems: string[],
): { readonly cache?: CacheSettings } {
  const host = optional("MERIDIAN_CACHE_ENDPOINT");
  const userName = optional("MERIDIAN_CACHE_USER");
  const tls = optional("MERIDIAN_CACHE_TLS") !== "off";
  if (host === undefined || (userName === undefined && tls)) return {};
  const port = Number(optional("MERIDIAN_CACHE_PORT") ?? "6379");
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    problems.push(`MERIDIAN_CACHE_PORT: want a port, got ${String(optional("MERIDIAN_CACHE_PORT"))}`);
  }
  const cacheName = optional("MERIDIAN_CACHE_NAME");
  if (userName !== undefined && cacheName === undefined) {
    problems.push("MERIDIAN_CACHE_NAME: want the cache's name with MERIDIAN_CACHE_USER, got nothing");
  }
  return {
    cache: {
      host,
      port,
      cluster: optional("MERIDIAN_CACHE_CLUSTER") !== "off",
      tls: tls ? {} : false,
      ...(userName === undefined || cacheName === undefined
        ? {}
        : { identity: { region, cacheName, userName, credentials } }),
    },
  };
}

function endpointOf(
  optional: Optional,
  region: string,
  credentials: CredentialSource,
): { readonly endpoint?: EndpointSettings } {
  const endpointName = optional("MERIDIAN_ENDPOINT_NAME");
  const url = optional("MERIDIAN_ENDPOINT_URL");
  if (endpointName === undefined) return {};
  return { endpoint: { region, endpointName, credentials, ...(url === undefined ? {} : { url }) } };
}

function variantsOf(text: string, problems: string[]): Variant[] {
  const variants = text.split(",").map((part) => {
    const [name = "", weight = ""] = part.split("=");
    return { name, weight: weight === "" ? Number.NaN : Number(weight) };
  });
  const usable = variants.every(({ name, weight }) => name !== "" && weight >= 0 && Number.isFinite(weight));
  if (!usable || !variants.some(({ weight }) => weight > 0)) {
    problems.push(`MERIDIAN_VARIANTS: want name=weight,... with weights >= 0 and a sum > 0, got ${text}`);
  }
  return variants;
}
