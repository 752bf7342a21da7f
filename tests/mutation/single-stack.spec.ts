import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildFleetGraph, type FleetGraph } from "../../fleet/graph";
import { CATALOGUE } from "../../policies/catalogue";
import { Settings } from "../../policies/kit/rule";
import { findTopology, loadTopology } from "../../regions/topology/load";
import { mark, resourcesOf, rulesFor, verdict } from "./graphs";
import { mutantsOf, type Mutant } from "./mutants";
import { SEEDS } from "./seeds";
import { summary, type Row } from "./summary";

const ROOT = join(__dirname, "..", "..");

const HEAD = [
  "# The mutation matrix",
  "",
  "Bad fleets made of the real graphs of local, dev and prod by generic operators (`mutants` in the spec of each rule), each meant for",
  "one rule. A near-miss is a change of the same properties after which the rule must hold its peace. The test writes every",
  "single mutant and the rules that caught it to `.meridian/mutation-matrix.json`, and fails when this page is not what it found.",
  "The rules that need several stacks have [a matrix of their own](cross-stack-matrix.md).",
];

describe("bad fleets of single stacks", function () {
  const fleets: FleetGraph[] = [];
  /** By stack, what the rules say before anything is changed. */
  const unchanged = new Map<string, ReadonlySet<string>>();
  const rows: Row[] = [];
  /** Mutants, kept without their resources, which would fill the memory. */
  let mutants = 0;
  const missed: string[] = [];
  const alarms: string[] = [];
  const shortcut: string[] = [];
  const unrepaired: string[] = [];
  let repaired = 0;

  before(async () => {
    for (const environment of ["local", "dev", "prod"]) {
      fleets.push(await buildFleetGraph(loadTopology(findTopology(environment))));
    }
    for (const stack of fleets.flatMap(({ stacks }) => stacks)) {
      unchanged.set(stack.stack, new Set(verdict(resourcesOf(stack)).map(mark)));
    }
    for (const fleet of fleets) for (const mutant of mutantsOf(fleet, SEEDS)) examine(mutant);
  });

  function examine(mutant: Mutant): void {
    mutants += 1;
    const known = unchanged.get(mutant.stack) ?? new Set();
    const judged = verdict(mutant.resources, rulesFor(mutant.types));
    const fresh = judged.filter((violation) => !known.has(mark(violation)));
    const caught = fresh.filter(({ rule }) => rule.id === mutant.rule);
    rows.push({
      rule: mutant.rule,
      id: mutant.id,
      operator: mutant.operator,
      breaks: mutant.breaks,
      caughtBy: [...new Set(fresh.map(({ rule }) => rule.id))],
    });
    if (mutant.breaks && caught.length === 0) missed.push(mutant.id);
    if (!mutant.breaks && caught.length > 0) alarms.push(`${mutant.id}: ${caught[0]?.message ?? ""}`);
    // Every twentieth is judged by all rules, too: it must come to the same.
    if (mutants % 20 === 0) {
      const whole = verdict(mutant.resources)
        .map(mark)
        .filter((one) => !known.has(one));
      if (JSON.stringify(whole.sort()) !== JSON.stringify(fresh.map(mark).sort())) shortcut.push(mutant.id);
    }
    if (mutant.breaks) repair(mutant);
  }

  function repair(mutant: Mutant): void {
    const rule = CATALOGUE.find(({ id }) => id === mutant.rule);
    if (rule?.remediate === undefined) return;
    const settings = new Settings(rule);
    for (const resource of mutant.changed.filter(({ type }) => rule.types.includes(type))) {
      const patch = rule.remediate(resource, settings);
      if (patch === undefined) continue;
      repaired += 1;
      const good = { ...resource, props: { ...resource.props, ...patch } };
      if (rule.remediate(good, settings) !== undefined) unrepaired.push(mutant.id);
    }
  }

  it("number at least 500, all different", () => {
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
    assert.ok(rows.length >= 500, String(rows.length));
  });

  it("start from stacks in which no mandatory or remediated rule is broken", () => {
    const advisory = new Set(CATALOGUE.filter(({ level }) => level === "advisory").map(({ id }) => id));
    const broken = [...unchanged.values()].flatMap((marks) => [...marks]);
    assert.deepEqual(
      broken.filter((one) => !advisory.has(one.split(" ")[0] ?? "")),
      [],
    );
  });

  it("give each rule at least three that break it and one that only looks so", () => {
    for (const { id } of CATALOGUE) {
      const own = rows.filter(({ rule }) => rule === id);
      assert.ok(own.filter(({ breaks }) => breaks).length >= 3, `${id}: too few that break it`);
      assert.ok(
        own.some(({ breaks }) => !breaks),
        `${id}: no near-miss`,
      );
    }
  });

  it("are all caught by the rule meant for them", () => {
    assert.deepEqual(missed, []);
  });

  it("raise no alarm of the rule when they only look broken", () => {
    assert.deepEqual(alarms, []);
  });

  it("are judged by the rules that read the changed types as by all rules", () => {
    assert.deepEqual(shortcut, []);
  });

  it("are good for good once a rule has repaired them", () => {
    assert.deepEqual(unrepaired, []);
    assert.ok(repaired > 300, String(repaired));
  });

  it("are summarised in docs/mutation-matrix.md; the whole matrix stands in .meridian/mutation-matrix.json", () => {
    mkdirSync(join(ROOT, ".meridian"), { recursive: true });
    writeFileSync(join(ROOT, ".meridian", "mutation-matrix.json"), JSON.stringify(rows, undefined, 1));
    const file = join(ROOT, "docs", "mutation-matrix.md");
    const text = summary(rows, CATALOGUE, HEAD);
    if (process.env["MUTATION_MATRIX"] === "write") writeFileSync(file, text);
    assert.equal(
      readFileSync(file, "utf8"),
      text,
      "run MUTATION_MATRIX=write npx mocha tests/mutation/single-stack.spec.ts",
    );
  });
});
