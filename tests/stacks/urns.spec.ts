import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { buildFleetGraph } from "../../fleet/graph";
import { varied } from "../fleet/planned";

/** URNs of every stack as the programs of commit 3aa54ec register them, by environment. */
const BEFORE = JSON.parse(
  gunzipSync(readFileSync(join(__dirname, "..", "fixtures", "upgrade", "urns-3aa54ec.json.gz"))).toString(),
) as Readonly<Record<string, readonly string[]>>;

/** Resources that later versions add, by type and name. A new resource changes nothing that stands. */
const ADDED: readonly string[] = [
  "aws:acm/certificate:Certificate api-edge",
  "aws:acm/certificateValidation:CertificateValidation api-edge",
  "aws:apigatewayv2/integration:Integration api-edge",
  "aws:apigatewayv2/route:Route api-edge-health",
  "aws:apigatewayv2/route:Route api-edge-popular",
  "aws:apigatewayv2/route:Route api-edge-recommendations",
  "aws:apigatewayv2/route:Route api-edge-rerank",
  "aws:apigatewayv2/route:Route api-edge-session",
  "aws:apigatewayv2/route:Route api-edge-similar",
  "aws:apigatewayv2/vpcLink:VpcLink api-edge",
  "aws:autoscaling/attachment:Attachment api-edge",
  "aws:ec2/securityGroup:SecurityGroup api-edge-balancer",
  "aws:ec2/securityGroup:SecurityGroup api-edge-link",
  "aws:ec2/vpcEndpoint:VpcEndpoint network-glue",
  "aws:lb/listener:Listener api-edge",
  "aws:lb/loadBalancer:LoadBalancer api-edge",
  "aws:lb/targetGroup:TargetGroup api-edge",
  "aws:route53/record:Record api-edge-api.<region>.<domain>",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule api-edge-balancer-to-nodes",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule api-edge-link-to-balancer",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule etl-primary-out-to-service",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule api-edge-from-balancer",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule api-edge-from-link",
  "meridian:edge:ApiEdge api-edge",
];

/** Resources that later versions give up: each is one that holds no data. */
const REMOVED: readonly string[] = [];

/** Records are named by their hosts: those of a region's load balancer are alike in all. */
const shortOf = (urn: string): string => {
  const [, , type = "", name = ""] = urn.split("::");
  return `${type.split("$").at(-1) ?? ""} ${name.replace(/^api-edge-api\..+$/, "api-edge-api.<region>.<domain>")}`;
};
const kindsOf = (urns: readonly string[]): readonly string[] => [...new Set(urns.map(shortOf))].sort();

describe("the names of a fleet's resources", function () {
  it("are those of commit 3aa54ec: type, name and parent, so that no resource is replaced", async () => {
    const added: string[] = [];
    const removed: string[] = [];
    for (const [environment, before] of Object.entries(BEFORE)) {
      const graph = await buildFleetGraph(varied(environment));
      const urns = new Set(graph.nodes.map(({ urn }) => urn));
      const known = new Set(before);
      assert.ok(known.size > 500, environment);
      added.push(...[...urns].filter((urn) => !known.has(urn)));
      removed.push(...before.filter((urn) => !urns.has(urn)));
    }
    assert.deepEqual(kindsOf(removed), REMOVED);
    assert.deepEqual(kindsOf(added), ADDED);
  });
});
