import { isBlock, list, text, UNKNOWN } from "../value";
import type { Properties, Value } from "../value";

/** How a property becomes a member whose value is not the property's own. */
export interface Turned {
  /** Dotted path of the member in its parent's structure; `0` is a list's one element: `Targets.0.Id`. */
  readonly member: string;
  /**
   * The member's value; `undefined` leaves it out. Never called with an unknown value, which stays unknown.
   * @param block the properties beside this one: `inputs` itself at the top
   */
  readonly turn: (value: Value, inputs: Properties, block: Properties) => Value;
}

/**
 * Where a property goes: a member's name (`RoleARN`), a path to one deeper (`Scaling.MaxSize`), `""` when its block's own
 * properties belong to the parent's structure, or a member with a value of its own.
 */
export type OneTarget = string | Turned;

/** Several where AWS wants a value more than once, e.g. an id beside a setting and in it. */
export type Target = OneTarget | readonly OneTarget[];

/** One AWS API request that a resource type stands for. */
export interface RequestSpec {
  /** botocore's name of the service, e.g. `redshift-serverless`. */
  readonly service: string;
  /** As AWS's model spells it, e.g. `CreateStream`. */
  readonly operation: string;
  /**
   * Properties, by dotted path without list indices, whose member has not their own name; `*.size` is a property of that
   * name in any block. A top-level property that is named in any further request of the type goes there, and to the
   * first request only when named there too.
   */
  readonly members: Readonly<Record<string, Target>>;
  /** Members that are sent although no property says so; `UNKNOWN` where the value is made up on the way. A property's value goes first. */
  readonly adds: Properties;
  /** Sent only when one of these properties is set, or has a value: `type=ingress`; empty: always. */
  readonly when: readonly string[];
  /** Not sent when one of these properties is set, e.g. what a table is restored from. */
  readonly unless: readonly string[];
  /** A list property: one request for each of its elements, e.g. a route table's routes. */
  readonly each: string | undefined;
  /**
   * Path of the member that the properties belong to, e.g. `CachePolicyConfig`; undefined: the request itself. A target
   * that begins with `/` is named from the request itself all the same; what is added always is.
   */
  readonly within: string | undefined;
}

/** What AWS is asked for when a resource of a type is made, and which of its properties AWS never hears of. */
export interface TypeRequests {
  /** The first is the one that makes it: it takes every property that is named nowhere else. */
  readonly requests: readonly RequestSpec[];
  /** Properties, by dotted path without list indices, that no request carries, each with the reason. */
  readonly notSent: Readonly<Record<string, string>>;
}

/** The types of one AWS service. */
export type RequestTable = Readonly<Record<string, TypeRequests>>;

interface Further {
  readonly adds?: Properties;
  readonly when?: readonly string[];
  readonly unless?: readonly string[];
  readonly each?: string;
  readonly within?: string;
}

/**
 * One request.
 * @param call service and operation, e.g. `kinesis:CreateStream`
 */
export function request(
  call: string,
  members: Readonly<Record<string, Target>> = {},
  { adds = {}, when = [], unless = [], each, within }: Further = {},
): RequestSpec {
  const [service = "", operation = ""] = call.split(":");
  return { service, operation, members, adds, when, unless, each, within };
}

/** A type that one or more requests stand for. */
export function type(
  requests: RequestSpec | readonly RequestSpec[],
  notSent: Readonly<Record<string, string>> = {},
): TypeRequests {
  return { requests: "operation" in requests ? [requests] : requests, notSent };
}

/** A member with a value of its own. */
export function turned(member: string, turn: Turned["turn"]): Turned {
  return { member, turn };
}

/**
 * A map that the property gives as a list of blocks, each with its entry's key, e.g. custom bodies by their names.
 * @param value the entry's value, of the block without its key
 */
export function keyed(member: string, key: string, value: (block: Properties) => Value = (block) => block): Turned {
  return turned(member, (given) => {
    const entries = list({ given }, "given");
    const blocks = entries.filter(isBlock);
    const names = blocks.map((block) => text(block, key));
    // An entry that is not known yet, or whose key is not, may be any.
    if (entries.length > blocks.length || names.includes(undefined)) return UNKNOWN;
    return Object.fromEntries(
      blocks.map((block, index) => {
        const rest = Object.entries(block).filter(([name]) => name !== key);
        return [names[index] ?? "", value(Object.fromEntries(rest))];
      }),
    );
  });
}

/** A member that holds JSON text, e.g. a policy: the property is that text or what it says. */
export function json(member: string): Turned {
  return turned(member, (value) => {
    if (typeof value === "string") return value;
    return holdsUnknown(value) ? UNKNOWN : JSON.stringify(value);
  });
}

/** A member whose structure the property gives as JSON text; text that is no JSON is left as it is, to be refused. */
export function fromJson(member: string): Turned {
  return turned(member, (value) => {
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value) as Value;
    } catch {
      return value;
    }
  });
}

function holdsUnknown(value: Value): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some((inner) => holdsUnknown(inner));
}
