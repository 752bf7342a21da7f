import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { listObjects, putIfChanged, readObject } from "../../services/kit/s3-objects";
import { QualityRefused, type QualityReport } from "../../services/etl/quality";
import { VERIFIED_PREFIX } from "../../services/etl/run";
import { runDaily } from "../../local/datapath/daily";
import { curated, ndjson, tasteEvents, type Curated } from "../services/etl/events";
import {
  buildRegion,
  buildTables,
  CREDENTIALS,
  PYTHON,
  startOwnEmulator,
  type BuiltRegion,
  type Emulator,
} from "./datapath-cloud";

const REGISTER = join(__dirname, "..", "..", "local", "toolchain", "register.cjs");

describe("the ETL on the emulator", function () {
  let emulator: Emulator;
  let region: BuiltRegion;
  let s3: S3Client;

  before(async () => {
    emulator = await startOwnEmulator();
    region = await buildRegion(emulator.endpoint, "us-east-1", "us", "primary");
    await buildTables(region, []);
    s3 = new S3Client({
      region: "us-east-1",
      endpoint: emulator.endpoint,
      credentials: CREDENTIALS,
      forcePathStyle: true,
    });
  });
  after(async () => {
    s3.destroy();
    await emulator.stop();
  });

  const verify = (name: string, events: readonly Curated[]): Promise<boolean> =>
    putIfChanged(s3, region.buckets.bronze, `${VERIFIED_PREFIX}${name}.ndjson.gz`, ndjson(events));

  const taste = (users: number) =>
    tasteEvents({ users, items: 60, groups: 4, eventsPerUser: 30, region: "us-east-1", days: 4 });

  /** Every object of the tables with its content's digest. */
  async function tables(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const bucket of [region.buckets.silver, region.buckets.gold]) {
      for (const { key } of await listObjects(s3, bucket, "")) {
        const body = await readObject(s3, bucket, key);
        assert.ok(body !== undefined);
        if (!key.includes("/_quality/")) found[`${bucket}/${key}`] = createHash("sha256").update(body).digest("hex");
      }
    }
    return found;
  }

  function start(endpoint: string): ChildProcess {
    const { bronze, silver, gold } = region.buckets;
    const script = join(__dirname, "etl-process.ts");
    return spawn(process.execPath, ["--require", REGISTER, script, endpoint, bronze, silver, gold], {
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  async function ledgerOf(endpoint: string): Promise<unknown> {
    const child = start(endpoint);
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    assert.equal(code, 0);
    return JSON.parse(said);
  }

  it("loses and doubles nothing when it is killed at a write, the object half sent", async () => {
    await verify("date=2026-03-04/hour=00/a", taste(20));
    const first = await ledgerOf(emulator.endpoint);
    assert.deepEqual(first, { verified: 600, silver: 600, duplicates: 0, late: 0 });
    const late = curated({ occurred_at: "2026-03-01T00:00:00Z", received_at: "2026-03-09T00:00:00Z" });
    await verify("date=2026-03-09/hour=00/b", [...taste(30), late]);
    for (const nth of [1, 3, 6, 9]) {
      const killer = await startKiller(emulator.endpoint, nth);
      const child = start(killer.endpoint);
      killer.aim(child);
      const [code, signal] = (await once(child, "close")) as [number | null, string | null];
      await killer.stop();
      assert.deepEqual([code, signal], [null, "SIGKILL"], `write ${nth}`);
    }
    const expected = { verified: 1501, silver: 900, duplicates: 600, late: 1 };
    assert.deepEqual(await ledgerOf(emulator.endpoint), expected);
    const recovered = await tables();
    assert.deepEqual(await ledgerOf(emulator.endpoint), expected);
    assert.deepEqual(await tables(), recovered);
    // What one undisturbed run makes of the same events.
    for (const { key } of await listObjects(s3, region.buckets.silver, "_state/")) {
      await putIfChanged(s3, region.buckets.silver, key, Buffer.from("{}"));
    }
    assert.deepEqual(await ledgerOf(emulator.endpoint), expected);
    assert.deepEqual(await tables(), recovered);
  });

  it("stops the day at a data file with a broken column, with yesterday's tables and model in place", async () => {
    const config = {
      regions: [region],
      python: PYTHON,
      endpoint: emulator.endpoint,
      credentials: CREDENTIALS,
      now: new Date("2026-03-12T02:00:00Z"),
    };
    const good = await runDaily(config);
    assert.equal(good.zones.length, 1);
    const before = await tables();
    const changed = taste(2).map((event) => ({ ...event, value: "19,99 EUR" }));
    await verify("date=2026-03-12/hour=00/broken", changed);
    const now = new Date("2026-03-13T02:00:00Z");
    await assert.rejects(
      runDaily({ ...config, now }),
      (error: unknown) =>
        error instanceof QualityRefused &&
        error.message === "us-east-1: refused by the quality gate: unreadable value: 60, want at most 0",
    );
    assert.deepEqual(await tables(), before);
    const report = await readObject(s3, region.buckets.gold, "us-east-1/_quality/run_date=2026-03-13/report.json");
    assert.equal((JSON.parse(String(report)) as QualityReport).passed, false);
  });
});

/** A way to the emulator that kills a process when its nth object is half sent. */
async function startKiller(to: string, nth: number) {
  let target: ChildProcess | undefined;
  let puts = 0;
  const { hostname, port } = new URL(to);
  const server: Server = createServer((incoming, answer) => {
    if (incoming.method === "PUT") puts += 1;
    const fatal = incoming.method === "PUT" && puts >= nth;
    const { method, url: path, headers } = incoming;
    const onward = request({ hostname, port, method, path, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.on("error", () => onward.destroy());
    if (!fatal) {
      incoming.pipe(onward);
      return;
    }
    incoming.once("data", (chunk: Buffer) => {
      onward.write(chunk.subarray(0, Math.ceil(chunk.length / 2)));
      target?.kill("SIGKILL");
      setTimeout(() => onward.destroy(), 20);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    aim: (child: ChildProcess) => {
      target = child;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
