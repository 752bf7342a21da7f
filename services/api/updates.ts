import { STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import pMap from "p-map";
import { WebSocket, WebSocketServer, type RawData } from "ws";
import { AuthError, refusalOf, UPDATES_PROTOCOL, type Authenticator, type Caller } from "./auth";
import type { ConsentGiven, ExposureLog } from "./exposures";
import type { Reply } from "../kit/http/server";
import { listQueryOf } from "./query";
import { seen } from "./schemas";
import { JSON_TYPE } from "../kit/http/fast-path/ready-answer";
import { BadRequestError, type Recommendation, type Recommender } from "./recommend";
import type { Sessions } from "./sessions";

/** Limits of the WebSockets, and what they need. */
export interface UpdatesOptions {
  readonly recommender: Pick<Recommender, "recommend" | "session">;
  readonly sessions: Sessions;
  readonly authenticator?: Authenticator;
  readonly exposures?: Pick<ExposureLog, "record">;
  /** Whether new connections are taken. @default always */
  readonly isOn?: () => boolean;
  /** Connections at once; more are answered 503. @default 5000 */
  readonly maxConnections?: number;
  /** Of them of one user; more are answered 429. @default 8 */
  readonly maxOfUser?: number;
  /** Longest message of a client, bytes; a longer one closes its connection with 1009. @default 4096 */
  readonly maxMessageBytes?: number;
  /** Messages of one client in a second; more close its connection with 1008. @default 10 */
  readonly maxMessagesPerSecond?: number;
  /** What a client may leave unread, bytes; a slower one is cut off. @default 262144 */
  readonly maxUnreadBytes?: number;
  /** Between two pings, milliseconds; who does not answer one by the next is cut off. @default 30000 */
  readonly pingMs?: number;
  /** Between two looks for a newly published version, milliseconds. @default 5000 */
  readonly versionMs?: number;
  readonly onError?: (error: unknown) => void;
  readonly now?: () => number;
}

/** Counters since the start. */
export interface UpdatesCounters {
  opened: number;
  /** Not taken: no room, no right, no such user. */
  refused: number;
  pushed: number;
  /** Ended by this process before their time: too slow, too fast, silent, or with a token that has expired. */
  cut: number;
}

/** What a list is sent for. */
type Reason = "connected" | "session" | "published";

interface Connection {
  readonly socket: WebSocket;
  readonly userId: string;
  readonly limit: number;
  readonly consent: ConsentGiven;
  readonly caller: Caller | undefined;
  alive: boolean;
  variant: string;
  /** Items last sent, to send nothing twice. */
  sent: string;
  /** The second that messages are counted in. */
  second: number;
  messages: number;
  /** Pushes one after the other. */
  work: Promise<void>;
}

/** Path of the updates, as in the OpenAPI document. */
export const UPDATES_PATH = "/v1/users/{id}/updates";
const PATH = /^\/v1\/users\/([^/]+)\/updates$/;

const DEFAULTS = {
  maxConnections: 5_000,
  maxOfUser: 8,
  maxMessageBytes: 4_096,
  maxMessagesPerSecond: 10,
  maxUnreadBytes: 262_144,
  pingMs: 30_000,
  versionMs: 5_000,
} as const;

/** For how long closed connections may say good-bye, milliseconds. */
const CLOSE_MS = 2_000;
/** Lists asked for at once after a publication: all at once would be a wave of misses. */
const PUSHES_AT_ONCE = 16;

/** Codes of RFC 6455, 7.4.1. */
const CODES = { goingAway: 1001, policy: 1008 } as const;

/** Fallbacks whose lists belong to the version in force; a list that replaces an older one may not. */
const SETTLED: ReadonlySet<string> = new Set(["none", "fresh", "regional", "popular"]);

/**
 * WebSockets that send a user's list: at once, when the session changes (items that were seen, sent on the
 * socket or by `POST /v1/users/{id}/session` to this process), and when a model is published. What is sent on a socket
 * needs no other process: a session lives where its socket is.
 */
export class Updates {
  readonly counters: UpdatesCounters = { opened: 0, refused: 0, pushed: 0, cut: 0 };
  private readonly users = new Map<string, Set<Connection>>();
  /** Version that each variant's lists were last seen with. */
  private readonly versions = new Map<string, string | null>();
  private readonly options: UpdatesOptions & Record<keyof typeof DEFAULTS, number>;
  private readonly sockets: WebSocketServer;
  private readonly timers: readonly NodeJS.Timeout[];
  private open = 0;
  private closing = false;
  private looking = false;

  constructor(options: UpdatesOptions) {
    this.options = { ...DEFAULTS, ...options };
    this.sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: this.options.maxMessageBytes,
      handleProtocols: (names) => (names.has(UPDATES_PROTOCOL) ? UPDATES_PROTOCOL : false),
    });
    this.timers = [
      setInterval(() => {
        this.sweep();
      }, this.options.pingMs),
      setInterval(() => {
        void this.lookForVersions();
      }, this.options.versionMs),
    ];
    for (const timer of this.timers) timer.unref();
  }

  get sessions(): Sessions {
    return this.options.sessions;
  }

  /** Connections that are open or opening. */
  get connections(): number {
    return this.open;
  }

  /** Takes a server's upgrades over. */
  attach(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Whoever goes away during the handshake is gone; nothing else listens yet.
      socket.on("error", () => socket.destroy());
      this.accept(request, socket, head).catch((error: unknown) => {
        this.counters.refused += 1;
        answerSocket(socket, this.replyTo(error));
      });
    });
  }

  /** Sends a user's list anew on all of the user's connections: the session has changed. */
  changed(userId: string): void {
    for (const connection of this.users.get(userId) ?? []) this.push(connection, "session");
  }

  /** Takes no more connections, and closes those that are open: their clients find another process. */
  async close(): Promise<void> {
    this.closing = true;
    for (const timer of this.timers) clearInterval(timer);
    const all = this.all();
    const gone = all.map(({ socket }) => new Promise((resolve) => socket.once("close", resolve)));
    for (const { socket } of all) socket.close(CODES.goingAway, "the process is stopping");
    const late = setTimeout(() => {
      for (const { socket } of all) socket.terminate();
    }, CLOSE_MS);
    await Promise.all(gone);
    clearTimeout(late);
  }

  private async accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = URL.parse(request.url ?? "/", "http://localhost");
    const id = url === null ? undefined : PATH.exec(url.pathname)?.[1];
    if (url === null || id === undefined) throw new Refused(404, "no such path");
    const userId = decoded(id);
    const { authenticator, recommender, isOn, maxConnections, maxOfUser } = this.options;
    const caller = await authenticator?.caller(request);
    if (caller !== undefined) authenticator?.permit(caller, userId);
    if (this.closing) throw new Refused(503, "the process is stopping");
    if (isOn?.() === false) throw new Refused(503, "updates are switched off");
    if (this.open >= maxConnections) throw new Refused(503, "too many connections");
    if ((this.users.get(userId)?.size ?? 0) >= maxOfUser) throw new Refused(429, "too many connections of one user");
    const { limit, consent } = listQueryOf(url);
    this.open += 1;
    try {
      const list = await recommender.recommend(userId, { limit });
      const { opened: before } = this.counters;
      this.sockets.handleUpgrade(request, socket, head, (opened) => {
        this.begin({ socket: opened, userId, limit, consent, caller }, list);
      });
      // A handshake that breaks the protocol, which ws answers, or a caller who is gone.
      if (this.counters.opened === before) this.open -= 1;
    } catch (error) {
      this.open -= 1;
      throw error;
    }
  }

  private begin(
    given: Pick<Connection, "socket" | "userId" | "limit" | "consent" | "caller">,
    list: Recommendation,
  ): void {
    const { socket, userId } = given;
    const connection: Connection = {
      ...given,
      alive: true,
      variant: list.variant,
      sent: "",
      second: 0,
      messages: 0,
      work: Promise.resolve(),
    };
    this.counters.opened += 1;
    const others = this.users.get(userId) ?? new Set();
    this.users.set(userId, others.add(connection));
    socket.on("pong", () => {
      connection.alive = true;
    });
    // A frame that breaks the protocol or its limits: ws closes the connection with the code for it.
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.open -= 1;
      others.delete(connection);
      if (others.size === 0) this.users.delete(userId);
    });
    socket.on("message", (data, isBinary) => {
      this.take(connection, data, isBinary);
    });
    if (!this.versions.has(list.variant) && SETTLED.has(list.fallback)) {
      this.versions.set(list.variant, list.modelVersion);
    }
    this.send(connection, "connected", list);
  }

  /** A client's message: items that the user saw. */
  private take(connection: Connection, data: RawData, isBinary: boolean): void {
    const second = Math.floor(this.now() / 1000);
    if (connection.second !== second) [connection.second, connection.messages] = [second, 0];
    connection.messages += 1;
    if (connection.messages > this.options.maxMessagesPerSecond) {
      this.cut(connection, "too many messages");
      return;
    }
    const message = seen.safeParse(isBinary ? undefined : parsed(data));
    if (!message.success) {
      this.write(connection, { type: "error", error: 'want {"type":"seen","items":["<item id>", ...]}' });
      return;
    }
    this.options.sessions.add(connection.userId, message.data.items);
    this.changed(connection.userId);
  }

  private push(connection: Connection, reason: Reason): void {
    const { recommender, sessions, onError } = this.options;
    const { userId, limit } = connection;
    connection.work = connection.work
      .then(async () => {
        const seen = sessions.of(userId);
        const list =
          seen.length > 0
            ? await recommender.session(userId, seen, { limit })
            : await recommender.recommend(userId, { limit });
        this.send(connection, reason, list);
      })
      .catch((error: unknown) => {
        onError?.(error);
      });
  }

  private send(connection: Connection, reason: Reason, list: Recommendation): void {
    const items = list.items.map(({ item_id }) => item_id).join("\n");
    connection.variant = list.variant;
    // A new version with the same list is not sent; a client that sends a session waits for its answer.
    if (reason === "published" && items === connection.sent) return;
    connection.sent = items;
    if (!this.write(connection, { type: "list", reason, list })) return;
    this.counters.pushed += 1;
    this.options.exposures?.record(list, connection.consent);
  }

  private write({ socket }: Connection, message: object): boolean {
    if (socket.readyState !== WebSocket.OPEN) return false;
    if (socket.bufferedAmount > this.options.maxUnreadBytes) {
      this.counters.cut += 1;
      socket.terminate();
      return false;
    }
    socket.send(JSON.stringify(message));
    return true;
  }

  private cut({ socket }: Connection, why: string): void {
    this.counters.cut += 1;
    socket.close(CODES.policy, why);
  }

  private sweep(): void {
    for (const connection of this.all()) {
      const { socket, caller } = connection;
      if (caller?.expiresAt !== undefined && this.now() > caller.expiresAt)
        this.cut(connection, "the token has expired");
      else if (connection.alive) {
        connection.alive = false;
        socket.ping();
      } else {
        this.counters.cut += 1;
        socket.terminate();
      }
    }
  }

  /** One user of each variant is asked for, and all of the variant when its version is another than before. */
  private async lookForVersions(): Promise<void> {
    if (this.looking || this.open === 0) return;
    this.looking = true;
    try {
      const one = new Map(this.all().map((connection) => [connection.variant, connection]));
      for (const { userId } of one.values()) {
        const { variant, fallback, modelVersion } = await this.options.recommender.recommend(userId, { limit: 1 });
        if (!SETTLED.has(fallback) || this.versions.get(variant) === modelVersion) continue;
        this.versions.set(variant, modelVersion);
        await this.pushAll(this.all().filter((connection) => connection.variant === variant));
      }
    } catch (error) {
      this.options.onError?.(error);
    } finally {
      this.looking = false;
    }
  }

  private async pushAll(connections: readonly Connection[]): Promise<void> {
    const push = (connection: Connection): Promise<void> => {
      this.push(connection, "published");
      return connection.work;
    };
    await pMap(connections, push, { concurrency: PUSHES_AT_ONCE });
  }

  private replyTo(error: unknown): Reply {
    if (error instanceof AuthError) return refusalOf(error);
    if (error instanceof BadRequestError) return { status: 400, body: { error: error.message } };
    if (error instanceof Refused) {
      const headers = error.status === 503 || error.status === 429 ? { "retry-after": "5" } : {};
      return { status: error.status, body: { error: error.message }, headers };
    }
    this.options.onError?.(error);
    return { status: 500, body: { error: "internal error" } };
  }

  private all(): Connection[] {
    return [...this.users.values()].flatMap((connections) => [...connections]);
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }
}

/** A connection that is not taken. */
class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "Refused";
  }
}

/** Writes an answer to a request that wanted an upgrade: Node gives it a bare socket. */
function answerSocket(socket: Duplex, { status, body, headers }: Reply): void {
  const text = JSON.stringify(body);
  const all = {
    connection: "close",
    "content-type": JSON_TYPE,
    "content-length": String(Buffer.byteLength(text)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${text}`);
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw new Refused(400, "id: want percent-encoded UTF-8");
  }
}

function parsed(data: RawData): unknown {
  try {
    // With ws's default a text message comes as one Buffer.
    return JSON.parse((data as Buffer).toString("utf8"));
  } catch {
    return undefined;
  }
}
