import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantDistinct, wantInteger, wantMatch } from "../kit/want";
import { createCertificate } from "./certificate";
import { DOMAIN, nextHost, publicHost, regionHosts, sharedHost } from "./hosts";
import { CLOUDFRONT_REGION } from "../../aws/facts";
import { createWebAcl, RATE_LIMIT } from "./waf";

/** Arguments of {@link GlobalEdge}. */
export interface GlobalEdgeArgs {
  /** Of the zone's primary region. */
  readonly scope: Scope;
  readonly domain: string;
  readonly zoneId: pulumi.Input<string>;
  /** The zone's regions: the primary, the one that answers when the primary does not, and any others. */
  readonly regions: readonly string[];
  /** Bucket for access logs; its policy lets `delivery.logs.amazonaws.com` write. */
  readonly logBucketArn: pulumi.Input<string>;
  /** Path that a region answers with 200 while it can answer visitors. @default `/health` */
  readonly healthPath?: string;
  /** Path patterns of what is posted, which CloudFront does not try again: it goes where Route 53 says. @default {@link WRITES} */
  readonly writePaths?: readonly string[];
  /** Seconds for which a resolver may keep the shared name's answer, at most 60. @default 60 */
  readonly recordTtlSeconds?: number;
  /** Requests of one address in five minutes after which it is blocked. @default 2000 */
  readonly rateLimit?: number;
  /**
   * Whether the web ACL writes down what it stops. Its log stands in us-east-1, with the callers' addresses: leave it off
   * for a zone whose data may not go there. Metrics and the access log tell of stopped requests all the same.
   * @default true
   */
  readonly webAclLog?: boolean;
  /** Days for which the web ACL's log is kept. @default 30 */
  readonly logRetentionDays?: number;
  /** CloudFront's edge locations. @default `PriceClass_All` */
  readonly priceClass?: "PriceClass_All" | "PriceClass_200" | "PriceClass_100";
}

/** A longer time to live adds to every failover. */
const RECORD_TTL_SECONDS = { min: 1, max: 60, usual: 60 } as const;

/** Detection of a dead region: 3 checks, 10 s apart, that fail. docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html */
const HEALTH = { intervalSeconds: 10, failures: 3 } as const;

/** AWS's own policies: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html and ...-origin-request-policies.html */
const CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

/** Zone of all CloudFront distributions: docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html */
const CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2";

const READ_METHODS = ["GET", "HEAD", "OPTIONS"];
const ALL_METHODS = [...READ_METHODS, "PUT", "POST", "PATCH", "DELETE"];
/** Events, and what the API takes by POST. */
const WRITES: readonly string[] = ["/v1/events*", "/v1/users/*/rerank", "/v1/users/*/session"];
const NEAREST = "nearest";
const NEXT = "next";
const READS = "reads";
const YEAR_SECONDS = 31_536_000;

/** Findings about the arguments, all of them. */
export function checkGlobalEdge(args: GlobalEdgeArgs): Finding[] {
  return [
    ...wantMatch("domain", args.domain, DOMAIN, "a DNS name such as prod.example.com"),
    ...wantDistinct("regions", args.regions, "regions"),
    ...wantMatch("healthPath", args.healthPath ?? "/health", /^\/[\w/.-]*$/, "a path that starts with /"),
    ...(args.writePaths ?? []).flatMap((path, index) =>
      path.startsWith("/") ? [] : [finding(`writePaths[${index}]`, "a path that starts with /", path)],
    ),
    ...wantInteger(
      "recordTtlSeconds",
      args.recordTtlSeconds ?? RECORD_TTL_SECONDS.usual,
      "seconds",
      RECORD_TTL_SECONDS,
    ),
    ...wantInteger("rateLimit", args.rateLimit ?? RATE_LIMIT.usual, "requests", RATE_LIMIT),
  ];
}

/**
 * The edge over the regions of one residency zone: health checks and latency records that move callers away from a dead region by DNS
 * alone, and a CloudFront distribution with origin failover across regions, web ACL, TLS and security headers before
 * them. A failover makes no call to a control plane. Web ACL and certificate stand in us-east-1, as CloudFront wants.
 * @throws InputPropertiesError listing every bad argument.
 */
