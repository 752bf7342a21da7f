import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { generatedSource } from "../services/traffic/generate";
import { ingestEvents } from "../local/datapath/ingest";
import { paths, venvExecutable } from "../local/toolchain";
import { makeEventPath } from "../tests/integration/event-path";
import { report } from "./kit/figures";

/** Events of the run; `INGEST_EVENTS` names another number. */
const EVENTS = Number(process.env["INGEST_EVENTS"] ?? 1_000_000);
const REGIONS = ["us-east-1", "us-west-2"];

/**
 * Events through the whole local path in two regions: collector over HTTP, stream, both deliveries with the real
 * transform, verifier, all against one emulator. Fails when a single event is not accounted for at any stage.
 */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ingest-"));
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const emulator = startEmulator(folder, endpoint);
  try {
    await up(`${endpoint}/_ministack/health`);
    const regions = await Promise.all(REGIONS.map((region) => makeEventPath(endpoint, region, join(folder, region))));
    const {
      total,
      differences,
      seconds = {},
    } = await ingestEvents(
      { regions },
      generatedSource({ seed: 1, count: EVENTS, users: 100_000, items: 20_000, regions: REGIONS }),
    );
    console.log(JSON.stringify(total));
    if (differences.length > 0) throw new Error(`the account does not balance:\n${differences.join("\n")}`);
    report(
      Object.entries(seconds).map(([stage, value]) => ({
        what: `${stage} ${EVENTS} events (${Math.round(value)} s), two regions, balanced to the event`,
        value: EVENTS / value,
        unit: "events/s",
        rounds: 1,
      })),
    );
  } finally {
    emulator.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

function startEmulator(folder: string, endpoint: string): ChildProcess {
  return spawn(venvExecutable(paths(), "ministack"), [], {
    cwd: folder,
    stdio: "ignore",
    env: {
      ...process.env,
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: new URL(endpoint).port,
      AWS_ENDPOINT_URL: endpoint,
      IOT_MTLS_ENABLED: "0",
      SFTP_ENABLED: "0",
      NODE_PATH: resolve("node_modules"),
      PATH: [resolve("node_modules/.bin"), process.env["PATH"]].join(delimiter),
    },
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function up(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // Not there yet.
    }
    await wait(200);
  }
  throw new Error(`no answer from ${url}`);
}

void main();
