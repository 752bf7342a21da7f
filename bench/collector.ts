import { fork, type ChildProcess } from "node:child_process";
import { createServer, request, Agent } from "node:http";
import type { AddressInfo } from "node:net";
import { PutRecordsCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import type { S3Client } from "@aws-sdk/client-s3";
import { startCollector } from "../components/ingest/workload/collector/server";
import { generate } from "../components/ingest/workload/generator/generate";
import { median, report } from "./kit/figures";

/** Events of one round, requests under way at once, and rounds. */
const EVENTS = 20_000;
const CONNECTIONS = 32;
const ROUNDS = 9;
const BATCHES = [1, 100] as const;

type Kind = "collector" | "bare";

/**
 * Events per second of processor time: the collector, with a stream that takes everything at once, beside a bare
 * node:http server that reads the body, parses each line and answers. Each runs in a process of its own.
 */
async function main(): Promise<void> {
  const lines = [...generate({ seed: 1, count: EVENTS, shares: { malformed: 0, unusable: 0 } })].map(
    ({ line }) => line,
  );
  const servers = { collector: await Server.start("collector"), bare: await Server.start("bare") };
  const figures = [];
  for (const batch of BATCHES) {
    const bodies = Array.from({ length: EVENTS / batch }, (_, at) =>
      Buffer.from(lines.slice(at * batch, (at + 1) * batch).join("\n")),
    );
    const rates: Record<Kind, number[]> = { collector: [], bare: [] };
    for (let round = -2; round < ROUNDS; round += 1) {
      for (const kind of ["collector", "bare"] as const) {
        const seconds = await servers[kind].cpuOf(() => post(servers[kind].port, bodies));
        if (round >= 0) rates[kind].push(EVENTS / seconds);
      }
    }
    const [ours, bare] = [median(rates.collector), median(rates.bare)];
    figures.push({
      what: `collector, ${batch === 1 ? "one event" : `${batch} events`} a request, one core, against bare node:http + JSON.parse`,
      value: ours / bare,
      unit: "x",
      peer: `bare ${Math.round(bare / 1000)} k events/s, ours ${Math.round(ours / 1000)} k events/s`,
      rounds: ROUNDS,
    });
  }
  report(figures);
  for (const server of Object.values(servers)) server.stop();
}

/** A server in a process of its own. */
class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(kind: Kind): Promise<Server> {
    const child = fork(__filename, [kind], { execArgv: process.execArgv });
    const port = await new Promise<number>((resolve) =>
      child.once("message", (message) => {
        resolve(Number(message));
      }),
    );
    return new Server(child, port);
  }

  /** Seconds of processor time that the server takes for some work. */
  async cpuOf(work: () => Promise<void>): Promise<number> {
    const before = await this.cpu();
    await work();
    return (await this.cpu()) - before;
  }

  stop(): void {
    this.child.kill();
  }

  private async cpu(): Promise<number> {
    const answer = new Promise<number>((resolve) =>
      this.child.once("message", (message) => {
        resolve(Number(message));
      }),
    );
    this.child.send("cpu");
    return answer;
  }
}

/** Posts all bodies, a bounded number at once. @throws Error for an answer that is not 200. */
async function post(port: number, bodies: readonly Buffer[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const one = (body: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      const options = { port, host: "127.0.0.1", path: "/v1/events", method: "POST", agent };
      const sent = request({ ...options, headers: { "content-length": body.length } }, (response) => {
        response.resume();
        response.once("end", () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`the server answered ${String(response.statusCode)}`));
        });
      });
      sent.once("error", reject);
      sent.end(body);
    });
  const left = bodies.values();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (const body of left) await one(body);
    }),
  );
  agent.destroy();
}

async function serve(kind: Kind): Promise<void> {
  const port = kind === "bare" ? await serveBare() : await serveCollector();
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1e6);
  });
  process.send?.(port);
}

async function serveCollector(): Promise<number> {
  const take = (command: unknown): Promise<unknown> =>
    Promise.resolve({
      Records: command instanceof PutRecordsCommand ? command.input.Records?.map(() => ({ SequenceNumber: "1" })) : [],
    });
  const { url } = await startCollector({
    region: "us-east-1",
    stream: "events",
    quarantineBucket: "quarantine",
    kinesis: { send: take as KinesisClient["send"] },
    s3: { send: take as S3Client["send"] },
    clientRate: { perSecond: 1e9, burst: 1e9 },
  });
  return Number(new URL(url).port);
}

async function serveBare(): Promise<number> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const lines = Buffer.concat(chunks).toString("utf8").split("\n");
      const accepted = lines.map((line) => JSON.parse(line) as unknown).length;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ accepted, refused: [], unavailable: [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const [kind] = process.argv.slice(2);
if (process.send !== undefined && (kind === "collector" || kind === "bare")) void serve(kind);
else void main();
