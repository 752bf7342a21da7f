import { Cluster, Redis } from "ioredis";
import { gatheringCache, redisCache, type CacheClient } from "./cache";
import { cacheToken, TOKEN_SECONDS, type CacheIdentity } from "./cache-token";
import type { CredentialSource } from "../kit/credentials";

/** Where the cache is and how it is talked to. */
export interface CacheSettings {
  readonly host: string;
  readonly port: number;
  /** Sharded, as the platform's caches are. @default true */
  readonly cluster?: boolean;
  /** Certificates to trust beside the system's; `false` for no TLS: a cache on this machine. @default the system's */
  readonly tls?: false | { readonly ca?: string };
  /** Who connects, by IAM. @default nobody in particular: a cache without users */
  readonly identity?: CacheIdentity & { readonly credentials: CredentialSource };
  /** Called for connections that fail; the client reconnects for ever. */
  readonly onError?: (error: unknown) => void;
  readonly now?: () => Date;
}

/** A connected cache. */
export interface CacheConnection extends CacheClient {
  close(): void;
}

/** Milliseconds. A slower cache does not help: the table answers sooner. */
const TIMES = { connect: 2000, command: 500, retryMost: 2000 } as const;

/** A new token is made when two thirds of the last one's time are over. */
const TOKEN_REFRESH_MS = (TOKEN_SECONDS * 1000 * 2) / 3;

/**
 * Opens a connection to Valkey or Redis: TLS, IAM, sharded. It does not wait for it: until it is there, and whenever it is
 * away, reads fail at once and the API goes on without.
 */
export async function connectCache(settings: CacheSettings): Promise<CacheConnection> {
  const { host, port, identity, now = () => new Date() } = settings;
  const onError = settings.onError ?? (() => undefined);
  const token = async (): Promise<string | undefined> =>
    identity === undefined ? undefined : cacheToken(identity, await identity.credentials(), now());
  let password = await token();
  const options = {
    connectTimeout: TIMES.connect,
    commandTimeout: TIMES.command,
    maxRetriesPerRequest: 0,
    // The API's user may neither ask for INFO nor needs to: a node that answers is ready.
    enableReadyCheck: false,
    enableOfflineQueue: false,
    disableClientInfo: true,
    lazyConnect: true,
    protocol: 2 as const,
    ...(identity === undefined ? {} : { username: identity.userName }),
    ...(password === undefined ? {} : { password }),
    ...(settings.tls === false ? {} : { tls: { ...settings.tls } }),
  };
  const again = (times: number): number => Math.min(100 * 2 ** Math.min(times, 10), TIMES.retryMost);
  const client: Cluster | Redis =
    settings.cluster === false
      ? new Redis({ ...options, host, port, retryStrategy: again })
      : new Cluster([{ host, port }], {
          redisOptions: options,
          lazyConnect: true,
          enableReadyCheck: false,
          enableOfflineQueue: false,
          clusterRetryStrategy: again,
          slotsRefreshTimeout: TIMES.connect,
          // The certificate is made out to the name, not to an address.
          dnsLookup: (address, callback) => {
            callback(null, address);
          },
        });
  const sign = (node: Redis): void => {
    if (password !== undefined) node.options.password = password;
  };
  client.on("error", onError);
  // Not connected yet: it opens its connection with the token of the moment.
  if (client instanceof Cluster) client.on("+node", sign);
  const renew = setInterval(() => {
    token().then((fresh) => {
      password = fresh;
      for (const node of client instanceof Cluster ? client.nodes() : [client]) sign(node);
    }, onError);
  }, TOKEN_REFRESH_MS);
  renew.unref();
  client.connect().catch(onError);
  return {
    ...(client instanceof Cluster ? redisCache(client) : gatheringCache(client)),
    close: () => {
      clearInterval(renew);
      client.disconnect();
    },
  };
}
