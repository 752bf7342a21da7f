import { join } from "node:path";
import { generate } from "../services/traffic/generate";
import { median, report } from "./kit/figures";
import { Caller } from "./kit/load";
import { ServerProcess } from "./kit/server";
import { sized } from "./kit/size";

/** Events of one round, requests under way at once, and rounds. */
const EVENTS = sized(20_000, 400);
const CONNECTIONS = 32;
const ROUNDS = sized(9, 1);
const BATCHES = [1, 100] as const;

/**
 * Events per second of processor time: the collector, with a stream that takes everything at once, beside a bare
 * node:http server that reads the body, parses each line and answers. Each runs in a process of its own.
 */
async function main(): Promise<void> {
  const lines = [...generate({ seed: 1, count: EVENTS, shares: { malformed: 0, unusable: 0 } })].map(
    ({ line }) => line,
  );
  const servers = { collector: await start("collector"), bare: await start("bare") };
  const figures = [];
  for (const batch of BATCHES) {
    const bodies = Array.from({ length: EVENTS / batch }, (_, at) =>
      Buffer.from(lines.slice(at * batch, (at + 1) * batch).join("\n")),
    );
    const rates = { collector: [] as number[], bare: [] as number[] };
    for (let round = -2; round < ROUNDS; round += 1) {
      for (const kind of ["collector", "bare"] as const) {
        const seconds = await servers[kind].cpuOf((port) => post(port, bodies));
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
  for (const server of Object.values(servers)) await server.stop();
}

function start(kind: "collector" | "bare"): Promise<ServerProcess> {
  const register = join(__dirname, "..", "local", "toolchain", "register.cjs");
  return ServerProcess.start(process.execPath, [
    "--require",
    register,
    join(__dirname, "collector", "server.ts"),
    kind,
  ]);
}

/** Posts all bodies, a bounded number at once. @throws Error for an answer that is not 200. */
async function post(port: number, bodies: readonly Buffer[]): Promise<void> {
  const left = bodies.values();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const caller = await Caller.open(port);
      for (const body of left) await caller.post("/v1/events", body);
      caller.close();
    }),
  );
}

void main();
