/**
 * Plants each fault of tests/faults/list.ts in a copy of the checkout, runs the test that is to catch it, and says whether
 * it did. The checkout itself is not touched. Exit code 1 when a fault goes unnoticed, or a test is red without one.
 */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkoutRoot } from "../local/toolchain";
import { FAULTS, type Fault } from "./faults/list";

const root = checkoutRoot(__dirname);

/** Tests that failed and passed. */
interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

/** The files that git knows or would take, as they are now; what was installed is linked to. */
function copyOfCheckout(into: string): void {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  for (const file of listed.toString("utf8").split("\0")) {
    if (file === "" || file.startsWith("bench/")) continue;
    mkdirSync(join(into, dirname(file)), { recursive: true });
    cpSync(join(root, file), join(into, file), { force: true });
  }
  for (const installed of ["node_modules", ".meridian"]) symlinkSync(join(root, installed), join(into, installed));
}

/** Runs one test, found by its title, in a copy. */
function outcomeOf(copy: string, { spec, test }: Fault): Promise<Outcome> {
  // By this Node: the machine's own, which a script of node_modules/.bin would ask PATH for, may be older.
  const args = [
    join(root, "node_modules", "mocha", "bin", "mocha.js"),
    "--require",
    "./local/toolchain/register.cjs",
    "--require",
    "./tests/kit/seed.ts",
    "--fgrep",
    test,
    spec,
  ];
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: copy, timeout: 300_000, maxBuffer: 2 ** 26 }, (_, stdout) => {
      const number = (word: string): number => Number(new RegExp(`^ *(\\d+) ${word}`, "m").exec(stdout)?.[1] ?? 0);
      done({ passed: number("passing"), failed: number("failing") });
    });
  });
}

/** Plants a fault, runs its test with it and again without it. */
async function judge(copy: string, fault: Fault): Promise<string | undefined> {
  const path = join(copy, fault.file);
  const sound = readFileSync(path, "utf8");
  if (sound.split(fault.from).length !== 2) return `${fault.file} does not have the text exactly once`;
  try {
    writeFileSync(
      path,
      sound.replace(fault.from, () => fault.to),
    );
    const { failed } = await outcomeOf(copy, fault);
    if (failed === 0) return "no test turned red";
  } finally {
    writeFileSync(path, sound);
  }
  const { passed, failed } = await outcomeOf(copy, fault);
  return passed > 0 && failed === 0 ? undefined : `without the fault ${passed} passed and ${failed} failed`;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "meridian-faults-"));
  const waiting = [...FAULTS.entries()];
  let caught = 0;
  try {
    const work = async (copy: string): Promise<void> => {
      copyOfCheckout(copy);
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, fault] = next;
        const problem = await judge(copy, fault);
        if (problem === undefined) caught += 1;
        process.stdout.write(
          `${String(index + 1).padStart(2)} ${problem ?? "caught"}: ${fault.what} (${fault.file})\n`,
        );
      }
    };
    const width = Math.max(1, Math.floor(availableParallelism() / 2));
    await Promise.all(Array.from({ length: width }, (_, index) => work(join(folder, String(index)))));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`\n${caught} of ${FAULTS.length} faults caught\n`);
  process.exitCode = caught === FAULTS.length ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
