import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { generatedSource } from "../../services/traffic/generate";
import { importInteractions } from "../../services/traffic/import";
import { readHandover, readHandoverMessage } from "../../contracts/messages/handover";
import { listObjects } from "../../services/verifier/intake";
import { row } from "../services/verifier/world";
import { ingestEvents, readIngestLedger, type IngestRegion } from "../../local/datapath/ingest";
import { paths, venvExecutable } from "../../local/toolchain";
import { makeEventPath } from "./event-path";

/** The emulator: of the toolchain, or the one named by the environment. */
const MINISTACK = process.env["MERIDIAN_MINISTACK"] ?? venvExecutable(paths(), "ministack");
const COUNT = 5_000;

describe("the event path in the emulator", function () {
  let emulator: ChildProcess;
  let folder: string;
  let regions: IngestRegion[];

  before(async () => {
    assert.ok(
      existsSync(MINISTACK),
      `want the emulator at ${MINISTACK} (make up installs it, MERIDIAN_MINISTACK names another)`,
    );
    folder = mkdtempSync(join(tmpdir(), "events-"));
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    emulator = spawn(MINISTACK, [], {
      cwd: folder,
      stdio: "ignore",
      env: {
        ...process.env,
        BIND_HOST: "127.0.0.1",
        GATEWAY_PORT: new URL(endpoint).port,
        // Functions call the emulator that runs them, not one that the caller's environment names.
        AWS_ENDPOINT_URL: endpoint,
        IOT_MTLS_ENABLED: "0",
        SFTP_ENABLED: "0",
        // The Lambda runtime carries the AWS SDK, so functions must find it here as well, on the Node that runs this.
        NODE_PATH: resolve("node_modules"),
        PATH: [resolve("node_modules/.bin"), process.env["PATH"]].join(delimiter),
      },
    });
    await up(`${endpoint}/_ministack/health`);
    regions = await Promise.all(
      ["us-east-1", "us-west-2"].map((region) => makeEventPath(endpoint, region, join(folder, region))),
    );
  });

  after(() => {
    emulator.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  it("accounts for every event in both regions, over two runs, with the real transform", async () => {
    const source = (seed: number) =>
      generatedSource({ seed, count: COUNT, days: 3, regions: regions.map(({ region }) => region) });
    const first = await ingestEvents({ regions }, source(1));
    assert.deepEqual(first.differences, []);
    assert.equal(first.total.generated, COUNT);
    assert.deepEqual(Object.keys(first.total.dropped).sort(), ["bot", "no_consent"]);
    assert.deepEqual(Object.keys(first.total.failed).sort(), ["from_the_future", "no_such_day"]);
    assert.ok(first.total.verified > 0.9 * COUNT && first.total.refused > 0);

    const second = await ingestEvents({ regions }, source(2));
    assert.deepEqual(second.differences, []);
    assert.equal(second.total.generated, 2 * COUNT);
    assert.equal(second.run.generated, COUNT);
    assert.deepEqual(readIngestLedger({ regions }).total, second.total);
  });

  it("files what it verified, and nothing else is left in landing", async () => {
    for (const region of regions) {
      const verified = await read(region, region.buckets.bronze, "verified/events/");
      const ledger = readIngestLedger({ regions: [region] }).total;
      assert.equal(verified.length, ledger.verified);
      assert.equal((await read(region, region.buckets.bronze, "landing/")).length, 0);
      assert.equal(
        (await read(region, region.buckets.bronze, "errors/")).length,
        ledger.failed["from_the_future"]! + ledger.failed["no_such_day"]!,
      );
      assert.equal((await read(region, region.buckets.quarantine, "collector/")).length, ledger.refused);
      assert.equal((await read(region, region.buckets.raw, "events/")).length, ledger.raw);
      const keys = new Set(verified.map((line) => (JSON.parse(line) as { user_key: string }).user_key));
      assert.ok(keys.size > 100 && [...keys].every((key) => /^[0-9a-f]{64}$/.test(key)));
    }
  });

  for (const [at, stage] of ["collect", "deliver", "deliver-raw", "verify"].entries()) {
    it(`loses and doubles nothing when it is killed at the stage "${stage}" and run again`, async () => {
      await killAt(stage, regions, 10 + at);
      const more = generatedSource({ seed: 20 + at, count: 100, regions: regions.map(({ region }) => region) });
      const ledger = await ingestEvents({ regions }, more);
      assert.deepEqual(ledger.differences, []);
      for (const region of regions) {
        const verified = await read(region, region.buckets.bronze, "verified/events/");
        assert.equal(verified.length, ledger.regions[region.region]?.verified);
      }
    });
  }

  it("accounts for every line of an imported file of interactions, and files a day of history as one partition", async () => {
    const [region] = regions;
    assert.ok(region !== undefined);
    const before = readIngestLedger({ regions }).total;
    const file = join(folder, "ratings.csv");
    const rows = Array.from(
      { length: 2_000 },
      (_, n) => `u${n % 97},i${n % 31},${1 + (n % 5)},${1_000_000_000 + n * 500}`,
    );
    writeFileSync(file, ["userId,movieId,rating,timestamp", ...rows, "u1,i1,5", "u1,i1,5,never", ""].join("\n"));
    const source = importInteractions(file, {
      ...{ regions: [region.region], assumeConsent: true, minValue: 2, temporaryFolder: folder },
    });
    const ledger = await ingestEvents({ regions }, source);
    assert.deepEqual(ledger.differences, []);
    assert.deepEqual(source.counts, { lines: 2_003, events: 1_600, bad: 2, skipped: 401 });
    assert.equal(ledger.total.verified - before.verified, 1_600);
    assert.equal(ledger.run.generated, 1_600);
    const days = await read(region, region.buckets.bronze, "verified/events/date=2001-09-1");
    const hours = new Set(days.map((line) => (JSON.parse(line) as { received_at: string }).received_at.slice(10)));
    assert.deepEqual(hours, new Set(["T23:59:59.999Z"]));
  });

  it("quarantines a torn object and still balances once its records are counted there", async () => {
    const [region] = regions;
    assert.ok(region !== undefined);
    const s3 = clientFor(region);
    const Key = "landing/events/date=2026-01-31/hour=00/torn.ndjson.gz";
    await s3.send(new PutObjectCommand({ Bucket: region.buckets.bronze, Key, Body: Buffer.from("torn") }));
    const ledger = await ingestEvents({ regions }, generatedSource({ seed: 3, count: 10, regions: [region.region] }));
    assert.deepEqual(ledger.differences, []);
    const kept = await s3.send(
      new GetObjectCommand({ Bucket: region.buckets.quarantine, Key: `intake/${Key}.reason.json` }),
    );
    assert.match((await kept.Body?.transformToString()) ?? "", /"reason": "torn"/);
  });

  it("takes a bulk upload once it is whole: converted, tagged, and each row of its manifest accounted for", async () => {
    const [region] = regions;
    assert.ok(region !== undefined);
    const s3 = clientFor(region);
    const { bronze, quarantine } = region.buckets;
    const before = readIngestLedger({ regions: [region] }).total.bulk;
    const put = (name: string, Body: string): Promise<unknown> =>
      s3.send(new PutObjectCommand({ Bucket: bronze, Key: `landing/bulk/2026-01/${name}`, Body }));
    const lines = [row(), row({ value: "much" }), row({ event_id: "third" })].join("\n");
    const sha256 = createHash("sha256").update(lines).digest("hex");
    await put("history.ndjson", lines);
    await put("_SUCCESS", "\n");
    const more = (seed: number) => generatedSource({ seed, count: 10, regions: [region.region] });
    const waiting = await ingestEvents({ regions: [region] }, more(4));
    assert.deepEqual([waiting.total.bulk, waiting.differences], [before, []]);
    await put(
      "_manifest.json",
      JSON.stringify({ files: [{ name: "history.ndjson", bytes: lines.length, sha256, records: 3 }] }),
    );
    const { total, differences } = await ingestEvents({ regions: [region] }, more(5));
    assert.deepEqual(differences, []);
    assert.deepEqual(total.bulk, { landed: 3, verified: 2, refused: 1, quarantined: 0 });
    const Key = "verified/events/bulk/2026-01/history.ndjson.parquet";
    const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket: bronze, Key }));
    assert.deepEqual(Object.fromEntries(TagSet.map((tag) => [tag.Key, tag.Value])), {
      "meridian:verified": "true",
      "meridian:source-sha256": sha256,
      "meridian:data-class": "behaviour",
    });
    const [refused = ""] = await read(region, quarantine, "intake/landing/bulk/");
    assert.equal((JSON.parse(refused) as { reason: string }).reason, "value: want double, got string");
  });

  it("tells the ETL of exactly the objects that a listing finds, with their records", async () => {
    const { region, endpoint, handoverQueueUrl, buckets } = regions[0]!;
    const sqs = new SQSClient({ region, endpoint, credentials: { accessKeyId: "test", secretAccessKey: "test" } });
    const s3 = clientFor(regions[0]!);
    const told = new Map<string, number>();
    for (;;) {
      const received = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: handoverQueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      if ((received.Messages ?? []).length === 0) break;
      for (const { Body = "" } of received.Messages ?? []) {
        const message = readHandoverMessage(Body);
        const object = await s3.send(new GetObjectCommand({ Bucket: message?.bucket, Key: message?.key }));
        const handover = readHandover((await object.Body?.transformToString()) ?? "");
        for (const { key, records } of handover?.objects ?? []) told.set(key, records);
      }
    }
    const listed = await listObjects(s3, buckets.bronze, "verified/events/");
    assert.deepEqual([...told.keys()].sort(), listed.map(({ key }) => key).sort());
    const { verified, bulk } = readIngestLedger({ regions: [regions[0]!] }).total;
    assert.equal(
      [...told.values()].reduce((sum, records) => sum + records, 0),
      verified + bulk.verified,
    );
  });
});

