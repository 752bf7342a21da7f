/** What a command says: one JSON document on standard output with `--json`, otherwise text for people. */
export class Output {
  constructor(readonly json: boolean) {}

  /** A line for people; not shown with `--json`. */
  line(text = ""): void {
    if (!this.json) process.stdout.write(`${text}\n`);
  }

  /** Progress and notes: standard error, so that standard output stays clean. */
  note(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** The result: as the one JSON document, or by `people` as lines. */
  result(document: unknown, people: () => void): void {
    if (this.json) process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
    else people();
  }
}
