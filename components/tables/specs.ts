import type { DataClass } from "../../contracts/data-class";

/** A key attribute: its name and DynamoDB's type of it (S string, N number, B bytes). */
export interface KeyAttribute {
  readonly name: string;
  readonly type: "S" | "N" | "B";
}

/** What a table is, whatever its regions. */
export interface TableSpec {
  /** Part of the name, e.g. `recommendations`. */
  readonly part: string;
  readonly partitionKey: KeyAttribute;
  /** @default none: one item a partition key */
  readonly sortKey?: KeyAttribute;
  /** Attribute with the time of expiry, seconds since 1970. @default items stay */
  readonly ttlAttribute?: string;
  readonly dataClass: DataClass;
  /**
   * Who writes where. With eventual consistency the last writer wins, so a key is written in one region only: the
   * zone's primary, or the region where the user lives.
   */
  readonly writers: "primary region" | "home region of the user";
}

const string = (name: string): KeyAttribute => ({ name, type: "S" });

/**
 * The tables of a residency zone, and how each is read and written.
 *
 * | Table | Access | By | Key |
 * |---|---|---|---|
 * | recommendations | newest list of a user | API, a point read (or a query of 1, newest version first) | user_key + model_version |
 * | recommendations | popular items | API, when a user is unknown; one hot key, answered from the cache | `#popular` + model_version |
 * | recommendations | all lists of a run | scoring, batch writes spread over users | user_key |
 * | models | the version in force | API and scoring, a point read of sort key `CURRENT` | name + `CURRENT` |
 * | models | record of a version | training writes, people read | name + version |
 * | profiles | key points of a user | ETL writes, API reads | user_key |
 * | shards | work of a run, and each shard's owner and progress | training, conditional writes | run_id + shard |
 *
 * Users are pseudonyms, evenly spread hashes, so that no partition is hotter than its users are.
 */
export const ZONE_TABLES = [
  {
    part: "recommendations",
    partitionKey: string("user_key"),
    sortKey: string("model_version"),
    ttlAttribute: "expires_at",
    dataClass: "behaviour",
    writers: "primary region",
  },
  {
    part: "models",
    partitionKey: string("name"),
    sortKey: string("version"),
    dataClass: "technical",
    writers: "primary region",
  },
  {
    part: "profiles",
    partitionKey: string("user_key"),
    dataClass: "behaviour",
    writers: "home region of the user",
  },
  {
    part: "shards",
    partitionKey: string("run_id"),
    sortKey: string("shard"),
    dataClass: "technical",
    writers: "primary region",
  },
] as const satisfies readonly TableSpec[];

/** Tables without personal data, one over all regions. */
export const WORLD_TABLES = [
  { part: "flags", partitionKey: string("flag"), dataClass: "technical", writers: "primary region" },
] as const satisfies readonly TableSpec[];
