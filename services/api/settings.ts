import { apiSettings } from "../../contracts/settings/api";
import type { ValuesOf } from "../../contracts/settings/setting";
import type { Variant } from "../../contracts/models/assignment";
import type { Listening } from "../kit/http/process";
import type { CredentialSource } from "../kit/credentials";
import type { JwtOptions } from "./auth";
import type { CacheSettings } from "./cache-connection";
import type { EndpointSettings } from "./endpoint-client";

/** The API's settings, in the parts that take them: see `contracts/settings/api.ts` for the variables. */
export interface ApiSettings {
  readonly listening: Listening;
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

/** What surrounds the answers. */
export interface FeatureSettings {
  /** Stream that takes exposures. @default none are written */
  readonly stream?: string;
  /** File that takes exposures in the stream's place, one event a line as a collector takes it. @default none */
  readonly exposuresFile?: string;
  readonly auth: AuthSettings;
  /** Whether traces and metrics are sent. */
  readonly telemetry: boolean;
  /** WebSockets at once; 0: none are taken. */
  readonly connections: number;
}

export type AuthSettings =
  | { readonly mode: "none" | "iam-at-the-gateway" }
  | ({ readonly mode: "jwt" } & Pick<JwtOptions, "issuer" | "jwksUrl" | "audiences" | "clockSkewSeconds">);

type Values = ValuesOf<typeof apiSettings.shape>;

/**
 * Reads the environment.
 * @param credentials of the process's role, for the cache's token and the endpoint.
 * @throws SettingsError naming every variable that is missing or wrong.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  credentials: CredentialSource,
): ApiSettings {
  const values = apiSettings.read(environment);
  return {
    listening: { host: values.host, port: values.port },
    region: values.region,
    tables: { recommendations: values.recommendationsTable, models: values.modelsTable },
    ...(values.flagsTable === undefined ? {} : { flagsTable: values.flagsTable }),
    pseudonymKey: values.pseudonymKey,
    variants: values.variants,
    ...cacheOf(values, credentials),
    ...endpointOf(values, credentials),
    features: {
      ...(values.stream === undefined ? {} : { stream: values.stream }),
      ...(values.exposuresFile === undefined ? {} : { exposuresFile: values.exposuresFile }),
      auth: authOf(values),
      telemetry: values.telemetryEndpoint !== undefined,
      connections: values.updatesConnections,
    },
  };
}

function cacheOf(values: Values, credentials: CredentialSource): { readonly cache?: CacheSettings } {
  const {
    region,
    cacheEndpoint: host,
    cachePort: port,
    cacheName,
    cacheUser: userName,
    cacheTls,
    cacheCluster,
  } = values;
  // A cache without a user is Memcached, in whose place each process caches for itself.
  if (host === undefined || (userName === undefined && cacheTls)) return {};
  return {
    cache: {
      host,
      port,
      cluster: cacheCluster,
      tls: cacheTls ? {} : false,
      ...(userName === undefined || cacheName === undefined
        ? {}
        : { identity: { region, cacheName, userName, credentials } }),
    },
  };
}

function endpointOf(
  { region, endpointName, endpointUrl: url }: Values,
  credentials: CredentialSource,
): { readonly endpoint?: EndpointSettings } {
  if (endpointName === undefined) return {};
  return { endpoint: { region, endpointName, credentials, ...(url === undefined ? {} : { url }) } };
}

function authOf({ auth: mode, authIssuer, authAudiences, authJwksUrl, authClockSkewSeconds }: Values): AuthSettings {
  if (mode !== "jwt") return { mode };
  return {
    mode,
    issuer: authIssuer ?? "",
    audiences: authAudiences,
    ...(authJwksUrl === undefined ? {} : { jwksUrl: authJwksUrl }),
    ...(authClockSkewSeconds === undefined ? {} : { clockSkewSeconds: authClockSkewSeconds }),
  };
}
