import type { Variant } from "../models/assignment";
import { listening } from "./listening";
import {
  eitherOf,
  list,
  number,
  oneOf,
  optional,
  ProgramSettings,
  required,
  text,
  withDefault,
  type Kind,
} from "./setting";

/** How the API knows its callers: not at all, by a token that it verifies, or by IAM at the gateway before it. */
const AUTH_MODES = ["none", "jwt", "iam-at-the-gateway"] as const;

/** WebSockets that a process of one core and 512 MiB holds beside its requests. */
const CONNECTIONS = 5_000;

/** Variants and their weights, `name=weight,...`. */
const variants: Kind<readonly Pick<Variant, "name" | "weight">[]> = {
  want: "name=weight,... with weights >= 0 and a sum > 0",
  parse: (value) => {
    const parsed = value.split(",").map((part) => {
      const [name = "", weight = ""] = part.split("=");
      return { name, weight: weight === "" ? Number.NaN : Number(weight) };
    });
    const fits = parsed.every(({ name, weight }) => name !== "" && weight >= 0 && Number.isFinite(weight));
    return fits && parsed.some(({ weight }) => weight > 0) ? parsed : undefined;
  },
  format: (values) => values.map(({ name, weight }) => `${name}=${weight}`).join(","),
};

/** Whether tokens and keys may come from there: over TLS, or on this machine. */
export function isTrustedUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "https:" || (url?.protocol === "http:" && ["127.0.0.1", "localhost"].includes(url.hostname));
}

const trustedUrl: Kind<string> = {
  want: "an https address",
  parse: (value) => (isTrustedUrl(value) ? value : undefined),
  format: (value) => value,
};

/** Settings of the recommendation API (`services/api`). */
export const apiSettings = new ProgramSettings(
  "api",
  {
    ...listening,
    region: required("AWS_REGION", text, "AWS region of its tables, key, cache and endpoint"),
    recommendationsTable: required("MERIDIAN_RECOMMENDATIONS_TABLE", text, "Table of the users' lists"),
    modelsTable: required("MERIDIAN_MODELS_TABLE", text, "Table of the published models"),
    flagsTable: optional(
      "MERIDIAN_FLAGS_TABLE",
      text,
      "Table of flags and of the experiment's state, whose weights are the split; without it, the split is that of MERIDIAN_VARIANTS",
    ),
    pseudonymKey: required("MERIDIAN_PSEUDONYM_KEY", text, "Alias of the residency zone's HMAC key"),
    variants: withDefault(
      "MERIDIAN_VARIANTS",
      variants,
      [{ name: "default", weight: 1 }],
      "Variants and their weights",
    ),
    cacheEndpoint: optional(
      "MERIDIAN_CACHE_ENDPOINT",
      text,
      "Host of the cache; without it, each process caches for itself",
    ),
    cachePort: withDefault("MERIDIAN_CACHE_PORT", number({ min: 1, max: 65_535 }), 6379, "Port of the cache"),
    cacheName: optional("MERIDIAN_CACHE_NAME", text, "Name of the cache, which the user's token is for"),
    cacheUser: optional(
      "MERIDIAN_CACHE_USER",
      text,
      "User whom IAM lets into the cache; without it the cache is Memcached, in whose place each process caches for itself",
    ),
    cacheTls: withDefault("MERIDIAN_CACHE_TLS", eitherOf("on", "off"), true, "off: for a cache on this machine"),
    cacheCluster: withDefault("MERIDIAN_CACHE_CLUSTER", eitherOf("on", "off"), true, "off: for a cache of one node"),
    endpointName: optional("MERIDIAN_ENDPOINT_NAME", text, "SageMaker endpoint; without it, no model is asked live"),
    endpointUrl: optional("MERIDIAN_ENDPOINT_URL", text, "Address of an endpoint on this machine"),
    stream: optional(
      "MERIDIAN_STREAM",
      text,
      "Stream that takes exposures; without it, and without a file, none are written",
    ),
    exposuresFile: optional(
      "MERIDIAN_EXPOSURES_FILE",
      text,
      "File that takes exposures in the stream's place, one event a line",
    ),
    auth: withDefault("MERIDIAN_AUTH", oneOf(AUTH_MODES), "none", "How callers are known"),
    authIssuer: optional("MERIDIAN_AUTH_ISSUER", trustedUrl, "Issuer of the callers' tokens; wanted with jwt"),
    authAudiences: withDefault("MERIDIAN_AUTH_AUDIENCES", list, [], "Audiences of the tokens; wanted with jwt"),
    authJwksUrl: optional(
      "MERIDIAN_AUTH_JWKS_URL",
      trustedUrl,
      "Address of the issuer's keys; without it, by discovery",
    ),
    authClockSkewSeconds: optional(
      "MERIDIAN_AUTH_CLOCK_SKEW_SECONDS",
      number({ min: 0, max: 999_999 }),
      "Seconds by which a token's times may be off; 30 without it",
    ),
    updatesConnections: withDefault(
      "MERIDIAN_UPDATES_CONNECTIONS",
      number({ min: 0, max: 999_999 }),
      CONNECTIONS,
      "WebSockets at once; 0: none are taken",
    ),
    telemetryEndpoint: optional(
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      text,
      "Where traces and metrics go, by OpenTelemetry's protocol",
    ),
    telemetryAttributes: optional(
      "OTEL_RESOURCE_ATTRIBUTES",
      text,
      "Attributes of all that is sent; read by OpenTelemetry's SDK",
    ),
    telemetrySampler: optional("OTEL_TRACES_SAMPLER", text, "How traces are chosen; read by OpenTelemetry's SDK"),
    telemetrySamplerArgument: optional(
      "OTEL_TRACES_SAMPLER_ARG",
      number({ min: 0, max: 1, integer: false }),
      "Share of the traces; read by OpenTelemetry's SDK",
    ),
  },
  (values) => [
    ...(values.stream !== undefined && values.exposuresFile !== undefined
      ? ["MERIDIAN_EXPOSURES_FILE: want it without MERIDIAN_STREAM, got both"]
      : []),
    ...(values.cacheEndpoint !== undefined && values.cacheUser !== undefined && values.cacheName === undefined
      ? ["MERIDIAN_CACHE_NAME: want the cache's name with MERIDIAN_CACHE_USER, got nothing"]
      : []),
    ...(values.auth === "jwt" && values.authIssuer === undefined
      ? ["MERIDIAN_AUTH_ISSUER: want an https address with jwt, got nothing"]
      : []),
    ...(values.auth === "jwt" && values.authAudiences.length === 0
      ? ["MERIDIAN_AUTH_AUDIENCES: want at least one audience with jwt, got none"]
      : []),
  ],
);
