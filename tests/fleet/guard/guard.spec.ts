import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { EventCollector } from "../../../fleet/events";
import type { Step } from "../../../fleet/events";
import { dataLosses, errorsBesides, STORES, storeOf, tellKeys, tellLoss } from "../../../fleet/guard";

const STACK = "prod.eu-west-1";
const DOMAIN = "aws:opensearch/domain:Domain";
const TABLE = "aws:dynamodb/table:Table";
const LOGS = "aws:cloudwatch/logGroup:LogGroup";
const WAREHOUSE = "aws:redshift/cluster:Cluster";

const urnOf = (type: string, name: string): string => `urn:pulumi:${STACK}::meridian::${type}::${name}`;

function step(op: Step["op"], type: string, name: string, change: Partial<Step> = {}): Step {
  return { op, type, name, urn: urnOf(type, name), properties: [], forcedBy: [], protected: false, ...change };
}

/** What the engine says of one planned replacement: three steps of one resource. */
function replacement(type: string, name: string, metadata: object): EngineEvent[] {
  return ["create-replacement", "replace", "delete-replaced"].map((op) => ({
    sequence: 1,
    timestamp: 0,
    resourcePreEvent: { metadata: { op, type, urn: urnOf(type, name), provider: "", ...metadata } },
  })) as EngineEvent[];
}

