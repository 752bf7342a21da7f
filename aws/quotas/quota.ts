import type { Properties } from "../value";

/** A resource that a plan would make; a node of a recorded graph satisfies it. */
export interface PlannedResource {
  readonly urn: string;
  /** Pulumi type token. */
  readonly type: string;
  readonly name: string;
  /** AWS region that it would stand in. */
  readonly region: string;
  readonly inputs: Properties;
  /** URNs from which each top-level property is computed. */
  readonly uses: Readonly<Record<string, readonly string[]>>;
}

/** What a plan would make in one place: a region, or the whole account. */
export interface Plan {
  /** Empty for the whole account. */
  readonly region: string;
  /** Resources of these types in this place. */
  of(...types: readonly string[]): readonly PlannedResource[];
  /** Resources of these types wherever they stand: a global table counts in its replicas' regions too. */
  everywhere(...types: readonly string[]): readonly PlannedResource[];
}

/** How much of a quota something needs. */
export interface Count {
  readonly amount: number;
  /** What needs it, where a quota holds for each of several things: a table, a zone, an instance type. */
  readonly of?: string;
  /** Resources whose part of the amount only AWS knows, so that it is at least the amount. @default none */
  readonly uncounted?: readonly string[];
}

/** What the account gets unasked, where it hangs on the region. */
export interface DefaultByRegion {
  readonly regions: Readonly<Record<string, number>>;
  readonly others: number;
}

/** One quota of AWS, and how to count what a plan needs of it. */
export interface Quota {
  /** Ours: service and what is limited, e.g. `vpc-nat-gateways`. */
  readonly id: string;
  /** Service code in Service Quotas, e.g. `vpc`. */
  readonly service: string;
  /** Quota code in Service Quotas, `L-` and 8 hex digits; undefined where none could be verified. */
  readonly code: string | undefined;
  /** As Service Quotas names it, or as AWS's page does where it has none; `<of>` stands for the thing counted. */
  readonly name: string;
  /** What an account has without asking. */
  readonly byDefault: number | DefaultByRegion;
  readonly unit: string;
  /** Whether AWS raises it on request. */
  readonly adjustable: boolean;
  /** `region`: all in a region together; `account`: all regions together; `resource`: each thing of a region by itself. */
  readonly scope: "region" | "account" | "resource";
  /** Page of AWS that states it. */
  readonly source: string;
  /** What is counted, in a few words. */
  readonly counts: string;
  /** Pulumi type tokens that it reads. */
  readonly types: readonly string[];
  /** What the plan needs: one count, or one for each thing with scope `resource`. */
  count(plan: Plan): readonly Count[];
}

/** What an account has of a quota in a region without asking. */
export function defaultIn({ byDefault }: Quota, region: string): number {
  return typeof byDefault === "number" ? byDefault : (byDefault.regions[region] ?? byDefault.others);
}

/** A quota's name with the thing it is counted for. */
export function nameFor({ name }: Quota, of = ""): string {
  return name.replace("<of>", of);
}

type Amount = (resource: PlannedResource) => number | undefined;

/** One count: the sum over resources of the amount of each, by default one; an unknown amount is told as uncounted. */
export function sum(resources: readonly PlannedResource[], amount: Amount = () => 1): readonly Count[] {
  const amounts = resources.map((resource) => ({ name: resource.name, amount: amount(resource) }));
  return [
    {
      amount: amounts.reduce((total, one) => total + (one.amount ?? 0), 0),
      uncounted: amounts.filter((one) => one.amount === undefined).map(({ name }) => name),
    },
  ];
}

/** A count for each resource. */
export function each(resources: readonly PlannedResource[], amount: Amount): readonly Count[] {
  return resources.map((resource) => {
    const found = amount(resource);
    return { amount: found ?? 0, of: resource.name, uncounted: found === undefined ? [resource.name] : [] };
  });
}

/** A count for each group of resources, by key; the amount is the sum over the group. */
export function grouped(
  resources: readonly PlannedResource[],
  key: (resource: PlannedResource) => string | undefined,
  amount: Amount = () => 1,
): readonly Count[] {
  const groups = Map.groupBy(resources, key);
  return [...groups].flatMap(([of, group]) =>
    of === undefined ? [] : sum(group, amount).map((one) => ({ ...one, of })),
  );
}

/** The name of the one resource of a type from which a property is computed; undefined when there is none. */
export function nameOfUsed(resource: PlannedResource, property: string, type: string): string | undefined {
  const urn = resource.uses[property]?.find((used) => typeOfUrn(used) === type);
  return urn?.split("::").at(-1);
}

function typeOfUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** A quota that counts resources of some types in a region, one each. */
export function perRegion(
  quota: Omit<Quota, "scope" | "counts" | "count"> & { readonly counts?: string },
  amount?: Amount,
): Quota {
  return {
    scope: "region",
    counts: "each one",
    ...quota,
    count: (plan) => sum(plan.of(...quota.types), amount),
  };
}

/** A quota that counts resources of some types in the whole account, one each. */
export function perAccount(quota: Omit<Quota, "scope" | "counts" | "count">): Quota {
  return { scope: "account", counts: "each one", ...quota, count: (plan) => sum(plan.of(...quota.types)) };
}
