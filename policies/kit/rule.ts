import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import type { Graph, Resource } from "./resource";
import type { Properties, Value } from "./value";
import { at, show } from "./value";

/** How bad it is when the rule is broken. */
export type Severity = "low" | "medium" | "high" | "critical";

/**
 * `mandatory` stops a preview or update. `advisory` warns. `remediate` stops as well, and the rule can also repair the
 * resource where the pack is told so.
 */
export type Level = "mandatory" | "advisory" | "remediate";

/** One parameter of a rule; its default is part of its JSON Schema. */
export type Setting = PolicyConfigJSONSchema & {
  readonly description: string;
  readonly default: boolean | number | string | string[];
};

/** One rule of the catalogue. */
export interface Rule {
  /** Id in the catalogue, e.g. `S1`. */
  readonly id: string;
  /** As the engine shows it: `<service>-<rule>`, after the file. */
  readonly name: string;
  /** What must hold, in a few words. */
  readonly title: string;
  readonly severity: Severity;
  readonly level: Level;
  /** Controls that ask for it: AWS Foundational Security Best Practices unless prefixed; `new` when none does. */
  readonly source: readonly string[];
  /** What goes wrong otherwise. */
  readonly why: string;
  /** What to do about a violation, in terms of properties. */
  readonly fix: string;
  /** When the rule holds its peace although a naive reading would complain. */
  readonly spares?: string;
  /** Why an unknown value is no violation, where it is none. */
  readonly unknowns?: string;
  /** Every resource type that the rule reads. */
  readonly types: readonly string[];
  readonly settings?: Readonly<Record<string, Setting>>;
  /** Judges one resource of `types` by itself. */
  check?(resource: Resource, judge: Judge): void;
  /** Judges what several resources must do together. */
  checkStack?(graph: Graph, judge: Judge): void;
  /** Top-level properties that make the resource good; nothing when it is good already or cannot be repaired by itself. */
  remediate?(resource: Resource, settings: Settings): Properties | undefined;
}

/** A broken rule. */
export interface Violation {
  readonly rule: Rule;
  readonly urn: string;
  readonly property: string;
  /** What is wrong, where, how to fix. */
  readonly message: string;
}

/** The parameters of a rule: its configuration, else its defaults. */
export class Settings {
  constructor(
    private readonly rule: Rule,
    private readonly configured: Readonly<Record<string, unknown>> = {},
  ) {}

  /** A numeric parameter. */
  number(name: string): number {
    return Number(this.value(name));
  }

  /** A text parameter. */
  text(name: string): string {
    return String(this.value(name));
  }

  /** A list of texts. */
  texts(name: string): readonly string[] {
    const value = this.value(name);
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** A regular expression, matched anywhere, upper and lower case alike. */
  pattern(name: string): RegExp {
    return new RegExp(this.text(name), "i");
  }

  private value(name: string): unknown {
    return this.configured[name] ?? this.rule.settings?.[name]?.default;
  }
}

/** Takes down violations while a rule judges. */
export class Judge {
  readonly violations: Violation[] = [];

  constructor(
    private readonly rule: Rule,
    readonly settings: Settings,
  ) {}

  /** Property `property` of `resource` is not as it must be. `got` is read from the property unless it is given. */
  against(resource: Resource, property: string, want: string, got: Value = at(resource.props, property)): void {
    this.violations.push({
      rule: this.rule,
      urn: resource.urn,
      property,
      message: `${property}: want ${want}, got ${show(got)}. ${this.rule.fix}`,
    });
  }

  /** Requires that a property of `resource` is as it must be. */
  require(holds: boolean, resource: Resource, property: string, want: string): void {
    if (!holds) this.against(resource, property, want);
  }
}

/** Configuration by rule name. */
export type Configuration = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Judges a whole graph by all rules, with no engine. */
export function judge(rules: readonly Rule[], graph: Graph, configuration: Configuration = {}): readonly Violation[] {
  return rules.flatMap((rule) => {
    const held = new Judge(rule, new Settings(rule, configuration[rule.name]));
    for (const resource of graph.of(...rule.types)) rule.check?.(resource, held);
    rule.checkStack?.(graph, held);
    return held.violations;
  });
}
