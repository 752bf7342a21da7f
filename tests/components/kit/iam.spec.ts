import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { policyOf, trustPlain, trustService } from "../../../components/kit/iam";
import { SCOPE, statements } from "../../kit/builders";
import { record } from "../../kit/recorder";

interface Trust {
  readonly Statement: readonly {
    readonly Principal: unknown;
    readonly Action: unknown;
    readonly Condition?: unknown;
  }[];
}

async function resolved(output: pulumi.Output<string>): Promise<string> {
  let text = "";
  await record(() => void output.apply((value) => (text = value)));
  return text;
}

describe("a trust policy", () => {
  it("trusts a service for this account only", () => {
    const { Statement } = JSON.parse(trustService(SCOPE, "firehose.amazonaws.com")) as Trust;
    assert.deepEqual(Statement, [
      {
        Effect: "Allow",
        Principal: { Service: "firehose.amazonaws.com" },
        Action: ["sts:AssumeRole"],
        Condition: { StringEquals: { "aws:SourceAccount": SCOPE.account } },
      },
    ]);
  });

  it("trusts machines and pods, which send no account, and lets pods tag their sessions", () => {
    for (const [service, actions] of [
      ["ec2.amazonaws.com", ["sts:AssumeRole"]],
      ["eks.amazonaws.com", ["sts:AssumeRole"]],
      ["pods.eks.amazonaws.com", ["sts:AssumeRole", "sts:TagSession"]],
    ] as const) {
      const [statement] = (JSON.parse(trustPlain(service)) as Trust).Statement;
      assert.deepEqual(
        [statement?.Principal, statement?.Action, statement?.Condition],
        [{ Service: service }, actions, undefined],
      );
    }
  });
});

describe("a policy of statements", () => {
  it("allows exactly these, with conditions where there are any", async () => {
    const document = await resolved(
      policyOf([
        { sid: "Read", actions: ["s3:GetObject"], resources: ["arn:aws:s3:::b/*"] },
        { sid: "List", actions: ["s3:ListBucket"], resources: ["arn:aws:s3:::b"], conditions: { Bool: { a: "true" } } },
      ]),
    );
    assert.deepEqual(statements(document), [
      { Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::b/*"] },
      {
        Sid: "List",
        Effect: "Allow",
        Action: ["s3:ListBucket"],
        Resource: ["arn:aws:s3:::b"],
        Condition: { Bool: { a: "true" } },
      },
    ]);
  });
});
