import { connect, type Socket } from "node:net";

/** As a load balancer sends a request on. */
const FIELDS = [
  "Host: api.example.com",
  "X-Forwarded-For: 198.51.100.7",
  "X-Forwarded-Proto: https",
  "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678",
  "User-Agent: bench/1",
  "Accept: application/json",
  "",
].join("\r\n");

/** Asks over one kept connection, one request at a time; a client that costs little beside what it measures. */
export class Caller {
  private got: Buffer[] = [];
  private left = -1;
  private done: ((answer: Buffer) => void) | undefined;
  private failed: ((error: Error) => void) | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      this.take(chunk);
    });
    socket.on("error", (error) => this.failed?.(error));
    socket.on("close", () => this.failed?.(new Error("the server closed the connection")));
  }

  static open(port: number): Promise<Caller> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => {
        resolve(new Caller(socket));
      });
      socket.once("error", reject);
    });
  }

  /** The whole answer, head and body. @param more header lines, each with its end. @throws Error for one that is not 200. */
  get(path: string, more = ""): Promise<Buffer> {
    return this.ask(`GET ${path} HTTP/1.1\r\n${FIELDS}${more}\r\n`);
  }

  /** As {@link get}. */
  post(path: string, body: Buffer): Promise<Buffer> {
    const head = `POST ${path} HTTP/1.1\r\n${FIELDS}Content-Length: ${body.length}\r\n\r\n`;
    return this.ask(Buffer.concat([Buffer.from(head, "latin1"), body]));
  }

  close(): void {
    this.failed = undefined;
    this.socket.destroy();
  }

  private ask(message: string | Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.done = resolve;
      this.failed = reject;
      if (typeof message === "string") this.socket.write(message, "latin1");
      else this.socket.write(message);
    });
  }

  private take(chunk: Buffer): void {
    this.got.push(chunk);
    if (this.left < 0) {
      const all = this.got.length === 1 ? chunk : Buffer.concat(this.got);
      const head = all.indexOf("\r\n\r\n");
      if (head < 0) return;
      const text = all.toString("latin1", 0, head);
      const length = /^content-length: (\d+)$/im.exec(text)?.[1];
      if (!text.startsWith("HTTP/1.1 200 ") || length === undefined) {
        this.failed?.(new Error(`the server answered ${text.slice(0, 200)}`));
        return;
      }
      this.left = head + 4 + Number(length) - all.length;
    } else this.left -= chunk.length;
    if (this.left > 0) return;
    const answer = this.got.length === 1 ? chunk : Buffer.concat(this.got);
    this.got = [];
    this.left = -1;
    this.done?.(answer);
  }
}

/**
 * Closed loop: so many requests over so many connections, each sending its next one when it has its answer.
 * @param more header lines of each, each with its end.
 */
export async function flood(
  port: number,
  requests: number,
  connections: number,
  path: () => string,
  more = "",
): Promise<void> {
  let left = requests;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const caller = await Caller.open(port);
      while ((left -= 1) >= 0) await caller.get(path(), more);
      caller.close();
    }),
  );
}

export interface AtRate {
  readonly ports: readonly number[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly path: () => string;
  /** Shown each answer. */
  readonly onAnswer?: (answer: Buffer) => void;
}

/** Open loop: sends at a fixed rate whatever comes back. Milliseconds from when each request was due, so stalls count. */
export async function atRate({ ports, perSecond, seconds, path, onAnswer }: AtRate): Promise<number[]> {
  const idle = ports.map((): Caller[] => []);
  const total = perSecond * seconds;
  const latencies: number[] = [];
  const answers: Promise<void>[] = [];
  const start = performance.now();
  const one = async (at: number, dueAt: number): Promise<void> => {
    const caller = idle[at]?.pop() ?? (await Caller.open(ports[at] ?? 0));
    const answer = await caller.get(path());
    latencies.push(performance.now() - dueAt);
    idle[at]?.push(caller);
    onAnswer?.(answer);
  };
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - start) * perSecond) / 1000));
    for (; sent < due; sent += 1) answers.push(one(sent % ports.length, start + (sent * 1000) / perSecond));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(answers);
  for (const caller of idle.flat()) caller.close();
  return latencies.sort((a, b) => a - b);
}

/** A quantile of sorted values. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? NaN;
}
