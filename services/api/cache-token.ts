import { presignedQuery, type Credentials } from "../kit/sigv4";

/** How long a token opens connections, seconds, and an opened connection lives by it at most, hours. docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html */
export const TOKEN_SECONDS = 900;

export interface CacheIdentity {
  readonly region: string;
  /** Name of the replication group. */
  readonly cacheName: string;
  /** The user that IAM may connect as; equal to its user id. */
  readonly userName: string;
}

/**
 * The password by which ElastiCache knows an IAM identity: a presigned `connect` request to the cache by its name,
 * without the scheme. It is made here, nothing is asked.
 */
export function cacheToken(
  { region, cacheName, userName }: CacheIdentity,
  credentials: Credentials,
  now: Date,
): string {
  const request = {
    method: "GET",
    path: "/",
    query: { Action: "connect", User: userName },
    headers: { host: cacheName },
  };
  const query = presignedQuery(request, credentials, { region, service: "elasticache", now }, TOKEN_SECONDS);
  return `${cacheName}/?${query}`;
}
