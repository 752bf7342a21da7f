import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { describe, it } from "mocha";
import { knownInvokes } from "../../../local/provider/aws/invokes";
import { services } from "../../../local/provider/aws/services";
import { modeOf, typeTable } from "../../../local/provider";
import { sdkFacts } from "../../../local/provider/sdk";
import { awsType } from "../../../local/provider/types";

const ROOT = path.join(__dirname, "..", "..", "..");

/** Every `new aws.<module>.<Class>` of the programs, as `<module>.<Class>`. */
function usedClasses(): string[] {
  const files = ["components", "stacks"].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => path.join(ROOT, folder, file)),
  );
  const found = files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/new aws\.(\w+\.\w+)\b/g)]);
  return [...new Set(found.map((match) => match[1] ?? ""))].sort();
}

describe("the table of types", () => {
  it("holds only types that the installed SDK has", () => {
    assert.deepEqual(
      typeTable().filter(({ type }) => sdkFacts(type) === undefined),
      [],
    );
  });

  it("names only properties that the SDK has", () => {
    for (const { type } of typeTable()) {
      const { inputs = new Set<string>(), outputs = [] } = sdkFacts(type) ?? {};
      const { replaceOn, defaults = {}, key = [], autoName, outputs: computed, changing = [] } = awsType(type);
      const named = [...replaceOn.filter((name) => name !== "*"), ...Object.keys(defaults), ...key, ...changing];
      const all = [...named, ...Object.keys(computed), ...(autoName === undefined ? [] : [autoName.property])];
      const unknown = all
        .map((name) => name.split(".")[0] ?? "")
        .filter((name) => !inputs.has(name) && !outputs.includes(name));
      assert.deepEqual(unknown, [], type);
    }
  });

  it("computes every property that only AWS sets, so that no output stays empty", () => {
    for (const { type } of typeTable()) {
      const { outputs } = awsType(type);
      const missing = (sdkFacts(type)?.outputs ?? []).filter(
        (name) => name !== "tagsAll" && outputs[name] === undefined,
      );
      assert.deepEqual(missing, [], type);
    }
  });

  it("carries every AWS type that the programs use", () => {
    const known = new Set(
      typeTable().map(({ type }) => {
        const [, module = "", name = ""] = type.split(":");
        return `${module.split("/")[0] ?? ""}.${name}`;
      }),
    );
    assert.deepEqual(
      usedClasses().filter((name) => !known.has(name)),
      [],
    );
  });

  it("says of each type whether it is emulated, validated or simulated", () => {
    assert.equal(modeOf("aws:kinesis/stream:Stream"), "emulated");
    assert.equal(modeOf("aws:eks/cluster:Cluster"), "validated");
    assert.equal(modeOf("kubernetes:apps/v1:Deployment"), "simulated");
    assert.equal(modeOf("aws:braket/job:Job"), undefined);
  });

  it("finds the services by their files", () => {
    const files = readdirSync(path.join(ROOT, "local/provider/aws/services"));
    assert.deepEqual(
      Object.keys(services),
      files.map((file) => file.replace(/\.ts$/, "")),
    );
  });

  it("names the files to write for a type that it does not know", () => {
    assert.throws(
      () => awsType("aws:braket/job:Job"),
      /aws:braket\/job:Job: .* aws\/braket\/requests\.ts, and .* local\/provider\/aws\/services\/braket\.ts$/,
    );
    assert.throws(() => awsType("aws:emrserverless/job:Job"), / aws\/emr\/requests\.ts, .*services\/emr\.ts$/);
  });

  it("lists the functions that programs may call", () => {
    assert.ok(knownInvokes().includes("aws:iam/getPolicyDocument:getPolicyDocument"));
  });
});
