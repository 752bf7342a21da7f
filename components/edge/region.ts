import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger, wantMatch } from "../kit/want";
import { createCertificate } from "./certificate";
import { DOMAIN, nextHost, regionHosts, sharedHost } from "./hosts";
import { createWebAcl, RATE_LIMIT } from "./waf";

/** Arguments of {@link RegionEdge}. */
export interface RegionEdgeArgs {
  readonly scope: Scope;
  /** Domain of the environment, e.g. `prod.example.com`. */
  readonly domain: string;
  readonly zoneId: pulumi.Input<string>;
  /** The collector's HTTP API. */
  readonly collector: { readonly apiId: pulumi.Input<string>; readonly stage: pulumi.Input<string> };
  /**
   * Load balancers and REST API stages that the regional web ACL guards, by a short name. HTTP APIs cannot carry a web
   * ACL (docs.aws.amazon.com/waf/latest/developerguide/waf-chapter.html): the collector is guarded on CloudFront, by
   * the mesh. Without anything to guard, no web ACL is made.
   * @default none
   */
  readonly protects?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Requests of one address in five minutes after which it is blocked. @default 2000 */
  readonly rateLimit?: number;
  /** Days for which the web ACL's log is kept. @default 30 */
  readonly logRetentionDays?: number;
}

/** Findings about the arguments, all of them. */
export function checkRegionEdge(args: RegionEdgeArgs): Finding[] {
  return [
    ...wantMatch("domain", args.domain, DOMAIN, "a DNS name such as prod.example.com"),
    ...wantInteger("rateLimit", args.rateLimit ?? RATE_LIMIT.usual, "requests", RATE_LIMIT),
    ...Object.keys(args.protects ?? {}).flatMap((key) =>
      /^[a-z][a-z0-9-]*$/.test(key) ? [] : [finding("protects", "short names in lower case", key)],
    ),
  ];
}

/**
 * A region's side of the edge: a certificate, the region's own and the shared host names on the collector's API, and
 * their records. All of it works without any other region.
 * @throws InputPropertiesError listing every bad argument.
 */
export class RegionEdge extends pulumi.ComponentResource {
  /** `https://` address of the collector in this region. */
  readonly collectorUrl: string;
  readonly ownHost: string;
  readonly certificateArn: pulumi.Output<string>;
  /** ARN of the regional web ACL; absent when there is nothing to guard. */
  readonly webAclArn: pulumi.Output<string> | undefined;

  constructor(name: string, args: RegionEdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`RegionEdge ${name}`, checkRegionEdge(args));
    super("meridian:edge:RegionEdge", name, {}, opts);

    const hosts = regionHosts(args.domain, args.scope.region);
    const shared = sharedHost(args.domain, args.scope.zone);
    const next = nextHost(args.domain, args.scope.zone);
    this.certificateArn = createCertificate(
      name,
      {
        hosts: [hosts.own, shared, next],
        zoneId: args.zoneId,
        region: args.scope.region,
        sharedHosts: [shared, next],
      },
      this,
    );
    this.publish(name, args, { part: "own", host: hosts.own, record: hosts.own });
    // The shared names' records are the mesh's; they lead here.
    this.publish(name, args, { part: "shared", host: shared, record: hosts.entry });
    this.publish(name, args, { part: "next", host: next, record: hosts.entryNext });
    this.webAclArn = this.guard(name, args);

    this.ownHost = hosts.own;
    this.collectorUrl = `https://${hosts.own}`;
    this.registerOutputs({
      collectorUrl: this.collectorUrl,
      ownHost: this.ownHost,
      certificateArn: this.certificateArn,
      webAclArn: this.webAclArn,
    });
  }

  /** Serves the API under a host, and points a record to it. */
  private publish(name: string, args: RegionEdgeArgs, { part, host, record }: Published): void {
    const domain = new aws.apigatewayv2.DomainName(
      `${name}-${part}`,
      {
        domainName: host,
        domainNameConfiguration: {
          certificateArn: this.certificateArn,
          endpointType: "REGIONAL",
          securityPolicy: "TLS_1_2",
        },
      },
      { parent: this },
    );
    new aws.apigatewayv2.ApiMapping(
      `${name}-${part}`,
      { domainName: domain.domainName, apiId: args.collector.apiId, stage: args.collector.stage },
      { parent: this },
    );
    const target = domain.domainNameConfiguration;
    new aws.route53.Record(
      `${name}-${part}`,
      {
        zoneId: args.zoneId,
        name: record,
        type: "A",
        aliases: [
          {
            name: target.apply(({ targetDomainName }) => targetDomainName),
            zoneId: target.apply(({ hostedZoneId }) => hostedZoneId),
            evaluateTargetHealth: false,
          },
        ],
      },
      { parent: this },
    );
  }

  private guard(name: string, args: RegionEdgeArgs): pulumi.Output<string> | undefined {
    const guarded = Object.entries(args.protects ?? {});
    if (guarded.length === 0) return undefined;
    const acl = createWebAcl(
      name,
      {
        scope: args.scope,
        wafScope: "REGIONAL",
        rateLimit: args.rateLimit ?? RATE_LIMIT.usual,
        part: "region-edge",
        log: true,
        logRetentionDays: args.logRetentionDays ?? 30,
      },
      this,
    );
    for (const [what, resourceArn] of guarded) {
      new aws.wafv2.WebAclAssociation(`${name}-${what}`, { resourceArn, webAclArn: acl.arn }, { parent: this });
    }
    return acl.arn;
  }
}

interface Published {
  readonly part: "own" | "shared" | "next";
  readonly host: string;
  readonly record: string;
}
