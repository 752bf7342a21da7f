import { spawn } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { readManifest, type ModelManifest } from "../kit/model/package";
import type { Algorithm } from "../../contracts/models/variants";

/** The training job as a process: one contract for every engine that implements it. */
const ENTRY_POINT = join(__dirname, "train_als.py");

/** Exit codes of the job; see train_als.py. */
const EXIT = { trained: 0, badInput: 2, refused: 3 } as const;

/** What the job prints when its gate refuses. */
const refusalSchema = z.object({
  refused: z.literal(true),
  evaluation: z.record(z.string(), z.union([z.number(), z.string()])),
});

/** What one training works on. */
export interface TrainingConfig {
  /** Python interpreter of the locked environment. */
  readonly python: string;
  /** Folders of gold interactions in Parquet; of several regions, one each. */
  readonly interactions: readonly string[];
  /** Folders of gold item features, for items that are too new for the model. @default none: no list of new items */
  readonly itemFeatures?: readonly string[];
  /** Folder that the model package is written to. */
  readonly out: string;
  /** Overrides of the job's options, e.g. `{ factors: 64 }`. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** `spark` where the data outgrows one machine. @default implicit */
  readonly engine?: "implicit" | "spark";
  /** @default als */
  readonly algorithm?: Algorithm;
  /** Manifest of the model in force: one that is significantly worse is refused. @default none */
  readonly incumbent?: string;
  /** Folder where finished stages are kept, so that a job that died goes on after them. @default none kept */
  readonly checkpoints?: string;
  /** Folder of an MLflow file store that gets a run for each candidate. @default none */
  readonly tracking?: string;
  /** Variables beside this process's own, e.g. where Spark is. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A model, or the gate's refusal of one that is no better than the most popular items. */
export type TrainingResult =
  | { readonly kind: "trained"; readonly manifest: ModelManifest }
  | {
      readonly kind: "refused";
      readonly reason: string;
      /** The scores that it was refused for; absent when the job did not say. */
      readonly evaluation?: ModelManifest["evaluation"];
    };

/** The job could not train. The message is the job's own. */
export class TrainingError extends Error {
  constructor(
    message: string,
    /** `input`: the data cannot be trained on, and no other try helps. `broken`: the job died or never began. */
    readonly kind: "input" | "broken" = "broken",
  ) {
    super(message);
    this.name = "TrainingError";
  }
}

/** Runs the training job. @throws TrainingError unless a model came out, or the gate refused it. */
export async function train(config: TrainingConfig): Promise<TrainingResult> {
  const { code, errors, output } = await run(config, [ENTRY_POINT, ...options(config)]);
  const said = errors.trim();
  if (code === EXIT.trained) return { kind: "trained", manifest: await readManifest(config.out) };
  if (code === EXIT.refused) {
    const { data } = refusalSchema.safeParse(parse(output));
    const reason = said.replace(/^.*refused: /s, "");
    return { kind: "refused", reason, ...(data === undefined ? {} : { evaluation: data.evaluation }) };
  }
  if (code === EXIT.badInput) throw new TrainingError(said, "input");
  throw new TrainingError(`the training job ended with ${String(code)}: ${said}`);
}

function options(config: TrainingConfig): string[] {
  const one = (name: string, value: string | undefined) => (value === undefined ? [] : [`--${name}`, value]);
  return [
    ...config.interactions.flatMap((folder) => one("interactions", folder)),
    ...(config.itemFeatures ?? []).flatMap((folder) => one("item-features", folder)),
    ...one("out", config.out),
    ...one("engine", config.engine),
    ...one("algorithm", config.algorithm),
    ...one("incumbent", config.incumbent),
    ...one("checkpoints", config.checkpoints),
    ...one("tracking", config.tracking),
    ...Object.entries(config.parameters ?? {}).flatMap(([name, value]) => one(name, String(value))),
  ];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function run(config: TrainingConfig, args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(config.python, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...config.environment, PYTHONDONTWRITEBYTECODE: "1" },
      ...(config.signal === undefined ? {} : { signal: config.signal }),
    });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.on("error", (error) => {
      reject(new TrainingError(`${config.python} cannot run the training job: ${error.message}`));
    });
    child.on("close", (code) => {
      resolve({ code, output, errors });
    });
  });
}
