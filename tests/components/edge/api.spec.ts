import assert from "node:assert/strict";
import { ApiEdge } from "../../../components/edge/api";
import type { ApiEdgeArgs } from "../../../components/edge/api";
import { DISPOSABLE, SCOPE } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { CERTIFICATES } from "./args";

const ARGS: ApiEdgeArgs = {
  scope: SCOPE,
  domain: "test.example.com",
  zoneId: "Z1",
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  gateway: { apiId: "api1", authorizerId: "auth1" },
  nodes: { autoScalingGroup: "eks-nodes", securityGroupId: "sg-nodes", port: 30_080 },
};

const make = (args: Partial<ApiEdgeArgs> = {}) =>
  record(({ opts }) => new ApiEdge("api-edge", { ...ARGS, ...args }, opts), { outputs: CERTIFICATES });

const ROUTE = "aws:apigatewayv2/route:Route";

describe("ApiEdge", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:acm/certificate:Certificate api-edge < api-edge",
      "aws:acm/certificateValidation:CertificateValidation api-edge < api-edge",
      "aws:apigatewayv2/integration:Integration api-edge < api-edge",
      "aws:apigatewayv2/route:Route api-edge-health < api-edge",
      "aws:apigatewayv2/route:Route api-edge-popular < api-edge",
      "aws:apigatewayv2/route:Route api-edge-recommendations < api-edge",
      "aws:apigatewayv2/route:Route api-edge-rerank < api-edge",
      "aws:apigatewayv2/route:Route api-edge-session < api-edge",
      "aws:apigatewayv2/route:Route api-edge-similar < api-edge",
      "aws:apigatewayv2/vpcLink:VpcLink api-edge < api-edge",
      "aws:autoscaling/attachment:Attachment api-edge < api-edge",
      "aws:ec2/securityGroup:SecurityGroup api-edge-balancer < api-edge",
      "aws:ec2/securityGroup:SecurityGroup api-edge-link < api-edge",
      "aws:lb/listener:Listener api-edge < api-edge",
      "aws:lb/loadBalancer:LoadBalancer api-edge < api-edge",
      "aws:lb/targetGroup:TargetGroup api-edge < api-edge",
      "aws:route53/record:Record api-edge-api.us-east-1.test.example.com < api-edge",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule api-edge-balancer-to-nodes < api-edge",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule api-edge-link-to-balancer < api-edge",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule api-edge-from-balancer < api-edge",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule api-edge-from-link < api-edge",
      "meridian:edge:ApiEdge api-edge < (stack)",
    ]);
  });

  it("is internal, speaks TLS, and gives requests to a port of the nodes alone", async () => {
    const recording = await make();
    const balancer = recording.only("aws:lb/loadBalancer:LoadBalancer").inputs;
    assert.deepEqual([balancer["internal"], balancer["enableDeletionProtection"]], [true, true]);
    const listener = recording.only("aws:lb/listener:Listener").inputs;
    assert.deepEqual([listener["port"], listener["protocol"]], [443, "HTTPS"]);
    const group = recording.only("aws:lb/targetGroup:TargetGroup").inputs;
    assert.equal(group["port"], 30_080);
    assert.equal((group["healthCheck"] as { path: string }).path, "/livez");
    const attached = recording.only("aws:autoscaling/attachment:Attachment").inputs;
    assert.equal(attached["autoscalingGroupName"], "eks-nodes");
    const [out] = recording
      .all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
      .filter(({ name }) => name === "api-edge-balancer-to-nodes");
    assert.deepEqual([out?.inputs["fromPort"], out?.inputs["referencedSecurityGroupId"]], [30_080, "sg-nodes"]);
  });

  it("verifies the load balancer's name, which its certificate has", async () => {
    const recording = await make();
    const { tlsConfig, connectionType } = recording.only("aws:apigatewayv2/integration:Integration").inputs;
    assert.equal(connectionType, "VPC_LINK");
    assert.deepEqual(tlsConfig, { serverNameToVerify: "api.us-east-1.test.example.com" });
    assert.equal(
      recording.only("aws:acm/certificate:Certificate").inputs["domainName"],
      "api.us-east-1.test.example.com",
    );
  });

  it("lets signed-in visitors ask for lists, and everybody whether the region is healthy", async () => {
    const callers = (routes: readonly { readonly inputs: Record<string, unknown> }[]) =>
      Object.fromEntries(
        routes.map(({ inputs: { routeKey, authorizationType } }) => [String(routeKey), authorizationType]),
      );
    assert.deepEqual(callers((await make()).all(ROUTE)), {
      "GET /v1/users/{id}/recommendations": "JWT",
      "POST /v1/users/{id}/rerank": "JWT",
      "POST /v1/users/{id}/session": "JWT",
      "GET /v1/items/{id}/similar": "JWT",
      "GET /v1/popular": "JWT",
      "GET /health": "NONE",
    });
    const signed = callers((await make({ gateway: { apiId: "api1" } })).all(ROUTE));
    assert.equal(signed["GET /v1/popular"], "AWS_IAM");
  });

  it("lets nobody say who calls but the gateway", async () => {
    const parameters = async (args: Partial<ApiEdgeArgs> = {}): Promise<unknown> =>
      (await make(args)).only("aws:apigatewayv2/integration:Integration").inputs["requestParameters"];
    assert.deepEqual(await parameters(), { "remove:header.x-meridian-caller": "''" });
    assert.deepEqual(await parameters({ gateway: { apiId: "api1" } }), {
      "overwrite:header.x-meridian-caller": "$context.identity.userArn",
    });
  });

  it("may go where data may", async () => {
    const balancer = (await make({ scope: DISPOSABLE })).only("aws:lb/loadBalancer:LoadBalancer");
    assert.equal(balancer.inputs["enableDeletionProtection"], false);
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) => new ApiEdge("api-edge", { ...ARGS, domain: "nodots", nodes: { ...ARGS.nodes, port: 80 } }, opts),
      ["domain", "nodes.port"],
    );
  });
});
