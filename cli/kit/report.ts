import type { StackResult } from "../../fleet/drive";
import { unchanged } from "../../fleet/events";
import { EXIT } from "./exit";
import type { ExitCode } from "./exit";
import type { Output } from "./output";

/** What `--json` says of one stack. */
export function stackDocument(result: StackResult): object {
  const { stack, operation, succeeded, seconds, counts, steps, violations, errors, types, kept } = result;
  return { stack, operation, succeeded, seconds, counts, steps, violations, errors, types, kept };
}

/** Shows what an operation on the fleet came to; the exit code says whether all of it succeeded. */
export function report(results: readonly StackResult[], expected: number, output: Output): ExitCode {
  const succeeded = results.length === expected && results.every((result) => result.succeeded);
  output.result({ succeeded, stacks: results.map(stackDocument) }, () => {
    for (const result of results) tellProblems(result, output);
    const notBegun = expected - results.length;
    if (notBegun > 0) output.line(`${notBegun} stacks were not begun`);
    if (succeeded && results.every(({ counts }) => unchanged(counts))) output.line("no changes in any stack");
  });
  return succeeded ? EXIT.ok : EXIT.failed;
}

function tellProblems({ stack, violations, errors }: StackResult, output: Output): void {
  for (const { policy, level, resource, message } of violations) {
    output.line(`${stack}: [${level}] ${policy}${resource === "" ? "" : ` (${resource})`}`);
    for (const line of message.split("\n")) output.line(`    ${line}`);
  }
  for (const error of errors) output.line(`${stack}: ${error}`);
}
