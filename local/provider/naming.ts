import { createHash } from "node:crypto";
import { ProviderError } from "./failures";

/** How a type gets a name when the program gives none. */
export interface AutoName {
  /** The property that takes the name. */
  readonly property: string;
  /** Longest name AWS takes, characters. */
  readonly max: number;
  /** Appended after the random part, e.g. `.fifo`. */
  readonly suffix?: string;
  readonly lowerCase?: boolean;
  /** Put before the name, e.g. `alias/`. */
  readonly prefix?: string;
}

/** Random characters after an automatic name, as the official plugin has it. */
const RANDOM_CHARACTERS = 7;

/**
 * A name made of the resource's and seven hex digits of the engine's seed: the same seed gives the same name, so what
 * a preview showed is what an update makes.
 * @throws ProviderError when it would be longer than AWS takes; nothing is cut.
 */
export function autoName(resource: string, seed: Uint8Array, rule: AutoName): string {
  const random = createHash("sha256").update(seed).update(resource).digest("hex").slice(0, RANDOM_CHARACTERS);
  const base = rule.lowerCase === true ? resource.toLowerCase() : resource;
  const name = `${rule.prefix ?? ""}${base}-${random}${rule.suffix ?? ""}`;
  if (name.length > rule.max) {
    throw new ProviderError(
      `${rule.property}: want at most ${rule.max} characters, got "${name}" (${name.length}): give a shorter name`,
    );
  }
  return name;
}
