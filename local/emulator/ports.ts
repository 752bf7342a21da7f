import { createServer } from "node:net";

/** Ports below the ephemeral ranges of Linux (32768-60999) and macOS (49152-65535), so that no outgoing connection sits on a recorded one. */
const RANGE = { first: 20_000, last: 32_000 } as const;

/** How many ports are tried before giving up. */
const TRIES = 200;

/** Whether a server can listen on this port of the loopback address now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once("error", () => {
      done(false);
    });
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      probe.close(() => {
        done(true);
      });
    });
  });
}

/**
 * The port to listen on: the one used before when it is still free, so that state and URLs that name it stay valid, else a free one.
 * @throws Error when none of the tried ports is free.
 */
export async function choosePort(
  before: number | undefined,
  free: (port: number) => Promise<boolean> = isFree,
  random: () => number = Math.random,
): Promise<number> {
  if (before !== undefined && (await free(before))) {
    return before;
  }
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = RANGE.first + Math.floor(random() * (RANGE.last - RANGE.first));
    if (await free(port)) {
      return port;
    }
  }
  throw new Error(`want a free port between ${RANGE.first} and ${RANGE.last} on 127.0.0.1, got none in ${TRIES} tries`);
}
