import { FindingsError } from "../../contracts/finding";
import type { Finding } from "../../contracts/finding";

/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, badInput: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Bad input from the command line or a file: shown without a stack trace, exit code 2. */
export class BadInput extends FindingsError {
  constructor(summary: string, findings: readonly Finding[] = []) {
    super(summary, findings);
  }
}

/** A command that could not do its work for a reason the user can read: no stack trace, exit code 1. */
export class Failed extends Error {
  override readonly name = "Failed";
}
