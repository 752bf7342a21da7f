import { z } from "zod";
import { flagKeyOf } from "../../../contracts/tables/flags";

/** A switch of the API that a person may turn while it runs. */
interface FlagDefinition {
  /** What holds where the table has no row, or was never read. */
  readonly default: boolean;
  readonly tells: string;
}

/**
 * All flags of the API: the one list that code, provider and documents go by. The split between variants is none of them:
 * it belongs to the experiment's state, in a row of its own.
 */
export const FLAGS = {
  "serving.endpoint": {
    default: true,
    tells: "Ask models live. Off: lists come from the cache, the table and what is popular.",
  },
  "serving.similar": {
    default: true,
    tells: "Answer what is similar to an item. Off: popular items, marked as such.",
  },
  "serving.exposures": {
    default: true,
    tells: "Write exposures of those who agreed. Off: none, and running experiments see no new users.",
  },
  "serving.updates": {
    default: true,
    tells: "Take WebSockets for updates. Off: new ones are answered 503; open ones stay.",
  },
} as const satisfies Readonly<Record<string, FlagDefinition>>;

export type FlagName = keyof typeof FLAGS;
export const FLAG_NAMES = Object.keys(FLAGS) as readonly FlagName[];

/** Row of the `flags` table for one flag. */
export const flagSchema = z.object({
  /** {@link flagKeyOf} its name. */
  flag: z.string(),
  value: z.boolean(),
  /** ISO 8601, UTC. */
  changed_at: z.string().optional(),
  /** Who changed it, as AWS knows the caller. */
  by: z.string().optional(),
  reason: z.string().optional(),
});
export type FlagRecord = z.infer<typeof flagSchema>;

/** Key of each flag's row. */
export const FLAG_KEYS: ReadonlyMap<string, FlagName> = new Map(FLAG_NAMES.map((name) => [flagKeyOf(name), name]));
