import type { Plan, PlannedResource } from "../../../aws/quotas";
import type { Properties } from "../../../aws/value";

/** A resource of an example; the rest does not matter to a count. */
export interface Made {
  readonly type: string;
  /** @default "made" */
  readonly name?: string;
  /** @default "eu-west-1" */
  readonly region?: string;
  readonly inputs?: Properties;
  /** By property, `<type> <name>` of the resources that it is computed from. */
  readonly uses?: Readonly<Record<string, readonly string[]>>;
}

export function urnOf(type: string, name = "made"): string {
  return `urn:pulumi:prod.eu-west-1::meridian::meridian:room:Thing$${type}::${name}`;
}

/** What is made of these resources in a region; `""` is the whole account. */
export function planOf(made: readonly Made[], region = "eu-west-1"): Plan {
  const all = made.map(
    ({ type, name = "made", region: own = "eu-west-1", inputs = {}, uses = {} }): PlannedResource => ({
      urn: urnOf(type, name),
      type,
      name,
      region: own,
      inputs,
      uses: Object.fromEntries(
        Object.entries(uses).map(([property, used]) => [
          property,
          used.map((one) => urnOf(one.split(" ")[0] ?? "", one.split(" ")[1])),
        ]),
      ),
    }),
  );
  const select =
    (resources: readonly PlannedResource[]) =>
    (...types: readonly string[]) =>
      resources.filter(({ type }) => types.includes(type));
  const here = region === "" ? all : all.filter((one) => one.region === region);
  return { region, of: select(here), everywhere: select(all) };
}
