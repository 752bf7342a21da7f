import assert from "node:assert/strict";
import { checkFleet } from "../../fleet/check";
import { buildFleetGraph, type FleetGraph, type StackGraph } from "../../fleet/graph";
import type { Topology } from "../../regions/topology/model";
import { kubernetesSchemas, models } from "../aws/published";
import { varied } from "../fleet/planned";

type Change = readonly [from: string, to: string];

const section = (text: string): Change => ["tables: {", `${text}\ntables: {`];
const CHALLENGER =
  "    - { name: challenger, weight: 1, instanceType: [ml.c5.xlarge, ml.c6i.xlarge], minInstances: 2, maxInstances: 10 }\n";

interface Switch {
  /** What prod.yaml says in its place. */
  readonly changes: readonly Change[];
  /** What must be in each region's graph then, and what must not. */
  readonly shows: (region: StackGraph) => void;
  /** Rules that advise against it. @default none */
  readonly advice?: readonly string[];
}

const one = (region: StackGraph, type: string, name: string) =>
  region.of(type).find((node) => node.name === name) ?? assert.fail(`${region.stack} has no ${type} ${name}`);
const none = (region: StackGraph, ...types: readonly string[]): void => {
  assert.deepEqual(
    region.of(...types).map(({ name }) => name),
    [],
  );
};

