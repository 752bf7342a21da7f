import assert from "node:assert/strict";
import fc from "fast-check";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildFleetGraph } from "../../fleet/graph";
import { FLEET_RULES } from "../../fleet/rules/catalogue";
import { judgeFleet, type Fleet, type FleetRule, type FleetViolation } from "../../fleet/rules/rule";
import { findTopology, loadTopology, parseTopology } from "../../regions/topology/load";
import { arbitraryConfiguration } from "./configurations";
import { FLEET_SEEDS } from "./fleet-seeds";
import { summary, type Row } from "./summary";

const ROOT = join(__dirname, "..", "..");

const HEAD = [
  "# The mutation matrix of the cross-stack rules",
  "",
  "Bad fleets made of the graphs of local, dev, prod and a few random topologies (`tests/mutation/fleet-seeds.ts`), each meant",
  "for one rule of [cross-stack-rules.md](cross-stack-rules.md). A near-miss is a change of the same properties after which the",
  "rule must hold its peace. The test writes every mutant and the rules that caught it to `.meridian/cross-stack-matrix.json`.",
];

/** Random topologies beside the three of the repository. */
const RANDOM = 6;

describe("bad fleets of several stacks", function () {
  const fleets: { readonly name: string; readonly fleet: Fleet }[] = [];
  const rows: Row[] = [];
  const missed: string[] = [];
  const alarms: string[] = [];

  before(async () => {
    for (const name of ["local", "dev", "prod"]) {
      const topology = loadTopology(findTopology(name));
      fleets.push({ name, fleet: { topology, graph: await buildFleetGraph(topology) } });
    }
    for (const text of fc.sample(arbitraryConfiguration(0, 4), { numRuns: RANDOM, seed: 17 })) {
      const { topology, problems } = parseTopology(text, "random.yaml");
      if (topology === undefined) assert.fail(problems.map(({ path, reason }) => `${path}: ${reason}`).join("; "));
      fleets.push({ name: `random-${fleets.length - 2}`, fleet: { topology, graph: await buildFleetGraph(topology) } });
    }
    for (const { name, fleet } of fleets) for (const seed of FLEET_SEEDS) examine(name, fleet, seed);
  });

  function examine(name: string, fleet: Fleet, { rule: id, breaks, passes }: (typeof FLEET_SEEDS)[number]): void {
    const rule = FLEET_RULES.find((one) => one.id === id);
    assert.ok(rule, id);
    const before = new Set(judgeFleet([rule], fleet).map(mark));
    for (const [broken, operators] of [
      [true, breaks],
      [false, passes],
    ] as const) {
      for (const operator of operators) {
        for (const { at, fleet: mutant } of operator.apply(fleet)) {
          const caught = caughtBy(mutant, rule, before);
          const row = {
            rule: id,
            id: `${id} ${name} ${at} ${operator.label}`,
            operator: operator.label,
            breaks: broken,
          };
          rows.push({ ...row, caughtBy: caught });
          if (broken && !caught.includes(id)) missed.push(row.id);
          if (!broken && caught.includes(id)) alarms.push(row.id);
        }
      }
    }
  }

  it("start from fleets in which no mandatory rule is broken", () => {
    for (const { fleet } of fleets) {
      const broken = judgeFleet(FLEET_RULES, fleet).filter(({ rule }) => rule.level === "mandatory");
      assert.deepEqual(
        broken.map(({ message }) => message),
        [],
      );
    }
  });

  it("are all different", () => {
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
  });

  it("give each rule at least three kinds that break it and one that only looks so", () => {
    for (const { id } of FLEET_RULES) {
      const own = rows.filter(({ rule }) => rule === id);
      const kinds = new Set(own.filter(({ breaks }) => breaks).map(({ operator }) => operator));
      assert.ok(kinds.size >= 3, `${id}: ${[...kinds].join("; ")}`);
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

  it("are summarised in docs/cross-stack-matrix.md", () => {
    mkdirSync(join(ROOT, ".meridian"), { recursive: true });
    writeFileSync(join(ROOT, ".meridian", "cross-stack-matrix.json"), JSON.stringify(rows, undefined, 1));
    const file = join(ROOT, "docs", "cross-stack-matrix.md");
    const text = summary(rows, FLEET_RULES, HEAD);
    if (process.env["MUTATION_MATRIX"] === "write") writeFileSync(file, text);
    assert.equal(
      readFileSync(file, "utf8"),
      text,
      "run MUTATION_MATRIX=write npx mocha tests/mutation/cross-stack.spec.ts",
    );
  });
});

/** The rules that say something new of a mutant: the one meant for it, and, of every tenth, all others. */
let judged = 0;
function caughtBy(mutant: Fleet, meant: FleetRule, before: ReadonlySet<string>): readonly string[] {
  judged += 1;
  const others = judged % 10 === 0 ? FLEET_RULES.filter((rule) => rule !== meant) : [];
  const fresh = judgeFleet([meant], mutant).filter((one) => !before.has(mark(one)));
  return [...new Set([...fresh, ...judgeFleet(others, mutant)].map(({ rule }) => rule.id))];
}

function mark({ rule, urn, stack, property, message }: FleetViolation): string {
  return [rule.id, stack, urn, property, message].join(" ");
}
