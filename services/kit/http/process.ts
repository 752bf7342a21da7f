import type { Server } from "node:http";
import { drain, listen } from "./server";

/** A required environment variable. @throws Error naming it. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name}: want a value, got nothing`);
  return value;
}

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

/** Serves on `HOST` (0.0.0.0) and `PORT` (8080) until SIGTERM or SIGINT, then finishes what is under way and ends. */
export async function runServer(server: Server, name: string, ending?: Ending): Promise<void> {
  const port = await listen(server, Number(process.env["PORT"] ?? 8080), process.env["HOST"] ?? "0.0.0.0");
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
