import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { checkoutRoot, ensureToolchain, localProcessEnvironment, paths } from "../../local/toolchain";

const root = checkoutRoot();
const folder = mkdtempSync(join(tmpdir(), "guardrails-"));
const pack = join(root, "policies");
let environment: Record<string, string>;
let engine: PulumiCommand;
let stacks = 0;

before(async function () {
  await ensureToolchain(() => undefined);
  engine = await PulumiCommand.get({ root: dirname(paths().bin) });
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const words = [
    join(root, "node_modules", ".bin", "node"),
    "--require",
    join(root, "local", "toolchain", "register.cjs"),
    join(root, "tests", "policies", "echo-provider.ts"),
  ];
  const provider = `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`;
  writeFileSync(join(bin, "pulumi-resource-aws"), provider, { mode: 0o755 });
  const local = await localProcessEnvironment();
  environment = {
    ...local,
    PATH: [bin, local["PATH"] ?? ""].join(delimiter),
    PULUMI_BACKEND_URL: `file://${folder}`,
  };
});

after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A resource in an exported state. */
interface Kept {
  readonly type: string;
  readonly inputs?: object;
}

/** A stack of somebody else's program. */
async function stackOf(program: () => void, variables: Record<string, string> = {}): Promise<Stack> {
  stacks += 1;
  return LocalWorkspace.createStack(
    {
      stackName: `dev-${stacks}`,
      projectName: "elsewhere",
      program: async () => {
        await Promise.resolve();
        program();
      },
    },
    { pulumiCommand: engine, envVars: { ...environment, ...variables } },
  );
}

/** What the engine says in a preview under the pack, and whether it let it pass. */
async function preview(program: () => void): Promise<{ readonly stopped: boolean; readonly text: string }> {
  const stack = await stackOf(program);
  const lines: string[] = [];
  const take = (line: string): void => {
    lines.push(line);
  };
  try {
    await stack.preview({ policyPacks: [pack], onOutput: take, onError: take, color: "never" });
    return { stopped: false, text: lines.join("") };
  } catch {
    return { stopped: true, text: lines.join("") };
  }
}

/** Names of the mandatory rules that were broken. */
function mandatory(text: string): readonly string[] {
  const names = [...text.matchAll(/\[mandatory\]\s+\[severity: \w+\]\s+([a-z0-9-]+)/g)].map(([, name]) => name ?? "");
  return [...new Set(names)].sort();
}

/** A program that the pack has nothing against. */
function good(): { readonly bucket: aws.s3.Bucket; readonly key: aws.kms.Key } {
  const key = new aws.kms.Key("key", { enableKeyRotation: true });
  const bucket = new aws.s3.Bucket("bucket", {});
  new aws.s3.BucketPublicAccessBlock("bucket", {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  const deny = pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
  new aws.s3.BucketPolicy("bucket", { bucket: bucket.id, policy: deny });
  new aws.kinesis.Stream("stream", { encryptionType: "KMS", kmsKeyId: key.arn, retentionPeriod: 48, shardCount: 1 });
  return { bucket, key };
}

describe("the policy pack in the real engine", function () {
  it("lets a good program of somebody else pass, though its ids and ARNs are not known yet", async () => {
    const { stopped, text } = await preview(good);
    assert.equal(stopped, false, text);
    assert.deepEqual(mandatory(text), []);
  });

  it("stops a bucket that is made public, by the rule's name", async () => {
    const { stopped, text } = await preview(() => {
      const { bucket } = good();
      new aws.s3.BucketAcl("open", { bucket: bucket.id, acl: "public-read" });
    });
    assert.ok(stopped, text);
    assert.deepEqual(mandatory(text), ["s3-block-public-access"]);
  });

  it("stops a bucket whose block of public access is missing, by the rule's name", async () => {
    const { stopped, text } = await preview(() => {
      good();
      const open = new aws.s3.Bucket("open", {});
      new aws.s3.BucketPolicy("open", { bucket: open.id, policy: open.arn });
    });
    assert.ok(stopped, text);
    assert.deepEqual(mandatory(text), ["s3-block-public-access"]);
  });

  it("stops a stream without encryption, by the rule's name", async () => {
    const { stopped, text } = await preview(() => {
      good();
      new aws.kinesis.Stream("plain", { retentionPeriod: 48, shardCount: 1 });
    });
    assert.ok(stopped, text);
    assert.deepEqual(mandatory(text), ["kinesis-encrypted"]);
    assert.match(text, /encryptionType: want "KMS".*, got nothing\. Set encryptionType to "KMS"/);
  });

  it("stops a warehouse that is made public, by the rule's name", async () => {
    const { stopped, text } = await preview(() => {
      new aws.redshift.Cluster("warehouse", {
        clusterIdentifier: "warehouse",
        nodeType: "ra3.large",
        encrypted: "true",
        clusterParameterGroupName: "default.redshift-2.0",
        publiclyAccessible: true,
      });
    });
    assert.ok(stopped, text);
    assert.deepEqual(mandatory(text), ["redshift-private"]);
  });

  it("stops on a value that is not known, where the engine alone would only warn", async () => {
    const { stopped, text } = await preview(() => {
      const { key } = good();
      new aws.kinesis.Stream("late", { encryptionType: key.keyId, kmsKeyId: key.arn, retentionPeriod: 48 });
    });
    assert.ok(stopped, text);
    assert.deepEqual(mandatory(text), ["kinesis-encrypted"]);
    assert.match(text, /got a value that is not known until the update/);
  });

  for (const [how, variables, configuration] of [
    ["by its environment", { POLICY_REMEDIATE: "kinesis-encrypted,kms-rotation" }, undefined],
    [
      "by its configuration",
      {},
      { "kinesis-encrypted": "remediate", "kms-rotation": { enforcementLevel: "remediate" } },
    ],
  ] as const) {
    it(`repairs what it is told to repair ${how}, and the state shows it`, async () => {
      const stack = await stackOf(() => {
        new aws.kms.Key("key", {});
        new aws.kinesis.Stream("plain", { retentionPeriod: 48, shardCount: 1 });
      }, variables);
      const file = join(folder, "configuration.json");
      writeFileSync(file, JSON.stringify(configuration ?? {}));
      await stack.up({ policyPacks: [pack], policyPackConfigs: [file] });
      const { resources } = (await stack.exportStack()).deployment as { readonly resources: readonly Kept[] };
      const inputs = resources.filter(({ type }) => type.startsWith("aws:"));
      assert.deepEqual(Object.fromEntries(inputs.map(({ type, inputs: given }) => [type, given])), {
        "aws:kms/key:Key": { enableKeyRotation: true },
        "aws:kinesis/stream:Stream": {
          encryptionType: "KMS",
          kmsKeyId: "alias/aws/kinesis",
          retentionPeriod: 48,
          shardCount: 1,
        },
      });
    });
  }
});
