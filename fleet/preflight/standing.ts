import { NAME_LIMITS, SERVICE_LINKED_ROLES } from "../../aws/quotas";
import { regionInfo } from "../../regions/catalogue";
import type { Topology } from "../../regions/topology/model";
import { text } from "../graph";
import type { Account } from "./account";
import type { Places } from "./places";
import type { NameRow, OptInRow, RoleRow } from "./report";

/** The longest name of each type whose limit is known. */
export function nameRows({ account }: Places): readonly NameRow[] {
  return NAME_LIMITS.flatMap(({ type, property, max }): NameRow[] => {
    const names = account.of(type).flatMap(({ inputs }) => text(inputs, property) ?? []);
    const [name] = [...names].sort((one, other) => other.length - one.length);
    return name === undefined ? [] : [{ type, property, name, length: name.length, max, fits: name.length <= max }];
  });
}

/** Roles that the services of the plan act by. */
export async function roleRows({ account: plan }: Places, account: Account | undefined): Promise<readonly RoleRow[]> {
  const made = plan
    .of("aws:iam/serviceLinkedRole:ServiceLinkedRole")
    .map(({ inputs }) => text(inputs, "awsServiceName"));
  const needed = SERVICE_LINKED_ROLES.filter(({ types, needs = () => true }) => plan.of(...types).some(needs));
  const rows: RoleRow[] = [];
  for (const { service, role, madeBy } of needed) {
    rows.push({
      service,
      role,
      madeBy: made.includes(service) ? "plan" : madeBy,
      ...(account === undefined ? {} : { exists: await account.hasRole(role) }),
      command: `aws iam create-service-linked-role --aws-service-name ${service}`,
    });
  }
  return rows;
}

/** Regions of the topology that an account has only after it enabled them. */
export async function optInRows(topology: Topology, account: Account | undefined): Promise<readonly OptInRow[]> {
  const regions = topology.regions.map(({ name }) => name).filter((name) => regionInfo(name)?.optIn === true);
  if (regions.length === 0) return [];
  const enabled = await account?.enabledRegions();
  return regions.map((region) => ({
    region,
    ...(enabled === undefined ? {} : { enabled: enabled.has(region) }),
    command: `aws account enable-region --region-name ${region}`,
  }));
}
