import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Runs every bench in this folder but the nightly run, one after another, so that none disturbs the next. */
for (const file of readdirSync(__dirname).sort()) {
  if (!file.endsWith(".ts") || file === "run.ts" || file === "nightly.ts") continue;
  console.log(`\n== ${file}`);
  const register = join(__dirname, "..", "local", "toolchain", "register.cjs");
  const { status } = spawnSync(process.execPath, ["--require", register, join(__dirname, file)], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
