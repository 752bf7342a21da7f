import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  NAME_LIMITS,
  QUOTAS_READ,
  QUOTA_TABLE,
  SERVICE_LINKED_ROLES,
  UNLIMITED,
  defaultIn,
  nameFor,
} from "../../../aws/quotas";
import type { Plan } from "../../../aws/quotas";
import { DOCS_FILE, formattedPage } from "../../../aws/quotas/docs";
import { buildFleetGraph } from "../../../fleet/graph";
import type { FleetGraph } from "../../../fleet/graph";
import { findTopology, loadTopology } from "../../../regions/topology/load";

/** Service codes that a plan of this platform runs into. */
const SERVICES = (
  "vpc ec2 elasticloadbalancing autoscaling application-autoscaling eks elasticmapreduce lambda ecr kinesis firehose sns events " +
  "scheduler states s3 dynamodb elasticache redshift es glue athena sagemaker iam kms secretsmanager acm route53 cloudfront " +
  "wafv2 apigateway monitoring logs"
).split(" ");
const SOURCE = /^https:\/\/docs\.aws\.amazon\.com\/[^ ]+\.html(#[^ ]+)?$/;

const duplicates = (all: readonly string[]): readonly string[] =>
  all.filter((one, index) => all.indexOf(one) !== index);

describe("the table of quotas", function () {
  let graph: FleetGraph;
  before(async () => {
    graph = await buildFleetGraph(loadTopology(findTopology("prod")));
  });

  it("covers every service that has quotas in the plan", () => {
    assert.deepEqual([...new Set(QUOTA_TABLE.map(({ service }) => service))].sort(), [...SERVICES].sort());
    assert.match(QUOTAS_READ, /^\d{4}-\d\d-\d\d$/);
  });

  it("has each quota once, with a code as AWS writes them or none, and a source", () => {
    assert.deepEqual(duplicates(QUOTA_TABLE.map(({ id }) => id)), []);
    assert.deepEqual(duplicates(QUOTA_TABLE.flatMap(({ code }) => code ?? [])), []);
    for (const { id, code, source, byDefault, unit, counts, types } of QUOTA_TABLE) {
      assert.match(id, /^[a-z0-9]+-[a-z0-9.-]+$/);
      if (code !== undefined) assert.match(code, /^L-[0-9A-F]{8}$/, id);
      assert.match(source, SOURCE, id);
      assert.ok(typeof byDefault !== "number" || (byDefault >= 0 && Number.isFinite(byDefault)), id);
      assert.ok(unit !== "" && counts !== "" && types.length > 0, id);
    }
  });

  it("reads the types that it says, no others, and each is Pulumi's", () => {
    for (const quota of QUOTA_TABLE) {
      const { id, types, scope } = quota;
      const asked = new Set<string>();
      const of: Plan["of"] = (...wanted) => {
        for (const type of wanted) asked.add(type);
        return graph.of(...wanted);
      };
      quota.count({ region: scope === "account" ? "" : "us-east-1", of, everywhere: of });
      assert.deepEqual(
        [...asked].filter((type) => !types.includes(type)),
        [],
        id,
      );
      for (const type of types)
        assert.match(type, /^(aws:[a-z0-9]+\/[a-zA-Z0-9]+:[A-Z]\w+|awsx:ec2:Vpc|kubernetes:core\/v1:Service)$/);
    }
  });

  it("gives a region's own default where it has one", () => {
    const shards = QUOTA_TABLE.find(({ id }) => id === "kinesis-shards");
    assert.ok(shards !== undefined);
    assert.deepEqual(
      ["us-east-1", "eu-central-1", "eu-north-1"].map((region) => defaultIn(shards, region)),
      [20_000, 6000, 1000],
    );
    const roles = QUOTA_TABLE.find(({ id }) => id === "iam-roles");
    assert.ok(roles !== undefined);
    assert.equal(defaultIn(roles, ""), 1000);
    assert.equal(
      nameFor({ name: "<of> for endpoint usage" } as typeof roles, "ml.g5.xlarge"),
      "ml.g5.xlarge for endpoint usage",
    );
  });

  it("is the page in docs, row by row and both ways", async () => {
    const page = readFileSync(DOCS_FILE, "utf8");
    assert.equal(page, await formattedPage(), "run aws/quotas/docs.ts");
    const ids = page
      .split("\n")
      .flatMap((line) => /^- `([a-z0-9]+-[a-z0-9.-]+)` \((?:L-|no code)/.exec(line)?.[1] ?? []);
    assert.deepEqual(ids.toSorted(), QUOTA_TABLE.map(({ id }) => id).sort());
  });

  it("names no type without a number that it counts", () => {
    const counted = new Set(QUOTA_TABLE.flatMap(({ types }) => types));
    for (const { type, source } of UNLIMITED) {
      assert.ok(!counted.has(type), type);
      assert.match(source, SOURCE);
    }
  });

  it("lists each service-linked role once, with a source, for types of the platform", () => {
    assert.deepEqual(duplicates(SERVICE_LINKED_ROLES.map(({ service }) => service)), []);
    assert.deepEqual(duplicates(SERVICE_LINKED_ROLES.map(({ role }) => role)), []);
    for (const { service, role, source, types } of SERVICE_LINKED_ROLES) {
      assert.match(service, /^[a-z0-9.-]+\.amazonaws\.com$/);
      assert.match(role, /^AWSServiceRoleFor\w+$/);
      assert.match(source, SOURCE);
      assert.ok(graph.of(...types).length > 0, service);
    }
  });

  it("knows the longest name of every type of the plan that takes one", () => {
    const limited = new Set(NAME_LIMITS.map(({ type, property }) => `${type} ${property}`));
    for (const { type, property } of NAME_LIMITS) {
      const nodes = graph.of(type);
      assert.ok(nodes.length === 0 || nodes.some(({ inputs }) => property in inputs), `${type} has no ${property}`);
    }
    const named = graph.nodes.filter(
      ({ custom, inputs, type }) => custom && type.startsWith("aws:") && typeof inputs["name"] === "string",
    );
    const unlimited = new Set(named.filter(({ type }) => !limited.has(`${type} name`)).map(({ type }) => type));
    assert.deepEqual([...unlimited].sort(), []);
  });
});
