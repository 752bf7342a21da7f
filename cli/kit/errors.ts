import { FindingsError, lineOf } from "../../contracts/finding";
import type { Finding } from "../../contracts/finding";
import { OutputsError } from "../../contracts/outputs/read";
import { TopologyError } from "../../regions/topology/problems";
import { EXIT, Failed } from "./exit";
import type { ExitCode } from "./exit";

/**
 * Shows the user what ended a command. Bad input and expected failures are words only; anything else is a fault of ours
 * and keeps its stack.
 */
export function showError(error: unknown, json: boolean): ExitCode {
  if (error instanceof TopologyError) {
    const findings = error.problems.map(({ path, line, reason }) => ({
      path: line === undefined ? path : `${path} (line ${line})`,
      reason,
    }));
    write(json, { error: `${error.source}: ${findings.length} problems`, findings }, [
      error.message.replace(/\n[^]*/, ""),
      ...findings.map(({ path, reason }) => `  ${path}: ${reason}`),
    ]);
    return EXIT.badInput;
  }
  if (error instanceof FindingsError) {
    write(json, documentOf(error), [error.summary, ...error.findings.map((found) => `  ${lineOf(found)}`)]);
    // Outputs are what an earlier version applied: nothing that the user gave is wrong.
    return error instanceof OutputsError ? EXIT.failed : EXIT.badInput;
  }
  const text = error instanceof Failed ? error.message : wordsOf(error);
  write(json, { error: text, findings: [] }, [text]);
  return EXIT.failed;
}

function documentOf({ summary, findings }: FindingsError): { error: string; findings: readonly Finding[] } {
  return { error: summary, findings };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function write(json: boolean, document: unknown, lines: readonly string[]): void {
  if (json) process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  else for (const [index, line] of lines.entries()) process.stderr.write(`${index === 0 ? "meridian: " : ""}${line}\n`);
}
