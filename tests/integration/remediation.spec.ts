import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { CATALOGUE } from "../../policies/catalogue";
import { echoEngine, type EchoEngine } from "../policies/engine";

type Inputs = Readonly<Record<string, unknown>>;

/** A bad resource of each rule that repairs, by the rule's id, and what the state must hold of it afterwards. */
const REPAIRED: Readonly<Record<string, Readonly<Record<string, Inputs>>>> = {
  K1: { "aws:kinesis/stream:Stream stream": { encryptionType: "KMS", kmsKeyId: "alias/aws/kinesis" } },
  F1: {
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream delivery": {
      serverSideEncryption: { enabled: true, keyType: "AWS_OWNED_CMK" },
    },
  },
  S1: {
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock bucket": {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    "aws:s3/bucketAcl:BucketAcl bucket": { acl: "private" },
  },
  S2: {
    "aws:s3/bucketPolicy:BucketPolicy bucket": {
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "DenyPlainHttp",
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: ["arn:aws:s3:::somebodys-bucket", "arn:aws:s3:::somebodys-bucket/*"],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      }),
    },
  },
  S3: { "aws:s3/bucket:Bucket bucket": { versioning: { enabled: true } } },
  T1: {
    "aws:athena/workgroup:Workgroup workgroup": {
      configuration: {
        bytesScannedCutoffPerQuery: 10485760,
        resultConfiguration: {
          outputLocation: "s3://results/",
          encryptionConfiguration: { encryptionOption: "SSE_S3" },
        },
      },
    },
  },
  C1: {
    "aws:ec2/launchTemplate:LaunchTemplate template": {
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required" },
    },
  },
  D1: {
    "aws:dynamodb/table:Table table": {
      pointInTimeRecovery: { enabled: true },
      replicas: [{ regionName: "eu-west-3", pointInTimeRecovery: true, deletionProtectionEnabled: true }],
    },
  },
  D2: { "aws:dynamodb/table:Table table": { deletionProtectionEnabled: true } },
  W2: { "aws:redshift/cluster:Cluster warehouse": { encrypted: "true" } },
  O1: {
    "aws:opensearch/domain:Domain search": {
      encryptAtRest: { enabled: true },
      nodeToNodeEncryption: { enabled: true },
      domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-2019-07" },
    },
  },
  Y1: { "aws:kms/key:Key key": { enableKeyRotation: true } },
  Q1: {
    "aws:sqs/queue:Queue jobs": { sqsManagedSseEnabled: true },
    "aws:sns/topic:Topic news": { kmsMasterKeyId: "alias/aws/sns" },
  },
};

/** Each resource is bad by the rules that repair, and good by all others. */
function bad(): void {
  new aws.kinesis.Stream("stream", { retentionPeriod: 48, shardCount: 1 });
  new aws.kinesis.FirehoseDeliveryStream("delivery", {
    destination: "extended_s3",
    extendedS3Configuration: { bucketArn: "arn:aws:s3:::elsewhere", roleArn: "role", errorOutputPrefix: "errors/" },
  });
  new aws.s3.Bucket("bucket", {
    bucket: "somebodys-bucket",
    replicationConfiguration: {
      role: "role",
      rules: [{ status: "Enabled", destination: { bucket: "arn:aws:s3:::elsewhere" } }],
    },
  });
  new aws.s3.BucketPublicAccessBlock("bucket", { bucket: "somebodys-bucket", blockPublicAcls: false });
  new aws.s3.BucketAcl("bucket", { bucket: "somebodys-bucket", acl: "public-read" });
  const empty = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  new aws.s3.BucketPolicy("bucket", { bucket: "somebodys-bucket", policy: empty });
  new aws.athena.Workgroup("workgroup", {
    configuration: {
      bytesScannedCutoffPerQuery: 10485760,
      resultConfiguration: { outputLocation: "s3://results/" },
    },
  });
  new aws.ec2.LaunchTemplate("template", {});
  new aws.dynamodb.Table("table", {
    attributes: [{ name: "key", type: "S" }],
    hashKey: "key",
    billingMode: "PAY_PER_REQUEST",
    replicas: [{ regionName: "eu-west-3", deletionProtectionEnabled: false }],
  });
  new aws.redshift.Cluster("warehouse", {
    clusterIdentifier: "warehouse",
    nodeType: "ra3.large",
    clusterParameterGroupName: "default.redshift-2.0",
  });
  new aws.opensearch.Domain("search", { vpcOptions: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] } });
  new aws.kms.Key("key", {});
  new aws.sqs.Queue("jobs", { redrivePolicy: JSON.stringify({ deadLetterTargetArn: "arn:x", maxReceiveCount: 5 }) });
  new aws.sns.Topic("news", {});
}

interface Kept {
  readonly type: string;
  readonly urn: string;
  readonly inputs?: Inputs;
}

describe("rules that repair, in the real engine", function () {
  let engine: EchoEngine;
  let kept: ReadonlyMap<string, Inputs>;
  let stopped: string;

  before(async () => {
    engine = await echoEngine();
    const stack = async (name: string, more: Record<string, string>) =>
      LocalWorkspace.createStack(
        {
          stackName: name,
          projectName: "elsewhere",
          program: async () => {
            await Promise.resolve();
            bad();
          },
        },
        { pulumiCommand: engine.command, envVars: { ...engine.environment, ...more } },
      );
    const lines: string[] = [];
    const take = (line: string): void => void lines.push(line);
    const strict = await stack("strict", {});
    await assert.rejects(strict.preview({ policyPacks: [engine.pack], onOutput: take, onError: take, color: "never" }));
    stopped = lines.join("");
    const repairing = await stack("repairing", { POLICY_REMEDIATE: "all" });
    await repairing.up({ policyPacks: [engine.pack] });
    const { resources } = (await repairing.exportStack()).deployment as { readonly resources: readonly Kept[] };
    kept = new Map(resources.map(({ type, urn, inputs }) => [`${type} ${urn.split("::").at(-1) ?? ""}`, inputs ?? {}]));
  });

  after(() => {
    engine.close();
  });

  it("are all tried", () => {
    const repairing = CATALOGUE.filter(({ level }) => level === "remediate").map(({ id }) => id);
    assert.deepEqual(Object.keys(REPAIRED).sort(), [...repairing].sort());
  });

  for (const [id, resources] of Object.entries(REPAIRED)) {
    const name = CATALOGUE.find((rule) => rule.id === id)?.name ?? id;
    it(`${id} ${name} stops a bad resource, and makes it good in the state where it is told to`, () => {
      assert.match(stopped, new RegExp(`\\[mandatory\\]\\s+\\[severity: \\w+\\]\\s+${name}\\b`));
      for (const [resource, wanted] of Object.entries(resources)) {
        const inputs = kept.get(resource);
        assert.ok(inputs, `no ${resource} in the state`);
        const found = Object.fromEntries(Object.keys(wanted).map((property) => [property, inputs[property]]));
        assert.deepEqual(found, wanted);
      }
    });
  }
});
