import type { StackResult } from "../../fleet/drive";
import { unchanged } from "../../fleet/events";
import { tellKeys, tellLoss } from "../../fleet/guard";
import { EXIT } from "./exit";
import type { ExitCode } from "./exit";
import type { Output } from "./output";

/** What `--json` says of one stack. */
export function stackDocument(result: StackResult): object {
  const { stack, operation, succeeded, seconds, counts, steps, violations, errors, types, kept, refused } = result;
  return { stack, operation, succeeded, seconds, counts, steps, violations, errors, types, kept, refused };
}

/** Shows what an operation on the fleet came to; the exit code says whether all of it succeeded. */
export function report(results: readonly StackResult[], expected: number, output: Output): ExitCode {
  const succeeded = results.length === expected && results.every((result) => result.succeeded);
  output.result({ succeeded, stacks: results.map(stackDocument) }, () => {
    for (const result of results) tellProblems(result, output);
    tellRefused(results, output);
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

/** Every loss of data that was refused, whichever stack it is in, and then once how it could be had. */
function tellRefused(results: readonly StackResult[], output: Output): void {
  const losses = results.flatMap(({ refused }) => refused);
  if (losses.length === 0) return;
  for (const line of losses.flatMap(tellLoss)) output.line(line);
  for (const line of tellKeys) output.line(line);
}
