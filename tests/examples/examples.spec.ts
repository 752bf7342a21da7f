import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { packJudge } from "../../fleet/check";
import { FleetGraph, recordStack, StackGraph } from "../../fleet/graph";
import type { GraphNode } from "../../fleet/graph";
import { findTopology, loadTopology } from "../../regions/topology/load";

const FOLDER = join(__dirname, "..", "..", "examples");

/** Runs a program of the examples as it is on disk, as a preview of a stack that does not exist yet. */
async function preview(file: string, change?: () => void): Promise<readonly GraphNode[]> {
  const program = join(FOLDER, file);
  return recordStack(
    () => {
      change?.();
      // A program runs once for each preview.
      Reflect.deleteProperty(require.cache, program);
      return import(program);
    },
    { project: "meridian-example", stack: "trial" },
  );
}

/** What the policy pack says of a program: the mandatory rules that it breaks. */
function broken(nodes: readonly GraphNode[]): readonly string[] {
  const topology = loadTopology(findTopology("local"));
  const graph = new FleetGraph([new StackGraph({ kind: "foundation", environment: topology.environment }, nodes)]);
  const findings = packJudge().judge({ graph, topology });
  return [...new Set(findings.filter(({ level }) => level === "mandatory").map(({ rule }) => rule))].sort();
}

const count = (nodes: readonly GraphNode[], type: string): number => nodes.filter((node) => node.type === type).length;

describe("the examples", () => {
  it("are programs of their own, each in README", () => {
    const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.deepEqual(folders.map(({ name }) => name).sort(), [
      "collector",
      "global-table",
      "own-service",
      "policy-pack",
    ]);
    for (const { name } of folders) {
      for (const file of ["Pulumi.yaml", "index.ts"])
        assert.ok(existsSync(join(FOLDER, name, file)), `${name}/${file}`);
    }
  });

  it("make a global table with a copy and a key in each region, and break no rule", async () => {
    const nodes = await preview("global-table/index.ts");
    const table = nodes.find(({ type }) => type === "aws:dynamodb/table:Table");
    assert.equal(count(nodes, "aws:kms/key:Key"), 2);
    assert.equal((table?.inputs["replicas"] as readonly unknown[]).length, 1);
    assert.deepEqual(broken(nodes), []);
  });

  it("make a collector with its stream, and break no rule", async () => {
    const nodes = await preview("collector/index.ts");
    assert.deepEqual([count(nodes, "aws:kinesis/stream:Stream"), count(nodes, "aws:apigatewayv2/api:Api")], [1, 1]);
    assert.deepEqual(broken(nodes), []);
  });

  it("make a service that may query recommendations under their key, and nothing else", async () => {
    const nodes = await preview("own-service/index.ts");
    const policy = nodes.find(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
    const { Statement } = JSON.parse(policy?.inputs["policy"] as string) as {
      readonly Statement: readonly { readonly Action: string | readonly string[] }[];
    };
    assert.deepEqual(Statement.flatMap(({ Action }) => Action).sort(), ["dynamodb:Query", "kms:Decrypt"]);
    assert.deepEqual(broken(nodes), []);
  });

  it("are told what is wrong with a stranger's program, and have nothing against the repaired one", async () => {
    assert.deepEqual(broken(await preview("policy-pack/index.ts")), [
      "kinesis-encrypted",
      "kinesis-retention",
      "s3-block-public-access",
      "s3-deny-plain-http",
    ]);
    assert.deepEqual(broken(await preview("policy-pack/repaired.ts")), []);
  });
});

describe("a component's children", () => {
  it("are changed by a user's transformation, and the pack judges what they become", async () => {
    const changed = await preview("collector/index.ts", () => {
      pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
        if (type !== "aws:kinesis/stream:Stream") return undefined;
        return { props: { ...(props as object), retentionPeriod: 168, encryptionType: "NONE" }, opts };
      });
    });
    const stream = changed.find(({ type }) => type === "aws:kinesis/stream:Stream");
    assert.equal(stream?.inputs["retentionPeriod"], 168);
    assert.deepEqual(broken(changed), ["kinesis-encrypted"]);
  });
});
