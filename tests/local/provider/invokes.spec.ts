import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { asText, type Props } from "../../../local/provider/values";
import { provider } from "./aws";

const DOCUMENT = "aws:iam/getPolicyDocument:getPolicyDocument";
const document = async (args: Props): Promise<unknown> =>
  JSON.parse(asText((await provider().invoke(DOCUMENT, args))["json"]) ?? "");

describe("functions that programs call", () => {
  it("answers who and where", async () => {
    assert.equal(
      (await provider().invoke("aws:index/getCallerIdentity:getCallerIdentity", {}))["accountId"],
      "000000000000",
    );
    assert.equal((await provider().invoke("aws:index/getRegion:getRegion", {}))["name"], "eu-west-1");
    const zones = await provider().invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {
      region: "us-west-2",
    });
    assert.deepEqual(zones["names"], ["us-west-2a", "us-west-2b", "us-west-2c"]);
  });

  it("writes an IAM policy document as IAM does: one value alone, several as a list", async () => {
    const statements = [
      {
        sid: "Read",
        actions: ["s3:GetObject"],
        resources: ["arn:aws:s3:::b/*", "arn:aws:s3:::a/*"],
        principals: [{ type: "Service", identifiers: ["glue.amazonaws.com"] }],
        conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["true"] }],
      },
    ];
    assert.deepEqual(await document({ statements }), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Read",
          Effect: "Allow",
          Action: "s3:GetObject",
          Resource: ["arn:aws:s3:::b/*", "arn:aws:s3:::a/*"],
          Principal: { Service: "glue.amazonaws.com" },
          Condition: { Bool: { "aws:SecureTransport": "true" } },
        },
      ],
    });
  });

  it("gives the same image for the same question, one per region", async () => {
    const ami = async (region: string): Promise<string> => {
      const name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
      return asText((await provider().invoke("aws:ssm/getParameter:getParameter", { name, region }))["value"]) ?? "";
    };
    assert.match(await ami("us-east-1"), /^ami-[0-9a-f]{17}$/);
    assert.equal(await ami("us-east-1"), await ami("us-east-1"));
    assert.notEqual(await ami("us-east-1"), await ami("us-west-2"));
  });

  it("names a function that it does not know", () => {
    assert.throws(
      () => provider().invoke("aws:rds/getCluster:getCluster", {}),
      /does not know the function aws:rds\/getCluster:getCluster/,
    );
  });
});
