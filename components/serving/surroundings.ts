import type { apiSettings } from "../../contracts/settings/api";
import type { SettingInputs } from "../kit/settings";
import type { Scope } from "../kit/scope";
import { finding, type Finding } from "../kit/refuse";
import { wantDistinct, wantInteger, wantMatch, wantNumber } from "../kit/want";

/** Who the API answers: `jwt` by tokens of an issuer, `iam-at-the-gateway` whom a gateway before it has asked IAM for. */
export type Callers =
  | {
      readonly kind: "jwt";
      /** `https://` address of an OIDC issuer; its keys are read below it. */
      readonly issuer: string;
      /** A token names one of them. */
      readonly audiences: readonly string[];
      /** By how much clocks may differ, seconds. @default 30 */
      readonly clockSkewSeconds?: number;
    }
  | { readonly kind: "iam-at-the-gateway" };

/** Where traces and metrics go: a collector of the AWS Distro for OpenTelemetry in the cluster. */
export interface Telemetry {
  /** OTLP over HTTP, e.g. `http://adot-collector.observability.svc.cluster.local:4318`. */
  readonly endpoint: string;
  /** Namespace of the collector: pods may go there, and nowhere else of the cluster. */
  readonly namespace: string;
  /** Percent of the traces that begin here; those of callers go by the caller's choice. @default 1 */
  readonly tracesPercent?: number;
}

/** What stands around the API's answers. */
export interface Surroundings {
  /** @default whoever the region's gateway lets in */
  readonly callers?: Callers;
  /** @default nothing is sent */
  readonly telemetry?: Telemetry;
  /** WebSockets that one pod holds; 0 = none. @default 5000 */
  readonly connectionsPerPod?: number;
}

const DEFAULTS = { tracesPercent: 1, connectionsPerPod: 5_000 } as const;

/** Addresses without a query; a pod reads keys over TLS only. */
const ISSUER = /^https:\/\/[a-z0-9.-]+(?::\d+)?(?:\/[^\s?#]*)?$/;
const OTLP = /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?\/?$/;

/** Kubernetes' names of namespaces: RFC 1123 labels. */
const NAMESPACE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** A pod of 512 MiB: a WebSocket takes about 20 KB. */
const CONNECTIONS = { min: 0, max: 10_000 } as const;

/** Findings about the arguments, all of them. */
export function checkSurroundings({ callers, telemetry, connectionsPerPod }: Surroundings): Finding[] {
  return [
    ...(callers?.kind === "jwt"
      ? [
          ...wantMatch("callers.issuer", callers.issuer, ISSUER, "an https address without query"),
          ...wantDistinct("callers.audiences", callers.audiences, "audiences"),
          ...callers.audiences.flatMap((name, index) =>
            /^[^\s,]+$/.test(name)
              ? []
              : [finding(`callers.audiences[${index}]`, "an audience without spaces and commas", name)],
          ),
          ...wantInteger("callers.clockSkewSeconds", callers.clockSkewSeconds ?? 30, "seconds", { min: 0, max: 300 }),
        ]
      : []),
    ...(telemetry === undefined
      ? []
      : [
          ...wantMatch("telemetry.endpoint", telemetry.endpoint, OTLP, "an http or https address without a path"),
          ...wantMatch("telemetry.namespace", telemetry.namespace, NAMESPACE_NAME, "a Kubernetes namespace"),
          ...wantNumber("telemetry.tracesPercent", telemetry.tracesPercent ?? DEFAULTS.tracesPercent, "percent", {
            min: 0,
            max: 100,
          }),
        ]),
    ...wantInteger("connectionsPerPod", connectionsPerPod ?? DEFAULTS.connectionsPerPod, "connections", CONNECTIONS),
  ];
}

/** The program's settings for it. */
export function surroundingSettings(
  { callers, telemetry, connectionsPerPod }: Surroundings,
  scope: Scope,
): SettingInputs<typeof apiSettings.shape> {
  return {
    auth: callers?.kind,
    ...(callers?.kind === "jwt"
      ? {
          authIssuer: callers.issuer,
          authAudiences: callers.audiences,
          authClockSkewSeconds: callers.clockSkewSeconds,
        }
      : {}),
    updatesConnections: connectionsPerPod,
    ...(telemetry === undefined
      ? {}
      : {
          telemetryEndpoint: telemetry.endpoint,
          telemetryAttributes: `deployment.environment.name=${scope.environment}`,
          telemetrySampler: "parentbased_traceidratio",
          telemetrySamplerArgument: (telemetry.tracesPercent ?? DEFAULTS.tracesPercent) / 100,
        }),
  };
}

/** Where pods must be let out for it. */
export function telemetryTarget({ telemetry }: Surroundings): {
  readonly telemetry?: { readonly namespace: string; readonly port: number };
} {
  if (telemetry === undefined) return {};
  const { port, protocol } = new URL(telemetry.endpoint);
  const usual = protocol === "https:" ? 443 : 80;
  return { telemetry: { namespace: telemetry.namespace, port: port === "" ? usual : Number(port) } };
}
