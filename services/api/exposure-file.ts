import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { StreamRecord } from "../kit/stream/producer";
import type { ExposureSink } from "./exposures";

/**
 * Exposures in a file, one event a line as a client sends it, in the order of their coming. It can be sent to a collector
 * as it is, and more than once, since events are known by their ids. It is used where no stream is delivered all the time:
 * on the local cloud.
 */
export class ExposureFile implements ExposureSink {
  private held = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly file: string) {}

  put(records: readonly StreamRecord[]): Promise<(string | undefined)[]> {
    this.held += records.length;
    const text = records.map(({ data }) => `${asSent(data)}\n`).join("");
    const written = this.last
      .then(() => mkdir(dirname(this.file), { recursive: true }))
      .then(() => appendFile(this.file, text))
      .then(
        () => undefined,
        (error: unknown) => String(error),
      )
      .then((problem) => {
        this.held -= records.length;
        return records.map(() => problem);
      });
    this.last = written;
    return written;
  }

  buffered(): number {
    return this.held;
  }

  async drained(): Promise<void> {
    await this.last;
  }
}

/** Without what the collector writes by itself. */
function asSent(data: Buffer): string {
  const event = JSON.parse(data.toString("utf8")) as Readonly<Record<string, unknown>>;
  return JSON.stringify(event, (name, value: unknown) => (COLLECTORS_OWN.has(name) ? undefined : value));
}

const COLLECTORS_OWN: ReadonlySet<string> = new Set(["receivedAt", "region"]);
