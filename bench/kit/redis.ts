import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { paths } from "../../local/toolchain";

/** Debian's packages of the server and of its own benchmark, with the libraries that they need: 1.4 MB. */
const PACKAGES = ["redis-server", "redis-tools", "libjemalloc2", "liblzf1"] as const;

/** Redis's own programs. */
export interface RedisPrograms {
  readonly server: string;
  readonly benchmark: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Those on the path, else Debian's, unpacked into the user's cache without being installed.
 * @throws Error where there are neither.
 */
export function redisPrograms(): RedisPrograms {
  const known = ["redis-server", "redis-benchmark"].every(
    (name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0,
  );
  if (known) return { server: "redis-server", benchmark: "redis-benchmark", env: process.env };
  const root = join(paths().cache, "bench", "redis");
  if (!existsSync(root)) unpack(root);
  const programs = join(root, "usr", "bin");
  const lib = join(root, "usr", "lib");
  const libraries = readdirSync(lib).map((folder) => join(lib, folder));
  return {
    server: join(programs, "redis-server"),
    benchmark: join(programs, "redis-benchmark"),
    env: { ...process.env, LD_LIBRARY_PATH: libraries.join(":") },
  };
}

function unpack(root: string): void {
  const fresh = `${root}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const run = (command: string, args: readonly string[]): void => {
    const { status, error, stderr } = spawnSync(command, args, { cwd: fresh, encoding: "utf8" });
    if (status !== 0) {
      const why = error?.message ?? stderr;
      throw new Error(`want redis-server and redis-benchmark on the path, or Debian's packages: ${command}: ${why}`);
    }
  };
  run("apt-get", ["download", "-qq", ...PACKAGES]);
  for (const file of readdirSync(fresh)) run("dpkg", ["-x", file, "."]);
  renameSync(fresh, root);
}

/** A server without persistence on loopback. @param port a free one unless told */
export async function startRedis(
  { server, env }: RedisPrograms,
  port?: number,
): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  const chosen = port ?? (await freePort());
  const args = ["--port", String(chosen), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = spawn(server, args, { env, stdio: "ignore" });
  for (let left = 100; !(await answers(chosen)); left -= 1) {
    if (left === 0 || child.exitCode !== null) throw new Error(`${server} does not start`);
    await sleep(50);
  }
  return { port: chosen, child };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (good: boolean) => () => {
      socket.destroy();
      resolve(good);
    };
    socket.once("connect", end(true)).once("error", end(false));
  });
}
