import { alternatives, instanceTypes, type InstanceService } from "../../regions/catalogue";
import type { Topology } from "../../regions/topology/model";
import type { FleetGraph } from "../graph";
import { wantedTypes } from "../rules/offered-types";
import type { Account } from "./account";
import type { InstanceRow } from "./report";

/** Services whose instances are EC2's own, so that EC2 tells which zones offer them. */
const BY_ZONE: ReadonlySet<InstanceService> = new Set(["ec2", "emr"]);

/** Instance types that the plan uses, region by region, and whether they are offered there. */
export async function instanceRows(
  topology: Topology,
  graph: FleetGraph,
  account: Account | undefined,
): Promise<readonly InstanceRow[]> {
  const wanted = new Map(wantedTypes(graph).map((one) => [`${one.node.region} ${one.service} ${one.type}`, one]));
  const byRegion = Map.groupBy(wanted.values(), ({ node }) => node.region);
  const rows: InstanceRow[] = [];
  for (const [region, all] of [...byRegion].sort(([one], [other]) => one.localeCompare(other))) {
    const zones = topology.regions.find(({ name }) => name === region)?.availabilityZones ?? [];
    const asked = all.filter(({ service }) => BY_ZONE.has(service)).map(({ type }) => type);
    const offering = account === undefined ? undefined : await account.zonesOffering(region, [...new Set(asked)]);
    for (const { service, type } of all) {
      const offered = instanceTypes(region, service)?.includes(type);
      const having = BY_ZONE.has(service) ? offering?.get(type) : undefined;
      rows.push({
        region,
        service,
        type,
        ...(offered === undefined ? {} : { offered }),
        zones,
        ...(having === undefined ? {} : { missing: zones.filter((zone) => !having.includes(zone)) }),
        instead: offered === false ? alternatives(region, service, type) : [],
        ...(BY_ZONE.has(service) ? { command: commandFor(region, type) } : {}),
      });
    }
  }
  return rows;
}

function commandFor(region: string, type: string): string {
  return (
    `aws ec2 describe-instance-type-offerings --location-type availability-zone ` +
    `--filters Name=instance-type,Values=${type} --region ${region}`
  );
}
