import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkoutRoot, paths } from "../../local/toolchain";
import { echoEngine, type EchoEngine } from "../policies/engine";

const PROGRAM = `
const aws = require("@pulumi/aws");
const bucket = new aws.s3.Bucket("photos");
new aws.s3.BucketAcl("photos", { bucket: bucket.id, acl: "public-read" });
new aws.kinesis.Stream("clicks", { retentionPeriod: 48, shardCount: 1 });
`;

describe("the policy pack in an empty folder, with somebody else's program and the plain command line", function () {
  let engine: EchoEngine;
  let status: number | null;
  let text: string;

  before(async () => {
    engine = await echoEngine();
    const folder = join(engine.folder, "photos");
    mkdirSync(join(folder, "node_modules"), { recursive: true });
    symlinkSync(join(checkoutRoot(), "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: photos\nruntime: nodejs\nmain: index.js\n");
    writeFileSync(join(folder, "package.json"), '{ "name": "photos", "main": "index.js" }\n');
    writeFileSync(join(folder, "index.js"), PROGRAM);
    const env = { ...engine.environment, PULUMI_CONFIG_PASSPHRASE: "", PULUMI_CONFIG_PASSPHRASE_FILE: "" };
    const pulumi = (...args: readonly string[]) =>
      spawnSync(join(paths().bin, "pulumi"), [...args, "--non-interactive", "--color", "never"], {
        cwd: folder,
        env,
        encoding: "utf8",
      });
    const made = pulumi("stack", "init", "dev");
    assert.equal(made.status, 0, made.stdout + made.stderr);
    const preview = pulumi("preview", "--policy-pack", engine.pack);
    status = preview.status;
    text = preview.stdout + preview.stderr;
  });

  after(() => {
    engine.close();
  });

  it("stops the preview", () => {
    assert.notEqual(status, 0, text);
  });

  for (const [rule, resource, what, fix] of [
    [
      "s3-block-public-access",
      "BucketAcl: photos",
      /acl: want "private" or none, got "public-read"/,
      /Give each bucket a BucketPublicAccessBlock/,
    ],
    [
      "s3-block-public-access",
      "Bucket: photos",
      /BucketPublicAccessBlock: want one whose bucket property is this bucket/,
      /Give each bucket/,
    ],
    [
      "s3-deny-plain-http",
      "Bucket: photos",
      /BucketPolicy: want one of this bucket/,
      /Attach a BucketPolicy that denies s3:\*/,
    ],
    ["kinesis-encrypted", "Stream: clicks", /encryptionType: want "KMS".*got nothing/, /Set encryptionType to "KMS"/],
  ] as const) {
    it(`names rule ${rule}, resource ${resource}, what is wrong and how to fix it`, () => {
      const blocks = text
        .split(/(?=\[mandatory\])/)
        .filter((block) => block.includes(rule) && block.includes(resource.split(": ")[1] ?? ""));
      assert.ok(
        blocks.some((block) => what.test(block) && fix.test(block) && block.includes(resource)),
        text,
      );
    });
  }
});
