import type { Finding } from "../../contracts/finding";
import { validateInput } from "../models";
import type { Models, ModelFinding } from "../models";
import { at } from "../value";
import type { Properties } from "../value";
import { buildRequest, inPieces, isSent, propertiesOf } from "./build";
import type { BuiltRequest } from "./build";
import type { TypeRequests } from "./spec";
import { REQUESTS } from "./table";

/**
 * What AWS would refuse: `path` is the property of the resource, empty when nothing in the resource gives the member.
 */
export interface RequestFinding extends Finding {
  /** e.g. `kinesis CreateStream`. */
  readonly request: string;
  /** Date of AWS's model. */
  readonly version: string;
  /** Dotted path of the member in the request. */
  readonly member: string;
  /** Kind of constraint that is broken; `unmapped` when the request has no member for the property. */
  readonly kind: ModelFinding["kind"] | "unmapped";
}

/** Every request that a resource of a type stands for. Empty for a type that nobody has described. */
export function requestsFor(models: Models, type: string, inputs: Properties): readonly BuiltRequest[] {
  const known = REQUESTS.get(type);
  return known === undefined ? [] : built(models, known, inputs);
}

/**
 * What AWS would refuse about a resource, by its published service models. Unknown values are never refused.
 * @throws ModelError when the models are not installed
 */
export function requestFindings(models: Models, type: string, inputs: Properties): readonly RequestFinding[] {
  return requestsFor(models, type, inputs).flatMap((request) => {
    const model = models.service(request.service);
    const about = { request: `${request.service} ${request.operation}`, version: model.version };
    const refused = validateInput(model, request.operation, request.input)
      .filter(({ kind, path }) => kind !== "required" || !request.open.has(around(path)))
      .map((found) => ({
        ...about,
        ...found,
        member: found.path,
        path: within(inputs, originOf(request.origins, found.path)),
      }));
    const homeless = request.homeless.map((property) => ({
      ...about,
      path: property,
      member: "",
      kind: "unmapped" as const,
      want: "a property that the request has a member for",
      got: property,
    }));
    return [...refused, ...homeless];
  });
}

/** What a finding says to the author of a program. */
export function requestFindingText({ request, version, member, want, got }: RequestFinding): string {
  const where = member === "" ? request : `${request} ${member}`;
  return `${where} (AWS's model of ${version}): want ${want}, got ${got}`;
}

function built(models: Models, type: TypeRequests, inputs: Properties): readonly BuiltRequest[] {
  return type.requests
    .filter((spec) => isSent(spec, inputs))
    .flatMap((spec) =>
      inPieces(spec, propertiesOf(spec, type, inputs)).map((properties) =>
        buildRequest(models.service(spec.service), spec, properties),
      ),
    );
}

/** The property behind a member: its own, or that of the nearest structure around it. */
function originOf(origins: ReadonlyMap<string, string>, member: string): string {
  for (let path = member; path !== ""; path = around(path)) {
    const found = origins.get(path);
    if (found !== undefined) return found;
  }
  return "";
}

/** A path without its end that no property has: in a member's own value AWS's names stand. */
function within(inputs: Properties, property: string): string {
  let path = property;
  while (path !== "" && at(inputs, path) === undefined) path = around(path);
  return path;
}

/** The path of the structure that a member stands in. */
function around(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("."), 0));
}
