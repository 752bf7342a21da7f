import { UNKNOWN } from "../../../graph";
import type { Condition } from "./conditions";
import type { Context } from "./context";
import type { Statement } from "./document";
import { contextOf } from "./evaluate";
import type { Layer, Layers, Request } from "./evaluate";
import type { Document } from "./document";

/** A statement that almost allows a request, and why it does not. */
export interface Near {
  readonly statement: Statement;
  /** E.g. `kms:ViaService: want s3.eu-west-1.amazonaws.com, got nothing`. */
  readonly fails: string;
}

/** Statements of a layer that allow the action, but on another resource, to another caller, or under other conditions. */
export function explain(request: Request, layers: Layers, layer: Layer): readonly Near[] {
  const context = contextOf(request);
  const near = documentsOf(layers, layer).flatMap((document) =>
    document.about(request.action).flatMap((statement): Ranked[] => {
      if (statement.effect !== "Allow" || statement.action(request.action) === false) return [];
      const failure = firstFailure(statement, request, context);
      return failure === undefined ? [] : [{ statement, ...failure }];
    }),
  );
  return near.sort((a, b) => b.passed - a.passed);
}

/** How many of principal, resource and conditions a statement passes, in this order. */
interface Ranked extends Near {
  readonly passed: number;
}

function documentsOf(layers: Layers, layer: Layer): readonly Document[] {
  switch (layer) {
    case "identity":
    case "resource":
    case "session":
      return layers[layer] ?? [];
    case "boundary":
    case "endpoint":
      return layers[layer] === undefined ? [] : [layers[layer]];
    case "scp":
      return (layers.scps ?? []).flat();
    case "rcp":
      return (layers.rcps ?? []).flat();
  }
}

function firstFailure(
  statement: Statement,
  { principal, resource }: Request,
  context: Context,
): Omit<Ranked, "statement"> | undefined {
  if (statement.concerns(principal) === false) return { passed: 0, fails: "it names other principals" };
  if (statement.resource(resource, context) === false) return { passed: 1, fails: "it names other resources" };
  const condition = statement.conditions.find((one) => one.holds(context) !== true);
  return condition === undefined ? undefined : { passed: 2, fails: conditionText(condition, context) };
}

function conditionText({ operator, key, values }: Condition, context: Context): string {
  const given = context.get(key.toLowerCase());
  const got = given === undefined ? "nothing" : given === UNKNOWN ? "a value that only AWS knows" : given.join(", ");
  const want = values.map((value) => (value === UNKNOWN ? "a value that only AWS knows" : value)).join(", ");
  return `${operator} ${key}: want ${want}, got ${got}`;
}
