import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { AddressInfo } from "node:net";

export interface FakeValkey {
  readonly port: number;
  /** Commands so far, upper case first word. */
  readonly commands: string[][];
  readonly store: Map<string, { readonly value: string; readonly ttlMs: number }>;
  /** Whether answers come; without, commands hang. */
  answers: boolean;
  /** Cuts every connection. */
  cut(): void;
  stop(): Promise<void>;
}

export interface FakeValkeyOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Who may come in; without, anybody. */
  readonly allows?: (user: string, password: string) => boolean;
  /** @default a free one */
  readonly port?: number;
}

/** Commands that the API's user is allowed: components/cache. */
const ALLOWED = new Set(["AUTH", "PING", "QUIT", "READONLY", "CLIENT", "GET", "MGET", "SET", "CLUSTER SLOTS"]);

/** One shard of Valkey in cluster mode on loopback, in RESP2: users, TLS, and the few commands that the API's user may use. */
export async function startValkey({ tls, allows, port = 0 }: FakeValkeyOptions = {}): Promise<FakeValkey> {
  const sockets = new Set<Socket>();
  const fake = {
    port: 0,
    commands: [] as string[][],
    store: new Map<string, { readonly value: string; readonly ttlMs: number }>(),
    answers: true,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        fake.cut();
      }),
  };
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    let buffered = "";
    let known = allows === undefined;
    socket.on("data", (chunk: Buffer) => {
      buffered += chunk.toString("latin1");
      for (;;) {
        const [command, rest] = parse(buffered);
        if (command === undefined) return;
        buffered = rest;
        fake.commands.push(command);
        if (fake.answers) socket.write(answer(command));
      }
    });
    const answer = ([word = "", ...args]: string[]): string => {
      const name = word === "CLUSTER" ? `CLUSTER ${(args[0] ?? "").toUpperCase()}` : word;
      if (!ALLOWED.has(name))
        return `-NOPERM this user has no permissions to run the '${name.toLowerCase()}' command\r\n`;
      if (name === "AUTH") {
        known = allows?.(args[0] ?? "", args[1] ?? "") ?? true;
        return known ? "+OK\r\n" : "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
      }
      if (!known) return "-NOAUTH Authentication required.\r\n";
      if (name === "CLUSTER SLOTS")
        return `*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n$9\r\n127.0.0.1\r\n:${fake.port}\r\n$1\r\na\r\n`;
      const [key = "", value = "", , ttl = "0"] = args;
      const bulk = (found?: string): string => (found === undefined ? "$-1\r\n" : `$${found.length}\r\n${found}\r\n`);
      if (name === "GET") return bulk(fake.store.get(key)?.value);
      if (name === "MGET") return `*${args.length}\r\n${args.map((one) => bulk(fake.store.get(one)?.value)).join("")}`;
      if (name === "SET") fake.store.set(key, { value, ttlMs: Number(ttl) });
      return name === "PING" ? "+PONG\r\n" : "+OK\r\n";
    };
  };
  const server: Server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  fake.port = (server.address() as AddressInfo).port;
  return fake;
}

/** The first whole command of what came in, and what is left. */
function parse(text: string): [command: string[] | undefined, rest: string] {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return [undefined, text];
  const words: string[] = [];
  let at = head[0].length;
  for (let word = 0; word < Number(head[1]); word += 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20));
    if (size === null) return [undefined, text];
    const from = at + size[0].length;
    const to = from + Number(size[1]);
    if (text.length < to + 2) return [undefined, text];
    words.push(text.slice(from, to));
    at = to + 2;
  }
  const [first = "", ...rest] = words;
  return [[first.toUpperCase(), ...rest], text.slice(at)];
}
