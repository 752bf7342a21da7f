import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

export interface ServerOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A server in a process of its own, which prints its port as its first line. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** @throws Error when it ends before it tells its port. */
  static async start(
    command: string,
    args: readonly string[],
    { cwd, env }: ServerOptions = {},
  ): Promise<ServerProcess> {
    const child = spawn(command, args, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    const lines = createInterface({ input: child.stdout });
    const ended = once(child, "exit").then(() => {
      throw new Error(`${command} ${args.join(" ")} ended`);
    });
    const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
    ended.catch(() => undefined);
    return new ServerProcess(child, Number(line));
  }

  /** Seconds of processor time that some work cost the server. */
  async cpuOf(work: (port: number) => Promise<unknown>): Promise<number> {
    const before = this.cpu();
    await work(this.port);
    return this.cpu() - before;
  }

  /** Seconds of processor time so far, of all threads: Linux's scheduler counts them by the nanosecond. */
  cpu(): number {
    const tasks = `/proc/${this.child.pid ?? 0}/task`;
    const spent = readdirSync(tasks).map((task) => {
      try {
        return Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]);
      } catch {
        // A thread that has just ended.
        return 0;
      }
    });
    return spent.reduce((sum, one) => sum + one, 0) / 1e9;
  }

  /** A line on its standard input: servers with phases are told of them so. */
  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}
