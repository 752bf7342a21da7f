import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { localProcessEnvironment, paths } from "../local/toolchain";
import { median, report } from "./kit/figures";

/**
 * `meridian plan local` against four plain `pulumi preview` runs with ts-node as Pulumi sets it up by default (with the
 * type check), both over stacks that are up and have nothing to change, both with the policy pack. Rounds are
 * interleaved; medians and their ratio are printed. Goal: at most 0.35.
 */
const ROUNDS = Number(process.argv[2] ?? 3);
const STACKS = ["foundation", "us-east-1", "us-west-2", "mesh"].map((part) => `local.${part}`);

function seconds(command: string, args: readonly string[], env: NodeJS.ProcessEnv): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(command, args, { env, encoding: "utf8", cwd: paths().root });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${String(status)}:\n${stderr}`);
  return (performance.now() - started) / 1000;
}

async function main(): Promise<void> {
  const local = await localProcessEnvironment();
  const { root } = paths();
  const plain = { ...local, PULUMI_NODEJS_TSCONFIG_PATH: join(root, "bench", "tsconfig.typecheck.json") };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const plan = seconds(join(root, "bin", "meridian"), ["plan", "local", "--json"], process.env);
    const previews = STACKS.map((stack) =>
      seconds(
        "pulumi",
        ["preview", "--stack", stack, "--policy-pack", join(root, "policies"), "--non-interactive"],
        plain,
      ),
    ).reduce((sum, one) => sum + one, 0);
    // The first round warms caches and is not counted.
    if (round === 0) continue;
    ours.push(plan);
    theirs.push(previews);
    console.log(`round ${round}: plan ${plan.toFixed(1)} s, four previews ${previews.toFixed(1)} s`);
  }
  const [own, other] = [median(ours), median(theirs)];
  report([
    {
      what: "meridian plan local against four plain previews",
      value: own / other,
      unit: "x",
      peer: `four previews (ts-node with type check) ${other.toFixed(1)} s, ours ${own.toFixed(1)} s`,
      goal: { most: 0.35 },
      rounds: ROUNDS,
    },
  ]);
}

void main();
