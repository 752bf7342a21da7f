import type { Properties, Value } from "./value";
import { at, isSet } from "./value";

/** A resource as rules see it: the same from an engine's preview, an engine's update, or a recorded program. */
export interface Resource {
  readonly urn: string;
  /** Type token of pulumi-aws v7, e.g. `aws:s3/bucket:Bucket`. */
  readonly type: string;
  readonly name: string;
  /** Inputs, checked by the provider: what the program asks for. */
  readonly props: Properties;
  /** What the provider reports: ids and ARNs; unknown in the preview of a resource that does not exist. */
  readonly outputs: Properties;
  /** The resource's own `region`, else its provider's; undefined when neither says. */
  readonly region: Value;
  /** URNs of the resources from which each top-level property is computed. */
  readonly uses: Readonly<Record<string, readonly string[]>>;
}

/** The stack's name in a URN: `urn:pulumi:<stack>::<project>::<type>::<name>`. */
export function stackOf(resource: Resource): string {
  return resource.urn.split("::")[0]?.slice("urn:pulumi:".length) ?? "";
}

/** Outputs and inputs by which other resources refer to one. */
const IDENTITIES = ["id", "arn", "name", "bucket", "keyId", "url", "bucketDomainName"] as const;

function pointsTo(value: string, target: Resource): boolean {
  for (const identity of IDENTITIES) {
    for (const known of [at(target.outputs, identity), at(target.props, identity)]) {
      if (typeof known !== "string" || known === "") continue;
      if (value === known) return true;
      if (value.startsWith("arn:") && [":", "/"].some((separator) => value.endsWith(separator + known))) return true;
    }
  }
  return false;
}

/** All resources of a stack, and how they refer to each other. */
export class Graph {
  private readonly byType = new Map<string, Resource[]>();
  private readonly byUrn = new Map<string, Resource>();

  constructor(readonly resources: readonly Resource[]) {
    for (const resource of resources) {
      this.byUrn.set(resource.urn, resource);
      const same = this.byType.get(resource.type);
      if (same === undefined) this.byType.set(resource.type, [resource]);
      else same.push(resource);
    }
  }

  /** Resources of these types, in the order of the types. */
  of(...types: readonly string[]): readonly Resource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /**
   * The resources of these types to which a property refers: by a known name, id or ARN, else by the property's
   * recorded dependencies, since ids are not known in the preview of new resources. Empty when it points outside the stack.
   */
  linked(from: Resource, path: string, ...types: readonly string[]): readonly Resource[] {
    const value = at(from.props, path);
    if (!isSet(value)) return [];
    const targets = this.of(...types);
    const known = (Array.isArray(value) ? (value as readonly Value[]) : [value]).filter(
      (one) => typeof one === "string",
    );
    const named = targets.filter((target) => known.some((one) => pointsTo(one, target)));
    if (named.length > 0) return named;
    const urns = new Set(from.uses[path.split(".")[0] ?? path] ?? []);
    return targets.filter(({ urn }) => urns.has(urn));
  }

  /** The resources of these types whose property refers to one. */
  linkedFrom(target: Resource, path: string, ...types: readonly string[]): readonly Resource[] {
    return this.of(...types).filter((from) => this.linked(from, path, target.type).includes(target));
  }

  /** The resource of a URN. */
  get(urn: string): Resource | undefined {
    return this.byUrn.get(urn);
  }
}
