import { OutputsError } from "../../contracts/outputs/read";
import { reasonOf, whereOf } from "../../contracts/finding";
import type { Finding } from "../../contracts/finding";
import { BadInput, EXIT, Failed } from "./exit";
import type { ExitCode, InputProblem } from "./exit";

/** Errors that name each problem by path, whatever their class: the topology's and ours. */
interface Located extends Error {
  readonly problems?: unknown;
  readonly findings?: unknown;
}

/** The problems that an error names by path; none for any other error. */
function problemsOf(error: Located): readonly InputProblem[] {
  if (Array.isArray(error.findings)) {
    return (error.findings as readonly Finding[]).map((found) => ({ path: whereOf(found), reason: reasonOf(found) }));
  }
  if (Array.isArray(error.problems)) {
    return (error.problems as readonly (InputProblem & { readonly line?: number })[]).map(({ path, line, reason }) => ({
      path: line === undefined ? path : `${path} (line ${line})`,
      reason,
    }));
  }
  return [];
}

/**
 * Tells the user what ended a command. Bad input and expected failures are words only; anything else is a fault of ours
 * and keeps its stack.
 */
export function tellError(error: unknown, json: boolean): ExitCode {
  const problems = error instanceof Error ? problemsOf(error) : [];
  const expected = error instanceof Failed || error instanceof OutputsError;
  if (error instanceof Error && (expected || problems.length > 0 || error instanceof BadInput || isUsageError(error))) {
    const message = problems.length > 0 ? error.message.replace(/\n[^]*/, "") : error.message;
    write(json, { error: message, problems }, [message, ...problems.map(({ path, reason }) => `  ${path}: ${reason}`)]);
    return expected ? EXIT.failed : EXIT.badInput;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  write(json, { error: text, problems: [] }, [text]);
  return EXIT.failed;
}

/** cac's own class for an unknown option or a missing argument is not exported. */
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === "CACError";
}

function write(json: boolean, document: unknown, lines: readonly string[]): void {
  if (json) process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  else for (const [index, line] of lines.entries()) process.stderr.write(`${index === 0 ? "meridian: " : ""}${line}\n`);
}