describe("the guard of what holds data", () => {
  it("refuses every store that a plan replaces or deletes, each once, with what forces it and what it holds", () => {
    const losses = dataLosses(STACK, [
      step("replace", DOMAIN, "search", { properties: ["encryptAtRest"], forcedBy: ["encryptAtRest.kmsKeyId"] }),
      step("delete", TABLE, "profiles"),
      step("delete", TABLE, "profiles"),
    ]);
    assert.deepEqual(
      losses.map(({ op, name, forcedBy, stack }) => ({ op, name, forcedBy, stack })),
      [
        { op: "replace", name: "search", forcedBy: ["encryptAtRest.kmsKeyId"], stack: STACK },
        { op: "delete", name: "profiles", forcedBy: [], stack: STACK },
      ],
    );
    assert.deepEqual(losses.flatMap(tellLoss), [
      `${STACK}: refused: would replace ${DOMAIN} search, which holds indexes and their snapshots`,
      "    forced by encryptAtRest.kmsKeyId",
      `    ${urnOf(DOMAIN, "search")}`,
      `${STACK}: refused: would delete ${TABLE} profiles, which holds items, in every replica, and their point-in-time backups`,
      "    it is no longer in the program",
      `    ${urnOf(TABLE, "profiles")}`,
    ]);
    assert.match(tellKeys.join("\n"), /disposable: true.*--delete-data/);
  });

  it("lets a store be made and updated, and anything else be replaced or deleted", () => {
    const steps = [
      step("create", DOMAIN, "search"),
      step("update", TABLE, "profiles", { properties: ["ttl", "replicas"] }),
      step("update", WAREHOUSE, "warehouse", { properties: ["numberOfNodes"] }),
      step("replace", "aws:sagemaker/endpointConfiguration:EndpointConfiguration", "serving", { forcedBy: ["name"] }),
      step("delete", "aws:lambda/function:Function", "transform"),
      step("delete", LOGS, "transform"),
    ];
    assert.deepEqual(dataLosses(STACK, steps), []);
  });

  it("counts a change that AWS has no call for as a loss, though the plugin plans an update", () => {
    const losses = dataLosses(STACK, [
      step("update", WAREHOUSE, "warehouse", { properties: ["databaseName", "numberOfNodes"] }),
    ]);
    assert.deepEqual(
      losses.map(({ op, forcedBy }) => ({ op, forcedBy })),
      [{ op: "update", forcedBy: ["databaseName"] }],
    );
    assert.match(
      losses.flatMap(tellLoss).join("\n"),
      /would not change .*\n.*AWS cannot change databaseName: the data/,
    );
  });

  it("counts a log group as a store where its program protects it: an audit trail", () => {
    const steps = [
      step("replace", LOGS, "transform", { forcedBy: ["name"] }),
      step("replace", LOGS, "audit", { forcedBy: ["name"], protected: true }),
    ];
    assert.deepEqual(
      dataLosses(STACK, steps).map(({ name }) => name),
      ["audit"],
    );
    const urn = urnOf(LOGS, "audit");
    assert.equal(dataLosses(STACK, [], [{ type: LOGS, urn, protect: true }]).length, 1);
    assert.equal(dataLosses(STACK, [], [{ type: LOGS, urn, protect: false }]).length, 0);
  });

  it("names what the engine did not come to, since it stops at the first protected resource", () => {
    const left = [
      { type: TABLE, urn: urnOf(TABLE, "profiles") },
      { type: TABLE, urn: urnOf(TABLE, "models") },
      { type: "aws:iam/role:Role", urn: urnOf("aws:iam/role:Role", "reader") },
    ];
    const losses = dataLosses(STACK, [step("delete", TABLE, "profiles")], left);
    assert.deepEqual(
      losses.map(({ op, name }) => `${op} ${name}`),
      ["delete profiles", "delete models"],
    );
  });

  it("takes what forces a replacement from the engine's events: paths, else keys", () => {
    const collector = new EventCollector();
    const events = [
      ...replacement(DOMAIN, "search", {
        keys: ["encryptAtRest"],
        diffs: ["encryptAtRest", "tags"],
        detailedDiff: {
          "encryptAtRest.kmsKeyId": { diffKind: "update-replace", inputDiff: true },
          tags: { diffKind: "update", inputDiff: true },
        },
      }),
      ...replacement(TABLE, "profiles", { keys: ["__provider", "hashKey"], diffs: ["hashKey"] }),
    ];
    for (const event of events) collector.take(event);
    const { steps } = collector.collected();
    assert.deepEqual(
      dataLosses(STACK, steps).map(({ name, urn, forcedBy }) => ({ name, urn, forcedBy })),
      [
        { name: "search", urn: urnOf(DOMAIN, "search"), forcedBy: ["encryptAtRest.kmsKeyId"] },
        { name: "profiles", urn: urnOf(TABLE, "profiles"), forcedBy: ["__provider", "hashKey"] },
      ],
    );
    assert.deepEqual([...collector.registered], [urnOf(DOMAIN, "search"), urnOf(TABLE, "profiles")]);
  });

  it("leaves out what the engine says of the same resources, and of their settings, and nothing else", () => {
    const losses = dataLosses(STACK, [
      step("delete", "aws:s3/bucket:Bucket", "raw"),
      step("replace", TABLE, "profiles"),
    ]);
    const told = [
      `raw: Preview failed: resource "urn:x::raw" cannot be deleted\nbecause it is protected. To unprotect`,
      `profiles: unable to replace resource "urn:x::profiles"\nas it is currently marked for protection.`,
    ];
    assert.deepEqual(errorsBesides(losses, [...told, "preview failed"]), []);
    const other = `zone: Preview failed: resource "urn:x::zone" cannot be deleted\nbecause it is protected.`;
    const wrong = "search: engineVersion: want a version";
    assert.deepEqual(errorsBesides(losses, [...told, other, wrong, "preview failed"]), [
      other,
      wrong,
      "preview failed",
    ]);
  });

  it("has each store once, with what it holds", () => {
    assert.equal(new Set(STORES.map(({ type }) => type)).size, STORES.length);
    for (const { type, holds } of STORES) {
      assert.match(type, /^aws:\w+\/\w+:\w+$/);
      assert.ok(holds.length > 4);
      assert.equal(storeOf(type, true)?.type, type);
    }
    assert.equal(storeOf("aws:sagemaker/endpointConfiguration:EndpointConfiguration", true), undefined);
  });

  it("has the list that docs/stores.md shows", () => {
    const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "stores.md"), "utf8");
    const rows = [...page.matchAll(/^\| `(aws:[^`]+)`(, protected)? *\| (.+?) *\|$/gm)].map(
      ([, type, mark, holds]) => ({
        type,
        holds,
        onlyProtected: mark !== undefined,
      }),
    );
    assert.deepEqual(
      rows,
      STORES.map(({ type, holds, onlyProtected = false }) => ({ type, holds, onlyProtected })),
    );
  });
});
