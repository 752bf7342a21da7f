import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import {
  beginDraining,
  bodyOf,
  drain,
  FAST_PATH_SWITCH,
  KEEP_ALIVE_MS,
  listen,
  serve,
} from "../../../../../services/kit/http/server";
import { RequestReader } from "../../../../../services/kit/http/fast-path/plain-request";
import { ReadyAnswer } from "../../../../../services/kit/http/fast-path/ready-answer";

const HOST = "Host: api\r\n";
const hit = (fields = HOST): string => `GET /hit HTTP/1.1\r\n${fields}\r\n`;
const miss = (fields = HOST): string => `GET /miss HTTP/1.1\r\n${fields}\r\n`;
const posted = (body: string, fields = HOST): string =>
  `POST /miss HTTP/1.1\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;

/** Bytes of a long answer. */
const LONG = 20_000;

/** Servers of one behaviour: with the fast path, and Node's parser alone. */
describe("the fast path", () => {
  const servers: Server[] = [];
  /** Requests that Node's parser has seen. */
  let parsed = 0;

  const start = async (fast: boolean, requestMs?: number): Promise<number> => {
    const ready = new ReadyAnswer({ list: "€" }, KEEP_ALIVE_MS);
    const long = new ReadyAnswer("x".repeat(LONG), KEEP_ALIVE_MS);
    const atHand = (url: string): ReadyAnswer | undefined =>
      url === "/hit" ? ready : url === "/long" ? long : undefined;
    const server = serve(
      async (request, url) => {
        if (url.pathname === "/hit") {
          return { status: 200, body: ready.body, headers: { "cache-control": "private, max-age=0" } };
        }
        const body = await bodyOf(request, 1000);
        return { status: 200, body: { url: request.url, method: request.method, body: body.toString("latin1") } };
      },
      (error) => {
        throw error;
      },
      { atHand, ...(requestMs === undefined ? {} : { requestMs }) },
    );
    // Where somebody else reads along, all is Node's; who comes later has the bytes pass through JavaScript there too.
    if (!fast) {
      server.prependListener("connection", (socket: Socket) => socket.on("data", () => undefined));
      server.on("connection", (socket: Socket) => socket.on("data", () => undefined));
    }
    if (fast) server.on("request", () => (parsed += 1));
    servers.push(server);
    return listen(server, 0, "127.0.0.1");
  };

  let [fast, plain] = [0, 0];
  before(async () => {
    [fast, plain] = [await start(true), await start(false)];
  });
  beforeEach(() => (parsed = 0));
  after(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      if (server.listening) await drain(server);
    }
  });

  it("answers from the second request of a connection on without Node's parser, in the same bytes", async () => {
    const texts = [
      hit(),
      hit(),
      hit("host: x\r\naccept: */*\r\nConnection: Keep-Alive\r\nx-amzn-trace-id: Root=1\r\n"),
    ];
    const ours = await talk(fast, texts);
    assert.equal(parsed, 1);
    assert.deepEqual(ours, await talk(plain, texts));
    assert.match(ours.text, /^HTTP\/1.1 200 OK\r\n/);
    assert.equal(ours.text.split('{"list":"€"}').length, 4);
  });

  it("is off where the environment turns it off: Node's parser then reads all, and the bytes are the same", async () => {
    process.env[FAST_PATH_SWITCH] = "off";
    const off = await start(true).finally(() => {
      process.env[FAST_PATH_SWITCH] = "on";
    });
    const texts = [hit(), hit(), hit()];
    const without = await talk(off, texts);
    assert.equal(parsed, 3);
    assert.deepEqual(await talk(fast, texts), without);
  });

  it("takes over again after requests of Node's: a miss, and bodies in one piece or in several", async () => {
    const whole = posted("12345");
    for (const texts of [[miss()], [whole], [whole.slice(0, -5), "12", "345"], [posted("")]]) {
      parsed = 0;
      const all = [hit(), ...texts, hit(), hit()];
      assert.deepEqual(await talk(fast, all), await talk(plain, all));
      assert.equal(parsed, 2);
    }
  });

  it("does not take a body for requests, nor a request cut in two", async () => {
    const smuggled = posted(hit());
    const head = smuggled.indexOf("\r\n\r\n") + 4;
    for (const texts of [
      [smuggled.slice(0, head), smuggled.slice(head)],
      [miss() + posted(hit()).slice(0, head), hit()],
      [hit().slice(0, 9), hit().slice(9), hit()],
      // Answered before the body is there.
      [`POST /hit HTTP/1.1\r\n${HOST}Content-Length: ${hit().length}\r\n\r\n`, hit(), hit()],
      [hit(`${HOST}Content-Length: ${hit().length}\r\n`), hit(), hit()],
      [hit(`${HOST}Content-Length: ${hit().length}\r\n`) + hit(), hit()],
      [`POST /miss HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`, hit(), "0\r\n\r\n"],
    ]) {
      const all = [hit(), ...texts];
      assert.deepEqual(await talk(fast, all), await talk(plain, all));
    }
  });

  it("leaves to Node what it refuses or ends", async () => {
    const odd = [
      hit(""),
      hit(`${HOST}${HOST}`),
      hit(`${HOST}Connection: close\r\n`),
      hit(`${HOST}Connection: x, close\r\n`),
      hit(`${HOST}a: \0\r\n`),
      hit(`${HOST}a: \x7f\r\n`),
      hit(`${HOST}a: b\rxc: d\r\n`),
      hit(`${HOST}Proxy-Connection: close\r\n`),
      hit(`${HOST}a b: 1\r\n`),
      hit(`${HOST} folded: 1\r\n`),
      hit(`${HOST}Content-Length: 3\r\nContent-Length: 4\r\n`),
      hit(`${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n`),
      hit(`${HOST}Content-Length: -1\r\n`),
      hit(`${HOST}Expect: 100-continue\r\n`),
      hit(`${HOST}Expect: nothing\r\n`),
      hit(`${HOST}Upgrade: websocket\r\nConnection: Upgrade\r\n`),
      hit(`${HOST}big: ${"x".repeat(20_000)}\r\n`),
      hit().replace("1.1", "1.0"),
      hit().replace("1.1", "2.0"),
      hit().replaceAll("\r\n", "\n"),
      hit().replace("GET", "BREW"),
      hit().replace("GET", "HEAD"),
      "\r\n\r\nnot HTTP at all\r\n\r\n",
    ];
    for (const text of odd) {
      const all = [hit(), text];
      assert.deepEqual(await talk(fast, all), await talk(plain, all), JSON.stringify(text.slice(0, 200)));
    }
  });

  it("answers pipelined requests in their order, whoever answers them", async () => {
    const texts = [hit(), hit() + hit() + miss() + hit() + posted("1") + hit(), hit() + miss()];
    assert.deepEqual(await talk(fast, texts), await talk(plain, texts));
  });

  it("answers as Node's parser alone does whatever comes, in whatever pieces", async () => {
    const field = fc.constantFrom(
      ...["a: b", "Authorization: Bearer x", "Content-Length: 0", "Content-Length: 5", "Connection: keep-alive"],
      ...[
        "Connection: close",
        "Transfer-Encoding: chunked",
        "Host: again",
        "a:b",
        ": b",
        "ä: b",
        "x: ä",
        "te: trailers",
      ],
    );
    const request = fc
      .record({
        method: fc.constantFrom("GET", "GET", "GET", "HEAD", "POST", "OPTIONS"),
        path: fc.constantFrom("/hit", "/hit", "/miss", "/hi t", "/hit?x", "*"),
        fields: fc.array(field, { maxLength: 3 }),
        body: fc.constantFrom("", "", "12345", hit()),
      })
      .map(({ method, path, fields, body }) =>
        [`${method} ${path} HTTP/1.1`, "Host: api", ...fields, "", body].join("\r\n"),
      );
    const cut = fc.array(fc.nat(400), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 4 }), cut, async (requests, cuts) => {
        const text = requests.join("");
        const places = [0, ...cuts.map((at) => at % text.length).sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, at) => text.slice(places[at], end));
        const all = [hit(), ...pieces.filter((piece) => piece !== "")];
        // Node tells of a bad request only where its answer to the one before is flushed.
        const [ours, theirs] = (await Promise.all([talk(fast, all), talk(plain, all)])).map(
          ({ text: got, closed }) => ({
            text: got.replace("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n", ""),
            closed,
          }),
        );
        assert.deepEqual(ours, theirs);
      }),
      { numRuns: 150 },
    );
  });

  it("holds back callers who do not read, and loses none of their answers", async () => {
    const port = await start(true);
    const server = servers.at(-1);
    assert.ok(server !== undefined);
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const socket = connect(port, "127.0.0.1").setNoDelay(true).pause();
    const [other] = await accepted;
    const most = 2000;
    for (let sent = 0; sent < most; sent += 1) {
      socket.write(`GET /long HTTP/1.1\r\n${HOST}\r\n`);
      if (sent % 20 === 0) await sleep(1);
    }
    await sleep(100);
    assert.ok(other.writableLength < most * LONG * 0.1, `${other.writableLength} bytes wait for one who does not read`);
    let text = "";
    socket.on("data", (data: Buffer) => (text += data.toString("latin1")));
    socket.resume();
    const bytes = new ReadyAnswer("x".repeat(LONG), KEEP_ALIVE_MS).message().length;
    while (text.length < most * bytes) await once(socket, "data");
    socket.destroy();
    assert.equal(text.split("HTTP/1.1 200 OK\r\n").length, most + 1);
  });

  it("leaves an upgraded connection to whom it was upgraded for, also when asked for before an answer", async () => {
    const port = await start(true);
    servers.at(-1)?.on("upgrade", (_: unknown, other: Socket, head: Buffer) => {
      other.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
      other.write(head);
      other.on("data", (data) => other.write(data));
      other.on("end", () => other.end());
    });
    const upgrade = hit(`${HOST}Upgrade: echo\r\nConnection: Upgrade\r\n`);
    for (const before of [[hit()], [hit(), miss() + miss()], [hit(), miss().slice(0, 7), miss().slice(7)]]) {
      const { text, closed } = await talk(port, [...before, upgrade, "one ", "two ", hit()]);
      assert.equal(text.split("upgrade: echo\r\n\r\n")[1], `one two ${hit()}`.replace("Host:", "host:"));
      assert.equal(closed, false);
    }
  });

  it("keeps connections open that only ask for what is ready, longer than a request may take", async () => {
    const port = await start(true, 60);
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (data) => (text += data.toString()));
    for (let times = 0; times < 10; times += 1) {
      socket.write(hit());
      await sleep(30);
    }
    assert.equal(text.split("HTTP/1.1 200 OK").length, 11);
    assert.equal(socket.closed, false);
    socket.destroy();
  });

  it("stops answering when the server drains: the last answer closes its connection", async () => {
    const port = await start(true);
    const server = servers.at(-1);
    assert.ok(server !== undefined);
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (data) => (text += data.toString()));
    socket.write(hit());
    await once(socket, "data");
    await sleep(20);
    beginDraining(server);
    socket.write(hit());
    await once(socket, "close");
    assert.match(text.slice(text.lastIndexOf("HTTP/1.1 200")), /connection: close/i);
  });

  it("dates its answers by the second they are sent in", () => {
    let now = Date.UTC(2026, 0, 1);
    const answer = new ReadyAnswer({ a: 1 }, KEEP_ALIVE_MS, () => now);
    assert.match(answer.message().toString(), /\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n/);
    now += 61_000;
    assert.match(answer.message().toString(), /\r\nDate: Thu, 01 Jan 2026 00:01:01 GMT\r\n/);
  });
});

describe("a reader of plain requests", () => {
  it("tells address, Authorization and end", () => {
    const reader = new RequestReader();
    const before = "previous";
    const chunk = Buffer.from(`${before}${hit(`${HOST}authorization:  Bearer x \r\n`)}more`);
    assert.equal(reader.read(chunk, before.length), "plain");
    assert.equal(reader.url, "/hit");
    assert.equal(reader.authorization, "Bearer x");
    assert.equal(reader.end, chunk.length - 4);
    assert.equal(reader.read(Buffer.from(hit()), 0), "plain");
    assert.equal(reader.authorization, undefined);
  });

  it("takes nothing for whole that is cut off anywhere", () => {
    const whole = Buffer.from(hit());
    for (let end = 0; end < whole.length; end += 1) {
      assert.equal(new RequestReader().read(whole.subarray(0, end), 0), "other", String(end));
    }
    assert.equal(new RequestReader().read(whole, 0), "plain");
  });

  it("knows no request whose end could be read in two ways", () => {
    const bearer = "Authorization: Bearer";
    for (const fields of [
      "Content-Length: 1\r\nContent-Length: 1",
      "Content-Length: 1x",
      `${bearer} x\r\n${bearer} y`,
    ]) {
      assert.equal(new RequestReader().read(Buffer.from(hit(`${HOST}${fields}\r\n`)), 0), "other", fields);
    }
    const long = Buffer.from(hit(`${HOST}a: ${"x".repeat(5000)}\r\n`));
    assert.equal(new RequestReader().read(long, 0), "other");
  });
});

interface Talk {
  readonly text: string;
  readonly bytes: number;
  readonly closed: boolean;
}

/** What a server answers to pieces sent one after another, without dates, and whether it closed the connection. */
async function talk(port: number, pieces: readonly string[]): Promise<Talk> {
  const socket: Socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  let text = "";
  let bytes = 0;
  socket.on("data", (data) => {
    text += data.toString("utf8");
    bytes += data.length;
  });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  for (const piece of pieces) {
    const before = text;
    socket.write(Buffer.from(piece, "latin1"));
    // A piece is answered, or is not to be answered yet.
    for (let times = 0; times < 4 && text === before && !socket.closed; times += 1) await sleep(1);
  }
  for (let quiet = 0, length = -1; quiet < 3 && !socket.closed; quiet += 1) {
    if (text.length !== length) quiet = 0;
    length = text.length;
    await sleep(2);
  }
  const closed = socket.closed;
  socket.destroy();
  // Names of fields in any case are the same.
  const same = text.replace(/^Date: .*$/gim, "Date").replace(/^[\w-]+(?=: )/gm, (name) => name.toLowerCase());
  return { text: same, bytes, closed };
}
