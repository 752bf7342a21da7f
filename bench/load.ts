import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { randomFrom } from "../services/traffic/random";
import { report, type Figure } from "./kit/figures";
import { atRate, quantile } from "./kit/load";
import { redisPrograms, startRedis } from "./kit/redis";
import { ServerProcess } from "./kit/server";
import { TABLE_MS } from "./serving/answer";

const REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-1"] as const;

/** Users, and the rate of all regions together. */
const USERS = 20_000;
const PER_SECOND = 1500;
const SECONDS = 10;

/** Within which every request is to be answered: the API's own, milliseconds. */
const DEADLINE_MS = 150;

/** What happens before each part of the run. */
interface Phase {
  readonly name: string;
  readonly cold?: boolean;
  readonly begin: (run: Run) => Promise<void> | void;
}

const PHASES: readonly Phase[] = [
  // Nothing is compiled, cached or connected yet: told, and bound to nothing.
  { name: "cold start", cold: true, begin: () => undefined },
  { name: "all well", begin: () => undefined },
  {
    name: "endpoint takes 1 s",
    begin: (run) => {
      run.tell("endpoint 1000");
    },
  },
  {
    name: "cache away",
    begin: async (run) => {
      run.tell("endpoint 10");
      await run.stopCaches();
    },
  },
  {
    name: "cache away and table takes 1 s",
    begin: (run) => {
      run.tell("table 1000");
    },
  },
  {
    name: "all back",
    begin: async (run) => {
      run.tell(`table ${TABLE_MS}`);
      await run.startCaches();
    },
  },
];

/**
 * The whole API under load, while parts of it fail: a process and a real cache for each of three regions, a table and an
 * endpoint that answer after a stated time. Open loop, each latency from the moment at which the request was due. A tenth of
 * the users belongs to a challenger that is asked live, a twentieth is unknown to the table.
 */
async function main(): Promise<void> {
  const run = await Run.start();
  const random = randomFrom(1);
  // The square of a uniform number: a few users are asked for often, most seldom.
  const path = (): string => `/v1/users/u${Math.floor(random.next() ** 2 * USERS)}/recommendations`;
  try {
    for (const { name, begin, cold = false } of PHASES) {
      await begin(run);
      report(await phase(name, run, path, cold));
    }
  } finally {
    await run.stop();
  }
}

async function phase(name: string, { servers }: Run, path: () => string, cold: boolean): Promise<Figure[]> {
  const kinds = new Map<string, number>();
  const cpu = (): number => servers.reduce((sum, server) => sum + server.cpu(), 0);
  const before = cpu();
  const latencies = await atRate({
    ports: servers.map(({ port }) => port),
    perSecond: PER_SECOND,
    seconds: SECONDS,
    path,
    onAnswer: (answer) => {
      const [, source = "", fallback = ""] =
        /"source":"(\w+)","fallback":"(\w+)"/.exec(answer.toString("latin1")) ?? [];
      const kind = fallback === "none" ? source : `${source} instead (${fallback})`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    },
  });
  const spent = cpu() - before;
  const told = [...kinds].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`);
  const what = `${REGIONS.length} regions, ${PER_SECOND} requests/s, ${name}`;
  return [
    {
      what: `${what}: requests per core and second`,
      value: latencies.length / spent,
      unit: "requests/s",
      peer: `answers: ${told.join(", ")}`,
      rounds: 1,
    },
    ...([0.5, 0.99, 0.999] as const).map((share) => ({
      what: `${what}: p${share * 100}`,
      value: quantile(latencies, share),
      unit: "ms",
      ...(share === 0.999 ? { peer: `longest ${latencies.at(-1)?.toFixed(0) ?? ""} ms` } : {}),
      ...(share === 0.999 && !cold ? { goal: { most: DEADLINE_MS } } : {}),
      rounds: 1,
    })),
  ];
}

/** The processes of a run. */
class Run {
  private constructor(
    readonly servers: readonly ServerProcess[],
    private caches: readonly { readonly port: number; readonly child: ChildProcess }[],
  ) {}

  static async start(): Promise<Run> {
    const caches = await Promise.all(REGIONS.map(() => startRedis(redisPrograms())));
    const register = join(__dirname, "..", "local", "toolchain", "register.cjs");
    const servers = await Promise.all(
      REGIONS.map((region, at) => {
        const program = join(__dirname, "serving", "region.ts");
        const args = ["--require", register, program, region, String(caches[at]?.port)];
        return ServerProcess.start(process.execPath, args);
      }),
    );
    return new Run(servers, caches);
  }

  tell(line: string): void {
    for (const server of this.servers) server.tell(line);
  }

  async stopCaches(): Promise<void> {
    await Promise.all(
      this.caches.map(
        ({ child }) =>
          new Promise((resolve) => {
            child.once("exit", resolve).kill("SIGKILL");
          }),
      ),
    );
  }

  async startCaches(): Promise<void> {
    this.caches = await Promise.all(this.caches.map(({ port }) => startRedis(redisPrograms(), port)));
  }

  async stop(): Promise<void> {
    for (const { child } of this.caches) child.kill("SIGKILL");
    for (const server of this.servers) await server.stop();
  }
}

void main();
