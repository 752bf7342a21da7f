import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { arnOf, bucketArnOf, roleArnOf } from "../../../components/kit/arn";
import { SCOPE } from "../../kit/builders";

const ROOT = path.resolve(__dirname, "../../..");

describe("an ARN", () => {
  it("has the scope's partition, region and account, and S3's and IAM's none of what they lack", () => {
    const scope = { ...SCOPE, partition: "aws-cn", region: "cn-north-1" } as const;
    assert.equal(arnOf(scope, "sqs", "q"), "arn:aws-cn:sqs:cn-north-1:111122223333:q");
    assert.equal(
      arnOf(scope, "sqs", "q", { region: "cn-northwest-1" }),
      "arn:aws-cn:sqs:cn-northwest-1:111122223333:q",
    );
    assert.equal(bucketArnOf(scope, "b"), "arn:aws-cn:s3:::b");
    assert.equal(bucketArnOf(scope, "b", "a/*"), "arn:aws-cn:s3:::b/a/*");
    assert.equal(roleArnOf(scope, "r"), "arn:aws-cn:iam::111122223333:role/r");
  });

  it("is written with a fixed partition nowhere in the components and stacks", () => {
    const files = ["components", "stacks"].flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => path.join(folder, file)),
    );
    assert.ok(files.length > 60);
    const fixed = files.filter((file) => /["'`]arn:aws[a-z-]*:/.test(readFileSync(path.join(ROOT, file), "utf8")));
    assert.deepEqual(fixed, []);
  });
});
