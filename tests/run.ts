import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { checkoutRoot } from "../local/toolchain";
import { COVERAGE, Plan } from "./kit/run/plan";
import { runSteps } from "./kit/run/pool";
import { keepTimes, longestFirst, timeTable } from "./kit/run/times";
import type { Step } from "./kit/run/step";

/**
 * Runs all checks and tests, side by side on all cores, and says where the time went.
 * `tests/run.ts [--lint | --room ROOM]`: the checks of sources alone; or one room's lint and tests.
 * Exit codes: 0 all passed, 1 something failed, 2 there is no such room.
 */
const root = checkoutRoot(__dirname);
const TIMES = join(root, ".meridian", "build", "test-times.json");

const write = (text: string): void => {
  process.stdout.write(text);
};

async function main(args: readonly string[]): Promise<number> {
  const plan = new Plan(root);
  const at = args.indexOf("--room");
  const room = at === -1 ? undefined : (args[at + 1] ?? "");
  if (room !== undefined && !plan.rooms.includes(room)) {
    console.error(`ROOM: want one of ${plan.rooms.join(", ")}, got ${JSON.stringify(room)}`);
    return 2;
  }
  return run(room !== undefined ? plan.room(room) : args.includes("--lint") ? plan.lint() : plan.all());
}

async function run(steps: readonly Step[]): Promise<number> {
  // The tools of node_modules are scripts that ask PATH for a Node, and the machine's own may be older than theirs.
  process.env["PATH"] = [join(root, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(delimiter);
  rmSync(join(root, COVERAGE), { recursive: true, force: true });
  const started = performance.now();
  const results = await runSteps(longestFirst(steps, TIMES), { width: availableParallelism(), write });
  keepTimes(results, TIMES);
  for (const { title, firstFailure } of results.filter(({ failed }) => failed > 0)) {
    write(`\n== ${title}: failed\n${firstFailure}\n`);
  }
  const passed = results.reduce((sum, count) => sum + count.passed, 0);
  const failed = results.reduce((sum, count) => sum + count.failed, 0);
  write(`\n${timeTable(results, (performance.now() - started) / 1000)}\n`);
  write(`\n${passed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    console.log("\n0 passed, 1 failed");
    process.exitCode = 1;
  },
);
