import { CALLER_HEADER } from "../../contracts/links/routes";
import type { IncomingMessage } from "node:http";
import { errors, jwtVerify, type JWTPayload } from "jose";
import { LRUCache } from "lru-cache";
import type { Reply } from "../kit/http/server";
import { IssuerKeys, KeysAwayError, type IssuerKeysOptions } from "./issuer-keys";

/**
 * Who says who a caller is: nobody, a token that this process verifies, or the gateway in front of it, which has asked
 * IAM and writes the caller into {@link CALLER_HEADER} over whatever was sent.
 */

/** A token with this scope may ask for any user: a service's, not a person's. */
export const ANY_USER_SCOPE = "recommendations:read:any";

/** Who asks. */
export interface Caller {
  readonly subject: string;
  /** May ask for every user, not only for itself. */
  readonly anyUser: boolean;
  /** When it has to show a new token, milliseconds since 1970. @default never */
  readonly expiresAt?: number;
}

/** Why a caller is refused: what the counts and the answers say. */
export const REFUSAL_REASONS = ["missing", "invalid", "expired", "forbidden", "keys-away"] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** A caller who is refused; `detail` is for the caller and names nobody else. */
export class AuthError extends Error {
  constructor(
    readonly reason: RefusalReason,
    readonly detail: string,
  ) {
    super(detail);
    this.name = "AuthError";
  }

  get status(): 401 | 403 | 503 {
    return this.reason === "forbidden" ? 403 : this.reason === "keys-away" ? 503 : 401;
  }
}

/** Knows callers by their requests. */
export interface Authenticator {
  /** How often callers were refused, by reason. */
  readonly refused: Readonly<Record<RefusalReason, number>>;
  /** A caller who was authenticated a moment ago by the same `Authorization`, without waiting. */
  known(authorization: string | undefined): Caller | undefined;
  /** @throws AuthError */
  caller(request: IncomingMessage): Promise<Caller>;
  /** Checks that a caller may ask for a user. @throws AuthError */
  permit(caller: Caller, userId: string): void;
}

/** How tokens are verified. */
export interface JwtOptions extends IssuerKeysOptions {
  /** A token names one of them, in `aud` or, without one, in `client_id`: as API Gateway's authorizers read it. */
  readonly audiences: readonly string[];
  /** By how much clocks may differ, seconds. @default 30 */
  readonly clockSkewSeconds?: number;
  /** For how long a verified token is known, milliseconds; never beyond its own end. 0 = never. @default 60000 */
  readonly knownMs?: number;
}

/** Signatures by private keys only: with a shared secret everybody who can verify a token could make one. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

/** Verified tokens kept, about 2 KB each. */
const KNOWN_TOKENS = 10_000;

/** Longest token that is read, characters: more than fits into the header of any load balancer. */
const MAX_TOKEN = 16_384;

/** The answer to a caller who is refused: RFC 9457, and RFC 6750, section 3. */
export function refusalOf({ status, reason, detail }: AuthError): Reply {
  const titles = { 401: "Unauthorized", 403: "Forbidden", 503: "Service Unavailable" } as const;
  const invalid = `Bearer error="invalid_token", error_description="${detail.replaceAll(/["\\]/g, "'")}"`;
  const asks = { 401: reason === "missing" ? "Bearer" : invalid, 403: 'Bearer error="insufficient_scope"' } as const;
  return {
    status,
    body: { type: "about:blank", title: titles[status], status, detail },
    headers: {
      "content-type": "application/problem+json",
      ...(status === 503 ? { "retry-after": "5" } : { "www-authenticate": asks[status] }),
    },
  };
}

abstract class Counting {
  readonly refused: Record<RefusalReason, number> = {
    missing: 0,
    invalid: 0,
    expired: 0,
    forbidden: 0,
    "keys-away": 0,
  };

  permit(caller: Caller, userId: string): void {
    if (caller.anyUser || caller.subject === userId) return;
    throw this.refuse("forbidden", `want a token of this user, or the scope ${ANY_USER_SCOPE}`);
  }

  protected refuse(reason: RefusalReason, detail: string): AuthError {
    this.refused[reason] += 1;
    return new AuthError(reason, detail);
  }
}

