import { BadInput, EXIT, Failed } from "./exit";
import type { ExitCode, InputProblem } from "./exit";

/** Errors that name each problem by path, whatever their class: the topology's, the components', ours. */
interface WithProblems extends Error {
  readonly problems: readonly { readonly path: string; readonly line?: number; readonly reason: string }[];
}

function hasProblems(error: unknown): error is WithProblems {
  return error instanceof Error && Array.isArray((error as Partial<WithProblems>).problems);
}

/**
 * Tells the user what ended a command. Bad input and expected failures are words only; anything else is a fault of ours
 * and keeps its stack.
 */
export function tellError(error: unknown, json: boolean): ExitCode {
  if (hasProblems(error) || error instanceof BadInput || isUsageError(error)) {
    const problems: readonly InputProblem[] = hasProblems(error)
      ? error.problems.map(({ path, line, reason }) => ({
          path: line === undefined ? path : `${path} (line ${line})`,
          reason,
        }))
      : [];
    const message = error.message.split("\n")[0] ?? "";
    write(json, { error: message, problems }, [message, ...problems.map(({ path, reason }) => `  ${path}: ${reason}`)]);
    return EXIT.badInput;
  }
  if (error instanceof Failed) {
    write(json, { error: error.message, problems: [] }, [error.message]);
    return EXIT.failed;
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
