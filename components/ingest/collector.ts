import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { trustPlain } from "../kit/iam";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantDistinct, wantInteger, wantMatch } from "../kit/want";
import { checkLogKey, createLogGroup } from "../parts/log-group";
import type { KeyRef } from "../parts/refs/key";
import type { StreamRef } from "../parts/refs/stream";
import { createRole, type MadeRole } from "../parts/role";
import { CollectorFunction, type CollectorFunctionOptions } from "./collector-function";
import { planCollectorConcurrency, type Throttle } from "./plan";
import { CALL } from "../../contracts/settings/collector-call";

/** Who may send events. */
export type CollectorAuthorizer =
  | {
      /** Callers of this account that sign their requests: services, not browsers. */
      readonly kind: "iam";
    }
  | {
      readonly kind: "jwt";
      /** OIDC issuer, e.g. `https://cognito-idp.eu-west-1.amazonaws.com/<pool>`; its keys are read by its URL. */
      readonly issuer: string;
      readonly audiences: readonly string[];
      /** Scopes of which a token must carry one. @default any */
      readonly scopes?: readonly string[];
    };

/** What is between the API and the stream. */
export type CollectorIntegration =
  | {
      /** Nothing of ours: one event a request, put on the stream as it came and checked by the transform. */
      readonly kind: "kinesis";
    }
  | ({
      /**
       * A function: batches and gzip, each event checked and answered for before it is on the stream. A request has
       * 6 MB at most, 4.5 MB where it is compressed: Lambda is given that in base64
       * (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
       */
      readonly kind: "lambda";
    } & CollectorFunctionOptions);

export interface CollectorArgs {
  readonly scope: Scope;
  readonly stream: StreamRef;
  readonly authorizer: CollectorAuthorizer;
  /** @default `kinesis` */
  readonly integration?: CollectorIntegration;
  /** See planThrottle(). */
  readonly throttle: Throttle;
  /** Web origins that may send from a browser. @default none */
  readonly allowedOrigins?: readonly string[];
  /** Key of the logs. */
  readonly key: KeyRef;
}

/** The order of a user's events is that of the requests. */
export const COLLECTOR_ROUTE = "POST /v1/events";

/** What a browser's script may send to the function, beside what both integrations take. */
const BATCH_HEADERS = ["content-encoding", "idempotency-key"] as const;

/** What is logged of a request. Neither address nor body: both are personal data. */
const ACCESS_LOG = {
  requestId: "$context.requestId",
  routeKey: "$context.routeKey",
  status: "$context.status",
  responseLatencyMs: "$context.responseLatency",
  integrationStatus: "$context.integrationStatus",
  integrationError: "$context.integrationErrorMessage",
  authorizerError: "$context.authorizer.error",
  requestedAt: "$context.requestTime",
} as const;

