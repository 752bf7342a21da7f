/** What became of one object. */
export interface ObjectOutcome {
  readonly key: string;
  readonly result: "verified" | "quarantined" | "gone";
  /** Where it is now; absent for one that was gone. */
  readonly movedTo?: string;
  /** Records in it: counted; of a quarantined one what its writer claimed, else those that could be read. */
  readonly records: number;
  /** Rows that its conversion left out; they are kept in quarantine, with their reasons. @default none */
  readonly refused?: number;
  /** Rows that a bulk upload's manifest says it has. */
  readonly claimed?: number;
  readonly bytes: number;
  /** Of what landed. */
  readonly sha256?: string;
  readonly reason?: string;
}
