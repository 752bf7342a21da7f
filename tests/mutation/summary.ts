/** What the page says of a rule, of the pack or of the fleet. */
export interface Named {
  readonly id: string;
  readonly name: string;
  readonly level: string;
}

/** One mutant and the rules that caught it. */
export interface Row {
  readonly rule: string;
  readonly id: string;
  readonly operator: string;
  readonly breaks: boolean;
  readonly caughtBy: readonly string[];
}

/** The matrix as a page under its head: for each rule its mutants, how many it caught, which others fired, its near-misses and operators. */
export function summary(rows: readonly Row[], rules: readonly Named[], head: readonly string[]): string {
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
    ...head,
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
