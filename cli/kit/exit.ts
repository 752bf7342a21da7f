/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, badInput: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** One thing wrong with what the user gave: where, and what was wanted. */
export interface InputProblem {
  readonly path: string;
  readonly reason: string;
}

/** Bad input from the command line or a file: shown without a stack trace, exit code 2. */
export class BadInput extends Error {
  constructor(
    message: string,
    readonly problems: readonly InputProblem[] = [],
  ) {
    super(message);
    this.name = "BadInput";
  }
}

/** A command that could not do its work for a reason the user can read: no stack trace, exit code 1. */
export class Failed extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Failed";
  }
}
