import { createServer, type Server } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";
import { drain, listen } from "../../../services/kit/http/server";

export const AUDIENCE = "shop.example";

/** An OIDC issuer on this machine: its document, its keys, and tokens of its making. */
export interface FakeIssuer {
  readonly url: string;
  /** Requests so far, by path. */
  readonly asked: Map<string, number>;
  /** Answers 503 to all while it is away. */
  away: boolean;
  /** Puts a new key in the place of the old one. */
  rotate(): Promise<void>;
  /** @param changes of the claims; `undefined` leaves one out. */
  token(changes?: Readonly<Record<string, unknown>>): Promise<string>;
  stop(): Promise<void>;
}

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function startIssuer(): Promise<FakeIssuer> {
  const asked = new Map<string, number>();
  let serial = 0;
  const make = async (): Promise<Key> => {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const kid = `key-${(serial += 1)}`;
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" } };
  };
  let key = await make();
  const statusOf = (found: object | undefined): number => (issuer.away ? 503 : found === undefined ? 404 : 200);
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.set(path, (asked.get(path) ?? 0) + 1);
    const found =
      path === "/.well-known/openid-configuration"
        ? { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }
        : path === "/keys"
          ? { keys: [key.jwk] }
          : undefined;
    response.writeHead(statusOf(found), { connection: "close" });
    response.end(JSON.stringify(found ?? {}));
  });
  const port = await listen(server, 0, "127.0.0.1");
  const issuer: FakeIssuer = {
    url: `http://127.0.0.1:${port}`,
    asked,
    away: false,
    rotate: async () => {
      key = await make();
    },
    token: (changes = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const claims: Record<string, unknown> = {
        iss: issuer.url,
        aud: AUDIENCE,
        sub: "ada",
        iat: now,
        exp: now + 600,
        ...changes,
      };
      const given = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
      return new SignJWT(given).setProtectedHeader({ alg: "ES256", kid: key.kid }).sign(key.privateKey);
    },
    stop: () => drain(server, 100),
  };
  return issuer;
}
