import type { Rule } from "../../policies/kit/rule";

/** One mutant and the rules that caught it. */
export interface Row {
  readonly rule: string;
  readonly id: string;
  readonly operator: string;
  readonly breaks: boolean;
  readonly caughtBy: readonly string[];
}

/** The matrix as a page: for each rule its mutants, how many it caught, which others fired, its near-misses and operators. */
export function summary(rows: readonly Row[], rules: readonly Pick<Rule, "id" | "name" | "level">[]): string {
  const lines = rules.map(({ id, name, level }) => {
    const own = rows.filter(({ rule }) => rule === id);
    const bad = own.filter(({ breaks }) => breaks);
    const near = own.filter(({ breaks }) => !breaks);
    const caught = bad.filter(({ caughtBy }) => caughtBy.includes(id)).length;
    const passed = near.filter(({ caughtBy }) => !caughtBy.includes(id)).length;
    const others = [...new Set(bad.flatMap(({ caughtBy }) => caughtBy))].filter((one) => one !== id).sort();
    const operators = new Set(bad.map(({ operator }) => operator)).size;
    return `| ${[id, name, level, `${caught} / ${bad.length}`, operators, `${passed} / ${near.length}`, others.join(", ")].join(" | ")} |`;
  });
  const bad = rows.filter(({ breaks }) => breaks).length;
  return [
    "# The mutation matrix",
    "",
    "Bad fleets made of the real graphs of local, dev and prod by generic operators (`tests/mutation/seeds.ts`), each meant for",
    "one rule. A near-miss is a change of the same properties after which the rule must hold its peace. The test writes every",
    "single mutant and the rules that caught it to `.meridian/mutation-matrix.json`, and fails when this page is not what it found.",
    "",
    `${rows.length} mutants: ${bad} that break a rule, ${rows.length - bad} near-misses.`,
    "",
    "<!-- prettier-ignore-start -->",
    "",
    "| Id | Rule | Level | Caught | Kinds of change | Near-misses passed | Also caught by |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...lines,
    "",
    "<!-- prettier-ignore-end -->",
    "",
  ].join("\n");
}