/** Findings about the arguments, by path. */
export function checkCollector({ authorizer, throttle, key, allowedOrigins = [] }: CollectorArgs): Finding[] {
  const findings = [
    ...checkLogKey("key", key),
    ...wantInteger("throttle.rate", throttle.rate, "requests per second", { min: 1 }),
    ...wantInteger("throttle.burst", throttle.burst, "requests", { min: 1 }),
    ...wantDistinct("allowedOrigins", allowedOrigins, "origins", 0),
    ...allowedOrigins.flatMap((origin, index) =>
      wantMatch(`allowedOrigins[${index}]`, origin, /^https:\/\/[^/*]+$/, "an https origin without a path or wildcard"),
    ),
  ];
  if (throttle.burst < throttle.rate) {
    findings.push(finding("throttle.burst", `at least the rate (${throttle.rate})`, throttle.burst));
  }
  if (authorizer.kind === "jwt") {
    findings.push(
      ...wantMatch("authorizer.issuer", authorizer.issuer, /^https:\/\/[^\s]+$/, "an https URL"),
      ...wantDistinct("authorizer.audiences", authorizer.audiences, "audiences"),
    );
  }
  return findings;
}

/**
 * The way in: an HTTP API whose one route puts the request's events on the event stream, keyed by user: by itself, or
 * through a function that checks them. The web application firewall is before it at the edge.
 */
export class Collector extends pulumi.ComponentResource {
  /** `https://<id>.execute-api.<region>.amazonaws.com`, without a path. Closed on AWS: callers go by the edge's names. */
  readonly url: pulumi.Output<string>;
  readonly apiId: pulumi.Output<string>;
  readonly stageName: pulumi.Output<string>;
  /** Of the signed-in visitors' tokens; absent where callers sign with an AWS key. */
  readonly authorizerId: pulumi.Output<string> | undefined;
  /** Absent where the API puts events on the stream by itself. */
  readonly functionName: pulumi.Output<string> | undefined;

  constructor(name: string, args: CollectorArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`collector "${name}"`, checkCollector(args));
    super("meridian:ingest:Collector", name, {}, opts);
    const api = this.createApi(name, args);
    const fn = this.createFunction(name, args);
    const integration =
      fn === undefined
        ? this.createStreamIntegration(name, args, api, this.createRole(name, args))
        : this.createFunctionIntegration(name, api, fn);
    const authorizer = this.createAuthorizer(name, args, api);
    const route = this.createRoute(name, args, api, integration, authorizer);
    const stage = this.createStage(name, args, api, route);
    this.url = api.apiEndpoint;
    this.apiId = api.id;
    this.authorizerId = authorizer?.id;
    this.stageName = stage.name;
    this.functionName = fn?.functionName;
    this.registerOutputs({
      url: this.url,
      apiId: this.apiId,
      stageName: this.stageName,
      ...(fn === undefined ? {} : { functionName: fn.functionName }),
    });
  }

  private createApi(name: string, { scope, integration, allowedOrigins = [] }: CollectorArgs): aws.apigatewayv2.Api {
    const takesBatches = integration?.kind === "lambda";
    return new aws.apigatewayv2.Api(
      name,
      {
        name: nameOf(scope, "collector", "api"),
        protocolType: "HTTP",
        description: "Takes clickstream events",
        // The web ACL is before CloudFront, which goes by the custom domain names.
        disableExecuteApiEndpoint: true,
        ...(allowedOrigins.length === 0
          ? {}
          : {
              corsConfiguration: {
                allowOrigins: [...allowedOrigins],
                // The recommendation API's routes are beside the collector's.
                allowMethods: ["GET", "POST"],
                allowHeaders: ["authorization", "content-type", ...(takesBatches ? BATCH_HEADERS : [])],
                ...(takesBatches ? { exposeHeaders: ["retry-after"] } : {}),
                maxAge: 3600,
              },
            }),
      },
      { parent: this },
    );
  }

  private createRole(name: string, { scope, stream }: CollectorArgs): MadeRole {
    return createRole(
      name,
      {
        scope,
        part: "collector",
        trust: trustPlain("apigateway.amazonaws.com"),
        grants: [stream.allowPutOne()],
      },
      this,
    );
  }

  private createFunction(name: string, args: CollectorArgs): CollectorFunction | undefined {
    const { scope, stream, integration, throttle, allowedOrigins, key } = args;
    if (integration?.kind !== "lambda") return undefined;
    return new CollectorFunction(
      `${name}-function`,
      {
        ...integration,
        scope,
        stream,
        reservedConcurrency: planCollectorConcurrency(throttle),
        key,
        ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
      },
      { parent: this },
    );
  }

  private createFunctionIntegration(
    name: string,
    api: aws.apigatewayv2.Api,
    fn: CollectorFunction,
  ): aws.apigatewayv2.Integration {
    const permission = new aws.lambda.Permission(
      name,
      {
        function: fn.functionName,
        action: "lambda:InvokeFunction",
        principal: "apigateway.amazonaws.com",
        // <stage>/<method><path> of the one route, of this API alone.
        sourceArn: pulumi.interpolate`${api.executionArn}/*/${COLLECTOR_ROUTE.replace(" ", "")}`,
      },
      { parent: this },
    );
    return new aws.apigatewayv2.Integration(
      name,
      {
        apiId: api.id,
        integrationType: "AWS_PROXY",
        integrationMethod: "POST",
        integrationUri: fn.invokeArn,
        payloadFormatVersion: "2.0",
        timeoutMilliseconds: CALL.integrationMs,
      },
      // Else the first events would meet a function that the API may not call yet.
      { parent: this, dependsOn: [permission] },
    );
  }

  private createStreamIntegration(
    name: string,
    { scope, stream }: CollectorArgs,
    api: aws.apigatewayv2.Api,
    { role, policy }: MadeRole,
  ): aws.apigatewayv2.Integration {
    return new aws.apigatewayv2.Integration(
      name,
      {
        apiId: api.id,
        integrationType: "AWS_PROXY",
        integrationSubtype: "Kinesis-PutRecord",
        payloadFormatVersion: "1.0",
        credentialsArn: role.arn,
        // Shorter than the 30 s that the API allows: a client does better to try again.
        timeoutMilliseconds: 5000,
        requestParameters: {
          StreamName: stream.name,
          Data: "$request.body",
          PartitionKey: "$request.body.userId",
          Region: scope.region,
        },
      },
      // Else the first events would meet a role that may not write yet.
      { parent: this, dependsOn: [policy] },
    );
  }

  private createAuthorizer(
    name: string,
    { scope, authorizer }: CollectorArgs,
    api: aws.apigatewayv2.Api,
  ): aws.apigatewayv2.Authorizer | undefined {
    if (authorizer.kind === "iam") return undefined;
    return new aws.apigatewayv2.Authorizer(
      name,
      {
        apiId: api.id,
        name: nameOf(scope, "collector", "api"),
        authorizerType: "JWT",
        identitySources: ["$request.header.Authorization"],
        jwtConfiguration: { issuer: authorizer.issuer, audiences: [...authorizer.audiences] },
      },
      { parent: this },
    );
  }

  private createRoute(
    name: string,
    args: CollectorArgs,
    api: aws.apigatewayv2.Api,
    integration: aws.apigatewayv2.Integration,
    authorizer: aws.apigatewayv2.Authorizer | undefined,
  ): aws.apigatewayv2.Route {
    const scopes = args.authorizer.kind === "jwt" ? args.authorizer.scopes : undefined;
    return new aws.apigatewayv2.Route(
      name,
      {
        apiId: api.id,
        routeKey: COLLECTOR_ROUTE,
        target: pulumi.interpolate`integrations/${integration.id}`,
        ...(authorizer === undefined
          ? { authorizationType: "AWS_IAM" }
          : {
              authorizationType: "JWT",
              authorizerId: authorizer.id,
              ...(scopes === undefined ? {} : { authorizationScopes: [...scopes] }),
            }),
      },
      { parent: this },
    );
  }

  private createStage(
    name: string,
    { scope, throttle, key }: CollectorArgs,
    api: aws.apigatewayv2.Api,
    route: aws.apigatewayv2.Route,
  ): aws.apigatewayv2.Stage {
    const { group } = createLogGroup(name, { scope, name: nameOf(scope, "ingest/collector", "logGroup"), key }, this);
    return new aws.apigatewayv2.Stage(
      name,
      {
        apiId: api.id,
        name: "$default",
        autoDeploy: true,
        defaultRouteSettings: {
          throttlingRateLimit: throttle.rate,
          throttlingBurstLimit: throttle.burst,
          detailedMetricsEnabled: true,
        },
        accessLogSettings: { destinationArn: group.arn, format: JSON.stringify(ACCESS_LOG) },
      },
      { parent: this, dependsOn: [route] },
    );
  }
}
