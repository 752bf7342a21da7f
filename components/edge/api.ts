import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { API_ROUTES, CALLER_HEADER } from "../../contracts/links/routes";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger, wantMatch } from "../kit/want";
import { createClosedGroup, letIn } from "../parts/security-group";
import { createCertificate } from "./certificate";
import { apiHost, DOMAIN } from "./hosts";

/** Arguments of {@link ApiEdge}. */
export interface ApiEdgeArgs {
  readonly scope: Scope;
  /** Domain of the environment, e.g. `prod.example.com`. */
  readonly domain: string;
  readonly zoneId: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, one for each zone. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** The region's HTTP API, which has the names and certificates of the edge. */
  readonly gateway: {
    readonly apiId: pulumi.Input<string>;
    /** Knows signed-in visitors. @default callers sign with an AWS key */
    readonly authorizerId?: pulumi.Input<string>;
  };
  /** The nodes that run the API's pods. */
  readonly nodes: {
    readonly autoScalingGroup: pulumi.Input<string>;
    readonly securityGroupId: pulumi.Input<string>;
    /** Port on which every node passes requests to a pod. */
    readonly port: number;
  };
}

/** Node ports of Kubernetes: kubernetes.io/docs/concepts/services-networking/service/#type-nodeport */
const NODE_PORT = { min: 30_000, max: 32_767 } as const;

const HTTPS = 443;

/** Longer than the API's own deadline, shorter than CloudFront waits for an origin. */
const TIMEOUT_MS = 5_000;

/** A node that stops passing requests on gets none after two checks. */
const HEALTH = { path: "/livez", intervalSeconds: 5, timeoutSeconds: 3, checks: 2 } as const;

/** TLS 1.2 and 1.3: docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/** What a health check asks of the region: its names, the gateway, the way to the pods, and a pod. */
const HEALTH_ROUTE = "GET /health";

/** Findings in the arguments, all of them. */
export function checkApiEdge({ domain, nodes }: ApiEdgeArgs): Finding[] {
  return [
    ...wantMatch("domain", domain, DOMAIN, "a DNS name such as prod.example.com"),
    ...wantInteger("nodes.port", nodes.port, "port", NODE_PORT),
  ];
}

/**
 * The recommendation API at the edge of its region: an internal load balancer with TLS before the cluster's nodes, and
 * routes of the region's HTTP API that lead to it by a VPC link. So the API has the names, certificates, failover and
 * web ACL that the collector has, and nothing in the VPC has a public address.
 *
 * @throws InputPropertiesError listing every bad argument.
 */
export class ApiEdge extends pulumi.ComponentResource {
  /** Name on the load balancer's certificate. It is in no zone: the VPC link goes by the listener. */
  readonly host: string;
  readonly loadBalancerArn: pulumi.Output<string>;

