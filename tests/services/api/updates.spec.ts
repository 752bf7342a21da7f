import assert from "node:assert/strict";
import { once } from "node:events";
import { request, type Server } from "node:http";
import { connect } from "node:net";
import { WebSocket } from "ws";
import { createApi } from "../../../services/api/api";
import { JwtAuthenticator } from "../../../services/api/auth";
import { drain, listen } from "../../../services/kit/http/server";
import { createRecommender, type Recommendation } from "../../../services/api/recommend";
import { Sessions } from "../../../services/api/sessions";
import { Updates, type UpdatesOptions } from "../../../services/api/updates";
import { waitUntil } from "../../../local/datapath/wait";
import { AUDIENCE, startIssuer, type FakeIssuer } from "./issuer";
import { Parts } from "./parts";

interface Message {
  readonly type: string;
  readonly reason?: string;
  readonly list?: Recommendation;
  readonly error?: string;
}

/** A client that keeps what it gets. */
class Client {
  readonly messages: Message[] = [];
  readonly closed: Promise<{ readonly code: number; readonly why: string }>;

  constructor(readonly socket: WebSocket) {
    socket.on("message", (data) => this.messages.push(JSON.parse((data as Buffer).toString()) as Message));
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, why) => {
        resolve({ code, why: why.toString() });
      });
    });
  }

  /** The first message from there on. */
  async next(from: number): Promise<Message> {
    await waitUntil(() => Promise.resolve(this.messages.length > from), {
      what: "a message",
      timeoutMs: 5_000,
      firstPauseMs: 2,
    });
    return this.messages[from] as Message;
  }

  items(message: Message): string[] {
    return message.list?.items.map(({ item_id }) => item_id) ?? [];
  }
}

