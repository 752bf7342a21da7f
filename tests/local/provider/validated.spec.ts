import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { asText, isProps, UNKNOWN_SENTINEL, type Props } from "../../../local/provider/values";
import { create, NOWHERE, provider, urnOf } from "./aws";

const VPC = "aws:ec2/vpc:Vpc";

describe("a validated resource, whose state is simulated,", () => {
  it("has the id and outputs that its URN and inputs give, whoever makes it", async () => {
    const one = await create(provider({ endpoint: NOWHERE }), VPC, "v", { cidrBlock: "10.0.0.0/16" });
    const other = await create(provider({ endpoint: NOWHERE }), VPC, "v", { cidrBlock: "10.0.0.0/16" });
    assert.match(one.id, /^vpc-[0-9a-f]{17}$/);
    assert.deepEqual(one, other);
    assert.equal(one.outputs["arn"], `arn:aws:ec2:eu-west-1:000000000000:vpc/${one.id}`);
  });

  it("gets another id when it is replaced", async () => {
    const one = await create(provider({ endpoint: NOWHERE }), VPC, "v", { cidrBlock: "10.0.0.0/16" });
    const other = await create(provider({ endpoint: NOWHERE }), VPC, "v", { cidrBlock: "10.1.0.0/16" });
    assert.notEqual(one.id, other.id);
  });

  it("is called simulated in the log, without its values", async () => {
    const lines: string[] = [];
    await create(provider({ endpoint: NOWHERE, lines }), "aws:redshift/cluster:Cluster", "w", {
      clusterIdentifier: "w",
      nodeType: "ra3.large",
      masterPassword: "Not-Logged-1",
    });
    assert.deepEqual(lines, [`create validated (state simulated) ${urnOf("aws:redshift/cluster:Cluster", "w")}`]);
  });

  it("has what AWS adds to a block of the program's: unknown in a preview, and kept by an update", async () => {
    const one = provider({ endpoint: NOWHERE });
    const type = "aws:apigatewayv2/domainName:DomainName";
    const blockOf = (securityPolicy: string): Props => ({
      domainName: "api.example.com",
      domainNameConfiguration: {
        certificateArn: "arn:aws:acm:eu-west-1:000000000000:certificate/c",
        endpointType: "REGIONAL",
        securityPolicy,
      },
    });
    const urn = urnOf(type, "d");
    const target = (outputs: Props): string => {
      const block = outputs["domainNameConfiguration"];
      return asText(isProps(block) ? block["targetDomainName"] : undefined) ?? "";
    };
    const planned = await one.create({ urn, inputs: blockOf("TLS_1_2"), preview: true });
    assert.equal(target(planned.outputs), UNKNOWN_SENTINEL);
    const { id, outputs } = await create(one, type, "d", blockOf("TLS_1_2"));
    assert.match(target(outputs), /^d-[0-9a-f]{10}\.execute-api\.eu-west-1\.amazonaws\.com$/);
    const request = { urn, id, inputs: blockOf("TLS_1_0"), oldInputs: blockOf("TLS_1_2"), oldOutputs: outputs };
    assert.equal(target(await one.update({ ...request, preview: false })), target(outputs));
    assert.equal(target(await one.update({ ...request, preview: true })), target(outputs));
  });

  it("keeps what AWS computed once when it is updated, and counts versions on", async () => {
    const one = provider({ endpoint: NOWHERE });
    const type = "aws:ec2/launchTemplate:LaunchTemplate";
    const made = await create(one, type, "t", { instanceType: "r7g.large" });
    assert.equal(made.outputs["latestVersion"], 1);
    const request = {
      urn: urnOf(type, "t"),
      id: made.id,
      oldInputs: made.inputs,
      oldOutputs: made.outputs,
      preview: false,
    };
    const outputs = await one.update({ ...request, inputs: { ...made.inputs, instanceType: "r7g.xlarge" } });
    assert.equal(outputs["arn"], made.outputs["arn"]);
    assert.equal(outputs["latestVersion"], 2);
  });

  it("stands in the region that the resource names, else in the provider's", async () => {
    const one = provider({ endpoint: NOWHERE });
    const made = await create(one, "aws:sagemaker/model:Model", "m", {
      executionRoleArn: "arn:aws-cn:iam::000000000000:role/r",
      name: "m",
      region: "us-east-1",
    });
    assert.equal(asText(made.outputs["arn"]), "arn:aws:sagemaker:us-east-1:000000000000:model/m");
  });
});
