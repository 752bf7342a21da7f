import assert from "node:assert/strict";
import fc from "fast-check";
import { formatProblems, parseTopology } from "../../../regions/topology/load";
import { findSecrets } from "../../../regions/topology/secrets";
import { edit, PROD } from "./samples";

const VALUE = "Zq7-hunter2-Xv9";

describe("a plain secret in a topology", () => {
  it("is found by its key, however it is spelt", () => {
    const keys = [
      "password",
      "dbPassword",
      "db_password",
      "PASSWORD",
      "apiKey",
      "api-key",
      "secret",
      "clientSecret",
      "token",
    ];
    for (const key of [...keys, "authToken", "passphrase", "credentials", "privateKey", "secretAccessKey", "pwd"]) {
      assert.deepEqual(
        findSecrets({ [key]: VALUE }).map(({ path }) => path),
        [[key]],
        key,
      );
    }
  });

  it("is not seen in keys that only look similar", () => {
    for (const key of ["tokenizer", "secretary", "keyboard", "key", "passed", "tokens2", "monkey"]) {
      assert.deepEqual(findSecrets({ [key]: "x" }), [], key);
    }
  });

  it("is found by its value under any key", () => {
    const values = [
      "AKIAIOSFODNN7EXAMPLE",
      "-----BEGIN RSA PRIVATE KEY-----",
      "postgres://me:pa55@db.internal/x",
      `ghp_${"a1".repeat(18)}`,
    ];
    for (const value of values) assert.equal(findSecrets({ traffic: [{ note: value }] }).length, 1, value);
  });

  it("is never echoed, wherever it stands and whatever else is wrong there", () => {
    const places: readonly (readonly [string, string])[] = [
      ["prefix: meridian", `prefix: meridian\npassword: ${VALUE}`],
      ["  users: 10000000", `  users: 10000000\n  dbPassword: ${VALUE}`],
      ["zone: eu, share: 18", `zone: eu, token: ${VALUE}`],
      ["minInstances: 2", `minInstances: 2, secrets: [{ a: ${VALUE} }]`],
      ["prefix: meridian", `prefix: meridian\nsecret: { nested: { deep: ${VALUE} } }`],
      ["prefix: meridian", "prefix: AKIAIOSFODNN7EXAMPLE"],
    ];
    for (const [from, to] of places) {
      const { problems } = parseTopology(edit(PROD, [from, to]), "prod.yaml");
      assert.ok(problems !== undefined && problems.length === 1, to);
      const message = formatProblems("prod.yaml", problems);
      assert.match(message, /use --secret/);
      assert.doesNotMatch(message, /hunter2|AKIA/);
    }
  });

  it("is never echoed, for any value", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{12,30}$/), (value) => {
        const { problems } = parseTopology(
          edit(PROD, ["prefix: meridian", `prefix: meridian\npassword: "${value}"`]),
          "prod.yaml",
        );
        assert.ok(!formatProblems("prod.yaml", problems ?? []).includes(value));
        assert.equal(problems?.length, 1);
      }),
      { numRuns: 50 },
    );
  });
});
