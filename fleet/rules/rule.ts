import type { Topology } from "../../regions/topology/model";
import type { FleetGraph, GraphNode } from "../graph";
import { at, show } from "../graph";

/** How bad it is when the rule is broken. */
export type Severity = "low" | "medium" | "high" | "critical";

/** `mandatory` stops a plan or an update of the fleet. `advisory` warns. */
export type Level = "mandatory" | "advisory";

/** What all rules judge: the resources of every stack, and the topology that promises what they must do together. */
export interface Fleet {
  readonly graph: FleetGraph;
  readonly topology: Topology;
}

/** One cross-stack rule: what no single stack can see. */
export interface FleetRule {
  /** Id in the catalogue, e.g. `Z1`. */
  readonly id: string;
  /** As the report shows it: `fleet-<rule>`, after the file. */
  readonly name: string;
  /** What must hold, in a few words. */
  readonly title: string;
  readonly severity: Severity;
  readonly level: Level;
  /** Controls that ask for it: AWS Foundational Security Best Practices unless prefixed; `new` when none does. */
  readonly source: readonly string[];
  /** What goes wrong otherwise. */
  readonly why: string;
  /** What to do about a violation, in terms of the topology or of properties. */
  readonly fix: string;
  /** When the rule holds its peace although a naive reading would complain. */
  readonly spares?: string;
  /** Why an unknown value is no violation, where it is none. */
  readonly unknowns?: string;
  check(fleet: Fleet, judge: FleetJudge): void;
}

/** A broken rule. */
export interface FleetViolation {
  readonly rule: FleetRule;
  /** The stack that must change; empty when the topology must. */
  readonly stack: string;
  /** The resource that is wrong; empty when one is missing. */
  readonly urn: string;
  /** Property of the resource, or path in the topology. */
  readonly property: string;
  /** What is wrong, where, how to fix. */
  readonly message: string;
}

/** Takes down violations while a rule judges. */
export class FleetJudge {
  readonly violations: FleetViolation[] = [];

  constructor(private readonly rule: FleetRule) {}

  /** A property of a resource is not as it must be. `got` is read from the property unless it is given. */
  against(node: GraphNode, property: string, want: string, got: string = show(at(node.inputs, property))): void {
    this.add(node.stack, node.urn, property, want, got);
  }

  /** Something that a stack must have is not there. */
  missing(stack: string, property: string, want: string, got = "nothing"): void {
    this.add(stack, "", property, want, got);
  }

  /** The topology itself asks for what cannot hold; `path` as in the file, e.g. `regions.2.cidr`. */
  topology(path: string, want: string, got: string): void {
    this.add("", "", path, want, got);
  }

  private add(stack: string, urn: string, property: string, want: string, got: string): void {
    const message = `${property}: want ${want}, got ${got}. ${this.rule.fix}`;
    this.violations.push({ rule: this.rule, stack, urn, property, message });
  }
}

/** Judges a fleet by rules, in their order. */
export function judgeFleet(rules: readonly FleetRule[], fleet: Fleet): readonly FleetViolation[] {
  return rules.flatMap((rule) => {
    const judge = new FleetJudge(rule);
    rule.check(fleet, judge);
    return judge.violations;
  });
}
