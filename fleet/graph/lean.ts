import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";

/**
 * What Pulumi's Node runtime does for the sake of error messages and of values that nobody reads. A recording leaves it
 * out: it is most of the time that a program takes, and nothing of it is in a resource graph. Everything here is undone
 * when the recording ends. The parts come with the locked version of the package.
 */

/** Gives the value, or the error, of an output property once the resource is registered. */
type Resolve = (
  value: unknown,
  known: boolean,
  secret: boolean,
  dependencies?: pulumi.Resource[],
  error?: Error,
) => void;

interface Rpc {
  transferProperties: (onto: object, label: string, props: object) => Record<string, Resolve>;
}

interface Debuggable {
  debuggablePromise: <T>(promise: Promise<T>, context?: unknown) => Promise<T>;
}

interface Positions {
  stackTrace: (skip: number) => readonly object[];
}

/** As much of a protobuf Struct as a recording reads. */
interface Wire {
  toJavaScript: () => object;
}

interface Structs {
  readonly Struct: { new (): Wire; fromJavaScript: (value: object) => Wire };
}

interface Outputs {
  // The constructor of @pulumi/pulumi/output.js, `OutputImpl`.
  readonly Output: new (
    resource: object,
    value: Promise<unknown>,
    known: Promise<boolean>,
    secret: Promise<boolean>,
    dependencies: Promise<readonly pulumi.Resource[]>,
  ) => object;
}

const load = createRequire(__filename);
const rpc = load("@pulumi/pulumi/runtime/rpc") as Rpc;
const debuggable = load("@pulumi/pulumi/runtime/debuggable") as Debuggable;
const { Output } = load("@pulumi/pulumi/output") as Outputs;
// The one that the runtime itself loads.
const { Struct } = createRequire(load.resolve("@pulumi/pulumi"))(
  "google-protobuf/google/protobuf/struct_pb.js",
) as Structs;
const positions = pulumi.Resource as unknown as Positions;

/** Takes what a recording does not need out of the runtime; the result puts it back. */
export function makeLean(): () => void {
  const { transferProperties } = rpc;
  const { debuggablePromise } = debuggable;
  const { stackTrace } = positions;
  const { fromJavaScript } = Struct;
  const formatter = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  const { stackTraceLimit } = Error;
  rpc.transferProperties = transferLazily;
  // Four promises a property, each with a stack trace, in case one is never settled.
  debuggable.debuggablePromise = (promise) => promise;
  // A wire format for properties that go nowhere.
  Struct.fromJavaScript = (value) => Object.assign(new Struct(), { toJavaScript: () => value });
  // Where in the program each resource is made.
  positions.stackTrace = () => [];
  Error.prepareStackTrace = String;
  Error.stackTraceLimit = 0;
  return () => {
    rpc.transferProperties = transferProperties;
    debuggable.debuggablePromise = debuggablePromise;
    positions.stackTrace = stackTrace;
    Struct.fromJavaScript = fromJavaScript;
    if (formatter === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Object.defineProperty(Error, "prepareStackTrace", formatter);
    Error.stackTraceLimit = stackTraceLimit;
  };
}

/** Every output property of a resource, as the runtime has it, but made only when it is read: few ever are. */
function transferLazily(onto: object, label: string, props: object): Record<string, Resolve> {
  const resolvers: Record<string, Resolve> = {};
  for (const name of Object.keys(props)) {
    if (name === "id" || name === "urn") continue;
    if (Object.hasOwn(onto, name)) throw new Error(`Property '${name}' is already initialized on target '${label}`);
    const property = new LazyProperty(onto);
    resolvers[name] = property.resolve;
    Object.defineProperty(onto, name, {
      configurable: true,
      enumerable: true,
      get: () => property.output(),
      set: (value: unknown) => {
        Object.defineProperty(onto, name, { configurable: true, enumerable: true, writable: true, value });
      },
    });
  }
  return resolvers;
}

type Settled = readonly [unknown, boolean, boolean, readonly pulumi.Resource[]];

/** One output property: remembers what it came to until somebody reads it. */
class LazyProperty {
  private made: object | undefined;
  private settled: Settled | undefined;
  private error: Error | undefined;
  private readonly waiting: {
    readonly resolve: (settled: Settled) => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  constructor(private readonly onto: object) {}

  readonly resolve: Resolve = (value, known, secret, dependencies = [], error) => {
    if (error === undefined) this.settled = [value, known, secret, dependencies];
    else this.error = error;
    for (const { resolve, reject } of this.waiting) {
      if (this.settled === undefined) reject(error as Error);
      else resolve(this.settled);
    }
  };

  output(): object {
    if (this.made === undefined) {
      const whole = new Promise<Settled>((resolve, reject) => {
        if (this.settled !== undefined) resolve(this.settled);
        else if (this.error !== undefined) reject(this.error);
        else this.waiting.push({ resolve, reject });
      });
      this.made = new Output(
        this.onto,
        whole.then(([value]) => value),
        whole.then(([, known]) => known),
        whole.then(([, , secret]) => secret),
        whole.then(([, , , dependencies]) => dependencies),
      );
    }
    return this.made;
  }
}
