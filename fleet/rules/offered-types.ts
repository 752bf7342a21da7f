import { alternatives, instanceTypes, type InstanceService } from "../../regions/catalogue";
import { list, text, texts, type FleetGraph, type GraphNode } from "../graph";
import type { FleetRule } from "./rule";

interface Use {
  readonly path: string;
  readonly type: string;
}

const named =
  (...paths: readonly string[]) =>
  ({ inputs }: GraphNode): readonly Use[] =>
    paths.flatMap((path) => {
      const type = text(inputs, path);
      return type === undefined ? [] : [{ path, type }];
    });

/** Every text under a key of that name, at any depth. */
const anywhere =
  (key: string) =>
  ({ inputs }: GraphNode): readonly Use[] =>
    texts(inputs).flatMap(({ path, text: type }) => (path.split(".").at(-1) === key ? [{ path, type }] : []));

const listed =
  (path: string) =>
  ({ inputs }: GraphNode): readonly Use[] =>
    list(inputs, path).flatMap((type, index) => (typeof type === "string" ? [{ path: `${path}.${index}`, type }] : []));

/** Where a type names the instances it wants, and in which service's list they stand. */
const READS: Readonly<
  Record<string, { readonly service: InstanceService; readonly uses: (node: GraphNode) => readonly Use[] }>
> = {
  "aws:ec2/launchTemplate:LaunchTemplate": { service: "ec2", uses: named("instanceType") },
  "aws:autoscaling/group:Group": { service: "ec2", uses: anywhere("instanceType") },
  "aws:eks/nodeGroup:NodeGroup": { service: "ec2", uses: listed("instanceTypes") },
  "aws:emr/cluster:Cluster": { service: "emr", uses: anywhere("instanceType") },
  "aws:emr/instanceFleet:InstanceFleet": { service: "emr", uses: anywhere("instanceType") },
  "aws:sagemaker/endpointConfiguration:EndpointConfiguration": { service: "sagemaker", uses: anywhere("instanceType") },
  "aws:elasticache/replicationGroup:ReplicationGroup": { service: "elasticache", uses: named("nodeType") },
  "aws:opensearch/domain:Domain": {
    service: "opensearch",
    uses: named("clusterConfig.instanceType", "clusterConfig.dedicatedMasterType", "clusterConfig.warmType"),
  },
  "aws:redshift/cluster:Cluster": { service: "redshift", uses: named("nodeType") },
};

/** An instance type that a resource asks for. */
export interface WantedType extends Use {
  readonly node: GraphNode;
  readonly service: InstanceService;
}

/** Every instance type that a fleet asks for. */
export function wantedTypes(graph: FleetGraph): readonly WantedType[] {
  return Object.entries(READS).flatMap(([type, { service, uses }]) =>
    graph.of(type).flatMap((node) => uses(node).map((use) => ({ ...use, node, service }))),
  );
}

/** C6. */
export const offeredTypes: FleetRule = {
  id: "C6",
  name: "fleet-offered-types",
  title: "Every instance type is offered in the region that asks for it",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "A type that the region does not have is found out by the last resource of an update that took an hour.",
  fix: "Add a type that the region offers to the topology's list: each region takes what it has of a list",
  spares: "Services whose types in a region the catalogue does not know (regions/catalogue).",
  check({ graph }, judge) {
    for (const { node, service, path, type } of wantedTypes(graph)) {
      const offered = instanceTypes(node.region, service);
      if (offered === undefined || offered.includes(type)) continue;
      const instead = alternatives(node.region, service, type).join(", ");
      judge.against(node, path, `a type that ${node.region} offers, such as ${instead}`, type);
    }
  },
};
