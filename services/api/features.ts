import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Producer } from "../kit/stream/producer";
import type { ApiOptions } from "./api";
import { GatewayAuthenticator, JwtAuthenticator, type Authenticator } from "./auth";
import { ExposureFile } from "./exposure-file";
import { ExposureLog } from "./exposures";
import type { AuthSettings, FeatureSettings } from "./settings";
import type { FlagName } from "./flags/definitions";
import { readFlags, TableFlagProvider } from "./flags/provider";
import { DEFAULT_SWITCHES, watchSwitches, type Switches } from "./flags/switches";
import type { RecommendDeps, Recommender } from "./recommend";
import { Sessions } from "./sessions";
import { createTelemetry, traced, watch } from "./telemetry";
import type { TelemetrySdk } from "./telemetry-sdk";
import { Updates } from "./updates";

/** What the features need. */
export interface FeatureDeps {
  readonly region: string;
  readonly dynamo: Pick<DynamoDBClient, "send">;
  /** Absent: flags are as their list says. */
  readonly flagsTable?: string;
  /** Called for each failure that does not change an answer. */
  readonly onFailure: (where: string, error: unknown) => void;
  readonly onFlag: (flag: FlagName, value: boolean) => void;
}

/** The features around the answers of one process. */
export interface Features {
  readonly switches: NonNullable<RecommendDeps["switches"]>;
  /** A part of the recommender, its calls traced where traces are sent. */
  readonly traced: <T extends object>(part: T, name: string) => T;
  /** What the API is made with. */
  readonly around: (recommender: Recommender) => ApiOptions;
  /** Takes nothing new: open WebSockets are closed. */
  drain(): Promise<void>;
  /** Sends what is held, and ends. */
  stop(): Promise<void>;
}

/** Longest wait for what is still to be sent, milliseconds: within a pod's grace. */
const STOP_MS = 5_000;

/** Starts what the settings ask for. */
export async function startFeatures(settings: FeatureSettings, deps: FeatureDeps): Promise<Features> {
  const { region, onFailure } = deps;
  const sdk = settings.telemetry ? await startSdk(region) : undefined;
  const switches = await switchesOf(deps);
  const authenticator = authenticatorOf(settings.auth, onFailure);
  const exposures = exposuresOf(settings, region, onFailure);
  const log = exposures && {
    record: (...given: Parameters<ExposureLog["record"]>): void => {
      if (switches.isOn("serving.exposures")) exposures.record(...given);
    },
  };
  let updates: Updates | undefined;
  return {
    switches: {
      endpoint: () => switches.isOn("serving.endpoint"),
      similar: () => switches.isOn("serving.similar"),
    },
    traced: (part, name) => (sdk === undefined ? part : traced(part, name, sdk.tracer)),
    around: (recommender) => {
      let shed = 0;
      const shared = {
        ...(authenticator === undefined ? {} : { authenticator }),
        ...(log === undefined ? {} : { exposures: log }),
      };
      if (settings.connections > 0) {
        updates = new Updates({
          ...shared,
          recommender,
          sessions: new Sessions(),
          maxConnections: settings.connections,
          isOn: () => switches.isOn("serving.updates"),
          onError: (error) => {
            onFailure("updates", error);
          },
        });
      }
      if (sdk !== undefined) watchAll(sdk, { recommender, shed: () => shed, authenticator, exposures, updates });
      return {
        ...shared,
        ...(updates === undefined ? {} : { updates }),
        ...(sdk === undefined ? {} : { telemetry: createTelemetry(sdk) }),
        onShed: () => {
          shed += 1;
        },
      };
    },
    drain: async () => {
      await updates?.close();
    },
    stop: async () => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
      await Promise.race([Promise.allSettled([exposures?.drained(), sdk?.stop(), switches.stop()]), late]);
    },
  };
}

/** Loaded where it is asked for: it is a tenth of a second of every other start. */
async function startSdk(region: string): Promise<TelemetrySdk> {
  const { startTelemetry } = await import("./telemetry-sdk.ts");
  return startTelemetry({ serviceName: "recommendation-api", region });
}

async function switchesOf({ dynamo, flagsTable, onFailure, onFlag }: FeatureDeps): Promise<Switches> {
  if (flagsTable === undefined) return DEFAULT_SWITCHES;
  const tell = (error: unknown): void => {
    onFailure("flags", error);
  };
  const read = readFlags(dynamo, flagsTable, tell);
  return watchSwitches(new TableFlagProvider({ read, onFailure: tell }), onFlag);
}

function authenticatorOf(settings: AuthSettings, onFailure: FeatureDeps["onFailure"]): Authenticator | undefined {
  if (settings.mode === "jwt") {
    return new JwtAuthenticator({
      ...settings,
      onFailure: (error) => {
        onFailure("issuer", error);
      },
    });
  }
  return settings.mode === "none" ? undefined : new GatewayAuthenticator();
}

function exposuresOf(
  { stream, exposuresFile }: FeatureSettings,
  region: string,
  onFailure: FeatureDeps["onFailure"],
): ExposureLog | undefined {
  const sink =
    stream !== undefined
      ? streamOf(stream, region)
      : exposuresFile === undefined
        ? undefined
        : new ExposureFile(exposuresFile);
  if (sink === undefined) return undefined;
  return new ExposureLog({
    region,
    sink,
    onLost: (count, why) => {
      onFailure("exposures", new Error(`${count} not taken: ${why}`));
    },
  });
}

function streamOf(stream: string, region: string): Producer {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
  });
  // The producer itself tries again, record by record.
  return new Producer({ kinesis: new KinesisClient({ region, maxAttempts: 1, requestHandler }), stream });
}

interface Countable {
  readonly recommender: Recommender;
  readonly shed: () => number;
  readonly authenticator: Authenticator | undefined;
  readonly exposures: ExposureLog | undefined;
  readonly updates: Updates | undefined;
}

function watchAll({ meter }: TelemetrySdk, { recommender, shed, authenticator, exposures, updates }: Countable): void {
  watch(meter, {
    counters: {
      "requests.relieved": () => {
        const { coalesced, overflowed } = recommender.state();
        return { coalesced, overflowed, shed: shed() };
      },
      "auth.refused": () => authenticator?.refused ?? {},
      exposures: () => ({ ...exposures?.counters }),
      updates: () => ({ ...updates?.counters }),
    },
    gauges: {
      "breaker.open": () => recommender.state().open,
      "updates.connections": () => ({ open: updates?.connections ?? 0 }),
    },
  });
}
