import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { paths } from "../../local/toolchain";
import { ensure } from "../../local/toolchain/venv";

/** What a peer found, and the milliseconds of one search. */
export interface Answer {
  readonly ms: number;
  readonly found: readonly (readonly number[])[];
}

/** numpy and faiss over the same vectors, in a process of their own that waits for a command at a time. */
export interface Peer {
  /** `numpy`, `flat`, `build <neighbours> <effort>`, `graph <effort>`: see bench/peers/vectors.py. */
  ask(command: string): Promise<Answer>;
  stop(): Promise<void>;
}

/** Items, and users that look for theirs; row-major. */
export interface Vectors {
  readonly items: Float32Array;
  readonly users: Float32Array;
  readonly width: number;
}

/**
 * Starts the peers, in a Python environment made from bench/peers/vectors.lock on the first call (90 MB).
 * @throws Error that says what pip said.
 */
export async function startPeer({ items, users, width }: Vectors, k: number): Promise<Peer> {
  const { root } = paths();
  const venv = {
    what: "what the bench compares with",
    folder: join(root, ".meridian", "vectors"),
    locks: [{ file: join(root, "bench", "peers", "vectors.lock") }],
  };
  await ensure(venv, console.log);
  const folder = mkdtempSync(join(tmpdir(), "vectors-"));
  writeFileSync(join(folder, "items.f32"), items);
  writeFileSync(join(folder, "users.f32"), users);
  const child = spawn(
    join(venv.folder, "bin", "python"),
    [join(root, "bench", "peers", "vectors.py"), folder, String(width), String(k)],
    { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, OPENBLAS_NUM_THREADS: "1" } },
  );
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (command) => {
      child.stdin.write(`${command}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the peer ended at ${command}`);
      return JSON.parse(value) as Answer;
    },
    stop: async () => {
      child.stdin.end();
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs each search once, in order and after one that only warms, as the peers do, and tells the milliseconds of one. */
export function timed<T>(searches: number, search: (at: number) => T): { readonly ms: number; readonly found: T[] } {
  search(0);
  const started = performance.now();
  const found = Array.from({ length: searches }, (_, at) => search(at));
  return { ms: (performance.now() - started) / searches, found };
}