  constructor(name: string, args: ApiEdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`ApiEdge ${name}`, checkApiEdge(args));
    super("meridian:edge:ApiEdge", name, {}, opts);
    this.host = apiHost(args.domain, args.scope.region);
    const groups = this.createGroups(name, args);
    const balancer = this.createBalancer(name, args, groups);
    const listener = this.createListener(name, args, balancer);
    this.createRoutes(name, args, { listener, link: this.createLink(name, args, groups) });
    this.loadBalancerArn = balancer.arn;
    this.registerOutputs({ host: this.host, loadBalancerArn: this.loadBalancerArn });
  }

  /** From the VPC link to the load balancer, from there to the nodes' port, and nowhere else. */
  private createGroups(name: string, { scope, vpcId, nodes }: ApiEdgeArgs): Groups {
    const group = (part: string, description: string): aws.ec2.SecurityGroup =>
      createClosedGroup(
        `${name}-${part}`,
        // The nodes' group names the load balancer's.
        { scope, part: `api-${part}`, description, vpcId, revokeRulesOnDelete: true },
        this,
      );
    const link = group("link", "The way of the gateway to the load balancer of the API");
    const balancer = group("balancer", "Load balancer of the API: the gateway comes in, nodes are reached");
    const out = (from: aws.ec2.SecurityGroup, to: pulumi.Input<string>, port: number, description: string) =>
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-${description.replaceAll(" ", "-")}`,
        {
          securityGroupId: from.id,
          referencedSecurityGroupId: to,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          description,
        },
        { parent: this },
      );
    out(link, balancer.id, HTTPS, "link to balancer");
    letIn(`${name}-from-link`, { securityGroupId: balancer.id, port: HTTPS }, link.id, "from the gateway", this);
    out(balancer, nodes.securityGroupId, nodes.port, "balancer to nodes");
    letIn(
      `${name}-from-balancer`,
      { securityGroupId: nodes.securityGroupId, port: nodes.port },
      balancer.id,
      "from the load balancer of the API",
      this,
    );
    return { link, balancer };
  }

  private createBalancer(name: string, { scope, subnetIds }: ApiEdgeArgs, groups: Groups): aws.lb.LoadBalancer {
    return new aws.lb.LoadBalancer(
      name,
      {
        name: nameOf(scope, "api", "loadBalancer"),
        loadBalancerType: "application",
        internal: true,
        subnets: subnetIds,
        securityGroups: [groups.balancer.id],
        dropInvalidHeaderFields: true,
        enableDeletionProtection: scope.data === "retained",
      },
      { parent: this },
    );
  }

  /** HTTPS with the region's own certificate, to a port of every node. */
  private createListener(name: string, args: ApiEdgeArgs, balancer: aws.lb.LoadBalancer): aws.lb.Listener {
    const { scope, vpcId, nodes, zoneId } = args;
    const targets = new aws.lb.TargetGroup(
      name,
      {
        name: nameOf(scope, "api", "loadBalancer"),
        vpcId,
        port: nodes.port,
        protocol: "HTTP",
        targetType: "instance",
        deregistrationDelay: 30,
        healthCheck: {
          path: HEALTH.path,
          protocol: "HTTP",
          matcher: "200",
          interval: HEALTH.intervalSeconds,
          timeout: HEALTH.timeoutSeconds,
          healthyThreshold: HEALTH.checks,
          unhealthyThreshold: HEALTH.checks,
        },
      },
      { parent: this },
    );
    new aws.autoscaling.Attachment(
      name,
      { autoscalingGroupName: nodes.autoScalingGroup, lbTargetGroupArn: targets.arn },
      { parent: this },
    );
    return new aws.lb.Listener(
      name,
      {
        loadBalancerArn: balancer.arn,
        port: HTTPS,
        protocol: "HTTPS",
        sslPolicy: TLS_POLICY,
        certificateArn: createCertificate(name, { hosts: [this.host], zoneId, region: scope.region }, this),
        defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
      },
      { parent: this },
    );
  }

  private createLink(name: string, { scope, subnetIds }: ApiEdgeArgs, { link }: Groups): aws.apigatewayv2.VpcLink {
    return new aws.apigatewayv2.VpcLink(
      name,
      { name: nameOf(scope, "api", "api"), subnetIds, securityGroupIds: [link.id] },
      { parent: this },
    );
  }

  /** Each route of the API that visitors ask for, for signed-in ones; and one for health checks, for everybody. */
  private createRoutes(name: string, { gateway }: ApiEdgeArgs, { listener, link }: Way): void {
    const integration = new aws.apigatewayv2.Integration(
      name,
      {
        apiId: gateway.apiId,
        integrationType: "HTTP_PROXY",
        integrationMethod: "ANY",
        connectionType: "VPC_LINK",
        connectionId: link.id,
        integrationUri: listener.arn,
        payloadFormatVersion: "1.0",
        timeoutMilliseconds: TIMEOUT_MS,
        requestParameters:
          gateway.authorizerId === undefined
            ? { [`overwrite:header.${CALLER_HEADER}`]: "$context.identity.userArn" }
            : { [`remove:header.${CALLER_HEADER}`]: "''" },
        tlsConfig: { serverNameToVerify: this.host },
      },
      { parent: this },
    );
    const target = pulumi.interpolate`integrations/${integration.id}`;
    const signedIn =
      gateway.authorizerId === undefined
        ? { authorizationType: "AWS_IAM" }
        : { authorizationType: "JWT", authorizerId: gateway.authorizerId };
    for (const { method, path, caller } of API_ROUTES) {
      if (caller !== "visitor") continue;
      const routeKey = `${method} ${path}`;
      new aws.apigatewayv2.Route(
        `${name}-${path.split("/").at(-1) ?? ""}`,
        { apiId: gateway.apiId, routeKey, target, ...signedIn },
        { parent: this },
      );
    }
    new aws.apigatewayv2.Route(
      `${name}-health`,
      { apiId: gateway.apiId, routeKey: HEALTH_ROUTE, target, authorizationType: "NONE" },
      { parent: this },
    );
  }
}

interface Groups {
  readonly link: aws.ec2.SecurityGroup;
  readonly balancer: aws.ec2.SecurityGroup;
}

interface Way {
  readonly listener: aws.lb.Listener;
  readonly link: aws.apigatewayv2.VpcLink;
}
