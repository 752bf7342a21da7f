import assert from "node:assert/strict";
import { Warehouse, type WorkloadQueue } from "../../../components/warehouse/warehouse";
import { record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { ARGS } from "./args";

const cluster = (queues?: readonly WorkloadQueue[]) =>
  ({
    mode: "provisioned",
    nodeType: "ra3.xlplus",
    nodes: 2,
    snapshotEveryHours: 8,
    ...(queues === undefined ? {} : { queues }),
  }) as const;
const make = (queues?: readonly WorkloadQueue[]) =>
  record(({ opts }) => new Warehouse("warehouse", { ...ARGS, deployment: cluster(queues) }, opts));

async function configurationOf(queues?: readonly WorkloadQueue[]): Promise<unknown> {
  const { inputs } = (await make(queues)).only("aws:redshift/parameterGroup:ParameterGroup");
  const parameters = inputs["parameters"] as readonly { readonly name: string; readonly value: string }[];
  const found = parameters.find(({ name }) => name === "wlm_json_configuration");
  return found === undefined ? undefined : JSON.parse(found.value);
}

describe("Warehouse's queues", () => {
  it("are Redshift's own unless asked for", async () => {
    assert.equal(await configurationOf(), undefined);
  });

  it("stand in their order before the default one, and short statements have a lane", async () => {
    const queues: readonly WorkloadQueue[] = [
      { name: "loads", roles: ["loader"], priority: "high", concurrencyScaling: true },
      { name: "explore", queryGroups: ["notebook"], priority: "low", abortAfterSeconds: 600 },
    ];
    const common = { auto_wlm: true, queue_type: "auto" };
    assert.deepEqual(await configurationOf(queues), [
      {
        ...common,
        name: "loads",
        user_role: ["loader"],
        query_group: [],
        priority: "high",
        concurrency_scaling: "auto",
      },
      {
        ...common,
        name: "explore",
        user_role: [],
        query_group: ["notebook"],
        priority: "low",
        concurrency_scaling: "off",
        rules: [
          {
            rule_name: "too_long",
            predicate: [{ metric_name: "query_execution_time", operator: ">", value: 600 }],
            action: "abort",
          },
        ],
      },
      {
        ...common,
        name: "Default queue",
        user_role: [],
        query_group: [],
        priority: "normal",
        concurrency_scaling: "off",
      },
      { short_query_queue: true },
    ]);
  });

  it("are refused, all at once, when they could not work", async () => {
    const refused = (queues: readonly WorkloadQueue[], paths: readonly string[]) =>
      assertRefused(
        ({ opts }) => new Warehouse("warehouse", { ...ARGS, deployment: cluster(queues) }, opts),
        [...paths],
      );
    await refused(
      [
        { name: "1st", roles: ["a"] },
        { name: "default queue", roles: ["a"], abortAfterSeconds: 0 },
        { name: "idle" },
        { name: "idle", roles: ["b"], priority: "urgent" as "high" },
      ],
      [
        "deployment.queues[3]",
        "deployment.queues[0].name",
        "deployment.queues[1].name",
        "deployment.queues[1].abortAfterSeconds",
        "deployment.queues[2]",
        "deployment.queues[3].priority",
      ],
    );
    const many = Array.from({ length: 8 }, (_, index) => ({ name: `q${index}`, roles: ["a"] }));
    await refused(many, ["deployment.queues"]);
  });
});
