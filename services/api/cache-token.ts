import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "../kit/credentials";

/** How long a token opens connections, seconds. docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html */
export const TOKEN_SECONDS = 900;

export interface CacheIdentity {
  readonly region: string;
  /** Name of the replication group. */
  readonly cacheName: string;
  /** The user that IAM may connect as; equal to its user id. */
  readonly userName: string;
}

/**
 * The password by which ElastiCache authenticates an IAM identity: a presigned `connect` request to the cache's name,
 * without the scheme. It is computed in this process; no call is made.
 */
export async function cacheToken(
  { region, cacheName, userName }: CacheIdentity,
  credentials: Credentials,
  now: Date,
): Promise<string> {
  const signer = new SignatureV4({ service: "elasticache", region, credentials, sha256: Hash.bind(null, "sha256") });
  const { query = {} } = await signer.presign(
    {
      method: "GET",
      protocol: "http:",
      hostname: cacheName,
      path: "/",
      headers: { host: cacheName },
      query: { Action: "connect", User: userName },
    },
    { expiresIn: TOKEN_SECONDS, signingDate: now },
  );
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return `${cacheName}/?${pairs.sort().join("&")}`;
}
