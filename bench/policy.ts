import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localProcessEnvironment, paths } from "../local/toolchain";
import { median, report } from "./kit/figures";
import { cost, type Cost } from "./kit/process";

/**
 * What the policy pack adds to a preview: a preview of a whole region that does not stand yet, with and without the pack,
 * in interleaved rounds. Goal: a ratio of at most 1.25. `bench/policy.ts [rounds] [stack]`
 */
const ROUNDS = Number(process.argv[2] ?? 5);
const STACK = process.argv[3] ?? "dev.eu-west-1";

async function main(): Promise<void> {
  const local = await localProcessEnvironment();
  const folder = mkdtempSync(join(tmpdir(), "bench-policy-"));
  const env = { ...local, PULUMI_BACKEND_URL: `file://${folder}` };
  const pack = ["--policy-pack", join(paths().root, "policies")];
  // A preview reads the foundation's outputs; where that does not stand yet, it goes on with stand-ins.
  const stacks = [`${STACK.split(".")[0] ?? STACK}.foundation`, STACK];
  const file = (stack: string): string => join(paths().root, ".meridian", "stacks", `Pulumi.${stack}.yaml`);
  const fresh = stacks.map(file).filter((path) => !existsSync(path));
  const preview = (...more: readonly string[]): Cost =>
    cost("pulumi", ["preview", "--stack", STACK, "--non-interactive", ...more], { cwd: paths().root, env });
  const bare: Cost[] = [];
  const judged: Cost[] = [];
  try {
    for (const stack of stacks) {
      const args = ["stack", "init", stack, "--non-interactive"];
      const made = spawnSync("pulumi", args, { env, encoding: "utf8", cwd: paths().root });
      if (made.status !== 0) throw new Error(made.stdout + made.stderr);
    }
    for (let round = 0; round <= ROUNDS; round += 1) {
      // Which of the two comes first alternates, so that neither always runs after the other.
      const both = round % 2 === 0 ? ([[], pack] as const) : ([pack, []] as const);
      const costs = new Map(both.map((args) => [args.length > 0, preview(...args)] as const));
      const without = costs.get(false) ?? { wall: NaN, cpu: NaN };
      const withPack = costs.get(true) ?? { wall: NaN, cpu: NaN };
      // The first round warms caches and is not counted.
      if (round === 0) continue;
      bare.push(without);
      judged.push(withPack);
      console.log(`round ${round}: ${without.wall.toFixed(2)} s without, ${withPack.wall.toFixed(2)} s with the pack`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    for (const path of fresh) rmSync(path, { force: true });
  }
  for (const kind of ["wall", "cpu"] as const) {
    const [own, other] = [judged, bare].map((costs) => median(costs.map((one) => one[kind])));
    report([
      {
        what: `preview of ${STACK} with the policy pack against one without, ${kind}`,
        value: (own ?? NaN) / (other ?? NaN),
        unit: "x",
        peer: `${(other ?? NaN).toFixed(2)} s without, ${(own ?? NaN).toFixed(2)} s with`,
        ...(kind === "wall" ? { goal: { most: 1.25 } } : {}),
        rounds: ROUNDS,
      },
    ]);
  }
}

void main();