describe("the API's WebSockets", () => {
  let parts: Parts;
  let server: Server;
  let updates: Updates;
  let port = 0;
  let issuer: FakeIssuer | undefined;

  const start = async (changes: Partial<UpdatesOptions> = {}): Promise<void> => {
    parts = new Parts();
    const recommender = createRecommender(parts.deps({ versionTtlMs: 1 }));
    updates = new Updates({ recommender, sessions: new Sessions(), versionMs: 5, ...changes });
    const { authenticator } = changes;
    const auth = authenticator === undefined ? {} : { authenticator };
    server = await createApi(recommender, assert.ifError, { updates, ...auth });
    port = await listen(server, 0, "127.0.0.1");
  };
  const open = (path = "/v1/users/ada/updates", protocols = ["meridian.v1"], headers = {}): Client =>
    new Client(new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers }));
  /** What a handshake that is refused is answered. */
  const refused = async (path: string, headers = {}, protocols = ["meridian.v1"]): Promise<number> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers });
    socket.on("error", () => undefined);
    const [, answer] = (await once(socket, "unexpected-response")) as [
      unknown,
      { statusCode: number; destroy(): void },
    ];
    answer.destroy();
    return answer.statusCode;
  };
  const post = async (path: string, body: object): Promise<Recommendation> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    assert.equal(answer.status, 200);
    return (await answer.json()) as Recommendation;
  };

  afterEach(async () => {
    await Promise.all([server.listening ? drain(server, 500) : undefined, updates.close()]);
    await issuer?.stop();
    issuer = undefined;
  });

  it("send the list at once, by the limit that is asked for", async () => {
    await start();
    const first = await open().next(0);
    assert.deepEqual(
      [first.type, first.reason, first.list?.userId, first.list?.modelVersion],
      ["list", "connected", "ada", "v2"],
    );
    const client = open("/v1/users/ada/updates?limit=1");
    assert.deepEqual(client.items(await client.next(0)), ["lamp"]);
    assert.deepEqual([updates.connections, updates.counters.opened, client.socket.protocol], [2, 2, "meridian.v1"]);
  });

  it("send it anew for items that the client tells of: without them, and with what is similar", async () => {
    await start();
    const [client, other] = [open(), open("/v1/users/bo/updates")];
    await Promise.all([client.next(0), other.next(0)]);
    client.socket.send(JSON.stringify({ type: "seen", items: ["lamp"] }));
    const again = await client.next(1);
    assert.deepEqual([again.reason, client.items(again).sort()], ["session", ["desk", "sofa"]]);
    assert.equal(other.messages.length, 1);
  });

  it("send it anew for what is posted, which is answered with the same list; the session goes on", async () => {
    await start();
    const client = open();
    await client.next(0);
    const answer = await post("/v1/users/ada/session", { items: ["desk"] });
    assert.deepEqual(
      answer.items.map(({ item_id }) => item_id),
      ["lamp"],
    );
    assert.deepEqual(client.items(await client.next(1)), ["lamp"]);
    const both = await post("/v1/users/ada/session", { items: ["lamp"], limit: 5 });
    assert.deepEqual(
      both.items.map(({ item_id }) => item_id),
      ["sofa"],
    );
  });

  it("send it anew when a model is published, to all whose list is another, and only once", async () => {
    await start();
    const clients = Array.from({ length: 5 }, () => open());
    await Promise.all(clients.map((client) => client.next(0)));
    parts.rows.set("ada/v3", [{ item_id: "chair", score: 1 }]);
    parts.model = { current: "v3", previous: "v2" };
    for (const client of clients) {
      const message = await client.next(1);
      assert.deepEqual(
        [message.reason, message.list?.modelVersion, client.items(message)],
        ["published", "v3", ["chair"]],
      );
    }
    parts.rows.set("ada/v4", [{ item_id: "chair", score: 2 }]);
    parts.model = { current: "v4", previous: "v3" };
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.deepEqual(
      clients.map(({ messages }) => messages.length),
      [2, 2, 2, 2, 2],
    );
  });

  it("send the first model's list to clients who came before it", async () => {
    await start();
    parts.model = undefined;
    const client = open("/v1/users/eve/updates");
    const { list } = await client.next(0);
    assert.deepEqual([list?.fallback, list?.items, list?.modelVersion], ["no_model", [], null]);
    parts.rows.set("eve/v2", [{ item_id: "chair", score: 1 }]);
    parts.model = { current: "v2" };
    const message = await client.next(1);
    assert.deepEqual([message.reason, message.list?.fallback, client.items(message)], ["published", "none", ["chair"]]);
  });

  it("write an exposure for each list that somebody who agreed was sent", async () => {
    const shown: unknown[] = [];
    await start({ exposures: { record: ({ userId }, consent) => shown.push([userId, consent]) } });
    await open("/v1/users/ada/updates?consent=all").next(0);
    assert.deepEqual(shown, [["ada", "all"]]);
  });

  it("say what is wrong with a message, and close for one that is too long or for too many", async () => {
    await start({ maxMessagesPerSecond: 8 });
    const [client, long, many] = [open(), open(), open()];
    await Promise.all([client, long, many].map((one) => one.next(0)));
    for (const bad of [
      "{",
      '{"type":"seen"}',
      '{"type":"seen","items":[]}',
      '{"type":"seen","items":["a"],"x":1}',
      Buffer.from([1]),
    ]) {
      const before = client.messages.length;
      client.socket.send(bad);
      assert.equal((await client.next(before)).type, "error");
    }
    long.socket.send(JSON.stringify({ type: "seen", items: ["x".repeat(5_000)] }));
    assert.equal((await long.closed).code, 1009);
    for (let count = 0; count < 20; count += 1) many.socket.send("{");
    assert.deepEqual(await many.closed, { code: 1008, why: "too many messages" });
    assert.equal(client.socket.readyState, WebSocket.OPEN);
  });

  it("are so many and no more, in all and of one user", async () => {
    await start({ maxConnections: 3, maxOfUser: 2 });
    const [first] = [open(), open()];
    await waitUntil(() => Promise.resolve(updates.counters.opened === 2), {
      what: "two",
      timeoutMs: 5_000,
      firstPauseMs: 2,
    });
    assert.equal(await refused("/v1/users/ada/updates"), 429);
    await open("/v1/users/bo/updates").next(0);
    assert.equal(await refused("/v1/users/cy/updates"), 503);
    first.socket.close();
    await waitUntil(() => Promise.resolve(updates.connections === 2), {
      what: "room",
      timeoutMs: 5_000,
      firstPauseMs: 2,
    });
    await open("/v1/users/cy/updates").next(0);
    assert.equal(updates.counters.refused, 2);
  });

  it("are refused with HTTP's statuses, and are no part of other paths", async () => {
    let on = true;
    await start({ isOn: () => on });
    assert.equal(await refused("/v1/users/ada/updates?limit=0"), 400);
    assert.equal(await refused("/v1/users/ada/updates?consent=x"), 400);
    assert.equal(await refused("/v1/users/%ff/updates"), 400);
    assert.equal(await refused("/v1/popular"), 404);
    on = false;
    assert.equal(await refused("/v1/users/ada/updates"), 503);
    const plain = await fetch(`http://127.0.0.1:${port}/v1/users/ada/updates`);
    assert.equal(plain.status, 426);
    // Another protocol than WebSocket: HTTP's clients who ask for HTTP/2 in passing.
    const status = await new Promise((resolve, reject) => {
      const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABk" };
      const sent = request({ port, path: "/v1/popular", headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.once("error", reject).end();
    });
    assert.equal(status, 200);
    assert.equal(updates.connections, 0);
  });

  it("want the same tokens as the lists, by header or by subprotocol", async () => {
    issuer = await startIssuer();
    await start({ authenticator: new JwtAuthenticator({ issuer: issuer.url, audiences: [AUDIENCE] }) });
    const [ada, bo] = [await issuer.token(), await issuer.token({ sub: "bo" })];
    assert.equal(await refused("/v1/users/ada/updates"), 401);
    assert.equal(await refused("/v1/users/ada/updates", { authorization: `Bearer ${bo}` }), 403);
    assert.equal(await refused("/v1/users/ada/updates", {}, ["meridian.v1", `bearer.${bo}`]), 403);
    await open(undefined, undefined, { authorization: `Bearer ${ada}` }).next(0);
    const browser = open(undefined, ["meridian.v1", `bearer.${ada}`]);
    await browser.next(0);
    assert.equal(browser.socket.protocol, "meridian.v1");
  });

  it("end with their token", async () => {
    issuer = await startIssuer();
    let ahead = 0;
    const authenticator = new JwtAuthenticator({ issuer: issuer.url, audiences: [AUDIENCE] });
    await start({ authenticator, pingMs: 5, now: () => Date.now() + ahead });
    const client = open(undefined, undefined, { authorization: `Bearer ${await issuer.token()}` });
    await client.next(0);
    ahead = 700_000;
    assert.deepEqual(await client.closed, { code: 1008, why: "the token has expired" });
  });

  it("are cut off when they do not answer a ping, and kept when they do", async () => {
    await start({ pingMs: 20 });
    const client = open();
    await client.next(0);
    const silent = connect(port, "127.0.0.1");
    silent.write(
      "GET /v1/users/bo/updates HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
    silent.resume();
    await once(silent, "close");
    await waitUntil(() => Promise.resolve(updates.connections === 1), {
      what: "one",
      timeoutMs: 5_000,
      firstPauseMs: 2,
    });
    assert.deepEqual([client.socket.readyState, updates.connections, updates.counters.cut], [WebSocket.OPEN, 1, 1]);
  });

  it("are cut off when they do not read", async () => {
    await start({ maxUnreadBytes: 50_000, maxMessagesPerSecond: 1e6 });
    const slow = open();
    await slow.next(0);
    slow.socket.pause();
    for (let count = 0; count < 200_000 && updates.counters.cut === 0; count += 1) {
      updates.changed("ada");
      if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(updates.counters.cut, 1);
    slow.socket.resume();
    await slow.closed;
  });

  it("close with 1001 when the process stops, which then takes no more", async () => {
    await start();
    const clients = [open(), open("/v1/users/bo/updates")];
    await Promise.all(clients.map((client) => client.next(0)));
    const stopped = Promise.all([drain(server, 5_000), updates.close()]);
    for (const client of clients) assert.equal((await client.closed).code, 1001);
    await stopped;
    assert.equal(updates.connections, 0);
  });

  it("take none once they are closing, though the server still answers", async () => {
    await start();
    await updates.close();
    assert.equal(await refused("/v1/users/ada/updates"), 503);
    assert.equal(updates.connections, 0);
  });

  it("forget callers who go away in the middle of the handshake", async () => {
    await start();
    parts.faults.table = { delayMs: 30 };
    const socket = connect(port, "127.0.0.1");
    socket.write(
      "GET /v1/users/ada/updates HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
    await waitUntil(() => Promise.resolve(updates.connections === 1), {
      what: "it",
      timeoutMs: 5_000,
      firstPauseMs: 2,
    });
    socket.resetAndDestroy();
    await waitUntil(() => Promise.resolve(updates.connections === 0), {
      what: "none",
      timeoutMs: 5_000,
      firstPauseMs: 2,
    });
  });
});

describe("sessions", () => {
  it("keep the last items that a user saw, each once and where it was seen last", () => {
    const sessions = new Sessions();
    assert.deepEqual(sessions.add("ada", ["a", "b", "a", "c"]), ["b", "a", "c"]);
    assert.deepEqual(sessions.add("ada", ["b"]), ["a", "c", "b"]);
    const many = Array.from({ length: 30 }, (_, item) => `i${item}`);
    assert.deepEqual(sessions.add("ada", many), many.slice(-20));
    assert.deepEqual([sessions.of("ada").length, sessions.of("bo")], [20, []]);
  });
});
