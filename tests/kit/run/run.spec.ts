import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkoutRoot } from "../../../local/toolchain";
import { OWNER, Plan } from "./plan";
import { runSteps } from "./pool";
import { mochaCount, type Result, type Step } from "./step";
import { keepTimes, longestFirst, timeTable } from "./times";

const root = checkoutRoot(__dirname);

/** A step that runs a line of shell. */
const shell = (title: string, line: string, more: Partial<Step> = {}): Step => ({
  ...{ title, command: "sh", args: ["-c", line], cwd: root },
  ...more,
});

const result = (title: string, wallSeconds: number, more: Partial<Result> = {}): Result => ({
  ...{ title, passed: 0, failed: 0, firstFailure: "", wallSeconds, cpuSeconds: 0 },
  ...more,
});

describe("steps side by side", () => {
  it("run at once, and each one's output is written whole, in the order in which they started", async () => {
    const folder = mkdtempSync(join(tmpdir(), "steps-"));
    try {
      // The first ends only when the second has run.
      const first = `echo one; while [ ! -e ${folder}/second ]; do sleep 0.01; done; echo two`;
      let text = "";
      await runSteps([shell("first", first), shell("second", `echo three; touch ${folder}/second`)], {
        width: 2,
        write: (more) => (text += more),
      });
      assert.equal(text, "\n== first\none\ntwo\n\n== second\nthree\n");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("wait for those that they come after, and give their results in the order asked for", async () => {
    let text = "";
    const steps = [shell("report", "echo report", { after: ["b", "a"] }), shell("a", "true"), shell("b", "true")];
    const results = await runSteps(steps, { width: 1, write: (more) => (text += more) });
    assert.deepEqual(
      [...text.matchAll(/== (\w+)/g)].map(([, title]) => title),
      ["a", "b", "report"],
    );
    assert.deepEqual(
      results.map(({ title }) => title),
      ["report", "a", "b"],
    );
  });

  it("are refused when one waits for what is not there", async () => {
    const steps = [shell("report", "true", { after: ["nothing"] })];
    await assert.rejects(runSteps(steps, { width: 2, write: () => undefined }), /report: wait for ever/);
  });

  it("count their tests; one that fails, or cannot start, without a failed test is one failure", async () => {
    const steps = [
      shell("good", "printf '  12 passing (3s)\\n'", { count: mochaCount }),
      shell("bad", "printf '  3 passing (3s)\\n  2 failing\\n'; exit 2", { count: mochaCount }),
      shell("crashed", "echo no such file >&2; exit 1", { count: mochaCount }),
      shell("missing", "", { command: "/no/such/program" }),
    ];
    const results = await runSteps(steps, { width: 4, write: () => undefined });
    assert.deepEqual(
      results.map(({ passed, failed }) => [passed, failed]),
      [
        [12, 0],
        [3, 2],
        [0, 1],
        [0, 1],
      ],
    );
    assert.equal(results[2]?.firstFailure, "no such file");
  });

  it("count the processor time of what they start, and do not wait for a server that they leave", async () => {
    const work = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    const [one] = await runSteps([shell("work", `sh -c '${work}'; sleep 600 >/dev/null 2>&1 & echo $!`)], {
      width: 1,
      write: (text) => {
        const pid = Number(/^(\d+)$/m.exec(text)?.[1]);
        if (pid > 0) process.kill(pid);
      },
    });
    assert.ok((one?.cpuSeconds ?? 0) > 0);
  });
});

describe("the times of steps", () => {
  it("put the longest first the next time, after those that are not known", () => {
    const folder = mkdtempSync(join(tmpdir(), "times-"));
    const file = join(folder, "build", "times.json");
    try {
      keepTimes([result("short", 2), result("long", 60)], file);
      keepTimes([result("short", 3)], file);
      const steps = ["short", "new", "long", "newer"].map((title) => shell(title, "true"));
      assert.deepEqual(
        longestFirst(steps, file).map(({ title }) => title),
        ["new", "newer", "long", "short"],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("are a table, the longest first, with the sum of processor time and the time by the clock", () => {
    const results = [result("lint", 2, { cpuSeconds: 1.5 }), result("tests", 60, { cpuSeconds: 48, passed: 12 })];
    assert.equal(
      timeTable(results, 61.04),
      [
        "step               wall s  CPU s  tests",
        "tests                60.0   48.0     12",
        "lint                  2.0    1.5       ",
        "all, side by side    61.0   49.5     12",
      ].join("\n"),
    );
  });
});

describe("what make test runs", () => {
  const plan = new Plan(root);

  it("holds every spec exactly once", () => {
    const once = plan.all().filter(({ title }) => title !== OWNER);
    const specs = once.flatMap(({ args }) => args.filter((arg) => arg.endsWith(".spec.ts")));
    const listed = plan.rooms.flatMap((room) =>
      plan.room(room).flatMap(({ count, args }) => (count ? args.filter((arg) => arg.endsWith(".spec.ts")) : [])),
    );
    assert.equal(new Set(specs).size, specs.length);
    assert.deepEqual([...specs].sort(), [...listed].sort());
    assert.ok(specs.includes("tests/kit/run/run.spec.ts") && specs.includes("tests/imports.spec.ts"));
  });

  it("gives a room its specs, its Python tests, and the lint of its own files alone", () => {
    assert.deepEqual(
      plan.room("policies").map(({ title }) => title),
      ["unit tests: policies", "lint", "prettier"],
    );
    const services = plan.room("services").map(({ title }) => title);
    assert.ok(services.includes("pytest") && services.includes("hadolint"));
    const lint = plan.room("policies").find(({ title }) => title === "lint");
    assert.ok(lint?.args.includes("policies/catalogue.ts") && lint.args.includes("tests/policies/catalogue.spec.ts"));
    assert.ok((lint?.args ?? [""]).every((file) => /^(tests\/)?policies\//.test(file)));
  });
});
