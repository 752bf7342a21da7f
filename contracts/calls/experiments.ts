import type { ProgramCalls, Thing } from "./call";

const endpoint: Thing = { kind: "endpoint", output: "endpointName" };
const flags: Thing = { kind: "table", output: "tables.flags" };

/** Calls of the experiment's commands, with the rights of whoever runs them. */
export const calls: ProgramCalls = {
  program: "experiments",
  entries: [
    "services/experiments/operate.ts",
    "services/experiments/endpoint-weights.ts",
    "services/experiments/health.ts",
    "services/kit/experiment/store.ts",
  ],
  as: "command",
  calls: [
    { operation: "dynamodb:GetItem", on: flags, why: "The experiment's state" },
    { operation: "dynamodb:BatchGetItem", on: flags, why: "Its changes" },
    { operation: "dynamodb:TransactWriteItems", on: flags, why: "A new state together with the change that led to it" },
    { operation: "sagemaker:DescribeEndpoint", on: endpoint, why: "Weights that the endpoint has" },
    { operation: "sagemaker:UpdateEndpointWeightsAndCapacities", on: endpoint, why: "Weights that it is given" },
    {
      operation: "cloudwatch:GetMetricData",
      on: { kind: "metrics", message: "the metrics' namespace" },
      why: "Latency and errors by variant",
    },
  ],
};
