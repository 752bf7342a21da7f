/**
 * How a program's settings are declared: one schema a program, from which the component writes environment variables and
 * the program reads them. Nothing here needs a package, so that a schema costs a function's bundle next to nothing.
 */

/** How a value is written as text and read back. */
export interface Kind<T> {
  /** What a good text is, e.g. `a port`: the words after "want". */
  readonly want: string;
  /** The value; undefined for a text that is none. */
  parse(text: string): T | undefined;
  format(value: T): string;
}

/** One variable of a program's environment. */
export interface Setting<T> {
  readonly variable: string;
  readonly kind: Kind<NonNullable<T>>;
  /** What it says, for docs/settings.md. */
  readonly about: string;
  /** The value where the variable is absent or empty; without it, absence is a problem. */
  readonly absent?: { readonly value: T };
}

type Shape = Readonly<Record<string, Setting<unknown>>>;
export type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** The values of a shape, as the program reads them. */
export type ValuesOf<S> = { readonly [K in keyof S]: ValueOf<S[K]> };

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that must have a value. */
export function required<T>(variable: string, kind: Kind<T>, about: string): Setting<T> {
  return { variable, kind: kind as Kind<NonNullable<T>>, about };
}

/** A variable that may be absent. */
export function optional<T>(variable: string, kind: Kind<T>, about: string): Setting<T | undefined> {
  return { variable, kind: kind as Kind<NonNullable<T>>, about, absent: { value: undefined } };
}

/** A variable with a value of its own where it is absent. */
export function withDefault<T>(variable: string, kind: Kind<T>, value: T, about: string): Setting<T> {
  return { variable, kind: kind as Kind<NonNullable<T>>, about, absent: { value } };
}

/** Any text but an empty one. */
export const text: Kind<string> = { want: "a value", parse: (value) => value, format: (value) => value };

/** A number within bounds, both included. */
export function number({
  min,
  max = Infinity,
  integer = true,
}: {
  readonly min: number;
  readonly max?: number;
  readonly integer?: boolean;
}): Kind<number> {
  const bounds = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;
  return {
    want: `${integer ? "a whole number" : "a number"} ${bounds}`,
    parse: (value) => {
      const isNumber = (integer ? /^\d+$/ : /^\d+(?:\.\d+)?(?:e-?\d+)?$/).test(value);
      const parsed = Number(value);
      return isNumber && parsed >= min && parsed <= max && Number.isFinite(parsed) ? parsed : undefined;
    },
    format: String,
  };
}

/** One of some words. */
export function oneOf<const T extends readonly string[]>(words: T): Kind<T[number]> {
  return { want: words.join(" or "), parse: (value) => words.find((word) => word === value), format: (word) => word };
}

/** Yes or no, as one of two words. */
export function eitherOf(yes: string, no: string): Kind<boolean> {
  return {
    want: `${yes} or ${no}`,
    parse: (value) => (value === yes ? true : value === no ? false : undefined),
    format: (value) => (value ? yes : no),
  };
}

/** Texts with commas between them. */
export const list: Kind<readonly string[]> = {
  want: "values with commas between them",
  parse: (value) => value.split(",").filter((one) => one !== ""),
  format: (values) => values.join(","),
};

/** Settings that a program cannot work with; the message names every one. */
export class SettingsError extends Error {
  constructor(
    readonly program: string,
    readonly problems: readonly string[],
  ) {
    super(`settings of ${program}: ${problems.join("; ")}`);
    this.name = "SettingsError";
  }
}

/** What no single variable shows; returns one text a problem, `<variable>: want ..., got ...`. */
export type Check<S> = (values: ValuesOf<S>) => readonly string[];

/** The settings of one program. */
export class ProgramSettings<S extends { readonly [K in keyof S]: Setting<unknown> }> {
  /**
   * @param program folder in `services/`.
   * @param check what must hold between settings. @default nothing
   */
  constructor(
    readonly program: string,
    readonly shape: S,
    private readonly check: Check<S> = () => [],
  ) {}

  /** Reads an environment. @throws SettingsError naming every variable that is missing or wrong. */
  read(environment: Environment): ValuesOf<S> {
    const problems: string[] = [];
    const values: Record<string, unknown> = {};
    for (const [name, { variable, kind, absent }] of Object.entries(this.shape as Shape)) {
      const given = environment[variable];
      if (given === undefined || given === "") {
        if (absent === undefined) problems.push(`${variable}: want ${kind.want}, got nothing`);
        values[name] = absent?.value;
        continue;
      }
      const value: unknown = kind.parse(given);
      if (value === undefined) problems.push(`${variable}: want ${kind.want}, got ${given}`);
      values[name] = value;
    }
    const whole = values as ValuesOf<S>;
    problems.push(...this.check(whole).filter((problem) => !isKnown(problems, problem)));
    if (problems.length > 0) throw new SettingsError(this.program, problems);
    return whole;
  }

  /** The variables of some values; those that are undefined are left out. */
  write(values: { readonly [K in keyof S]?: ValueOf<S[K]> | undefined }): Record<string, string> {
    const variables: Record<string, string> = {};
    for (const name of Object.keys(values) as (keyof S & string)[]) {
      const value: unknown = values[name];
      if (value !== undefined) variables[this.variableOf(name)] = this.format(name, value as ValueOf<S[typeof name]>);
    }
    return variables;
  }

  /** Name of a setting's variable. */
  variableOf(name: keyof S & string): string {
    return this.shape[name].variable;
  }

  /** A value as the variable has it. */
  format<K extends keyof S & string>(name: K, value: ValueOf<S[K]>): string {
    return this.shape[name].kind.format(value as NonNullable<ValueOf<S[K]>>);
  }
}

/** Whether a variable has a problem already: what is wrong in itself is not compared with others. */
function isKnown(problems: readonly string[], problem: string): boolean {
  const variable = problem.slice(0, problem.indexOf(":"));
  return problems.some((known) => known.startsWith(`${variable}:`));
}