const SWITCHES: Readonly<Record<string, Switch>> = {
  "a collector's function": {
    changes: [section("ingest: { collector: function }"), ["quotas: {", "quotas: { lambdaConcurrency: 6000, "]],
    // The permission names the route, and the integration does not.
    advice: ["apigateway-integration-lambda"],
    shows: (region) => {
      const integration = one(region, "aws:apigatewayv2/integration:Integration", "ingest-collector");
      assert.equal(integration.inputs["integrationType"], "AWS_PROXY");
      one(region, "aws:cloudwatch/metricAlarm:MetricAlarm", "observability-collector-function-errors");
    },
  },
  "an ETL cluster of each run's own": {
    changes: [["etl: {", "etl: { mode: transient, "]],
    shows: (region) => {
      none(region, "aws:emr/cluster:Cluster", "aws:emr/instanceFleet:InstanceFleet");
      one(region, "aws:emr/securityConfiguration:SecurityConfiguration", "etl");
      one(region, "aws:sfn/stateMachine:StateMachine", "daily-etl");
    },
  },
  "ETL on EMR Serverless": {
    changes: [["etl: {", "etl: { mode: serverless, "]],
    shows: (region) => {
      none(region, "aws:emr/cluster:Cluster", "aws:emr/securityConfiguration:SecurityConfiguration");
      one(region, "aws:emrserverless/application:Application", "etl");
    },
  },
  "a lake that holds what it has": {
    changes: [
      section(
        "lake: { objectLock: { raw: { mode: governance, days: 30 }, artifacts: { mode: compliance, days: 90 } }, inventory: daily }",
      ),
    ],
    shows: (region) => {
      const locks = region.of("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration");
      assert.deepEqual(locks.map(({ name }) => name).sort(), ["lake-artifacts", "lake-raw"]);
      assert.match(JSON.stringify(one(region, "aws:s3/inventory:Inventory", "lake-gold").inputs), /"Daily"/);
    },
  },
  "a live table": {
    changes: [section("lake: { liveTable: true }")],
    shows: (region) => {
      const table = one(region, "aws:glue/catalogTable:CatalogTable", "catalogue-live-events");
      const live = one(region, "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "ingest-live");
      assert.ok(live.dependencies.includes(table.urn), "Firehose reads the table's columns when it is made");
      one(region, "aws:cloudwatch/metricAlarm:MetricAlarm", "observability-delivery-freshness-live");
    },
  },
  "a warm pool of training instances": {
    changes: [["maxInstances: 12 }", "maxInstances: 12, warmInstances: 3 }"]],
    advice: ["autoscaling-several-instance-types"],
    shows: (region) => {
      const group = one(region, "aws:autoscaling/group:Group", "training");
      assert.deepEqual(group.inputs["warmPool"], { poolState: "Stopped", minSize: 3 });
      assert.equal(group.inputs["mixedInstancesPolicy"], undefined);
    },
  },
  "a shadow beside one variant": {
    changes: [
      [
        CHALLENGER,
        "  shadow: { name: candidate, instanceType: [ml.c5.xlarge, ml.c6i.xlarge], instances: 2, samplePercent: 25 }\n",
      ],
    ],
    shows: (region) => {
      const { inputs } = one(region, "aws:sagemaker/endpointConfiguration:EndpointConfiguration", "endpoint");
      const [shadow] = inputs["shadowProductionVariants"] as readonly Record<string, unknown>[];
      assert.equal(shadow?.["variantName"], "candidate");
      assert.equal((inputs["productionVariants"] as readonly unknown[]).length, 1);
    },
  },
  "one queue for all of a warehouse's statements": {
    changes: [["rpoMinutes: 480 }", "rpoMinutes: 480, queues: one }"]],
    shows: (region) => {
      assert.doesNotMatch(parametersOf(region), /wlm_json_configuration/);
    },
  },
  "no lists of the lake": {
    changes: [section("lake: { inventory: none }")],
    shows: (region) => {
      none(region, "aws:s3/inventory:Inventory");
    },
  },
  "a serverless warehouse": {
    changes: [
      ["mode: provisioned, nodeType: ra3.4xlarge, nodes: 3, rpoMinutes: 480", "mode: serverless, baseCapacityRpu: 64"],
    ],
    // The role's policy names the workgroup, whose ARN only AWS knows.
    advice: ["sfn-log", "sfn-tracing"],
    shows: (region) => {
      none(region, "aws:redshift/cluster:Cluster");
    },
  },
  "an API that knows its callers and tells what it does": {
    changes: [
      [
        "serving:",
        "serving:\n  callers: jwt\n  telemetry: { endpoint: http://adot.observability:4318, namespace: observability }",
      ],
    ],
    shows: (region) => {
      const { data } = one(region, "kubernetes:core/v1:ConfigMap", "api").inputs as { data: Record<string, string> };
      assert.equal(data["MERIDIAN_AUTH"], "jwt");
      // The collector's authorizer knows the same issuer and audiences.
      const [authorizer] = region.of("aws:apigatewayv2/authorizer:Authorizer");
      const { issuer, audiences } = authorizer?.inputs["jwtConfiguration"] as { issuer: string; audiences: string[] };
      assert.deepEqual([data["MERIDIAN_AUTH_ISSUER"], data["MERIDIAN_AUTH_AUDIENCES"]], [issuer, audiences.join()]);
      assert.equal(data["OTEL_EXPORTER_OTLP_ENDPOINT"], "http://adot.observability:4318");
    },
  },
  Memcached: {
    changes: [["engine: valkey", "engine: memcached"]],
    shows: (region) => {
      none(region, "aws:elasticache/replicationGroup:ReplicationGroup");
      const alarms = region.of("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name }) => name);
      assert.ok(alarms.includes("observability-cache-cpu-1"));
      assert.ok(!alarms.some((name) => name.includes("cache-lag")), "Memcached has no replicas");
    },
  },
};

const parametersOf = (region: StackGraph): string =>
  JSON.stringify(one(region, "aws:redshift/parameterGroup:ParameterGroup", "warehouse").inputs["parameters"]);

const regionsOf = (graph: FleetGraph): readonly StackGraph[] =>
  graph.stacks.filter(({ name }) => name.kind === "region");

async function assertSound(topology: Topology, advice: readonly string[]): Promise<void> {
  const report = await checkFleet(topology, { published: { aws: models, kubernetes: kubernetesSchemas } });
  // What reach knows of every topology is held by its own tests.
  const findings = report.findings.filter(({ level, rule }) => level !== "advisory" || !rule.startsWith("reach-"));
  const other = findings.filter(({ level, rule }) => level !== "advisory" || !advice.includes(rule));
  assert.deepEqual(
    other.map(({ level, rule, urn, message }) => `${level} ${rule} ${urn}: ${message}`),
    [],
  );
  assert.deepEqual([...new Set(findings.map(({ rule }) => rule))], advice);
}

describe("production", function () {
  it("has alarms on its cache, queues by role, and a list of the lake each week, unless it says else", async () => {
    for (const region of regionsOf(await buildFleetGraph(varied("prod")))) {
      const alarms = region.of("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name }) => name);
      for (const part of ["misses", "cpu", "memory", "lag"])
        assert.ok(alarms.includes(`observability-cache-${part}-1`), part);
      assert.match(parametersOf(region), /wlm_json_configuration/);
      assert.match(JSON.stringify(one(region, "aws:s3/inventory:Inventory", "lake-gold").inputs), /"Weekly"/);
    }
  });

  for (const [what, { changes, shows, advice = [] }] of Object.entries(SWITCHES)) {
    it(`passes every rule with ${what}, in every region`, async () => {
      const topology = varied("prod", ...changes);
      const regions = regionsOf(await buildFleetGraph(topology));
      assert.equal(regions.length, 6);
      for (const region of regions) shows(region);
      await assertSound(topology, advice);
    });
  }
});
