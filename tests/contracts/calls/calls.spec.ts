import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { rightsOf, type ProgramCalls } from "../../../contracts/calls/call";
import { PROGRAM_CALLS } from "../../../contracts/calls/programs";
import { PROGRAMS } from "../../../contracts/settings/programs";
import { operationsReachedFrom } from "./reachable";

const ROOT = resolve(__dirname, "..", "..", "..");
const foldersOf = ({ entries, runs = [] }: ProgramCalls): readonly string[] => [
  ...entries.map((entry) => entry.split("/")[1] ?? ""),
  ...runs,
];

/** Operations that the Python modules beside an entry send: they sign requests themselves. EMRFS's are not seen here. */
function operationsOfPython(entry: string): readonly string[] {
  const folder = join(ROOT, dirname(entry));
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith(".py"))
    .map((file) => readFileSync(join(folder, file), "utf8"));
  const targets = texts.flatMap((text) =>
    [...text.matchAll(/"DynamoDB_20120810\.(\w+)"/g)].map(([, name]) => `dynamodb:${name ?? ""}`),
  );
  const queues = texts
    .filter((text) => text.includes("AmazonSQS."))
    .flatMap((text) => [...text.matchAll(/\.call\("(\w+)"/g)].map(([, name]) => `sqs:${name ?? ""}`));
  return [...new Set([...targets, ...queues])].sort();
}

describe("calls of programs", () => {
  it("know every program of services/", () => {
    const folders = readdirSync(join(ROOT, "services")).filter((name) => name !== "kit");
    const known = new Set(PROGRAM_CALLS.flatMap(foldersOf));
    assert.deepEqual(
      folders.filter((name) => !known.has(name)),
      [],
    );
    assert.deepEqual(
      PROGRAM_CALLS.map(({ program }) => `${program}.ts`),
      readdirSync(join(ROOT, "contracts/calls"))
        .filter((file) => !["call.ts", "programs.ts"].includes(file))
        .sort(),
    );
  });

  for (const declared of PROGRAM_CALLS) {
    const { program, entries, calls } = declared;
    it(`of ${program} are those that its code can reach, and no others`, () => {
      const python = entries.filter((entry) => entry.endsWith(".py"));
      const typescript = entries.filter((entry) => entry.endsWith(".ts"));
      const found = new Set([...typescript.flatMap(operationsReachedFrom), ...python.flatMap(operationsOfPython)]);
      // What EMRFS does for Spark is in no code of ours.
      const rows = calls.filter(({ operation }) => python.length === 0 || !operation.startsWith("s3:"));
      const wanted = new Set(rows.map(({ operation }) => operation));
      assert.deepEqual(
        [...found].filter((one) => !wanted.has(one as never)),
        [],
        `contracts/calls/${program}.ts lacks a row`,
      );
      assert.deepEqual(
        [...wanted].filter((one) => !found.has(one)),
        [],
        `contracts/calls/${program}.ts: nothing calls`,
      );
    });

    it(`of ${program} name things as the program does`, () => {
      const variables = PROGRAMS.filter((one) => one.program.replace(/ \((\w+)\)/, "-$1") === program).flatMap(
        ({ shape }) => Object.values(shape).map(({ variable }) => variable),
      );
      const texts = entries.map((entry) => readFileSync(join(ROOT, entry), "utf8"));
      for (const { on, from } of calls) {
        for (const thing of from === undefined ? [on] : [on, from]) {
          if ("setting" in thing)
            assert.ok(variables.includes(thing.setting), `${program}: no setting ${thing.setting}`);
          if ("argument" in thing) {
            assert.ok(
              texts.some((text) =>
                [thing.argument, thing.argument.slice(2)].some((name) => text.includes(`"${name}"`)),
              ),
              `${program}: no ${thing.argument}`,
            );
          }
        }
      }
    });
  }

  it("need rights under IAM's names for them", () => {
    const { calls } = PROGRAM_CALLS.find(({ program }) => program === "verifier") ?? { calls: [] };
    const copy = calls.find(({ operation, on }) => operation === "s3:CopyObject" && on.keys === "intake/*");
    assert.ok(copy);
    assert.deepEqual(
      rightsOf(copy).map(({ action, on }) => [action, "setting" in on ? on.setting : "", on.keys]),
      [
        ["s3:PutObject", "QUARANTINE_BUCKET", "intake/*"],
        ["s3:GetObject", "BRONZE_BUCKET", "landing/*"],
      ],
    );
  });
});

describe("operations that code reaches", () => {
  it("follow functions, not files: the kit's folders are not published by who only lists", () => {
    const verifier = operationsReachedFrom("services/verifier/main.ts");
    assert.ok(verifier.includes("s3:ListObjectsV2"));
    assert.ok(!verifier.includes("s3:DeleteObjects"));
  });

  it("see paginators, dynamic imports and what a process signs itself", () => {
    assert.ok(operationsReachedFrom("services/etl/partitions.ts").includes("glue:GetPartitions"));
    assert.ok(operationsReachedFrom("services/transform/handler.ts").includes("kinesis:PutRecords"));
    assert.deepEqual(operationsReachedFrom("services/api/cache-token.ts"), ["elasticache:Connect"]);
  });
});
