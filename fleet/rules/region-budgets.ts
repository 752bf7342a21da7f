import { list, text } from "../graph";
import type { FleetRule } from "./rule";

/** Z4. */
export const regionBudgets: FleetRule = {
  id: "Z4",
  name: "fleet-region-budgets",
  title: "Every region has a budget, and somebody who is told",
  severity: "low",
  level: "advisory",
  source: ["new"],
  why: "A region that was added for a trial and forgotten costs as much as one that serves.",
  fix: "Let the foundation make a budget for each region (`monthlyBudgetUsdPerRegion`, `ownerEmail`)",
  check({ graph, topology }, judge) {
    const budgets = graph.of("aws:budgets/budget:Budget");
    for (const { name } of topology.regions) {
      const region: string = name;
      const own = budgets.filter(({ inputs }) =>
        list(inputs, "costFilters").some(
          (filter) => text(filter, "name") === "Region" && list(filter, "values").includes(region),
        ),
      );
      if (own.length === 0)
        judge.missing(`${topology.environment}.foundation`, "costFilters", `a budget for ${region}`);
      for (const budget of own) {
        const told = list(budget.inputs, "notifications").some(
          (notice) =>
            list(notice, "subscriberEmailAddresses").length > 0 || list(notice, "subscriberSnsTopicArns").length > 0,
        );
        if (!told) judge.against(budget, "notifications", "somebody who is told", "nobody");
      }
    }
  },
};
