import type { Finding } from "../../contracts/finding";
import type { StackName } from "../../regions/names";

/**
 * What must be so before a wave of stacks is applied, and what no stack can bring about: a person, or AWS's support, does
 * it while `meridian up` waits.
 */
export interface Gate {
  readonly id: string;
  /** The first stacks that need it. */
  readonly before: StackName["kind"];
  /** What must be so, in a few words. */
  readonly title: string;
  /** Who brings it about. */
  readonly who: string;
  /** What happens without it, and the page that says so. */
  readonly why: string;
  readonly source: string;
  /** What is not so yet; empty when the gate is open. Asks AWS or DNS, and changes nothing. */
  check(): Promise<readonly Finding[]>;
}

/** How a closed gate is handled. */
export interface Passing {
  /** Shown once for each state of a closed gate, and once it opens. */
  readonly show: (gate: Gate, findings: readonly Finding[]) => void;
  /** Waits between two looks. Absent: a closed gate ends the run, as where nobody sits at a terminal. */
  readonly wait?: () => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Passes the gates before a wave, one after the other.
 * @returns whether all are open; false when one stays closed
 */
export async function passGates(
  gates: readonly Gate[],
  wave: readonly StackName[],
  { show, wait, signal }: Passing,
): Promise<boolean> {
  for (const gate of gates.filter(({ before }) => wave.some(({ kind }) => kind === before))) {
    let shown = "";
    for (;;) {
      const findings = await gate.check();
      const state = JSON.stringify(findings);
      if (state !== shown && (findings.length > 0 || shown !== "")) show(gate, findings);
      shown = state;
      if (findings.length === 0) break;
      if (wait === undefined || signal?.aborted === true) return false;
      await wait();
    }
  }
  return true;
}
