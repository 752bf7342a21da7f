import assert from "node:assert/strict";
import { readSettings, SettingsError } from "../../../services/api/settings";

const CREDENTIALS = () => Promise.resolve({ accessKeyId: "test", secretAccessKey: "test" });
const LEAST = {
  AWS_REGION: "eu-west-1",
  MERIDIAN_RECOMMENDATIONS_TABLE: "recommendations",
  MERIDIAN_MODELS_TABLE: "models",
  MERIDIAN_PSEUDONYM_KEY: "alias/pseudonym",
};

describe("the API's settings", () => {
  it("need no cache, no endpoint and no experiment", () => {
    assert.deepEqual(readSettings(LEAST, CREDENTIALS), {
      region: "eu-west-1",
      tables: { recommendations: "recommendations", models: "models" },
      pseudonymKey: "alias/pseudonym",
      variants: [{ name: "default", weight: 1 }],
      features: { auth: { mode: "none" }, telemetry: false, connections: 5_000 },
    });
  });

  it("ask for exposures, callers' tokens, telemetry and WebSockets by a variable each", () => {
    const { features } = readSettings(
      {
        ...LEAST,
        MERIDIAN_STREAM: "events",
        MERIDIAN_AUTH: "jwt",
        MERIDIAN_AUTH_ISSUER: "https://auth.example",
        MERIDIAN_AUTH_AUDIENCES: "shop,app",
        MERIDIAN_AUTH_CLOCK_SKEW_SECONDS: "5",
        MERIDIAN_UPDATES_CONNECTIONS: "0",
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
      },
      CREDENTIALS,
    );
    assert.deepEqual(features, {
      stream: "events",
      auth: { mode: "jwt", issuer: "https://auth.example", audiences: ["shop", "app"], clockSkewSeconds: 5 },
      telemetry: true,
      connections: 0,
    });
  });

  it("are refused where callers' tokens could not be verified", () => {
    const bad = {
      MERIDIAN_AUTH: "jwt",
      MERIDIAN_AUTH_ISSUER: "http://auth.example",
      MERIDIAN_AUTH_CLOCK_SKEW_SECONDS: "-1",
    };
    const told = (settings: object): string => {
      try {
        readSettings({ ...LEAST, ...settings }, CREDENTIALS);
      } catch (error) {
        return String(error);
      }
      return "";
    };
    for (const name of ["_ISSUER", "_AUDIENCES", "_CLOCK_SKEW_SECONDS"])
      assert.match(told(bad), new RegExp(`MERIDIAN_AUTH${name}`));
    assert.match(told({ MERIDIAN_AUTH: "JWT" }), /want none, jwt, iam-at-the-gateway, got JWT/);
  });

  it("are what the component sets: a sharded cache over TLS whose user IAM knows, and the endpoint", () => {
    const { cache, endpoint, variants } = readSettings(
      {
        ...LEAST,
        MERIDIAN_CACHE_ENDPOINT: "clustercfg.cache.example",
        MERIDIAN_CACHE_PORT: "6379",
        MERIDIAN_CACHE_NAME: "meridian-cache",
        MERIDIAN_CACHE_USER: "meridian-api",
        MERIDIAN_ENDPOINT_NAME: "recommendations",
        MERIDIAN_VARIANTS: "champion=90,challenger=10",
      },
      CREDENTIALS,
    );
    const identity = {
      region: "eu-west-1",
      cacheName: "meridian-cache",
      userName: "meridian-api",
      credentials: CREDENTIALS,
    };
    assert.deepEqual(cache, { host: "clustercfg.cache.example", port: 6379, cluster: true, tls: {}, identity });
    assert.deepEqual(endpoint, { region: "eu-west-1", endpointName: "recommendations", credentials: CREDENTIALS });
    assert.deepEqual(variants, [
      { name: "champion", weight: 90 },
      { name: "challenger", weight: 10 },
    ]);
  });

  it("use the process's memory where the cache has no user: Memcached", () => {
    const memcached = { ...LEAST, MERIDIAN_CACHE_ENDPOINT: "memcached.example", MERIDIAN_CACHE_USER: "" };
    assert.equal(readSettings(memcached, CREDENTIALS).cache, undefined);
  });

  it("take a cache and an endpoint on this machine", () => {
    const { cache, endpoint } = readSettings(
      {
        ...LEAST,
        MERIDIAN_CACHE_ENDPOINT: "127.0.0.1",
        MERIDIAN_CACHE_TLS: "off",
        MERIDIAN_CACHE_CLUSTER: "off",
        MERIDIAN_ENDPOINT_NAME: "x",
        MERIDIAN_ENDPOINT_URL: "http://127.0.0.1:1",
      },
      CREDENTIALS,
    );
    assert.deepEqual(cache, { host: "127.0.0.1", port: 6379, cluster: false, tls: false });
    assert.equal(endpoint?.url, "http://127.0.0.1:1");
  });

  it("are refused with all problems at once", () => {
    const bad = {
      AWS_REGION: "eu-west-1",
      MERIDIAN_VARIANTS: "a=x",
      MERIDIAN_CACHE_ENDPOINT: "h",
      MERIDIAN_CACHE_USER: "u",
      MERIDIAN_CACHE_PORT: "0",
    };
    assert.throws(
      () => readSettings(bad, CREDENTIALS),
      (error: unknown) =>
        error instanceof SettingsError &&
        ["RECOMMENDATIONS_TABLE", "MODELS_TABLE", "PSEUDONYM_KEY", "VARIANTS", "CACHE_PORT", "CACHE_NAME"].every(
          (name) => error.message.includes(`MERIDIAN_${name}: want`),
        ),
    );
    for (const variants of ["=1", "a=0", "a=-1", "a"]) {
      assert.throws(() => readSettings({ ...LEAST, MERIDIAN_VARIANTS: variants }, CREDENTIALS), /VARIANTS/, variants);
    }
  });
});
