import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

/** The programs of the SDK that run somebody's code: a Pulumi program, a policy pack, a plugin such as a provider. */
export type Runner = "run" | "run-policy-pack" | "run-plugin";

/** The exit code by which those programs say that the user has been told what was wrong (cmd/run/index.js of the SDK). */
export const TOLD_THE_USER = 32;

/** Milliseconds between the polite signal and the last one when a program is to stop. */
const GRACE_MS = 5_000;

/**
 * The SDK's program, taken from the node_modules of the program that is run: it may be another version than ours.
 * @throws Error that says what to install
 */
export function runnerOf(runner: Runner, folder: string): string {
  try {
    return createRequire(join(folder, "package.json")).resolve(`@pulumi/pulumi/cmd/${runner}`);
  } catch {
    throw new Error(
      `want the npm package @pulumi/pulumi in ${folder} or above it, got none: run npm install there, then try again`,
    );
  }
}

/** Every program that runs now, so that all can be stopped when the host itself must go. */
const running = new Set<ChildProcess>();

/** Starts Node on one of the SDK's programs; its output is for the caller to read. */
export function startNode(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  output: "inherit" | "pipe",
): ChildProcess {
  const child = spawn(process.execPath, [...args], { cwd, env, stdio: ["ignore", output, output] });
  running.add(child);
  child.once("close", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

/** The exit code; 128 and the signal's absence of a code count as 1. @throws Error when it could not be started. */
export function ended(child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      done(code ?? 1);
    });
  });
}

/** Asks a program to stop, then makes it. */
export function stop(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), GRACE_MS).unref();
}

/** Stops every program, at once: the engine that wanted them is gone. */
export function stopAll(): void {
  for (const child of running) {
    child.kill("SIGKILL");
  }
}