export class GlobalEdge extends pulumi.ComponentResource {
  readonly distributionId: pulumi.Output<string>;
  readonly distributionDomain: pulumi.Output<string>;
  /** The public name, on CloudFront. */
  readonly publicHost: string;
  /** The shared name, on Route 53 alone. */
  readonly sharedHost: string;
  readonly webAclArn: pulumi.Output<string>;
  /** Health check ids by region. */
  readonly healthCheckIds: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: GlobalEdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`GlobalEdge ${name}`, checkGlobalEdge(args));
    super("meridian:edge:GlobalEdge", name, {}, opts);

    this.publicHost = publicHost(args.domain, args.scope.zone);
    this.sharedHost = sharedHost(args.domain, args.scope.zone);
    this.healthCheckIds = this.routeByLatency(name, args);
    const webAcl = createWebAcl(
      name,
      {
        scope: args.scope,
        wafScope: "CLOUDFRONT",
        rateLimit: args.rateLimit ?? RATE_LIMIT.usual,
        part: "edge",
        log: args.webAclLog ?? true,
        logRetentionDays: args.logRetentionDays ?? 30,
      },
      this,
    );
    const certificateArn = createCertificate(
      name,
      { hosts: [this.publicHost], zoneId: args.zoneId, region: CLOUDFRONT_REGION },
      this,
    );
    const headers = this.createSecurityHeaders(name, args);
    const distribution = this.createDistribution(name, args, { webAcl, certificateArn, headers });
    this.publish(name, args, distribution);
    this.deliverLogs(name, args, distribution);

    this.distributionId = distribution.id;
    this.distributionDomain = distribution.domainName;
    this.webAclArn = webAcl.arn;
    this.registerOutputs({
      distributionId: this.distributionId,
      distributionDomain: this.distributionDomain,
      publicHost: this.publicHost,
      sharedHost: this.sharedHost,
      webAclArn: this.webAclArn,
      healthCheckIds: this.healthCheckIds,
    });
  }

  /**
   * Two names, each with an answer for every region that a caller may be near to: the region itself, and the one to try
   * after it. An answer goes with the health of the region that it leads to.
   */
  private routeByLatency(name: string, args: GlobalEdgeArgs): Record<string, pulumi.Output<string>> {
    const checks = this.checkHealth(name, args);
    const record = (
      region: string,
      { part, host, leads, entry }: { part: string; host: string; leads: string; entry: string },
    ): void => {
      new aws.route53.Record(
        `${name}-${region}${part}`,
        {
          zoneId: args.zoneId,
          name: host,
          type: "CNAME",
          ttl: args.recordTtlSeconds ?? RECORD_TTL_SECONDS.usual,
          records: [entry],
          setIdentifier: region,
          latencyRoutingPolicies: [{ region }],
          ...(checks[leads] === undefined ? {} : { healthCheckId: checks[leads] }),
        },
        { parent: this },
      );
    };
    for (const region of args.regions) {
      const { entry } = regionHosts(args.domain, region);
      record(region, { part: "", host: this.sharedHost, leads: region, entry });
      const leads = regionAfter(args.regions, region);
      const { entryNext } = regionHosts(args.domain, leads);
      record(region, { part: "-next", host: nextHost(args.domain, args.scope.zone), leads, entry: entryNext });
    }
    return checks;
  }

  private checkHealth(name: string, args: GlobalEdgeArgs): Record<string, pulumi.Output<string>> {
    const ids = args.regions.map((region): [string, pulumi.Output<string>] => {
      const hosts = regionHosts(args.domain, region);
      const check = new aws.route53.HealthCheck(
        `${name}-${region}`,
        {
          type: "HTTPS",
          fqdn: hosts.own,
          port: 443,
          enableSni: true,
          resourcePath: args.healthPath ?? "/health",
          requestInterval: HEALTH.intervalSeconds,
          failureThreshold: HEALTH.failures,
          measureLatency: true,
          tags: { Name: hosts.own },
        },
        { parent: this },
      );
      return [region, check.id];
    });
    return Object.fromEntries(ids);
  }

  private createSecurityHeaders(name: string, { scope }: GlobalEdgeArgs): aws.cloudfront.ResponseHeadersPolicy {
    return new aws.cloudfront.ResponseHeadersPolicy(
      name,
      {
        name: nameOf(scope, "edge", "webAcl"),
        comment: "Security headers of an API: no frames, no sniffing, TLS only",
        securityHeadersConfig: {
          strictTransportSecurity: {
            accessControlMaxAgeSec: YEAR_SECONDS,
            includeSubdomains: true,
            preload: true,
            override: true,
          },
          contentTypeOptions: { override: true },
          frameOptions: { frameOption: "DENY", override: true },
          referrerPolicy: { referrerPolicy: "no-referrer", override: true },
          contentSecurityPolicy: {
            contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
            override: true,
          },
        },
      },
      { parent: this },
    );
  }

  private createDistribution(
    name: string,
    args: GlobalEdgeArgs,
    { webAcl, certificateArn, headers }: Parts,
  ): aws.cloudfront.Distribution {
    const alone = args.regions.length === 1;
    const behavior = {
      viewerProtocolPolicy: "https-only",
      compress: true,
      cachedMethods: ["GET", "HEAD"],
      cachePolicyId: CACHING_DISABLED,
      originRequestPolicyId: ALL_VIEWER_EXCEPT_HOST,
      responseHeadersPolicyId: headers.id,
    };
    return new aws.cloudfront.Distribution(
      name,
      {
        comment: nameOf(args.scope, "edge", "webAcl"),
        enabled: true,
        httpVersion: "http2and3",
        priceClass: args.priceClass ?? "PriceClass_All",
        aliases: [this.publicHost],
        webAclId: webAcl.arn,
        origins: [
          origin(NEAREST, this.sharedHost),
          ...(alone ? [] : [origin(NEXT, nextHost(args.domain, args.scope.zone))]),
        ],
        ...(alone
          ? {}
          : {
              originGroups: [
                {
                  originId: READS,
                  failoverCriteria: { statusCodes: [500, 502, 503, 504] },
                  members: [{ originId: NEAREST }, { originId: NEXT }],
                },
              ],
            }),
        defaultCacheBehavior: {
          ...behavior,
          // Only these methods fail over: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
          allowedMethods: READ_METHODS,
          targetOriginId: alone ? NEAREST : READS,
        },
        orderedCacheBehaviors: (args.writePaths ?? WRITES).map((pathPattern) => ({
          ...behavior,
          pathPattern,
          allowedMethods: ALL_METHODS,
          targetOriginId: NEAREST,
        })),
        restrictions: { geoRestriction: { restrictionType: "none" } },
        viewerCertificate: {
          acmCertificateArn: certificateArn,
          sslSupportMethod: "sni-only",
          minimumProtocolVersion: "TLSv1.2_2021",
        },
      },
      { parent: this },
    );
  }

  private publish(name: string, args: GlobalEdgeArgs, distribution: aws.cloudfront.Distribution): void {
    for (const type of ["A", "AAAA"]) {
      new aws.route53.Record(
        `${name}-public-${type.toLowerCase()}`,
        {
          zoneId: args.zoneId,
          name: this.publicHost,
          type,
          aliases: [{ name: distribution.domainName, zoneId: CLOUDFRONT_ZONE, evaluateTargetHealth: false }],
        },
        { parent: this },
      );
    }
  }

  /** Access logs by CloudWatch's log delivery, which needs no ACL on the bucket. */
  private deliverLogs(name: string, args: GlobalEdgeArgs, distribution: aws.cloudfront.Distribution): void {
    const region = CLOUDFRONT_REGION;
    const source = new aws.cloudwatch.LogDeliverySource(
      name,
      {
        region,
        name: nameOf(args.scope, "edge", "webAcl"),
        logType: "ACCESS_LOGS",
        resourceArn: distribution.arn,
      },
      { parent: this },
    );
    const destination = new aws.cloudwatch.LogDeliveryDestination(
      name,
      {
        region,
        name: nameOf(args.scope, "edge", "webAcl"),
        outputFormat: "parquet",
        deliveryDestinationConfiguration: {
          destinationResourceArn: pulumi.interpolate`${args.logBucketArn}/cloudfront`,
        },
      },
      { parent: this },
    );
    new aws.cloudwatch.LogDelivery(
      name,
      { region, deliverySourceName: source.name, deliveryDestinationArn: destination.arn },
      { parent: this },
    );
  }
}

/** The region to try after another one: the primary, and the second for the primary itself; a region more moves no other. */
function regionAfter([primary = "", second = primary]: readonly string[], region: string): string {
  return region === primary ? second : primary;
}

function origin(originId: string, domainName: string): aws.types.input.cloudfront.DistributionOrigin {
  return {
    originId,
    domainName,
    // Two tries of three seconds: a dead region costs a reader six seconds once, until Route 53 has moved.
    connectionAttempts: 2,
    connectionTimeout: 3,
    customOriginConfig: {
      httpPort: 80,
      httpsPort: 443,
      originProtocolPolicy: "https-only",
      originSslProtocols: ["TLSv1.2"],
      originReadTimeout: 10,
      originKeepaliveTimeout: 30,
    },
  };
}

interface Parts {
  readonly webAcl: aws.wafv2.WebAcl;
  readonly certificateArn: pulumi.Output<string>;
  readonly headers: aws.cloudfront.ResponseHeadersPolicy;
}
