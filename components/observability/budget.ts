import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantMatch, wantNumber } from "../kit/want";

/** Arguments of {@link RegionBudget}. */
export interface RegionBudgetArgs {
  /** Of the region whose costs are watched; budgets themselves are of the account. */
  readonly scope: Scope;
  readonly monthlyUsd: number;
  readonly ownerEmail: string;
}

/** Percent of the budget at which the owner hears: of what was spent, and of what the month will have cost. */
const NOTICES = [
  { percent: 80, type: "ACTUAL" },
  { percent: 100, type: "ACTUAL" },
  { percent: 100, type: "FORECASTED" },
] as const;

/** Findings about the arguments, all of them. */
export function checkRegionBudget(args: RegionBudgetArgs): Finding[] {
  return [
    ...wantNumber("monthlyUsd", args.monthlyUsd, "US dollars", { min: 1 }),
    ...wantMatch("ownerEmail", args.ownerEmail, /^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an e-mail address"),
  ];
}

/**
 * A region's monthly budget. The foundation makes one for each region.
 * @throws InputPropertiesError listing every bad argument.
 */
export class RegionBudget extends pulumi.ComponentResource {
  readonly budgetName: pulumi.Output<string>;

  constructor(name: string, args: RegionBudgetArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`RegionBudget ${name}`, checkRegionBudget(args));
    super("meridian:observability:RegionBudget", name, {}, opts);
    const budget = new aws.budgets.Budget(
      name,
      {
        name: nameOf(args.scope, "monthly", "dashboard"),
        budgetType: "COST",
        timeUnit: "MONTHLY",
        limitAmount: String(args.monthlyUsd),
        limitUnit: "USD",
        costFilters: [{ name: "Region", values: [args.scope.region] }],
        notifications: NOTICES.map(({ percent, type }) => ({
          comparisonOperator: "GREATER_THAN",
          threshold: percent,
          thresholdType: "PERCENTAGE",
          notificationType: type,
          subscriberEmailAddresses: [args.ownerEmail],
        })),
      },
      { parent: this },
    );
    this.budgetName = budget.name;
    this.registerOutputs({ budgetName: this.budgetName });
  }
}
