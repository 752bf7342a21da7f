import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { StepCounts } from "./events";

/** One line of the journal: what an operation did to one stack. */
export interface JournalEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly operation: "plan" | "up" | "destroy";
  readonly stack: string;
  readonly outcome: "started" | "succeeded" | "failed";
  readonly counts?: StepCounts;
  readonly seconds?: number;
}

/** An append-only record of what was done to the fleet, one JSON document a line; it outlives a killed run. */
export class Journal {
  constructor(private readonly file: string) {}

  async write(entry: Omit<JournalEntry, "at">): Promise<void> {
    await mkdir(dirname(this.file), { recursive: true });
    await appendFile(this.file, `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
  }

  /** The latest entry of each stack, by stack name; a line torn by a crash is passed over. */
  async latest(): Promise<ReadonlyMap<string, JournalEntry>> {
    const text = await readFile(this.file, "utf8").catch(() => "");
    const latest = new Map<string, JournalEntry>();
    for (const line of text.split("\n")) {
      try {
        const entry = JSON.parse(line) as JournalEntry;
        latest.set(entry.stack, entry);
      } catch {
        continue;
      }
    }
    return latest;
  }
}
