import { fork, type ChildProcess } from "node:child_process";
import { createServer, request, Agent } from "node:http";
import type { AddressInfo } from "node:net";
import { randomFrom } from "../components/ingest/workload/generator/random";
import { createApi } from "../components/serving/workload/api";
import { memoryCache } from "../components/serving/workload/cache";
import { listen } from "../components/serving/workload/http";
import { createRecommender } from "../components/serving/workload/recommend";
import { POPULAR_KEY, type ScoredItem } from "../components/tables/workload/records";
import { median, report, type Figure } from "./kit/figures";

/** Requests of one round, connections, rounds, and users asked for in a round that is to be answered from memory. */
const REQUESTS = 12_000;
const CONNECTIONS = 32;
const ROUNDS = 7;
const HOT_USERS = 500;

/** The open loop: three regions' processes at a fixed rate together, as long as it says. */
const OPEN = { processes: 3, perSecond: 1_500, seconds: 10, users: 20_000 } as const;

/** Milliseconds that the table emulator takes: DynamoDB's usual single digit. */
const TABLE_MS = 4;

type Kind = "api" | "bare";

/**
 * The whole API over loopback, each server in a process of its own. Closed loop: requests per second of the server's
 * processor time, hits at hand and look-ups in the table, beside a bare node:http server that stringifies a list of the
 * same size. Open loop: latency from the moment at which a request was due, so that a stall counts for all who wait.
 */
async function main(): Promise<void> {
  const figures = [...(await closedLoop()), ...(await openLoop())];
  report(figures);
}

async function closedLoop(): Promise<Figure[]> {
  const servers = { api: await Server.start("api"), bare: await Server.start("bare") };
  const rates = { hit: [] as number[], look: [] as number[], bare: [] as number[] };
  let next = 0;
  const hot = (): string => `/v1/users/u${(next += 1) % HOT_USERS}/recommendations`;
  const fresh = (): string => `/v1/users/fresh-${(next += 1)}/recommendations`;
  for (let round = -2; round < ROUNDS; round += 1) {
    const figures = {
      hit: REQUESTS / (await servers.api.cpuOf((port) => flood(port, REQUESTS, hot))),
      bare: REQUESTS / (await servers.bare.cpuOf((port) => flood(port, REQUESTS, hot))),
      look: REQUESTS / 2 / (await servers.api.cpuOf((port) => flood(port, REQUESTS / 2, fresh))),
    };
    if (round < 0) continue;
    for (const kind of ["hit", "look", "bare"] as const) rates[kind].push(figures[kind]);
  }
  servers.api.stop();
  servers.bare.stop();
  const bare = median(rates.bare);
  const peer = `bare node:http + JSON.stringify ${Math.round(bare / 1000)} k requests/s`;
  return [
    {
      what: `recommendation API, hit at hand, one core (${Math.round(median(rates.hit) / 1000)} k requests/s)`,
      value: median(rates.hit) / bare,
      unit: "x",
      peer,
      goal: { least: 1.25 },
      rounds: ROUNDS,
    },
    {
      what: `recommendation API, look-up in cache and table, one core (${Math.round(median(rates.look) / 1000)} k requests/s)`,
      value: median(rates.look) / bare,
      unit: "x",
      peer,
      rounds: ROUNDS,
    },
  ];
}

async function openLoop(): Promise<Figure[]> {
  const servers = await Promise.all(Array.from({ length: OPEN.processes }, () => Server.start("api")));
  const ports = servers.map(({ port }) => port);
  await atRate(ports, 200, 2);
  const before = await Promise.all(servers.map((server) => server.cpu()));
  const latencies = (await atRate(ports, OPEN.perSecond, OPEN.seconds)).sort((a, b) => a - b);
  const after = await Promise.all(servers.map((server) => server.cpu()));
  const cpu = after.reduce((sum, seconds, index) => sum + seconds - (before[index] ?? 0), 0);
  for (const server of servers) server.stop();
  const at = (share: number): number => latencies[Math.ceil(latencies.length * share) - 1] ?? NaN;
  const what = `open loop, ${OPEN.processes} processes, ${OPEN.perSecond} requests/s, table of ${TABLE_MS} ms`;
  return [
    { what: `${what}: requests per core and second`, value: latencies.length / cpu, unit: "requests/s", rounds: 1 },
    ...([0.5, 0.99, 0.999] as const).map((share) => ({
      what: `${what}: p${share * 100}`,
      value: at(share),
      unit: "ms",
      peer: `deadline 150 ms, table alone ${TABLE_MS} ms`,
      rounds: 1,
    })),
  ];
}

