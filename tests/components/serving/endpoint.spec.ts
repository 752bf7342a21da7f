import assert from "node:assert/strict";
import { ModelEndpoint } from "../../../components/serving/endpoint";
import { keyArn, statements, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { bucketOf } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";
import { ENDPOINT } from "./args";

const make = (args: Partial<typeof ENDPOINT> = {}) =>
  record(({ opts }) => new ModelEndpoint("endpoint", { ...ENDPOINT, ...args }, opts));
const CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration";
const [control, challenger] = ENDPOINT.variants;

describe("ModelEndpoint", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:appautoscaling/policy:Policy endpoint-challenger < endpoint",
      "aws:appautoscaling/policy:Policy endpoint-control < endpoint",
      "aws:appautoscaling/target:Target endpoint-challenger < endpoint",
      "aws:appautoscaling/target:Target endpoint-control < endpoint",
      "aws:ec2/securityGroup:SecurityGroup endpoint < endpoint",
      "aws:iam/role:Role endpoint < endpoint",
      "aws:iam/rolePolicy:RolePolicy endpoint < endpoint",
      "aws:sagemaker/endpoint:Endpoint endpoint < endpoint",
      "aws:sagemaker/endpointConfiguration:EndpointConfiguration endpoint < endpoint | ignores=productionVariants[*].initialVariantWeight,productionVariants[*].initialInstanceCount",
      "aws:sagemaker/model:Model endpoint-aaaaaaaa < endpoint",
      "meridian:serving:ModelEndpoint endpoint < (stack)",
    ]);
  });

  it("is isolated, in the VPC, encrypted, and records its traffic", async () => {
    const recording = await make();
    const model = recording.only("aws:sagemaker/model:Model").inputs;
    assert.equal(model["enableNetworkIsolation"], true);
    assert.deepEqual((model["vpcConfig"] as { subnets: string[] }).subnets, ENDPOINT.subnetIds);
    const configuration = recording.only(CONFIGURATION).inputs;
    assert.equal(configuration["kmsKeyArn"], ENDPOINT.key.arn);
    const capture = configuration["dataCaptureConfig"] as Record<string, unknown>;
    assert.deepEqual(
      [
        capture["enableCapture"],
        capture["initialSamplingPercentage"],
        capture["destinationS3Uri"],
        capture["kmsKeyId"],
      ],
      [true, 10, "s3://bronze/capture/endpoint", ENDPOINT.key.arn],
    );
  });

  it("gives a new model a new name, so that it stands beside the old one", async () => {
    const name = async (args: Partial<typeof ENDPOINT>): Promise<unknown> =>
      (await make(args)).only(CONFIGURATION).inputs["name"];
    const before = await name({});
    assert.notEqual(await name({ model: { ...ENDPOINT.model, digest: "b".repeat(64) } }), before);
    assert.notEqual(await name({ imageVersion: "sha256:9" }), before);
    assert.equal(await name({}), before);
  });

  it("keeps its configuration when only weights or counts change: they belong to others by then", async () => {
    const changed = [
      { ...control!, weight: 1, minInstances: 5 },
      { ...challenger!, weight: 9 },
    ];
    assert.equal(
      (await make({ variants: changed })).only(CONFIGURATION).inputs["name"],
      (await make()).only(CONFIGURATION).inputs["name"],
    );
  });

  it("runs a variant's own model beside the common one", async () => {
    const own = { dataUrl: "s3://artifacts/models/2/model.tar.gz", digest: "c".repeat(64) };
    const recording = await make({ variants: [control!, { ...challenger!, model: own }] });
    const models = recording.all("aws:sagemaker/model:Model").map(({ inputs }) => inputs["name"]);
    const variants = recording.only(CONFIGURATION).inputs["productionVariants"] as { modelName: string }[];
    assert.deepEqual(
      variants.map(({ modelName }) => modelName),
      models,
    );
    assert.equal(new Set(models).size, 2);
  });

  it("moves traffic by canary, and rolls back by the given alarms", async () => {
    const deployment = (await make({ rollbackAlarmNames: ["errors"], canarySeconds: 120 })).only(
      "aws:sagemaker/endpoint:Endpoint",
    ).inputs["deploymentConfig"] as Record<string, unknown>;
    assert.match(JSON.stringify(deployment), /"type":"CANARY"/);
    assert.match(JSON.stringify(deployment), /"waitIntervalInSeconds":120/);
    assert.deepEqual(deployment["autoRollbackConfiguration"], { alarms: [{ alarmName: "errors" }] });
    const plain = (await make()).only("aws:sagemaker/endpoint:Endpoint").inputs["deploymentConfig"] as object;
    assert.ok(!("autoRollbackConfiguration" in plain));
  });

  it("scales each variant between its own bounds by invocations", async () => {
    const recording = await make();
    const target = recording.only("aws:appautoscaling/target:Target", "endpoint-challenger").inputs;
    assert.deepEqual([target["minCapacity"], target["maxCapacity"]], [2, 6]);
    assert.equal(target["resourceId"], "endpoint/meridian-test-us-east-1-recommendations/variant/challenger");
    const policy = recording.only("aws:appautoscaling/policy:Policy", "endpoint-control").inputs;
    assert.match(JSON.stringify(policy), /"targetValue":4200/);
  });

  it("gives SageMaker wildcards only where AWS has no resource to name", async () => {
    const { inputs } = (await make()).only("aws:iam/rolePolicy:RolePolicy");
    assert.deepEqual(tooWide(inputs["policy"], ["LogInToRegistry", "PutMetrics", "DescribeNetwork"]), []);
  });

  it("may read models under the key of their bucket, and record traffic under that of the other", async () => {
    const policy = statements((await make()).only("aws:iam/rolePolicy:RolePolicy").inputs["policy"]);
    const through = policy.filter(({ Condition }) => JSON.stringify(Condition ?? "").includes("s3.us-east-1"));
    assert.deepEqual(
      through.map(({ Action, Resource }) => [Action, Resource]),
      [
        [["kms:Decrypt"], [keyArn("technical")]],
        [["kms:GenerateDataKey"], [keyArn("behaviour")]],
      ],
    );
    const volumes = policy.find(({ Action }) => Action.includes("kms:CreateGrant"));
    assert.deepEqual(volumes?.Resource, [ENDPOINT.key.arn]);
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new ModelEndpoint(
          "endpoint",
          {
            ...ENDPOINT,
            model: { dataUrl: "model.bin", digest: "x" },
            variants: [{ name: "a_b", weight: -1, instanceType: "c7g.large", minInstances: 0, maxInstances: -1 }],
            capture: { bucket: bucketOf("raw"), prefix: "/a/", percent: 101 },
            invocationsPerInstanceMinute: 0,
            canarySeconds: 3601,
          },
          opts,
        ),
      [
        "variants",
        "variants[0].name",
        "variants[0].weight",
        "variants[0].instanceType",
        "variants[0].minInstances",
        "variants[0].maxInstances",
        "variants",
        "model.dataUrl",
        "model.digest",
        "capture.percent",
        "capture.prefix",
        "invocationsPerInstanceMinute",
        "canarySeconds",
      ],
    );
    const weightless = ENDPOINT.variants.map((variant) => ({ ...variant, weight: 0 }));
    await assertRefused(
      ({ opts }) => new ModelEndpoint("e", { ...ENDPOINT, variants: weightless }, opts),
      ["variants"],
    );
    const many = Array.from({ length: 11 }, (_, index) => ({ ...control!, name: `v${index}` }));
    await assertRefused(({ opts }) => new ModelEndpoint("e", { ...ENDPOINT, variants: many }, opts), ["variants"]);
    const model = { dataUrl: "s3://b/m.tar.gz", digest: "short" };
    await assertRefused(
      ({ opts }) => new ModelEndpoint("e", { ...ENDPOINT, variants: [control!, { ...challenger!, model }] }, opts),
      ["variants[1].model.digest"],
    );
    await assertRefused(
      ({ opts }) =>
        new ModelEndpoint("e", { ...ENDPOINT, variants: [control!, { ...challenger!, weight: NaN }] }, opts),
      ["variants[1].weight"],
    );
  });
});
