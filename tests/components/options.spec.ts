import assert from "node:assert/strict";
import { requestFindingText, requestFindings, requestsFor } from "../../aws/requests";
import { ruleFindings } from "../../aws/rules";
import type { Properties } from "../../aws/value";
import { Cache } from "../../components/cache/cache";
import { ModelEndpoint } from "../../components/serving/endpoint";
import { Training } from "../../components/training/training";
import { Warehouse } from "../../components/warehouse/warehouse";
import { models } from "../aws/published";
import { SCOPE } from "../kit/builders";
import { record, type Harness, type Recorded } from "../kit/recorder";
import { ARGS as CACHE } from "./cache/args";
import { ENDPOINT } from "./serving/args";
import { ARGS as TRAINING } from "./training/args";
import { ARGS as WAREHOUSE } from "./warehouse/args";

const [control] = ENDPOINT.variants;
const OTHER = { dataUrl: "s3://artifacts/models/2/model.tar.gz", digest: "b".repeat(64) };

/** Options that no topology turns on, so that no preview shows them to AWS's models. */
const OPTIONS: Readonly<
  Record<string, { readonly types: readonly string[]; readonly make: (harness: Harness) => object }>
> = {
  "a cache of Memcached": {
    types: ["aws:elasticache/cluster:Cluster"],
    make: ({ opts }) => new Cache("cache", { ...CACHE, engine: { engine: "memcached", nodes: 3 } }, opts),
  },
  "a shadow variant": {
    types: ["aws:sagemaker/endpointConfiguration:EndpointConfiguration"],
    make: ({ opts }) =>
      new ModelEndpoint(
        "endpoint",
        {
          ...ENDPOINT,
          variants: [control!],
          shadow: { name: "candidate", model: OTHER, instanceType: "ml.c7g.large" },
        },
        opts,
      ),
  },
  "a collection of models": {
    types: ["aws:sagemaker/model:Model"],
    make: ({ opts }) =>
      new ModelEndpoint(
        "endpoint",
        { ...ENDPOINT, model: { mode: "MultiModel", prefix: "s3://artifacts/models/by-country/" } },
        opts,
      ),
  },
  "queues of a warehouse": {
    types: ["aws:redshift/parameterGroup:ParameterGroup"],
    make: ({ opts }) =>
      new Warehouse(
        "warehouse",
        {
          ...WAREHOUSE,
          deployment: {
            mode: "provisioned",
            nodeType: "ra3.xlplus",
            nodes: 2,
            snapshotEveryHours: 8,
            queues: [{ name: "loads", roles: ["loader"], priority: "high", abortAfterSeconds: 600 }],
          },
        },
        opts,
      ),
  },
  "a warm pool": {
    types: ["aws:autoscaling/group:Group", "aws:ec2/launchTemplate:LaunchTemplate"],
    make: ({ opts }) =>
      new Training(
        "training",
        {
          ...TRAINING,
          instanceTypes: ["r7g.2xlarge"],
          onDemandPercentAboveBase: 100,
          warmPool: { minInstances: 3 },
        },
        opts,
      ),
  },
};
function refusalsOf({ type, inputs }: Recorded): readonly string[] {
  const properties = inputs as Properties;
  return [
    ...requestFindings(models, type, properties).map(requestFindingText),
    ...ruleFindings(type, properties, { region: SCOPE.region }).map(
      ({ rule, path, want, got }) => `${rule.id}: ${path}: want ${want}, got ${got}`,
    ),
  ];
}

describe("options that no topology turns on", () => {
  for (const [what, { types, make }] of Object.entries(OPTIONS)) {
    it(`are taken by AWS's models and rules: ${what}`, async () => {
      const { resources } = await record(make);
      const held = resources.filter(({ type }) => types.includes(type));
      assert.deepEqual(new Set(held.map(({ type }) => type)), new Set(types));
      for (const resource of held) {
        assert.ok(requestsFor(models, resource.type, resource.inputs as Properties).length > 0, resource.type);
        assert.deepEqual(refusalsOf(resource), [], resource.type);
      }
    });
  }
});
