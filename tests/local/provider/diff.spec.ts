import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { compare } from "../../../local/provider/diff";
import type { DiffResult } from "../../../local/provider/provider";
import { DEFAULTS_KEY, UNKNOWN_SENTINEL, type Props } from "../../../local/provider/values";
import { provider, SEED, urnOf } from "./aws";

const STREAM = "aws:kinesis/stream:Stream";

function diff(type: string, before: Props, after: Props, tags?: Record<string, string>): DiffResult {
  const one = provider({ tags: tags ?? {} });
  const urn = urnOf(type, "thing");
  const oldInputs = provider().check({ urn, olds: {}, news: before, seed: SEED }).inputs;
  const news = one.check({ urn, olds: oldInputs, news: after, seed: SEED }).inputs;
  const oldOutputs = { ...oldInputs, tagsAll: before["tags"] ?? {} };
  return one.diff({ urn, id: "x", oldInputs, oldOutputs, news });
}

describe("comparing inputs", () => {
  it("finds no change where only the order of keys or a filled-in default differs", () => {
    const olds = { a: { x: 1, y: 2 }, b: 3, [DEFAULTS_KEY]: ["b"] };
    assert.deepEqual(compare(olds, { b: 3, a: { y: 2, x: 1 } }, []), []);
  });

  it("says for each path whether it is added, changed or gone, and whether that replaces", () => {
    const changes = compare({ a: { x: 1 }, c: [1, 2] }, { a: { x: 2, z: 3 }, c: [1] }, ["a.x", "c"]);
    assert.deepEqual(changes, [
      { path: "a.x", kind: "update", replace: true },
      { path: "a.z", kind: "add", replace: false },
      { path: "c[1]", kind: "delete", replace: true },
    ]);
  });

  it("counts a value that is not known yet as a change", () => {
    assert.deepEqual(compare({ a: 1 }, { a: UNKNOWN_SENTINEL }, []), [{ path: "a", kind: "update", replace: false }]);
  });

  it("compares assets by their hash", () => {
    const asset = (hash: string, text: string): Props => ({
      "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
      hash,
      text,
    });
    assert.deepEqual(compare({ code: asset("1", "") }, { code: asset("1", "one") }, []), []);
    assert.equal(compare({ code: asset("1", "one") }, { code: asset("2", "two") }, []).length, 1);
  });
});

describe("deciding between update and replacement", () => {
  it("updates a stream's retention in place", () => {
    const { changes } = diff(STREAM, { name: "s" }, { name: "s", retentionPeriod: 48 });
    assert.deepEqual(changes, [{ path: "retentionPeriod", kind: "update", replace: false }]);
  });

  it("replaces a renamed stream, the new one first", () => {
    const { changes, deleteBeforeReplace } = diff(STREAM, { name: "s" }, { name: "t" });
    assert.deepEqual(changes, [{ path: "name", kind: "update", replace: true }]);
    assert.equal(deleteBeforeReplace, false);
  });

  it("deletes first where the name is fixed and stays", () => {
    const table = { name: "t", attributes: [{ name: "a", type: "S" }] };
    const { changes, deleteBeforeReplace } = diff(
      "aws:dynamodb/table:Table",
      { ...table, hashKey: "a" },
      { ...table, hashKey: "b" },
    );
    assert.ok(changes.some(({ path, replace }) => path === "hashKey" && replace));
    assert.equal(deleteBeforeReplace, true);
  });

  it("makes the new one first where the provider chose the name", () => {
    const attributes = [{ name: "a", type: "S" }];
    const { deleteBeforeReplace } = diff(
      "aws:dynamodb/table:Table",
      { attributes, hashKey: "a" },
      { attributes, hashKey: "b" },
    );
    assert.equal(deleteBeforeReplace, false);
  });

  it("replaces a resource that moves to another region", () => {
    const { changes } = diff(STREAM, { name: "s" }, { name: "s", region: "us-east-1" });
    assert.deepEqual(changes, [{ path: "region", kind: "add", replace: true }]);
  });

  it("sees a changed default tag of the provider", () => {
    const { changes } = diff(STREAM, { name: "s" }, { name: "s" }, { owner: "data" });
    assert.deepEqual(changes, [{ path: "tagsAll", kind: "update", replace: false }]);
  });

  it("never changes in place what AWS has no update for, tags aside", () => {
    const before = { executionRoleArn: "arn:aws:iam::0:role/r", name: "m" };
    const { changes } = diff("aws:sagemaker/model:Model", before, {
      ...before,
      primaryContainer: { image: "x" },
      tags: { a: "1" },
    });
    assert.deepEqual(
      changes.filter(({ path }) => path !== "tagsAll").map(({ path, replace }) => [path, replace]),
      [
        ["primaryContainer", true],
        ["tags", false],
      ],
    );
  });
});
