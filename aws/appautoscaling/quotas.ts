import { text } from "../value";
import { sum } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** Application Auto Scaling. */
export const quotas: readonly Quota[] = [
  {
    id: "application-autoscaling-sagemaker",
    service: "application-autoscaling",
    code: "L-1AAF0700",
    name: "Scalable targets for SageMaker",
    byDefault: 500,
    unit: "targets",
    adjustable: true,
    scope: "region",
    source: "https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-limits.html",
    counts: "targets of the service sagemaker",
    types: ["aws:appautoscaling/target:Target"],
    count: (plan) =>
      sum(
        plan
          .of("aws:appautoscaling/target:Target")
          .filter(({ inputs }) => text(inputs, "serviceNamespace") === "sagemaker"),
      ),
  },
];