/** Sends at a fixed rate whatever comes back; each latency runs from when the request was due. */
async function atRate(ports: readonly number[], perSecond: number, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const random = randomFrom(1);
  const total = perSecond * seconds;
  const latencies: number[] = [];
  const answers: Promise<void>[] = [];
  const start = performance.now();
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - start) * perSecond) / 1000));
    for (; sent < due; sent += 1) {
      const dueAt = start + (sent * 1000) / perSecond;
      // The square of a uniform number: a few users are asked for often, most seldom.
      const path = `/v1/users/u${Math.floor(random.next() ** 2 * OPEN.users)}/recommendations`;
      answers.push(
        get(ports[sent % ports.length] ?? 0, path, agent).then(() => {
          latencies.push(performance.now() - dueAt);
        }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(answers);
  agent.destroy();
  return latencies;
}

/** Asks so many times over a bounded number of connections. @throws Error for an answer that is not 200. */
async function flood(port: number, count: number, path: () => string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let left = count;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while ((left -= 1) >= 0) await get(port, path(), agent);
    }),
  );
  agent.destroy();
}

function get(port: number, path: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", path, agent }, (response) => {
      response.resume();
      response.once("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`the server answered ${String(response.statusCode)}`));
      });
    });
    sent.once("error", reject);
    sent.end();
  });
}

/** A server in a process of its own, which tells its port and its processor time. */
class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(kind: Kind): Promise<Server> {
    const child = fork(__filename, [kind]);
    const port = await new Promise<number>((resolve, reject) => {
      child.once("message", (message) => {
        resolve(Number(message));
      });
      child.once("exit", () => {
        reject(new Error(`the ${kind} server ended`));
      });
    });
    child.removeAllListeners("exit");
    return new Server(child, port);
  }

  /** Seconds of processor time that some work cost the server. */
  async cpuOf(work: (port: number) => Promise<void>): Promise<number> {
    const before = await this.cpu();
    await work(this.port);
    return (await this.cpu()) - before;
  }

  async cpu(): Promise<number> {
    const answer = new Promise<number>((resolve) =>
      this.child.once("message", (message) => {
        resolve(Number(message));
      }),
    );
    this.child.send("cpu");
    return answer;
  }

  stop(): void {
    this.child.kill();
  }
}

const LIST: readonly ScoredItem[] = Array.from({ length: 100 }, (_, place) => ({
  item_id: `item-${10_000 + place * 37}`,
  score: Math.fround(1 / (place + 1.5)),
}));

async function serve(kind: Kind): Promise<void> {
  const port = kind === "bare" ? await serveBare() : await serveApi();
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1e6);
  });
  process.send?.(port);
}

async function serveApi(): Promise<number> {
  const later = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(resolve, TABLE_MS, value));
  const recommender = createRecommender({
    region: "us-east-1",
    cache: memoryCache(20_000),
    table: {
      published: () => later({ current: "v2", previous: "v1" }),
      list: (userKey) => later(userKey.startsWith(POPULAR_KEY) ? LIST.slice(0, 50) : LIST),
    },
    variants: [
      { name: "champion", weight: 90 },
      { name: "challenger", weight: 10 },
    ],
    userKeyOf: (id) => id,
  });
  // As long as a round: what is measured is a hit, not how often one is missed.
  return listen(createApi(recommender, undefined, { atHandMs: 60_000 }), 0, "127.0.0.1");
}

async function serveBare(): Promise<number> {
  const server = createServer((_, response) => {
    const body = Buffer.from(
      JSON.stringify({
        userId: "u1",
        items: LIST.slice(0, 10),
        source: "cache",
        fallback: "none",
        region: "us-east-1",
        modelVersion: "v2",
        variant: "champion",
      }),
    );
    response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": body.length });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const [kind] = process.argv.slice(2);
if (process.send !== undefined && (kind === "api" || kind === "bare")) void serve(kind);
else void main();
