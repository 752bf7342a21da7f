import { always, validated, type ServiceTable } from "../define";

export const budgets: ServiceTable = {
  "aws:budgets/budget:Budget": validated({
    autoName: { property: "name", max: 100 },
    replaceOn: ["name", "accountId"],
    outputs: {
      accountId: (r) => r.place.account,
      arn: (r) => r.arn("budgets", `budget/${r.text("name")}`, { region: "" }),
      limitAmount: always("0"),
      limitUnit: always("USD"),
      timePeriodEnd: always("2087-06-15_00:00"),
      timePeriodStart: always("2020-01-01_00:00"),
    },
    id: (r) => `${r.place.account}:${r.text("name")}`,
  }),
  "aws:costexplorer/anomalyMonitor:AnomalyMonitor": validated({
    autoName: { property: "name", max: 1024 },
    replaceOn: ["monitorDimension", "monitorSpecification", "monitorType"],
    outputs: { arn: (r) => r.id },
    id: (r) => r.arn("ce", `anomalymonitor/${r.uuid()}`, { region: "" }),
  }),
  "aws:costexplorer/anomalySubscription:AnomalySubscription": validated({
    autoName: { property: "name", max: 1024 },
    outputs: { arn: (r) => r.id },
    id: (r) => r.arn("ce", `anomalysubscription/${r.uuid()}`, { region: "" }),
  }),
};
