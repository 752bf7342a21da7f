import type { Step } from "../events";
import { storeOf } from "./stores";

/** One resource that holds data and that a plan would replace or delete. */
export interface DataLoss {
  readonly stack: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** `update`: AWS cannot change the property, and the plugin would not say so. */
  readonly op: "replace" | "delete" | "update";
  /** Properties whose change forces it, as the plugin names them. Empty for what is no longer in the program. */
  readonly forcedBy: readonly string[];
  /** What would be lost. */
  readonly holds: string;
}

/** A resource in a stack's state. */
export interface StoredResource {
  readonly urn: string;
  readonly type: string;
  readonly protect?: boolean | undefined;
}

/**
 * Everything in one stack's plan that would cost data, each resource once, in the order of the plan.
 * @param left what is in the state and not in the program any more; the engine stops at the first of them that is
 *   protected, so that its own steps need not tell all.
 */
export function dataLosses(
  stack: string,
  steps: readonly Step[],
  left: readonly StoredResource[] = [],
): readonly DataLoss[] {
  const losses = new Map<string, DataLoss>();
  for (const step of steps) {
    const store = storeOf(step.type, step.protected);
    if (store === undefined || step.op === "create") continue;
    const { urn, type, name, op } = step;
    const fixed = step.properties.filter((path) => store.fixed?.[topOf(path)] !== undefined);
    if (op === "update" && fixed.length === 0) continue;
    const forcedBy = op === "update" ? fixed : op === "replace" ? [...new Set([...step.forcedBy, ...fixed])] : [];
    losses.set(urn, { stack, urn, type, name, op, forcedBy, holds: store.holds });
  }
  for (const { urn, type, protect } of left) {
    const store = storeOf(type, protect === true);
    if (store === undefined || losses.has(urn)) continue;
    const name = urn.split("::").at(-1) ?? urn;
    losses.set(urn, { stack, urn, type, name, op: "delete", forcedBy: [], holds: store.holds });
  }
  return [...losses.values()];
}

/** What the engine says of a protected resource that a plan would replace, and of one that it would delete. */
const PROTECTED = /marked for protection|because it is protected/;
/** What it says besides, whatever the reason was. */
const SUMMARY = /^(?:error: )?preview failed$/i;

/**
 * An engine's errors without those that say, of a refused resource or of its settings, which have its name, no more than
 * that it is protected: the advice in them is to take the protection off.
 */
export function errorsBesides(losses: readonly DataLoss[], errors: readonly string[]): readonly string[] {
  const others = errors.filter(
    (error) => !(PROTECTED.test(error) && losses.some(({ name }) => error.includes(`::${name}"`))),
  );
  return others.every((error) => SUMMARY.test(error)) ? [] : others;
}

const WORDS: Readonly<Record<DataLoss["op"], string>> = { replace: "replace", delete: "delete", update: "not change" };

/** What a loss is, in lines: the resource, what it holds, what forces it, its URN. */
export function tellLoss({ stack, urn, type, name, op, forcedBy, holds }: DataLoss): readonly string[] {
  const why =
    op === "delete"
      ? "it is no longer in the program"
      : op === "replace"
        ? `forced by ${forcedBy.length > 0 ? forcedBy.join(", ") : "what it depends on"}`
        : forcedBy
            .map(
              (path) =>
                `AWS cannot change ${path}: ${storeOf(type, true)?.fixed?.[topOf(path)] ?? "it stays as it is"}`,
            )
            .join("; ");
  return [`${stack}: refused: would ${WORDS[op]} ${type} ${name}, which holds ${holds}`, `    ${why}`, `    ${urn}`];
}

/** How a refused plan can be had: with both keys, or without a loss. */
export const tellKeys: readonly string[] = [
  "nothing is applied: a plan may lose data only with both keys, `disposable: true` in the topology and --delete-data.",
  "To keep the data: undo the change, or make the new store beside the old one under a name of its own, move the data, " +
    "and retire the old one.",
];

function topOf(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}
