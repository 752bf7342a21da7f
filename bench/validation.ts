import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishedModels } from "../cli/kit/published";
import { awsJudge } from "../fleet/check";
import { buildFleetGraph } from "../fleet/graph";
import { refusedByAws } from "../local/provider/aws/refusals";
import { UNKNOWN_SENTINEL, type Props } from "../local/provider/values";
import { UNKNOWN as GIVEN_BY_AWS, type Value } from "../aws/value";
import { localProcessEnvironment, paths } from "../local/toolchain";
import { findTopology, loadTopology } from "../regions/topology/load";
import { median, report } from "./kit/figures";
import { cost } from "./kit/process";

/**
 * What holding every request to AWS's published models adds to a plan of prod's topology: the gate's judgement of the
 * whole fleet and the provider's of each resource, in a fresh process (models unread), against the plan without them.
 * Goal: at most 0.15. `bench/validation.ts [rounds]`
 */
const ROUNDS = Number(process.argv[2] ?? 3);
const ONCE = "--once";

/** Judges prod once as a plan does, and prints the CPU seconds that it took. */
async function once(): Promise<void> {
  const topology = loadTopology(findTopology("prod"));
  const graph = await buildFleetGraph(topology);
  const nodes = graph.nodes
    .filter(({ type }) => type.startsWith("aws:"))
    .map(({ type, region, inputs }) => ({ type, region, inputs: engineSpelling(inputs) as Props }));
  const before = process.cpuUsage();
  const findings = awsJudge(publishedModels()).judge({ graph, topology });
  const failures = nodes.flatMap(({ type, region, inputs }) => refusedByAws(type, inputs, region));
  const { user, system } = process.cpuUsage(before);
  if (findings.length + failures.length > 0) throw new Error("prod is refused: it would not be planned");
  console.log((user + system) / 1e6);
}

/** A recorded value as the engine would send it. */
function engineSpelling(value: Value): unknown {
  if (value === GIVEN_BY_AWS) return UNKNOWN_SENTINEL;
  if (Array.isArray(value)) return (value as readonly Value[]).map(engineSpelling);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, engineSpelling(inner)]));
  return value;
}

async function main(): Promise<void> {
  const { root } = paths();
  const own: number[] = [];
  const wall: number[] = [];
  const home = mkdtempSync(join(tmpdir(), "bench-validation-"));
  const env = { ...(await localProcessEnvironment()), MERIDIAN_HOME: home };
  try {
    for (let round = 0; round <= ROUNDS; round += 1) {
      const args = ["--require", "./local/toolchain/register.cjs", __filename, ONCE];
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
      if (status !== 0) throw new Error(stderr);
      const plan = cost(join(root, "bin", "meridian"), ["plan", "prod", "--offline", "--json"], { cwd: root, env });
      // The first round warms caches and is not counted.
      if (round === 0) continue;
      own.push(Number(stdout));
      wall.push(plan.wall);
      console.log(`round ${round}: plan ${plan.wall.toFixed(1)} s, of it validation ${Number(stdout).toFixed(2)} s`);
    }
  } finally {
    spawnSync(join(root, "bin", "meridian"), ["down"], { env });
    rmSync(home, { recursive: true, force: true });
  }
  const [added, plan] = [median(own), median(wall)];
  report([
    {
      what: "validation of every request on top of a plan of prod without it",
      value: added / (plan - added),
      unit: "x",
      peer: `the plan without it ${(plan - added).toFixed(1)} s, validation ${added.toFixed(2)} s`,
      goal: { most: 0.15 },
      rounds: ROUNDS,
    },
  ]);
}

void (process.argv.includes(ONCE) ? once() : main());
