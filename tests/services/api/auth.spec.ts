import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { SignJWT, UnsecuredJWT } from "jose";
import {
  ANY_USER_SCOPE,
  AuthError,
  GatewayAuthenticator,
  JwtAuthenticator,
  type JwtOptions,
} from "../../../services/api/auth";
import { AUDIENCE, startIssuer, type FakeIssuer } from "./issuer";

const request = (headers: Readonly<Record<string, string>>): IncomingMessage => ({ headers }) as never;
const bearer = (token: string): IncomingMessage => request({ authorization: `Bearer ${token}` });

async function refusal(work: Promise<unknown>): Promise<AuthError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof AuthError, String(error));
    return error;
  }
  throw new Error("let in");
}

describe("callers with tokens", () => {
  let issuer: FakeIssuer;
  let now = 0;
  const make = (changes: Partial<JwtOptions> = {}) =>
    new JwtAuthenticator({ issuer: issuer.url, audiences: [AUDIENCE], now: () => now, ...changes });
  const reasonOf = async (auth: JwtAuthenticator, token: string) => (await refusal(auth.caller(bearer(token)))).reason;

  beforeEach(async () => {
    now = Date.now();
    issuer = await startIssuer();
  });
  afterEach(() => issuer.stop());

  it("are who their token says, by the issuer's keys, which are read once", async () => {
    const auth = make();
    const ends = Math.floor(now / 1000) + 600;
    assert.deepEqual(await auth.caller(bearer(await issuer.token({ exp: ends }))), {
      subject: "ada",
      anyUser: false,
      expiresAt: ends * 1000,
    });
    assert.equal((await auth.caller(bearer(await issuer.token({ sub: "bo" })))).subject, "bo");
    assert.deepEqual(Object.fromEntries(issuer.asked), { "/.well-known/openid-configuration": 1, "/keys": 1 });
  });

  it("may ask for themselves, and with the scope for everybody", async () => {
    const auth = make();
    const ada = await auth.caller(bearer(await issuer.token()));
    auth.permit(ada, "ada");
    assert.throws(
      () => {
        auth.permit(ada, "bo");
      },
      (error) => error instanceof AuthError && error.status === 403,
    );
    for (const scopes of [{ scope: `openid ${ANY_USER_SCOPE}` }, { scp: [ANY_USER_SCOPE] }]) {
      auth.permit(await auth.caller(bearer(await issuer.token(scopes))), "bo");
    }
    const other = await auth.caller(bearer(await issuer.token({ scope: `${ANY_USER_SCOPE}x` })));
    assert.equal(other.anyUser, false);
    assert.equal(auth.refused.forbidden, 1);
  });

  it("are refused without a good token, and counted by reason", async () => {
    const auth = make();
    const second = Math.floor(now / 1000);
    assert.equal((await refusal(auth.caller(request({})))).status, 401);
    assert.equal((await refusal(auth.caller(request({ authorization: "Basic YTpi" })))).reason, "missing");
    const bad = [
      "nonsense",
      "x".repeat(20_000),
      await issuer.token({ iss: "https://elsewhere.example" }),
      await issuer.token({ aud: "another" }),
      await issuer.token({ aud: undefined }),
      await issuer.token({ sub: undefined }),
      await issuer.token({ exp: undefined }),
      await issuer.token({ nbf: second + 300 }),
      new UnsecuredJWT({ sub: "ada", aud: AUDIENCE }).setIssuer(issuer.url).setExpirationTime("1h").encode(),
      await new SignJWT({ sub: "ada", iss: issuer.url, aud: AUDIENCE, exp: second + 60 })
        .setProtectedHeader({ alg: "HS256", kid: "key-1" })
        .sign(Buffer.alloc(32, 1)),
    ];
    for (const token of bad) assert.equal(await reasonOf(auth, token), "invalid", token.slice(0, 80));
    assert.equal(await reasonOf(auth, await issuer.token({ exp: second - 60 })), "expired");
    assert.deepEqual(auth.refused, { missing: 2, invalid: bad.length, expired: 1, forbidden: 0, "keys-away": 0 });
  });

  it("are let in by a client id where a token has no audience, and by clocks that differ a little", async () => {
    const auth = make();
    const second = Math.floor(now / 1000);
    await auth.caller(bearer(await issuer.token({ aud: undefined, client_id: AUDIENCE })));
    await auth.caller(bearer(await issuer.token({ aud: ["another", AUDIENCE], exp: second - 20 })));
    assert.equal(await reasonOf(make({ clockSkewSeconds: 5 }), await issuer.token({ exp: second - 20 })), "expired");
  });

  it("are known for a while without waiting, and not beyond their token's end", async () => {
    const auth = make();
    const authorization = `Bearer ${await issuer.token({ exp: Math.floor(now / 1000) + 30 })}`;
    assert.equal(auth.known(authorization), undefined);
    await auth.caller(request({ authorization }));
    assert.equal(auth.known(authorization)?.subject, "ada");
    now += 31_000;
    assert.equal(auth.known(authorization), undefined);
  });

  it("are let in while the issuer is away, as long as its keys may be believed", async () => {
    const auth = make({ freshMs: 1_000, staleMs: 60_000, cooldownMs: 0 });
    await auth.caller(bearer(await issuer.token()));
    issuer.away = true;
    now += 30_000;
    await auth.caller(bearer(await issuer.token({ sub: "bo", exp: 1e10 })));
    now += 31_000;
    const error = await refusal(auth.caller(bearer(await issuer.token({ sub: "cy", exp: 1e10 }))));
    assert.deepEqual([error.reason, error.status], ["keys-away", 503]);
  });

  it("are let in by a new key as soon as a token names it, and a name that nobody has costs one read", async () => {
    const auth = make();
    await auth.caller(bearer(await issuer.token()));
    await issuer.rotate();
    assert.equal(await reasonOf(auth, await issuer.token()), "invalid");
    now += 31_000;
    await auth.caller(bearer(await issuer.token({ exp: 1e10 })));
    await issuer.rotate();
    for (let count = 0; count < 5; count += 1) assert.equal(await reasonOf(auth, await issuer.token()), "invalid");
    assert.equal(issuer.asked.get("/keys"), 2);
  });

  it("wait for one read of the keys together", async () => {
    const auth = make();
    const tokens = await Promise.all(["a", "b", "c"].map((sub) => issuer.token({ sub })));
    await Promise.all(tokens.map((token) => auth.caller(bearer(token))));
    assert.equal(issuer.asked.get("/keys"), 1);
  });

  it("do not get keys from another issuer's document, or over plain HTTP from elsewhere", async () => {
    const failures: string[] = [];
    const onFailure = (error: unknown): number => failures.push(String(error));
    const auth = make({ issuer: `${issuer.url}/`, onFailure });
    assert.equal(await reasonOf(auth, await issuer.token()), "keys-away");
    assert.match(failures[0] ?? "", /want the document of/);
  });

  it("may carry their token in a subprotocol where a browser opens a WebSocket, and nowhere else", async () => {
    const auth = make();
    const protocol = { "sec-websocket-protocol": `meridian.v1, bearer.${await issuer.token()}` };
    assert.equal((await auth.caller(request({ upgrade: "websocket", ...protocol }))).subject, "ada");
    assert.equal((await refusal(auth.caller(request(protocol)))).reason, "missing");
    // What came beside the token is no token of its own afterwards.
    const authorization = "Basic YTpi";
    assert.equal((await auth.caller(request({ upgrade: "websocket", ...protocol, authorization }))).subject, "ada");
    assert.equal(auth.known(authorization), undefined);
    assert.equal((await refusal(auth.caller(request({ authorization })))).reason, "missing");
  });
});

describe("callers behind a gateway that asks IAM", () => {
  it("are services, for every user, and nobody comes past the gateway", async () => {
    const auth = new GatewayAuthenticator();
    const caller = await auth.caller(request({ "x-meridian-caller": "arn:aws:sts::1:assumed-role/shop/x" }));
    auth.permit(caller, "ada");
    assert.equal((await refusal(auth.caller(request({})))).status, 401);
    assert.equal(auth.refused.missing, 1);
  });
});
