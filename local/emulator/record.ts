import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Paths } from "../toolchain/paths";
import type { ProcessIdentity } from "../toolchain/process";

/** What emulator.json says. */
export interface EmulatorRecord {
  /** The port, kept over restarts. */
  readonly port: number;
  /** The process that was started last; absent when it was stopped. */
  readonly process?: ProcessIdentity;
}

/** Reads the record; undefined when there is none, or none that can be read. */
export function readRecord(paths: Paths): EmulatorRecord | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(paths.emulatorRecord, "utf8"));
  } catch {
    return undefined;
  }
  const { port, process } = (parsed ?? {}) as { port?: unknown; process?: { pid?: unknown; started?: unknown } };
  if (typeof port !== "number") {
    return undefined;
  }
  return typeof process?.pid === "number" && typeof process.started === "string"
    ? { port, process: { pid: process.pid, started: process.started } }
    : { port };
}

/** Writes the record in one step. */
export function writeRecord(paths: Paths, record: EmulatorRecord): void {
  mkdirSync(dirname(paths.emulatorRecord), { recursive: true });
  const fresh = `${paths.emulatorRecord}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(fresh, paths.emulatorRecord);
}
