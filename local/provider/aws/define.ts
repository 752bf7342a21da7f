import type { AutoName } from "../naming";
import type { Props, Value } from "../values";
import type { ReplaceIf } from "./replacement";
import type { Resource } from "./resource";

/**
 * What stands behind a type. `emulated`: real AWS calls to the emulator. `validated`: the request is built and held to
 * AWS's published model, and then only the provider answers: its state is simulated. `simulated`: the provider's word only.
 */
export type Mode = "emulated" | "validated" | "simulated";

/** Each mode as logs and tables say it: what is simulated is called so. */
export const MODE_WORDS: Readonly<Record<Mode, string>> = {
  emulated: "emulated",
  validated: "validated (state simulated)",
  simulated: "simulated",
};

/** One computed property. */
export type Compute = (resource: Resource) => Value;

/** The real AWS calls of a type. Each may be repeated: a killed run is taken up again by the next one. */
export interface Emulation {
  /** What is there now, in Pulumi's properties; nothing when it is not there. Found by id, or by what makes it unique. */
  readonly find: (resource: Resource) => Promise<Found | undefined>;
  /** Makes it. Not called when `find` finds it. Gives the id where AWS makes one up. */
  readonly make: (resource: Resource) => Promise<Found>;
  /** Puts every property that can be changed in place to what the inputs say. Called after make and for each update. */
  readonly settle?: (resource: Resource) => Promise<void>;
  /** Takes it away. An absence is fine. */
  readonly drop: (resource: Resource) => Promise<void>;
}

/** A resource that is there. */
export interface Found {
  readonly id: string;
  /** Properties as AWS reports them; one that is an input too and differs is drift. */
  readonly props?: Props;
}

/** Everything the provider knows about one type. */
export interface TypeDefinition {
  readonly mode: Mode;
  /** Properties AWS cannot change in place, by path (see `compare`). `"*"`: none can be changed. */
  readonly replaceOn: readonly string[];
  /** Properties AWS changes in place one way and not the other: which of them this change forces a replacement by. */
  readonly replaceIf?: ReplaceIf;
  /** How it gets a name when the program gives none. */
  readonly autoName?: AutoName;
  /** Inputs that AWS requires though the SDK's types do not. */
  readonly required?: readonly string[];
  /** Values AWS takes when the program gives none. */
  readonly defaults?: Props;
  /** The id of a validated resource. An emulated one gets its id from `make`. */
  readonly id?: (resource: Resource) => string;
  /** Properties that AWS computes, unless the program sets them. Unknown in a preview. */
  readonly outputs: Readonly<Record<string, Compute>>;
  /** Values that AWS adds to a block that the program gives, by block and property. They stay while the resource does. */
  readonly filled?: Readonly<Record<string, Readonly<Record<string, Compute>>>>;
  /** Computed properties that an update computes anew, e.g. a version. The others keep their value. */
  readonly changing?: readonly string[];
  /** What tells it from its siblings, when that is not the auto-named property: with it unchanged, the old one goes first. */
  readonly key?: readonly string[];
  readonly emulation?: Emulation;
}

/** A service file's part of the table: by type token. */
export type ServiceTable = Readonly<Record<string, TypeDefinition>>;

type Common = Partial<Omit<TypeDefinition, "mode" | "emulation" | "id">>;

/** A type whose resources the emulator carries. */
export function emulated(definition: Common & Emulation): TypeDefinition {
  const { find, make, settle, drop, ...rest } = definition;
  const emulation: Emulation = settle === undefined ? { find, make, drop } : { find, make, settle, drop };
  return { replaceOn: [], outputs: {}, ...rest, mode: "emulated", emulation };
}

/** A type whose requests are held to AWS's model, and whose resources only the provider answers for. */
export function validated(definition: Common & Required<Pick<TypeDefinition, "id">>): TypeDefinition {
  return { replaceOn: [], outputs: {}, ...definition, mode: "validated" };
}

/** The value of a property as id: for resources that AWS knows by a name the caller gives. */
export function idFrom(key: string): (resource: Resource) => string {
  return (resource) => resource.text(key);
}

/** An id such as `vpc-0a1b2c3d4e5f67890`: the prefix and 17 hex digits, as EC2 makes them. */
export function ec2Id(prefix: string): (resource: Resource) => string {
  return (resource) => `${prefix}-0${resource.hex(16)}`;
}

/** An ARN `<service>:<region>:<account>:<kind><id>`. */
export function arnById(service: string, kind: string): Compute {
  return (resource) => resource.arn(service, `${kind}${resource.id}`);
}

/** An ARN `<service>:<region>:<account>:<kind><value of a property>`. */
export function arnBy(service: string, kind: string, key: string): Compute {
  return (resource) => resource.arn(service, `${kind}${resource.text(key)}`);
}

/** A fixed value. */
export function always(value: Value): Compute {
  return () => value;
}
