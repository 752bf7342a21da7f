/** Lines of a failure that are shown: its name, its message and the first of its stack. */
const LINES = 20;

/**
 * The first failure in what Mocha printed, to be told again where a log ends: later failures often only follow from it,
 * and a log that is cut short keeps its end. Of anything else (a crash, another tool) the last lines.
 * @param output without terminal colours
 */
export function firstFailure(output: string): string {
  const lines = output.trimEnd().split("\n");
  const summary = lines.findLastIndex((line) => /^ *\d+ failing$/.test(line));
  const start = lines.findIndex((line, index) => index > summary && line.startsWith("  1) "));
  if (summary === -1 || start === -1) return lines.slice(-LINES).join("\n");
  const next = lines.findIndex((line, index) => index > start && line.startsWith("  2) "));
  const failure = lines
    .slice(start, next === -1 ? undefined : next)
    .join("\n")
    .trimEnd()
    .split("\n");
  const left = failure.length - LINES;
  return [...failure.slice(0, LINES), ...(left > 0 ? [`  (${left} more lines above)`] : [])].join("\n");
}
