import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { drain, listen } from "../../../services/kit/http/server";
import { checkoutRoot } from "../../../local/toolchain";

const ROOT = checkoutRoot(__dirname);

/** A model server in a process of its own. */
export interface Container {
  readonly url: string;
  readonly child: ChildProcess;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0, "127.0.0.1");
  await drain(server);
  return port;
}

/** The container's own entry point as a process: what the image runs. Resolves when it listens. */
export async function startContainer(environment: Readonly<Record<string, string>>): Promise<Container> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ["--require", join(ROOT, "local/toolchain/register.cjs"), join(ROOT, "services/model-server/main.ts")],
    {
      env: { ...process.env, HOST: "127.0.0.1", PORT: String(port), ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  await once(child.stdout, "data");
  return { url: `http://127.0.0.1:${port}`, child };
}
