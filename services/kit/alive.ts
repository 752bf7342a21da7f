import { writeFileSync } from "node:fs";

/** Seconds between signs of life; a container's health check allows for several that come late. */
const EVERY_SECONDS = 15;

/**
 * Writes the time into the file that `ALIVE_FILE` names, now and as long as the event loop runs: what the health check
 * of a container looks at that has no port. Without the variable nothing is written.
 */
export function showLife(file = process.env["ALIVE_FILE"]): void {
  if (file === undefined || file === "") return;
  const write = (): void => {
    writeFileSync(file, `${new Date().toISOString()}\n`);
  };
  write();
  setInterval(write, EVERY_SECONDS * 1000).unref();
}
