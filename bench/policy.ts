import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localProcessEnvironment, paths } from "../local/toolchain";

/**
 * What the policy pack adds to a preview: a preview of a whole region that does not stand yet, with and without the pack,
 * in interleaved rounds. Goal: a ratio of at most 1.25. `bench/policy.ts [rounds] [stack]`
 */
const ROUNDS = Number(process.argv[2] ?? 5);
const STACK = process.argv[3] ?? "dev.eu-west-1";

function seconds(env: NodeJS.ProcessEnv, ...more: readonly string[]): number {
  const started = performance.now();
  const args = ["preview", "--stack", STACK, "--non-interactive", ...more];
  const { status, stdout, stderr } = spawnSync("pulumi", args, { env, encoding: "utf8", cwd: paths().root });
  if (status !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${String(status)}:\n${stdout}${stderr}`);
  return (performance.now() - started) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

async function main(): Promise<void> {
  const local = await localProcessEnvironment();
  const folder = mkdtempSync(join(tmpdir(), "bench-policy-"));
  const env = { ...local, PULUMI_BACKEND_URL: `file://${folder}` };
  const pack = ["--policy-pack", join(paths().root, "policies")];
  // A preview reads the foundation's outputs; where that does not stand yet, it goes on with stand-ins.
  const stacks = [`${STACK.split(".")[0] ?? STACK}.foundation`, STACK];
  const file = (stack: string): string => join(paths().root, ".meridian", "stacks", `Pulumi.${stack}.yaml`);
  const fresh = stacks.map(file).filter((path) => !existsSync(path));
  const bare: number[] = [];
  const judged: number[] = [];
  try {
    for (const stack of stacks) {
      const args = ["stack", "init", stack, "--non-interactive"];
      const made = spawnSync("pulumi", args, { env, encoding: "utf8", cwd: paths().root });
      if (made.status !== 0) throw new Error(made.stdout + made.stderr);
    }
    for (let round = 0; round <= ROUNDS; round += 1) {
      const without = seconds(env);
      const withPack = seconds(env, ...pack);
      // The first round warms caches and is not counted.
      if (round === 0) continue;
      bare.push(without);
      judged.push(withPack);
      console.log(`round ${round}: ${without.toFixed(2)} s without, ${withPack.toFixed(2)} s with the pack`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    for (const path of fresh) rmSync(path, { force: true });
  }
  const ratio = median(judged) / median(bare);
  console.log(
    `preview of ${STACK}: ${median(bare).toFixed(2)} s without, ${median(judged).toFixed(2)} s with the pack`,
  );
  console.log(`ratio ${ratio.toFixed(3)} (goal: at most 1.25)`);
}

void main();
