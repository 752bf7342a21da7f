import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { anEvent } from "./fakes";

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, n) => JSON.stringify(anEvent({ eventId: uuid(from + n) }))).join("\n");

/** Answers PutRecords as Kinesis does, over HTTP; while it is away it breaks every connection. */
class StreamServer {
  away = false;
  readonly taken: string[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        if (this.away) {
          request.socket.destroy();
          return;
        }
        const { Records } = JSON.parse(Buffer.concat(chunks).toString()) as { Records: { Data: string }[] };
        const answers = Records.map(({ Data }) => {
          const { eventId } = JSON.parse(Buffer.from(Data, "base64").toString()) as { eventId: string };
          return { SequenceNumber: String(this.taken.push(eventId)), ShardId: "shardId-000000000000" };
        });
        response.setHeader("content-type", "application/x-amz-json-1.1");
        response.end(JSON.stringify({ FailedRecordCount: 0, Records: answers }));
      });
    });
  }

  async start(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

describe("the collector as a process", function () {
  const stream = new StreamServer();
  const folder = mkdtempSync(join(tmpdir(), "collector-process-"));
  const children: ChildProcess[] = [];
  let endpoint = "";

  before(async () => {
    endpoint = await stream.start();
  });
  after(() => {
    for (const child of children) child.kill("SIGKILL");
    stream.stop();
    rmSync(folder, { recursive: true });
  });

  /** Starts the service as it is started in a container; resolves when it listens. */
  async function start(): Promise<{ readonly child: ChildProcess; readonly url: string }> {
    const child = spawn(
      process.execPath,
      ["--require", resolve("local/toolchain/register.cjs"), resolve("services/collector/main.ts")],
      {
        stdio: ["ignore", "pipe", "inherit"],
        env: {
          PATH: process.env["PATH"],
          HOME: process.env["HOME"],
          ...{ AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" },
          ...{ AWS_ENDPOINT_URL: endpoint, EVENT_STREAM: "events", QUARANTINE_BUCKET: "quarantine" },
          ...{ HOST: "127.0.0.1", PORT: "0", SPILL_FOLDER: folder, TRUSTED_PROXIES: "0" },
        },
      },
    );
    children.push(child);
    for await (const line of createInterface({ input: child.stdout })) {
      const { url } = JSON.parse(line) as { url?: string };
      if (url !== undefined) return { child, url };
    }
    throw new Error("the collector ended before it listened");
  }

  const post = async (url: string, body: string): Promise<number> =>
    (await fetch(`${url}/v1/events`, { method: "POST", body })).status;

  it("keeps what it accepted while the stream was away, over a kill, and sends it once the stream is back", async () => {
    const first = await start();
    assert.equal(await post(first.url, lines(0, 10)), 200);
    stream.away = true;
    assert.equal(await post(first.url, lines(10, 30)), 200);
    assert.equal(await post(first.url, lines(30, 40)), 200);
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    assert.deepEqual(
      stream.taken,
      Array.from({ length: 10 }, (_, n) => uuid(n)),
    );

    stream.away = false;
    const second = await start();
    assert.equal(await post(second.url, lines(40, 45)), 200);
    while (readdirSync(folder).length > 0) await new Promise((done) => setTimeout(done, 20));
    second.child.kill("SIGTERM");
    const [code] = (await once(second.child, "exit")) as [number];
    assert.equal(code, 0);
    assert.deepEqual(
      stream.taken.toSorted(),
      Array.from({ length: 45 }, (_, n) => uuid(n)),
    );
  });
});