/** Lets in who has a token of the issuer, in `Authorization: Bearer` or, with a WebSocket, in a subprotocol. */
export class JwtAuthenticator extends Counting implements Authenticator {
  private readonly keys: IssuerKeys;
  private readonly verified = new LRUCache<string, { readonly caller: Caller; readonly until: number }>({
    max: KNOWN_TOKENS,
  });
  private readonly now: () => number;

  constructor(private readonly options: JwtOptions) {
    super();
    this.keys = new IssuerKeys(options);
    this.now = options.now ?? Date.now;
  }

  known(authorization: string | undefined): Caller | undefined {
    return this.remembered(authorization);
  }

  async caller(request: IncomingMessage): Promise<Caller> {
    const found = tokenOf(request);
    if (found === undefined) throw this.refuse("missing", "want Authorization: Bearer <token>");
    const { token, sent } = found;
    const known = this.remembered(sent);
    if (known !== undefined) return known;
    const claims = await this.verify(token);
    if (!this.isForUs(claims)) throw this.refuse("invalid", "the token is for another audience");
    const expiresAt = (claims.exp ?? 0) * 1000;
    const caller = { subject: claims.sub ?? "", anyUser: scopesOf(claims).includes(ANY_USER_SCOPE), expiresAt };
    const until = Math.min(expiresAt, this.now() + (this.options.knownMs ?? 60_000));
    if (until > this.now()) this.verified.set(sent, { caller, until });
    return caller;
  }

  private remembered(sent: string | undefined): Caller | undefined {
    const found = sent === undefined ? undefined : this.verified.get(sent);
    return found !== undefined && this.now() < found.until ? found.caller : undefined;
  }

  private async verify(token: string): Promise<JWTPayload> {
    if (token.length > MAX_TOKEN) throw this.refuse("invalid", `want a token of at most ${MAX_TOKEN} characters`);
    try {
      const { payload } = await jwtVerify(token, this.keys.find, {
        issuer: this.options.issuer,
        algorithms: ALGORITHMS,
        requiredClaims: ["sub", "exp"],
        clockTolerance: this.options.clockSkewSeconds ?? 30,
        currentDate: new Date(this.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw this.refuse("expired", "the token has expired");
      if (error instanceof KeysAwayError) throw this.refuse("keys-away", error.message);
      const known = error instanceof errors.JOSEError;
      throw this.refuse("invalid", known ? `the token is not good: ${error.message}` : "the token cannot be read");
    }
  }

  private isForUs({ aud, client_id: client }: JWTPayload): boolean {
    const named = aud ?? (typeof client === "string" ? client : []);
    return [named].flat().some((name) => this.options.audiences.includes(name));
  }
}

/** Lets in who comes through the gateway, for every user: callers are services that IAM knows. */
export class GatewayAuthenticator extends Counting implements Authenticator {
  /** Nobody: the caller is in a header of its own. */
  known(): undefined {
    return undefined;
  }

  caller({ headers }: IncomingMessage): Promise<Caller> {
    const subject = headers[CALLER_HEADER];
    return typeof subject === "string" && subject !== ""
      ? Promise.resolve({ subject, anyUser: true })
      : Promise.reject(this.refuse("missing", "want a request that came through the gateway"));
  }
}

/** Subprotocol of the updates, and the start of the one that carries a token where a browser can set no header. */
export const UPDATES_PROTOCOL = "meridian.v1";
const BEARER_PROTOCOL = "bearer.";

interface Found {
  readonly token: string;
  /** The whole text that carried it, by which it is known again: to take it out anew would cost more than to look it up. */
  readonly sent: string;
}

function tokenOf({ headers }: IncomingMessage): Found | undefined {
  const token = bearerOf(headers.authorization);
  if (token !== undefined) return { token, sent: headers.authorization ?? "" };
  if (headers.upgrade === undefined) return undefined;
  const protocols = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  const sent = protocols.find((name) => name.startsWith(BEARER_PROTOCOL));
  return sent === undefined ? undefined : { token: sent.slice(BEARER_PROTOCOL.length), sent };
}

/** RFC 6750, 2.1 */
function bearerOf(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
}

/** RFC 8693 has `scope` as one text; some issuers write `scp`, as a list too. */
function scopesOf({ scope, scp }: JWTPayload): string[] {
  return [scope, scp].flatMap((value) =>
    typeof value === "string" ? value.split(" ") : Array.isArray(value) ? value.map(String) : [],
  );
}
