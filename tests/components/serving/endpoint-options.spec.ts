import assert from "node:assert/strict";
import {
  ModelEndpoint,
  type ModelCollection,
  type ModelEndpointArgs,
  type ShadowVariant,
} from "../../../components/serving/endpoint";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { ENDPOINT } from "./args";

const make = (args: Partial<ModelEndpointArgs> = {}) =>
  record(({ opts }) => new ModelEndpoint("endpoint", { ...ENDPOINT, ...args }, opts));
const CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration";
const MODEL = "aws:sagemaker/model:Model";
const [control, challenger] = ENDPOINT.variants;
const SHADOW: ShadowVariant = {
  name: "candidate",
  model: { dataUrl: "s3://artifacts/models/2/model.tar.gz", digest: "b".repeat(64) },
  instanceType: "ml.c7g.large",
};
const COLLECTION: ModelCollection = { mode: "MultiModel", prefix: "s3://artifacts/models/by-country/" };

describe("ModelEndpoint's shadow", () => {
  const shadowed = (shadow: Partial<ShadowVariant> = {}) =>
    make({ variants: [control!], shadow: { ...SHADOW, ...shadow } });

  it("is a model and a variant of its own, which nothing scales", async () => {
    const recording = await shadowed();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(
      recording.all(MODEL).map(({ name }) => name),
      ["endpoint-aaaaaaaa", "endpoint-bbbbbbbb"],
    );
    assert.deepEqual(
      recording.all("aws:appautoscaling/target:Target").map(({ name }) => name),
      ["endpoint-control"],
    );
    assert.deepEqual(recording.only("meridian:serving:ModelEndpoint").outputs["variantNames"], ["control"]);
  });

  it("is sent the asked share of the variant's requests, all by default", async () => {
    const shadowOf = async (shadow: Partial<ShadowVariant>): Promise<Record<string, unknown>[]> =>
      (await shadowed(shadow)).only(CONFIGURATION).inputs["shadowProductionVariants"] as Record<string, unknown>[];
    const [all] = await shadowOf({});
    assert.deepEqual(
      [all?.["variantName"], all?.["initialInstanceCount"], all?.["initialVariantWeight"]],
      ["candidate", 1, control!.weight],
    );
    assert.notEqual(all?.["modelName"], undefined);
    const [third] = await shadowOf({ samplePercent: 30, instances: 3 });
    assert.deepEqual([third?.["initialInstanceCount"], third?.["initialVariantWeight"]], [3, control!.weight * 0.3]);
  });

  it("makes a new configuration when it comes, goes or changes", async () => {
    const nameOf = async (args: Partial<ModelEndpointArgs>): Promise<unknown> =>
      (await make({ variants: [control!, challenger!], ...args })).only(CONFIGURATION).inputs["name"];
    const names = [
      await nameOf({}),
      await nameOf({ variants: [control!], shadow: SHADOW }),
      await nameOf({ variants: [control!], shadow: { ...SHADOW, samplePercent: 30 } }),
    ];
    assert.equal(new Set(names).size, 3);
  });

  it("is not there unless it is asked for", async () => {
    assert.ok(!("shadowProductionVariants" in (await make()).only(CONFIGURATION).inputs));
  });

  it("stands beside exactly one variant of one model, under another name", async () => {
    const refused = (args: Partial<ModelEndpointArgs>, paths: readonly string[]) =>
      assertRefused(({ opts }) => new ModelEndpoint("endpoint", { ...ENDPOINT, ...args }, opts), [...paths]);
    await refused({ shadow: SHADOW }, ["variants"]);
    await refused({ variants: [], shadow: SHADOW }, ["variants", "variants"]);
    await refused({ variants: [control!], shadow: SHADOW, model: COLLECTION }, ["shadow"]);
    await refused(
      {
        variants: [control!],
        shadow: {
          name: "control",
          model: { dataUrl: "model.bin", digest: "x" },
          instanceType: "c7g.large",
          instances: 0,
          samplePercent: 101,
        },
      },
      [
        "shadow.name",
        "shadow.instanceType",
        "shadow.instances",
        "shadow.samplePercent",
        "shadow.model.dataUrl",
        "shadow.model.digest",
      ],
    );
  });
});

describe("ModelEndpoint's collection of models", () => {
  it("is one container over a prefix, which all variants share", async () => {
    const recording = await make({ model: COLLECTION });
    assertEveryChildIsOwned(recording);
    const { inputs } = recording.only(MODEL);
    assert.deepEqual(inputs["primaryContainer"], {
      image: ENDPOINT.image,
      mode: "MultiModel",
      modelDataUrl: "s3://artifacts/models/by-country/",
      multiModelConfig: { modelCacheSetting: "Enabled" },
    });
    const variants = recording.only(CONFIGURATION).inputs["productionVariants"] as { modelName: string }[];
    assert.deepEqual(new Set(variants.map(({ modelName }) => modelName)), new Set([inputs["name"]]));
  });

  it("lets go of each model after its request when asked", async () => {
    const { inputs } = (await make({ model: { ...COLLECTION, keepLoaded: false } })).only(MODEL);
    assert.match(JSON.stringify(inputs["primaryContainer"]), /"modelCacheSetting":"Disabled"/);
  });

  it("lies where the role may read, and takes no variant with a model of its own", async () => {
    const own = { dataUrl: "s3://artifacts/models/2/model.tar.gz", digest: "c".repeat(64) };
    await assertRefused(
      ({ opts }) =>
        new ModelEndpoint(
          "endpoint",
          {
            ...ENDPOINT,
            model: { mode: "MultiModel", prefix: "s3://elsewhere/models" },
            variants: [control!, { ...challenger!, model: own }],
          },
          opts,
        ),
      ["model.prefix", "variants[1].model"],
    );
  });
});

describe("ModelEndpoint's scaling", () => {
  it("holds a variant's own number of invocations, and the endpoint's for the others", async () => {
    const recording = await make({ variants: [control!, { ...challenger!, invocationsPerInstanceMinute: 900 }] });
    const target = (variant: string): string =>
      JSON.stringify(recording.only("aws:appautoscaling/policy:Policy", `endpoint-${variant}`).inputs);
    assert.match(target("challenger"), /"targetValue":900/);
    assert.match(target("control"), /"targetValue":4200/);
    const none = [control!, { ...challenger!, invocationsPerInstanceMinute: 0 }];
    await assertRefused(
      ({ opts }) => new ModelEndpoint("endpoint", { ...ENDPOINT, variants: none }, opts),
      ["variants[1].invocationsPerInstanceMinute"],
    );
  });
});
