import assert from "node:assert/strict";
import {
  findModels,
  ModelError,
  Models,
  patternOf,
  validateInput,
  type ServiceModel,
  type Shape,
} from "../../../aws/models";
import { UNKNOWN } from "../../../aws/value";
import { paths } from "../../../local/toolchain";

/** Services that the stacks use, by botocore's names. */
const SERVICES = [
  ...["acm", "apigatewayv2", "application-autoscaling", "athena", "autoscaling", "budgets", "cloudfront", "cloudwatch"],
  ...[
    "dynamodb",
    "ec2",
    "ecr",
    "eks",
    "elasticache",
    "elbv2",
    "emr",
    "events",
    "firehose",
    "glue",
    "iam",
    "kinesis",
    "kms",
  ],
  ...["lambda", "logs", "opensearch", "redshift", "redshift-serverless", "route53", "s3", "sagemaker", "scheduler"],
  ...["secretsmanager", "sns", "sqs", "ssm", "stepfunctions", "wafv2"],
];

const models = new Models(findModels(paths().venv) ?? "");

describe("a request checked against AWS's published model", () => {
  const told = (operation: string, input: unknown, service = "kinesis") =>
    validateInput(models.service(service), operation, input).map(({ path, kind }) => `${kind} ${path}`);

  it("is let through when AWS would take it", () => {
    const stream = {
      StreamName: "events",
      ShardCount: 2,
      StreamModeDetails: { StreamMode: "PROVISIONED" },
      Tags: { a: "b" },
    };
    assert.deepEqual(told("CreateStream", stream), []);
    assert.deepEqual(told("CreateStream", { StreamName: UNKNOWN, ShardCount: UNKNOWN, Tags: UNKNOWN }), []);
  });

  it("is refused for a member that is missing, unknown, or of another type", () => {
    assert.deepEqual(told("CreateStream", {}), ["required StreamName"]);
    assert.deepEqual(told("CreateStream", { StreamName: "a", Shards: 1 }), ["unknown Shards"]);
    assert.deepEqual(told("CreateStream", { StreamName: 7, ShardCount: 1.5, Tags: [] }), [
      "type StreamName",
      "type ShardCount",
      "type Tags",
    ]);
  });

  it("is refused outside an enumeration, a range, a length, a pattern; at any depth", () => {
    assert.deepEqual(
      told("CreateStream", {
        StreamName: "a b".padEnd(200, "c"),
        ShardCount: 0,
        StreamModeDetails: { StreamMode: "FAST" },
      }),
      ["length StreamName", "pattern StreamName", "range ShardCount", "enum StreamModeDetails.StreamMode"],
    );
    assert.deepEqual(told("AddTagsToStream", { StreamName: "a", Tags: { ["k".repeat(129)]: "v".repeat(257) } }), [
      `length Tags.${"k".repeat(129)}`,
      `length Tags.${"k".repeat(129)}`,
    ]);
    assert.deepEqual(told("PutRecord", { StreamName: "a", Data: new Uint8Array(11_000_000), PartitionKey: "p" }), [
      "length Data",
    ]);
  });

  it("is refused when a union has more members than one", () => {
    const union: ServiceModel = {
      service: "made-up",
      uid: "made-up-2026-01-01",
      version: "2026-01-01",
      operations: { Do: { name: "Do", input: { shape: "In" } } },
      shapes: {
        In: { type: "structure", members: { a: { shape: "S" }, b: { shape: "S" } }, union: true },
        S: { type: "string" },
      },
    };
    const kinds = (input: unknown) => validateInput(union, "Do", input).map(({ kind }) => kind);
    assert.deepEqual([kinds({ a: "x" }), kinds({ a: "x", b: "y" }), kinds({})], [[], ["union"], ["union"]]);
  });

  it("says what AWS wants and what it got, without a blob's content", () => {
    const [refusal] = validateInput(models.service("kinesis"), "CreateStream", { StreamName: "a", ShardCount: -1 });
    assert.deepEqual([refusal?.want, refusal?.got], ["at least 1", "-1"]);
    const secret = validateInput(models.service("kinesis"), "PutRecord", {
      StreamName: "a",
      Data: new TextEncoder().encode("hunter2".repeat(2_000_000)),
      PartitionKey: "p",
    });
    assert.ok(!JSON.stringify(secret).includes("hunter2"));
  });

  it("names an operation or a service that is not there", () => {
    assert.throws(() => told("CreateRiver", {}), ModelError);
    assert.throws(() => models.service("kinesiz"), /no model of AWS service kinesiz/);
    assert.throws(() => new Models("/nowhere").service("kinesis"), /run `make setup`/);
  });

  it("reads Java's classes of characters as AWS does", () => {
    assert.equal(patternOf("\\p{Print}+")?.test("meridian-champion"), true);
    assert.equal(patternOf("\\p{Print}+")?.test("caf\u00e9"), false);
    assert.equal(patternOf("arn:[\\p{Alnum}\\-]+:x")?.test("arn:aws-cn:x"), true);
    assert.equal(patternOf("\\p{XDigit}{4}")?.test("beeg"), false);
  });

  it("knows every pattern of the services that are used", () => {
    const strange = SERVICES.flatMap((service) =>
      Object.values(models.service(service).shapes).flatMap(({ pattern }: Shape) =>
        pattern !== undefined && patternOf(pattern) === undefined ? [`${service}: ${pattern}`] : [],
      ),
    );
    assert.deepEqual(strange, []);
  });
});
