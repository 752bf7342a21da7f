import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../kit/grant";

/** A cache in the VPC as its clients know it. */
export class CacheRef {
  /** Host name that clients connect to first. */
  readonly endpoint: pulumi.Input<string>;
  readonly port: number;
  readonly securityGroupId: pulumi.Input<string>;
  /** Name by which IAM knows the store. */
  readonly cacheName: string;
  /** The API's user; empty for Memcached. */
  readonly userName: string;
  readonly #connectArns: readonly string[];

  constructor(named: {
    readonly endpoint: pulumi.Input<string>;
    readonly port: number;
    readonly securityGroupId: pulumi.Input<string>;
    readonly cacheName: string;
    readonly userName: string;
    /** ARNs of store and user; empty for Memcached, which knows no IAM. */
    readonly connectArns: readonly string[];
  }) {
    this.endpoint = named.endpoint;
    this.port = named.port;
    this.securityGroupId = named.securityGroupId;
    this.cacheName = named.cacheName;
    this.userName = named.userName;
    this.#connectArns = named.connectArns;
  }

  /** Log in by IAM, and the port: docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html */
  allowConnect(): Grant {
    const connect = { sid: "ConnectToCache", actions: ["elasticache:Connect"], resources: this.#connectArns };
    return {
      allow: this.#connectArns.length === 0 ? [] : [connect],
      address: this.endpoint,
      reach: { securityGroupId: this.securityGroupId, port: this.port },
    };
  }
}
