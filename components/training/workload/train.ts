import { spawn } from "node:child_process";
import { join } from "node:path";
import { readManifest, type ModelManifest } from "../../serving/workload/model-package";

/** The training job as a process: one contract for every engine that implements it. */
const ENTRY_POINT = join(__dirname, "train_als.py");

/** Exit codes of the job; see train_als.py. */
const EXIT = { trained: 0, badInput: 2, refused: 3 } as const;

/** What one training works on. */
export interface TrainingConfig {
  /** Python interpreter of the locked environment. */
  readonly python: string;
  /** Folders of gold interactions in Parquet; of several regions, one each. */
  readonly interactions: readonly string[];
  /** Folder that the model package is written to. */
  readonly out: string;
  /** Overrides of the job's options, e.g. `{ factors: 64 }`. */
  readonly parameters?: Readonly<Record<string, number>>;
  readonly signal?: AbortSignal;
}

/** A model, or the gate's refusal of one that is no better than the most popular items. */
export type TrainingResult =
  | { readonly kind: "trained"; readonly manifest: ModelManifest }
  | { readonly kind: "refused"; readonly reason: string };

/** The job could not train: bad data, or it broke. The message is the job's own. */
export class TrainingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TrainingError";
  }
}

/** Runs the training job. @throws TrainingError unless a model came out, or the gate refused it. */
export async function train(config: TrainingConfig): Promise<TrainingResult> {
  const options = Object.entries(config.parameters ?? {}).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const inputs = config.interactions.flatMap((folder) => ["--interactions", folder]);
  const { code, errors } = await run(config, [ENTRY_POINT, ...inputs, "--out", config.out, ...options]);
  const said = errors.trim();
  if (code === EXIT.trained) return { kind: "trained", manifest: await readManifest(config.out) };
  if (code === EXIT.refused) return { kind: "refused", reason: said.replace(/^.*refused: /s, "") };
  throw new TrainingError(code === EXIT.badInput ? said : `the training job ended with ${String(code)}: ${said}`);
}

function run(config: TrainingConfig, args: string[]): Promise<{ code: number | null; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(config.python, args, {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
      ...(config.signal === undefined ? {} : { signal: config.signal }),
    });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.on("error", (error) => {
      reject(new TrainingError(`${config.python} cannot run the training job: ${error.message}`));
    });
    child.on("close", (code) => {
      resolve({ code, errors });
    });
  });
}
