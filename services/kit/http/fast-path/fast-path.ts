import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { RequestReader, type Shape } from "./plain-request";
import type { ReadyAnswer } from "./ready-answer";

/** What the fast path asks of its server. */
export interface FastPathOptions {
  /** An answer that is ready for a GET; what it returns is sent. */
  readonly atHand: (url: string, authorization: string | undefined) => ReadyAnswer | undefined;
  /** Whether answers are to close their connections, which only Node's own do. */
  readonly draining: () => boolean;
}

/**
 * Answers plain requests whose answer is ready before Node's HTTP parser sees them: most of what such a request costs is
 * parsing, and objects made of it. It is no HTTP server: everything that it does not know for sure goes to Node's, byte for
 * byte and in order, from the first request of each connection (which Node's time limits start from) to bad requests,
 * bodies, upgrades and slow readers. After a message of Node's it takes over again where that message ended for certain.
 */
export function attachFastPath(server: Server, options: FastPathOptions): void {
  const connections = new WeakMap<Socket, Connection>();
  server.on("connection", (socket: Socket) => {
    const [feed, ...others] = socket.listeners("data");
    // Whoever else listens must see all that comes: the connection is then Node's alone.
    if (feed === undefined || others.length > 0) return;
    connections.set(socket, new Connection(socket, feed as Feed, options));
  });
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket);
    if (connection?.isOurs === true) {
      response.once("finish", () => {
        connection.answered();
      });
    }
  });
}

type Feed = (this: Socket, chunk: Buffer) => void;

const reader = new RequestReader();

class Connection {
  /** Whether the next byte begins a message and all answers before it are written. */
  private between = true;
  private first = true;
  /** Of the message that Node reads: bytes still to come, and whether it is answered. */
  private left = 0;
  private done = false;
  /** Whether it is watched: once its messages' ends are not known, it stays with Node. */
  isOurs = true;
  private readonly take = (chunk: Buffer): void => {
    this.read(chunk);
  };

  constructor(
    private readonly socket: Socket,
    private readonly feed: Feed,
    private readonly options: FastPathOptions,
  ) {
    socket.on("data", this.take);
    socket.removeListener("data", feed);
  }

  /** Node has answered. */
  answered(): void {
    this.done = true;
    this.settle();
  }

  private read(chunk: Buffer): void {
    if (!this.between) {
      // More of a body is expected, and what follows it is not.
      if (chunk.length > this.left) this.giveUp(chunk);
      else {
        this.left -= chunk.length;
        this.feed.call(this.socket, chunk);
        this.settle();
      }
      return;
    }
    let from = 0;
    let shape: Shape = "plain";
    while (from < chunk.length) {
      shape = reader.read(chunk, from);
      if (shape !== "plain" || !this.mayAnswer()) break;
      const answer = this.options.atHand(reader.url, reader.authorization);
      if (answer === undefined) break;
      this.socket.write(answer.message());
      from = reader.end;
    }
    if (from < chunk.length) this.hand(from === 0 ? chunk : chunk.subarray(from), shape, chunk.length);
  }

  /** Answers in a row while the caller takes them; Node holds back callers who do not. */
  private mayAnswer(): boolean {
    return !this.first && this.socket.writable && this.socket.writableLength === 0 && !this.options.draining();
  }

  /** Hands a message to Node, and waits until it is answered. */
  private hand(chunk: Buffer, shape: Shape, end: number): void {
    const left = shape === "other" ? -1 : reader.end + reader.bodyBytes - end;
    if (left < 0) {
      this.giveUp(chunk);
      return;
    }
    this.first = this.between = this.done = false;
    this.left = left;
    this.feed.call(this.socket, chunk);
  }

  private settle(): void {
    if (this.done && this.left === 0) this.between = true;
  }

  private giveUp(chunk: Buffer): void {
    this.isOurs = false;
    this.socket.on("data", this.feed);
    this.socket.removeListener("data", this.take);
    this.feed.call(this.socket, chunk);
  }
}
