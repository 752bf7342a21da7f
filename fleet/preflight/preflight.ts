import { QUOTAS_READ } from "../../aws/quotas";
import type { Topology } from "../../regions/topology/model";
import type { FleetGraph } from "../graph";
import { AccountError } from "./account";
import type { Account } from "./account";
import { subnetRows } from "./addresses";
import { instanceRows } from "./instances";
import { placesOf } from "./places";
import { quotaRows } from "./quotas";
import type { Preflight } from "./report";
import { nameRows, optInRows, roleRows } from "./standing";

/**
 * Says what must hold in an AWS account before a topology can be applied to it, and what to request first.
 * @param graph The recorded stacks of the topology.
 * @param account Asked for what it has; without it, the topology's grants and AWS's defaults are taken.
 * @throws AccountError when the credentials are another account's, or AWS does not answer.
 */
export async function preflight(topology: Topology, graph: FleetGraph, account?: Account): Promise<Preflight> {
  await checkAccount(topology, account);
  const places = placesOf(topology, graph);
  const quotas = await quotaRows(topology, places, account);
  const instances = await instanceRows(topology, graph, account);
  const subnets = subnetRows(places);
  const names = nameRows(places);
  const roles = await roleRows(places, account);
  const optIn = await optInRows(topology, account);
  const missing = roles.filter(({ exists, madeBy }) => exists === false && madeBy === "you");
  const closed = optIn.filter(({ enabled }) => enabled !== true);
  const requests = [
    ...closed.map(({ command }) => command),
    ...missing.map(({ command }) => command),
    ...quotas.flatMap(({ request }) => request ?? []),
  ];
  const fits =
    quotas.every(({ status }) => status === "fits" || status === "granted") &&
    instances.every(({ offered, missing: zones = [] }) => offered !== false && zones.length === 0) &&
    subnets.every((subnet) => subnet.fits) &&
    names.every((name) => name.fits);
  return {
    environment: topology.environment,
    account: topology.account,
    asked: account !== undefined,
    read: QUOTAS_READ,
    quotas,
    instances,
    subnets,
    names,
    roles,
    optIn,
    requests: [...new Set(requests)],
    passed: fits && requests.length === 0,
  };
}

async function checkAccount({ account: wanted, environment }: Topology, account: Account | undefined): Promise<void> {
  const got = await account?.id();
  if (got === undefined || got === wanted) return;
  throw new AccountError(`the credentials are of account ${got}, ${environment} is in ${wanted}`);
}