/** Runs the event path in a process of its own and kills it when it reports the stage. */
async function killAt(stage: string, regions: readonly IngestRegion[], seed: number): Promise<void> {
  const script = `
    const { ingestEvents } = require("./local/datapath/ingest");
    const { generatedSource } = require("./services/traffic/generate");
    const regions = ${JSON.stringify(regions)};
    const source = generatedSource({ seed: ${seed}, count: ${COUNT}, days: 3, regions: regions.map(({ region }) => region) });
    ingestEvents({ regions }, source, ({ stage, done }) => console.log(stage, done)).then(() => console.log("end"));`;
  const child = spawn(process.execPath, ["-r", "ts-node/register", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((done) => child.once("exit", done));
  let output = "";
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    output += chunk.toString();
    if (new RegExp(`^${stage} [1-9]`, "m").test(output)) child.kill("SIGKILL");
  }
  await ended;
  assert.ok(output.includes(stage) && !output.includes("end"), `want it killed at ${stage}, got\n${output}`);
}

function clientFor({ region, endpoint }: IngestRegion): S3Client {
  return new S3Client({
    region,
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
}

/** Lines of all gzipped objects below a prefix. */
async function read(region: IngestRegion, Bucket: string, Prefix: string): Promise<string[]> {
  const s3 = clientFor(region);
  const lines: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix, ...(token === undefined ? {} : { ContinuationToken: token }) }),
    );
    for (const { Key } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      lines.push(
        ...gunzipSync((await Body?.transformToByteArray()) ?? Buffer.alloc(0))
          .toString()
          .trimEnd()
          .split("\n"),
      );
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  s3.destroy();
  return lines;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function up(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // Not there yet.
    }
    await wait(100);
  }
  throw new Error(`no answer from ${url}`);
}
