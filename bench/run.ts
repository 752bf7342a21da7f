import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FIGURES_VARIABLE, type Figure, line, met } from "./kit/figures";

/**
 * Runs every bench in this folder but the nightly run, one after another, so that none disturbs the next, and lists all
 * figures beside their goals at the end. One that fails does not keep the others from running; exits 1 then.
 * `bench/run.ts [--smoke] [--json file] [bench ...]`: `--smoke` runs in small those that need nothing but this checkout.
 */
const NOT_HERE = ["run.ts", "nightly.ts"];

/** Benches that have a small size; the others need a peer's packages, the engine, the emulator or Spark. */
const SMALL = ["access", "collector", "features", "own-parts", "transform"];

interface Bench {
  readonly bench: string;
  /** Whether it ran to its end. */
  readonly ran: boolean;
  readonly figures: readonly Figure[];
}

function main(args: readonly string[]): void {
  const at = args.indexOf("--json");
  const json = at < 0 ? undefined : args[at + 1];
  const smoke = args.includes("--smoke");
  if (smoke) process.env["MERIDIAN_BENCH_SMOKE"] = "yes";
  const named = args.filter((arg, index) => arg !== "--smoke" && (at < 0 || (index !== at && index !== at + 1)));
  const chosen = smoke && named.length === 0 ? SMALL : named;
  const files = readdirSync(__dirname)
    .filter((file) => file.endsWith(".ts") && !NOT_HERE.includes(file))
    .filter((file) => chosen.length === 0 || chosen.includes(file.replace(/\.ts$/, "")))
    .sort();
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const benches = files.map((file) => run(file, join(folder, `${file}.ndjson`)));
    if (!smoke) summarise(benches);
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(benches, undefined, 2)}\n`);
    if (benches.some(({ ran }) => !ran)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(file: string, figures: string): Bench {
  console.log(`\n== ${file}`);
  const register = join(__dirname, "..", "local", "toolchain", "register.cjs");
  const { status } = spawnSync(process.execPath, ["--require", register, join(__dirname, file)], {
    stdio: "inherit",
    env: { ...process.env, [FIGURES_VARIABLE]: figures },
  });
  return { bench: file.replace(/\.ts$/, ""), ran: status === 0, figures: existsSync(figures) ? read(figures) : [] };
}

function read(file: string): readonly Figure[] {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text) as Figure);
}

function summarise(benches: readonly Bench[]): void {
  console.log("\n== all figures");
  for (const { bench, ran, figures } of benches) {
    console.log(`${bench}${ran ? "" : ": FAILED, see above"}`);
    for (const figure of figures) console.log(`  ${line(figure)}`);
  }
  const bound = benches.flatMap(({ figures }) => figures).filter(({ goal }) => goal !== undefined);
  console.log(`${bound.filter(met).length} of ${bound.length} goals met`);
}

main(process.argv.slice(2));
