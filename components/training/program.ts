import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bundleProgram } from "../kit/bundle-program";
import type { Program } from "../kit/program";

const SERVICES = join(__dirname, "..", "..", "services");
const TRAINER = join(SERVICES, "trainer");

/** The Python side: the training job, its modules, and the packages that the machine installs for it. */
export function pythonFiles(): string[] {
  const modules = readdirSync(join(TRAINER, "trainer")).filter((name) => name.endsWith(".py"));
  return ["train_als.py", "spark_als.py", "requirements.txt", ...modules.sort().map((name) => `trainer/${name}`)];
}

/**
 * The worker's program: its bundle and its `start`, with the training job that it runs beside them. Reads sources only;
 * the same sources give the same bytes.
 */
export function trainingProgram(): Program {
  const beside = Object.fromEntries(pythonFiles().map((name) => [name, join(TRAINER, name)]));
  return bundleProgram(join(SERVICES, "worker", "main.ts"), beside);
}
