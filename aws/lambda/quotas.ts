import { number } from "../value";
import { sum } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

const FUNCTION = "aws:lambda/function:Function";
/** AWS keeps this much for functions that reserve none: docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const UNRESERVED_CONCURRENCY = 100;

/** Lambda. */
export const quotas: readonly Quota[] = [
  {
    id: "lambda-concurrency",
    service: "lambda",
    code: "L-B99A9384",
    name: "Concurrent executions",
    byDefault: 1000,
    unit: "executions",
    adjustable: true,
    scope: "region",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    counts: `reserved concurrency, and the ${UNRESERVED_CONCURRENCY} that AWS keeps for all others`,
    types: [FUNCTION],
    count(plan) {
      const functions = plan.of(FUNCTION);
      if (functions.length === 0) return [];
      const [reserved = { amount: 0 }] = sum(
        functions,
        ({ inputs }) => number(inputs, "reservedConcurrentExecutions") ?? 0,
      );
      return [{ ...reserved, amount: reserved.amount + UNRESERVED_CONCURRENCY }];
    },
  },
];
