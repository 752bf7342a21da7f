import assert from "node:assert/strict";
import { SERVICE_LINKED_ROLES } from "../../../aws/quotas";
import { ServiceLinkedRoles } from "../../../components/keys/service-linked-roles";
import { buildStackGraph } from "../../../fleet/graph";
import { LINKABLE, linkedRolesOf } from "../../../regions/service-roles";
import { findTopology, loadTopology } from "../../../regions/topology/load";
import { varied } from "../../fleet/planned";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { assertTaken } from "../../kit/taken";

const ROLE = "aws:iam/serviceLinkedRole:ServiceLinkedRole";
const withRoles = (roles: string) => varied("prod", ["tables: {", `createServiceLinkedRoles: ${roles}\ntables: {`]);

describe("service-linked roles", () => {
  it("are made one for each service, and stay when the stack goes: the account has one for all", async () => {
    const services = ["autoscaling.amazonaws.com", "eks-nodegroup.amazonaws.com"];
    const recording = await record(({ opts }) => new ServiceLinkedRoles("roles", { services }, opts));
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      `${ROLE} roles-autoscaling < roles | retain`,
      `${ROLE} roles-eks-nodegroup < roles | retain`,
      "meridian:keys:ServiceLinkedRoles roles < (stack)",
    ]);
    assertTaken(recording);
  });

  it("are refused twice, and of what is no service", async () => {
    await assertRefused(
      ({ opts }) =>
        new ServiceLinkedRoles("roles", { services: ["spot.amazonaws.com", "spot.amazonaws.com", "EMR"] }, opts),
      ["services[1]", "services[2]"],
    );
  });

  it("are those that preflight knows, and that what is built needs", () => {
    const known = SERVICE_LINKED_ROLES.map(({ service }) => service);
    for (const service of LINKABLE) assert.ok(known.includes(service), service);
    const prod = loadTopology(findTopology("prod"));
    assert.deepEqual(linkedRolesOf(prod), LINKABLE);
    const less = linkedRolesOf({
      cache: { ...prod.cache, engine: "memcached" },
      etl: { ...prod.etl, mode: "serverless" },
      warehouse: { mode: "serverless", baseCapacityRpu: 8, rpoMinutes: 30 },
    });
    const spared = ["elasticache.amazonaws.com", "elasticmapreduce.amazonaws.com", "redshift.amazonaws.com"];
    assert.deepEqual(
      LINKABLE.filter((service) => !less.includes(service)),
      spared,
    );
  });

  it("are made in foundation where a topology asks: none, all, or those that are missing", async () => {
    const made = async (topology: ReturnType<typeof withRoles>): Promise<readonly unknown[]> => {
      const graph = await buildStackGraph(topology, { environment: topology.environment, kind: "foundation" });
      return graph.of(ROLE).map(({ inputs }) => inputs["awsServiceName"]);
    };
    assert.deepEqual(await made(varied("prod")), []);
    assert.deepEqual(await made(withRoles("false")), []);
    assert.deepEqual(await made(withRoles("true")), [...LINKABLE]);
    assert.deepEqual(await made(withRoles("[spot.amazonaws.com, autoscaling.amazonaws.com, spot.amazonaws.com]")), [
      "autoscaling.amazonaws.com",
      "spot.amazonaws.com",
    ]);
  });
});
