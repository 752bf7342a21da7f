import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";

/** A rule of the policy pack that a resource or a stack breaks. */
export interface Violation {
  readonly policy: string;
  /** Only `mandatory` stops an update. */
  readonly level: string;
  /** Name of the resource, or the stack's when the rule judges the stack as a whole. */
  readonly resource: string;
  readonly message: string;
}

/** What an operation did or would do, by kind of step. */
export interface StepCounts {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly same: number;
}

/** One planned or done step that changes something. */
export interface Step {
  readonly op: "create" | "update" | "replace" | "delete";
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** For an update or a replacement: the properties that differ. */
  readonly properties: readonly string[];
  /** For a replacement: paths of the properties that force it, as far as the plugin says so. */
  readonly forcedBy: readonly string[];
  /** Whether the state has it protected, as it was before the operation. */
  readonly protected: boolean;
}

export interface Collected {
  readonly counts: StepCounts;
  readonly steps: readonly Step[];
  readonly violations: readonly Violation[];
  readonly errors: readonly string[];
  /** Types of all resources seen, with how many of each. */
  readonly types: Readonly<Record<string, number>>;
}

const NAME_SEPARATOR = "::";

/** Last part of a URN: the resource's name. */
export function urnName(urn: string): string {
  return urn.split(NAME_SEPARATOR).at(-1) ?? urn;
}

/** Engine colours look like `<{%fg 1%}>`. */
function plain(text: string): string {
  // The second alternative is the terminal's own escape sequence.
  // eslint-disable-next-line no-control-regex
  return text.replace(/<\{%.*?%\}>|\u001b\[[0-9;]*m/g, "").trim();
}

/** Steps that Pulumi's engine reports and that change something, by the word we use. */
function changeOf(op: string): Step["op"] | undefined {
  switch (op) {
    case "create":
    case "import":
      return "create";
    case "update":
      return "update";
    case "replace":
      return "replace";
    case "delete":
      return "delete";
    default:
      return undefined;
  }
}

/** What forces a replacement: by path where the plugin compares in detail, else by top-level property. */
function forcedBy({ op, keys, detailedDiff }: StepEventMetadata): readonly string[] {
  if (op !== "replace") return [];
  const paths = Object.entries(detailedDiff ?? {})
    .filter(([, { diffKind }]) => diffKind.endsWith("-replace"))
    .map(([path]) => path);
  // Keys alone name what the engine itself replaces for: a provider, or a resource that goes first.
  const told = new Set(paths.map((path) => path.split(/[.[]/, 1)[0]));
  return [...paths, ...(keys ?? []).filter((key) => !told.has(key))].sort();
}

/** Listens to the engine's events of one operation and keeps what a report needs. */
export class EventCollector {
  private readonly steps: Step[] = [];
  private readonly violations: Violation[] = [];
  private readonly errors: string[] = [];
  private readonly types: Record<string, number> = {};
  /** URNs of all that the program has. */
  readonly registered = new Set<string>();
  private same = 0;

  /** Takes one event; returns the resource that was just finished, for a progress display. */
  take(event: EngineEvent): Step | undefined {
    const { policyEvent, diagnosticEvent, resourcePreEvent, resOutputsEvent, resOpFailedEvent } = event;
    if (policyEvent !== undefined) {
      this.violations.push({
        policy: policyEvent.policyName,
        level: policyEvent.enforcementLevel,
        resource: policyEvent.resourceUrn === undefined ? "" : urnName(policyEvent.resourceUrn),
        message: plain(policyEvent.message),
      });
    }
    if (diagnosticEvent?.severity === "error") {
      const text = plain(diagnosticEvent.message);
      const where = diagnosticEvent.urn === undefined || diagnosticEvent.urn === "" ? "" : urnName(diagnosticEvent.urn);
      const line = where === "" ? text : `${where}: ${text}`;
      if (text !== "" && !this.errors.includes(line)) this.errors.push(line);
    }
    const started = resourcePreEvent?.metadata;
    if (started !== undefined) {
      if (started.op === "same" || started.op === "create" || started.op === "update" || started.op === "replace") {
        this.types[started.type] = (this.types[started.type] ?? 0) + 1;
        this.registered.add(started.urn);
      }
      const op = changeOf(started.op);
      if (op === undefined) {
        if (started.op === "same") this.same += 1;
        return undefined;
      }
      const step: Step = {
        op,
        type: started.type,
        name: urnName(started.urn),
        urn: started.urn,
        properties: started.diffs ?? [],
        forcedBy: forcedBy(started),
        protected: started.old?.protect === true,
      };
      this.steps.push(step);
      return step;
    }
    const settled = (resOutputsEvent ?? resOpFailedEvent)?.metadata;
    const op = settled === undefined ? undefined : changeOf(settled.op);
    if (settled === undefined || op === undefined) return undefined;
    const { type, urn } = settled;
    return { op, type, name: urnName(urn), urn, properties: [], forcedBy: [], protected: false };
  }

  collected(): Collected {
    const count = (op: Step["op"]): number => this.steps.filter((step) => step.op === op).length;
    return {
      counts: {
        create: count("create"),
        update: count("update"),
        replace: count("replace"),
        delete: count("delete"),
        same: this.same,
      },
      steps: this.steps,
      violations: this.violations,
      errors: this.errors,
      types: this.types,
    };
  }
}

/** True when nothing would change or was changed. */
export function unchanged({ create, update, replace, delete: removed }: StepCounts): boolean {
  return create + update + replace + removed === 0;
}
