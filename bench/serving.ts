import { join } from "node:path";
import { atRate, flood, quantile } from "./kit/load";
import { median, report, type Figure } from "./kit/figures";
import { goProgram, peers } from "./kit/peers";
import { ServerProcess } from "./kit/server";
import { FAST_PATH_SWITCH } from "../services/kit/http/server";
import { ANSWER } from "./serving/answer";

/** Requests of one round, connections, rounds, and users asked for in a round that is to be answered from memory. */
const REQUESTS = 20_000;
const CONNECTIONS = 32;
const ROUNDS = 9;
const HOT_USERS = 500;

/** The open loop in which tails are compared: requests per second, well below what one core carries, and seconds. */
const TAIL = { perSecond: 4000, seconds: 3 } as const;

const REGISTER = join(__dirname, "..", "local", "toolchain", "register.cjs");

/**
 * What a request costs, each server in a process of its own: requests per second of its processor time, hits at hand and
 * look-ups in cache and table, beside servers that stringify one list of the same size: bare node:http, fastify, Go. Then
 * the tails of hits and of Go's at one fixed rate. Rounds are interleaved, two are not counted.
 */
async function main(): Promise<void> {
  const own = (kind: string) =>
    ServerProcess.start(process.execPath, ["--require", REGISTER, join(__dirname, "serving", "server.ts"), kind]);
  const list = { LIST: JSON.stringify(ANSWER) };
  const cwd = peers();
  const servers = {
    api: await own("api"),
    plain: await ServerProcess.start(
      process.execPath,
      ["--require", REGISTER, join(__dirname, "serving", "server.ts"), "api"],
      {
        env: { [FAST_PATH_SWITCH]: "off" },
      },
    ),
    bare: await own("bare"),
    fastify: await ServerProcess.start(process.execPath, ["--require", "@swc-node/register", "fastify.ts"], {
      cwd,
      env: list,
    }),
    // One core, as the others have.
    go: await ServerProcess.start(goProgram("go"), [], { env: { ...list, GOMAXPROCS: "1" } }),
  };
  try {
    report(await costs(servers));
    report(await tails(servers));
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
}

type Servers = Readonly<Record<"api" | "plain" | "bare" | "fastify" | "go", ServerProcess>>;

let next = 0;
const hot = (): string => `/v1/users/u${(next += 1) % HOT_USERS}/recommendations`;
/** Of one who agreed: each such answer is written to the exposure log, which here goes nowhere. */
const agreed = (): string => `${hot()}?consent=all`;
const fresh = (): string => `/v1/users/fresh-${(next += 1)}/recommendations`;

const OURS = {
  hit: "hit at hand",
  shown: "hit at hand, with an exposure written of it",
  look: "look-up in cache and table",
} as const;

const PEERS = {
  plain: "the same API without the fast path",
  bare: "bare node:http + JSON.stringify",
  fastify: "fastify + schema",
  go: "Go net/http",
} as const;

async function costs({ api, plain, bare, fastify, go }: Servers): Promise<Figure[]> {
  const ways = {
    hit: [api, hot],
    shown: [api, agreed],
    look: [api, fresh],
    plain: [plain, hot],
    bare: [bare, hot],
    fastify: [fastify, hot],
    go: [go, hot],
  } as const;
  const kinds = Object.keys(ways) as (keyof typeof ways)[];
  const rates = new Map<keyof typeof ways, number[]>(kinds.map((kind) => [kind, []]));
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const kind of kinds) {
      const [server, path] = ways[kind];
      const requests = kind === "look" ? REQUESTS / 2 : REQUESTS;
      const rate = requests / (await server.cpuOf((port) => flood(port, requests, CONNECTIONS, path)));
      if (round >= 0) rates.get(kind)?.push(rate);
    }
  }
  const of = (kind: keyof typeof ways): number => median(rates.get(kind) ?? []);
  const k = (rate: number): string => `${Math.round(rate / 1000)} k requests/s`;
  const beside = (ours: keyof typeof OURS, peer: keyof typeof PEERS, least?: number): Figure => ({
    what: `recommendation API, ${OURS[ours]}, one core (${k(of(ours))})`,
    value: of(ours) / of(peer),
    unit: "x",
    peer: `${PEERS[peer]} ${k(of(peer))}`,
    ...(least === undefined ? {} : { goal: { least } }),
    rounds: ROUNDS,
  });
  return [
    // Below it, the fast path is to go: services/kit/http/fast-path/README.md.
    beside("hit", "plain", 1.5),
    beside("hit", "bare", 1.25),
    beside("hit", "fastify", 1.4),
    beside("hit", "go"),
    beside("shown", "bare"),
    beside("look", "bare"),
  ];
}

async function tails({ api, go }: Servers): Promise<Figure[]> {
  const found = { api: [] as number[], go: [] as number[], ratio: [] as number[] };
  for (let round = -1; round < ROUNDS; round += 1) {
    const p99 = async ({ port }: ServerProcess): Promise<number> =>
      quantile(await atRate({ ports: [port], ...TAIL, path: hot }), 0.99);
    const [ours, theirs] = [await p99(api), await p99(go)];
    if (round < 0) continue;
    found.api.push(ours);
    found.go.push(theirs);
    found.ratio.push(ours / theirs);
  }
  return [
    {
      what: `p99 of hits at hand, open loop, ${TAIL.perSecond} requests/s, one process (${median(found.api).toFixed(2)} ms)`,
      value: median(found.ratio),
      unit: "x",
      peer: `Go net/http ${median(found.go).toFixed(2)} ms`,
      goal: { most: 1.5 },
      rounds: ROUNDS,
    },
  ];
}

void main();
