import { isTrustedUrl } from "../../contracts/settings/api";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";

/** Where an issuer's keys are and how long they are believed. */
export interface IssuerKeysOptions {
  /** The issuer, as tokens name it. */
  readonly issuer: string;
  /** Where its keys are. @default what `<issuer>/.well-known/openid-configuration` says */
  readonly jwksUrl?: string;
  /** Age of keys after which they are read again, behind the answers, milliseconds. @default 600000 */
  readonly freshMs?: number;
  /** Age after which keys are believed no more, though the issuer is away, milliseconds. @default 86400000 */
  readonly staleMs?: number;
  /** Between two reads at least, whatever tokens name, milliseconds. @default 30000 */
  readonly cooldownMs?: number;
  /** Longest wait for the issuer, milliseconds. @default 2000 */
  readonly timeoutMs?: number;
  readonly onFailure?: (error: unknown) => void;
  readonly now?: () => number;
}

/** The issuer's keys cannot be read, and none are at hand that could still be believed. */
export class KeysAwayError extends Error {
  constructor(cause: unknown) {
    super("the issuer's keys cannot be read", { cause });
    this.name = "KeysAwayError";
  }
}

const DEFAULTS = { freshMs: 600_000, staleMs: 86_400_000, cooldownMs: 30_000, timeoutMs: 2_000 } as const;

/**
 * The public keys of an issuer, kept: an issuer that is away for a while refuses nobody whose key is known. A key that
 * is not known is asked for, but not more often than once in a while, since anybody can name one.
 */
export class IssuerKeys {
  private known: { readonly keys: JWTVerifyGetKey; readonly at: number } | undefined;
  private reading: Promise<void> | undefined;
  private triedAt = -Infinity;
  private failure: unknown;
  private readonly options: IssuerKeysOptions & Record<keyof typeof DEFAULTS, number>;
  private readonly now: () => number;

  constructor(options: IssuerKeysOptions) {
    this.options = { ...DEFAULTS, ...options };
    this.now = options.now ?? Date.now;
  }

  /** For jose: the key that a token names. @throws KeysAwayError, or jose's errors. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const { freshMs } = this.options;
    if (this.believed() === undefined) await this.read();
    else if (this.now() - (this.known?.at ?? 0) > freshMs) void this.read();
    const keys = this.believed();
    if (keys === undefined) throw new KeysAwayError(this.failure);
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.read();
      return (this.believed() ?? keys)(header, token);
    }
  };

  private believed(): JWTVerifyGetKey | undefined {
    const { known } = this;
    return known !== undefined && this.now() - known.at <= this.options.staleMs ? known.keys : undefined;
  }

  /** Never throws: what was known stays. One read serves all who wait. */
  private read(): Promise<void> {
    if (this.reading !== undefined) return this.reading;
    if (this.now() - this.triedAt < this.options.cooldownMs) return Promise.resolve();
    this.triedAt = this.now();
    this.reading = this.fetchKeys()
      .then(
        (set) => {
          this.known = { keys: createLocalJWKSet(set), at: this.now() };
        },
        (error: unknown) => {
          this.failure = error;
          this.options.onFailure?.(error);
        },
      )
      .finally(() => {
        this.reading = undefined;
      });
    return this.reading;
  }

  private async fetchKeys(): Promise<JSONWebKeySet> {
    const { issuer } = this.options;
    const url = this.options.jwksUrl ?? (await this.discover(issuer));
    return (await this.fetchJson(url)) as JSONWebKeySet;
  }

  /** openid.net/specs/openid-connect-discovery-1_0.html, section 4 */
  private async discover(issuer: string): Promise<string> {
    const found = (await this.fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`)) as {
      readonly issuer?: unknown;
      readonly jwks_uri?: unknown;
    } | null;
    if (found?.issuer !== issuer) throw new Error(`want the document of ${issuer}, got ${String(found?.issuer)}'s`);
    if (typeof found.jwks_uri !== "string" || !isTrustedUrl(found.jwks_uri)) {
      throw new Error(`jwks_uri: want an https address, got ${String(found.jwks_uri)}`);
    }
    return found.jwks_uri;
  }

  private async fetchJson(url: string): Promise<unknown> {
    const signal = AbortSignal.timeout(this.options.timeoutMs);
    const answer = await fetch(url, { signal, redirect: "error", headers: { accept: "application/json" } });
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new Error(`${url} answered ${answer.status}`);
    }
    return answer.json();
  }
}
