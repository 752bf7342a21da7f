/**
 * A typed builder of Amazon States Language, the part of it that Meridian uses.
 * docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
 */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Parameters = Readonly<Record<string, Json>>;

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: "FULL" | "NONE";
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly ResultPath: string;
  readonly Next: string;
}

export interface ChoiceRule {
  readonly Variable?: string;
  readonly BooleanEquals?: boolean;
  readonly StringEquals?: string;
  readonly NumericGreaterThanEqualsPath?: string;
  readonly IsPresent?: boolean;
  readonly And?: readonly ChoiceRule[];
  readonly Next?: string;
}

/** Where a state leads; filled in by {@link sequence}. */
interface Flow {
  readonly Next?: string;
  readonly End?: true;
}

export interface TaskState extends Flow {
  readonly Type: "Task";
  readonly Comment?: string;
  readonly Resource: string;
  readonly Parameters: Parameters;
  readonly ResultSelector?: Parameters;
  readonly ResultPath?: string | null;
  readonly TimeoutSeconds: number;
  readonly HeartbeatSeconds?: number;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface PassState extends Flow {
  readonly Type: "Pass";
  readonly Comment?: string;
  readonly Parameters?: Parameters;
  /** A fixed output, in place of `Parameters`. */
  readonly Result?: string;
  readonly ResultPath?: string;
}

/** A state in JSONata, which has the arithmetic that JSONPath lacks: docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
export interface ComputeState extends Flow {
  readonly Type: "Pass";
  readonly QueryLanguage: "JSONata";
  readonly Comment?: string;
  readonly Output: Parameters;
}

export interface WaitState extends Flow {
  readonly Type: "Wait";
  readonly Seconds: number;
}

export interface ChoiceState {
  readonly Type: "Choice";
  readonly Comment?: string;
  readonly Choices: readonly ChoiceRule[];
  readonly Default: string;
}

export interface MapState extends Flow {
  readonly Type: "Map";
  readonly Comment?: string;
  readonly ItemsPath: string;
  readonly ItemSelector: Parameters;
  readonly MaxConcurrency: number;
  readonly ToleratedFailurePercentage: number;
  readonly ItemProcessor: Machine & {
    readonly ProcessorConfig: { readonly Mode: "DISTRIBUTED"; readonly ExecutionType: "STANDARD" };
  };
  readonly ResultPath: string | null;
  readonly Catch?: readonly Catcher[];
}

/** Machines that run side by side; the result is a list of their outputs, in their order. */
export interface ParallelState extends Flow {
  readonly Type: "Parallel";
  readonly Comment?: string;
  readonly Branches: readonly Machine[];
  readonly ResultPath: string | null;
  readonly Catch?: readonly Catcher[];
}

export interface SucceedState {
  readonly Type: "Succeed";
  readonly Comment?: string;
}

export interface FailState {
  readonly Type: "Fail";
  readonly Error: string;
  readonly Cause: string;
}

export type State =
  TaskState | PassState | ComputeState | WaitState | ChoiceState | MapState | ParallelState | SucceedState | FailState;

export interface Machine {
  readonly Comment?: string;
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
}

/** A named state; in a sequence, one that says nothing of where it leads goes on to the next. */
export type Step = readonly [name: string, state: State];

/** Retries of calls to AWS: what is throttled or briefly down is asked again, with growing, jittered pauses. */
export const RETRY_TRANSIENT: readonly Retrier[] = [
  {
    ErrorEquals: ["States.TaskFailed"],
    IntervalSeconds: 10,
    MaxAttempts: 4,
    BackoffRate: 2,
    MaxDelaySeconds: 300,
    JitterStrategy: "FULL",
  },
];

/** Leads every step that has no way on of its own to the next one, and the last to the end. */
export function sequence(steps: readonly Step[]): Record<string, State> {
  // From entries, since a name such as `__proto__` would not become a property by assignment.
  return Object.fromEntries(
    steps.map(([name, state], index): [string, State] => {
      const next = steps[index + 1]?.[0];
      return [name, leads(state) ? state : { ...state, ...(next === undefined ? { End: true } : { Next: next }) }];
    }),
  );
}

/** Sends every error of the tasks, maps and parallels to one state, with the error in `$.error`. */
export function catching(states: Readonly<Record<string, State>>, next: string): Record<string, State> {
  const catcher = { ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: next };
  const fails = (state: State): state is TaskState | MapState | ParallelState =>
    state.Type === "Task" || state.Type === "Map" || state.Type === "Parallel";
  return Object.fromEntries(
    Object.entries(states).map(([name, state]) => [
      name,
      fails(state) ? { ...state, Catch: [...(state.Catch ?? []), catcher] } : state,
    ]),
  );
}

function leads(state: State): boolean {
  switch (state.Type) {
    case "Choice":
    case "Succeed":
    case "Fail":
      return true;
    default:
      return state.Next !== undefined || state.End === true;
  }
}

/** States that one state may lead to. */
export function successors(state: State): string[] {
  switch (state.Type) {
    case "Succeed":
    case "Fail":
      return [];
    case "Choice":
      return [...state.Choices.flatMap(({ Next }) => Next ?? []), state.Default];
    case "Pass":
    case "Wait":
      return state.Next === undefined ? [] : [state.Next];
    default:
      return [...(state.Next === undefined ? [] : [state.Next]), ...(state.Catch ?? []).map(({ Next }) => Next)];
  }
}

/** What is wrong with a machine, in words; empty when it can run. */
export function faultsOf(machine: Machine): string[] {
  const names = namesOf(machine);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...faultsIn(machine, ""), ...[...twice].map((name) => `${name} is the name of several states`)];
}

/** Names of all states, those of maps and branches included: in the whole machine each stands once. */
function namesOf(machine: Machine): string[] {
  return Object.entries(machine.States).flatMap(([name, state]) => [name, ...partsOf(state).flatMap(namesOf)]);
}

/** Machines within a state. */
function partsOf(state: State): readonly Machine[] {
  if (state.Type === "Map") return [state.ItemProcessor];
  return state.Type === "Parallel" ? state.Branches : [];
}

function faultsIn(machine: Machine, path: string): string[] {
  const names = new Set(Object.keys(machine.States));
  const faults: string[] = [];
  if (!names.has(machine.StartAt)) faults.push(`${path}StartAt leads to ${machine.StartAt}, which does not exist`);
  for (const [name, state] of Object.entries(machine.States)) {
    if (name.length > 80) faults.push(`${path}${name} is longer than 80 characters`);
    for (const next of successors(state)) {
      if (!names.has(next)) faults.push(`${path}${name} leads to ${next}, which does not exist`);
    }
    if (!leads(state)) faults.push(`${path}${name} leads nowhere`);
    if (state.Type === "Choice" && state.Choices.length === 0) faults.push(`${path}${name} has no choices`);
    for (const part of partsOf(state)) faults.push(...faultsIn(part, `${path}${name}/`));
  }
  const reached = reachable(machine);
  for (const name of names) {
    if (!reached.has(name)) faults.push(`${path}${name} cannot be reached`);
  }
  return faults;
}

function reachable({ StartAt, States }: Machine): Set<string> {
  const seen = new Set<string>();
  const open = [StartAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = States[name];
    if (state === undefined || seen.has(name)) continue;
    seen.add(name);
    open.push(...successors(state));
  }
  return seen;
}
