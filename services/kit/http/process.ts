import type { Server } from "node:http";
import { drain, listen } from "./server";

/** One line of structured log. */
export function log(level: "info" | "error", message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  console[level](JSON.stringify({ level, message, ...fields }));
}

/** What else ends with a server. */
export interface Ending {
  /** Beside the draining of the server: closes what holds connections. */
  drain(): Promise<void>;
  /** After it. */
  stop(): Promise<void>;
}

/** Where a server listens. */
export interface Listening {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Serves until SIGTERM or SIGINT, then finishes what is under way and ends. */
export async function runServer(server: Server, name: string, where: Listening, ending?: Ending): Promise<void> {
  const port = await listen(server, where.port, where.host);
  log("info", `${name} is up`, { port });
  const end = async (): Promise<void> => {
    await Promise.all([drain(server), ending?.drain()]);
    await ending?.stop();
  };
  const stop = (): void => {
    end().then(
      () => process.exit(0),
      (error: unknown) => {
        log("error", "shutdown failed", { error: String(error) });
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

/** Runs a program's main function; an error is logged and ends the process with 1. */
export function runMain(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    log("error", String(error));
    process.exit(1);
  });
}
