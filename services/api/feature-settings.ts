import { AUTH_MODES, type AuthMode, type JwtOptions } from "./auth";
import { isTrustedUrl } from "./issuer-keys";

/** Features around the answers, by the environment; all are off by default. */
export interface FeatureSettings {
  /** Stream that takes exposures. @default none are written */
  readonly stream?: string;
  /** File that takes exposures in the stream's place, one event a line as a collector takes it. @default none */
  readonly exposuresFile?: string;
  readonly auth: AuthSettings;
  /** Whether traces and metrics are sent. */
  readonly telemetry: boolean;
  /** WebSockets at once; 0 = none are taken. */
  readonly connections: number;
}

export type AuthSettings =
  | { readonly mode: Exclude<AuthMode, "jwt"> }
  | ({ readonly mode: "jwt" } & Pick<JwtOptions, "issuer" | "jwksUrl" | "audiences" | "clockSkewSeconds">);

/** WebSockets that a process of one core and 512 MiB holds beside its requests. */
const CONNECTIONS = 5_000;

/**
 * Reads the environment. `MERIDIAN_STREAM`: the stream for exposures; `MERIDIAN_EXPOSURES_FILE`: a file in its place, for
 * where nobody delivers a stream all the time. `MERIDIAN_AUTH`: `none` (as without it), `jwt` or
 * `iam-at-the-gateway`; with `jwt`, `MERIDIAN_AUTH_ISSUER` and `MERIDIAN_AUTH_AUDIENCES` (`a,b`) are wanted, and
 * `MERIDIAN_AUTH_JWKS_URL` and `MERIDIAN_AUTH_CLOCK_SKEW_SECONDS` (30) may be given. `MERIDIAN_UPDATES_CONNECTIONS` (5000).
 * `OTEL_EXPORTER_OTLP_ENDPOINT`: where traces and metrics go, by OpenTelemetry's own variables.
 */
export function readFeatures(optional: (name: string) => string | undefined, problems: string[]): FeatureSettings {
  const stream = optional("MERIDIAN_STREAM");
  const exposuresFile = optional("MERIDIAN_EXPOSURES_FILE");
  if (stream !== undefined && exposuresFile !== undefined) {
    problems.push("MERIDIAN_EXPOSURES_FILE: want it without MERIDIAN_STREAM, got both");
  }
  return {
    ...(stream === undefined ? {} : { stream }),
    ...(exposuresFile === undefined ? {} : { exposuresFile }),
    auth: authOf(optional, problems),
    telemetry: optional("OTEL_EXPORTER_OTLP_ENDPOINT") !== undefined,
    connections: countOf("MERIDIAN_UPDATES_CONNECTIONS", optional, problems) ?? CONNECTIONS,
  };
}

function authOf(optional: (name: string) => string | undefined, problems: string[]): AuthSettings {
  const text = optional("MERIDIAN_AUTH") ?? "none";
  const mode = AUTH_MODES.find((one) => one === text);
  if (mode === undefined) problems.push(`MERIDIAN_AUTH: want ${AUTH_MODES.join(", ")}, got ${text}`);
  if (mode !== "jwt") return { mode: mode ?? "none" };
  const issuer = optional("MERIDIAN_AUTH_ISSUER") ?? "";
  const jwksUrl = optional("MERIDIAN_AUTH_JWKS_URL");
  const audiences = (optional("MERIDIAN_AUTH_AUDIENCES") ?? "").split(",").filter((name) => name !== "");
  const clockSkewSeconds = countOf("MERIDIAN_AUTH_CLOCK_SKEW_SECONDS", optional, problems);
  for (const [name, url] of [
    ["MERIDIAN_AUTH_ISSUER", issuer],
    ["MERIDIAN_AUTH_JWKS_URL", jwksUrl],
  ] as const) {
    if (url !== undefined && !isTrustedUrl(url)) problems.push(`${name}: want an https address, got "${url}"`);
  }
  if (audiences.length === 0) problems.push("MERIDIAN_AUTH_AUDIENCES: want at least one audience, got none");
  return {
    mode,
    issuer,
    audiences,
    ...(jwksUrl === undefined ? {} : { jwksUrl }),
    ...(clockSkewSeconds === undefined ? {} : { clockSkewSeconds }),
  };
}

function countOf(name: string, optional: (name: string) => string | undefined, problems: string[]): number | undefined {
  const text = optional(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text)) problems.push(`${name}: want a whole number of at least 0, got ${text}`);
  return Number(text);
}
