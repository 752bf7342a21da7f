import { at, isBlock, list, number, text } from "../../../graph";
import type { FleetGraph, GraphNode, Value } from "../../../graph";
import type { Labels, Pod, Policy } from "../rules/network-policy";
import { clusterGroup, known } from "./answers";
import { emrGroups } from "./network";
import type { Client } from "../../../../contracts/links/link";

/** A program or store as the network sees it. */
export interface Machine {
  readonly node: GraphNode;
  /** What a path calls it. */
  readonly name: string;
  readonly region: string;
  /** Empty: outside of every VPC, in AWS's own network. */
  readonly subnetIds: readonly string[];
  readonly groupIds: readonly string[];
  /** Port that it listens on. */
  readonly port?: number;
  /** Of a pod: what network policies select. */
  readonly pod?: Pod;
}

/** Finds machines in a stack's graph. */
export class Machines {
  constructor(private readonly graph: FleetGraph) {}

  /** Those of one client in all stacks. */
  clients(client: Client): readonly Machine[] {
    switch (client) {
      case "api":
        return this.pods();
      case "node":
        return this.nodes();
      case "verifier":
        return this.workers("meridian:intake:Intake", client);
      case "worker":
        return this.workers("meridian:training:Training", client);
      case "etl":
        return [...this.emr("nodes"), ...this.serverless()];
      case "emr-service":
        return this.emr("service");
      case "search-delivery":
        return this.deliveries();
      case "warehouse":
        return this.warehouses();
      case "transform":
        return this.functions("meridian:ingest:Transform", client);
      case "collector-function":
        return this.functions("meridian:ingest:CollectorFunction", client);
      default:
        return [];
    }
  }

  clusters(): readonly GraphNode[] {
    return this.graph.of("aws:eks/cluster:Cluster");
  }

  /** Machines of a stack only: what connects stays in its region. */
  in(machines: readonly Machine[], stack: string): readonly Machine[] {
    return machines.filter(({ node }) => node.stack === stack);
  }

  /** The deployment's pods, on the nodes of the stack's cluster. */
  pods(): readonly Machine[] {
    return this.graph.of("kubernetes:apps/v1:Deployment").flatMap((node) => {
      const nodes = this.in(this.nodes(), node.stack)[0];
      if (nodes === undefined) return [];
      const namespace = text(node.inputs, "metadata.namespace") ?? "default";
      const template = at(node.inputs, "spec.template");
      const ports = list(template, "spec.containers").flatMap((one) => list(one, "ports"));
      const named = ports.flatMap((one): [string, number][] => {
        const port = number(one, "containerPort");
        return port === undefined ? [] : [[text(one, "name") ?? String(port), port]];
      });
      const [, port] = named[0] ?? [];
      return [
        {
          ...nodes,
          node,
          name: `pods ${namespace}/${text(node.inputs, "metadata.name") ?? node.name}`,
          ...(port === undefined ? {} : { port }),
          pod: { namespace, labels: labelsOf(at(template, "metadata.labels")), ports: Object.fromEntries(named) },
        },
      ];
    });
  }

  nodes(): readonly Machine[] {
    return this.graph.of("aws:eks/nodeGroup:NodeGroup").flatMap((node) => {
      const cluster = this.clusters().find(({ stack }) => stack === node.stack);
      if (cluster === undefined) return [];
      return [
        {
          node,
          name: `nodes ${text(node.inputs, "nodeGroupName") ?? node.name}`,
          region: node.region,
          subnetIds: known(list(node.inputs, "subnetIds")),
          groupIds: [clusterGroup(cluster.urn)],
        },
      ];
    });
  }

  policies(stack: string): readonly Policy[] {
    return this.graph
      .of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
      .filter((node) => node.stack === stack)
      .map(({ urn, inputs }) => ({ urn, object: inputs }));
  }

  services(stack: string): readonly GraphNode[] {
    return this.graph.of("kubernetes:core/v1:Service").filter((node) => node.stack === stack);
  }

  private workers(component: string, name: string): readonly Machine[] {
    return this.childrenOf(component, "aws:autoscaling/group:Group").flatMap((node) => {
      const template = this.graph
        .of("aws:ec2/launchTemplate:LaunchTemplate")
        .find((one) => one.stack === node.stack && one.parent === node.parent);
      if (template === undefined) return [];
      return [
        {
          node,
          name,
          region: node.region,
          subnetIds: known(list(node.inputs, "vpcZoneIdentifiers")),
          groupIds: known(list(template.inputs, "vpcSecurityGroupIds")),
        },
      ];
    });
  }

  /** EMR's nodes, primary and others alike, or its service's side. */
  emr(side: "nodes" | "service"): readonly Machine[] {
    return emrGroups(this.graph).flatMap(({ node, primary, core, service, subnetIds }) => {
      const common = { node, region: node.region, subnetIds };
      if (side === "service") return [{ ...common, name: "EMR's service", groupIds: [service], port: 9443 }];
      return [
        { ...common, name: "EMR primary node", groupIds: [primary], port: 8443 },
        { ...common, name: "EMR core and task nodes", groupIds: [core], port: 8443 },
      ];
    });
  }

  private serverless(): readonly Machine[] {
    return this.graph.of("aws:emrserverless/application:Application").map((node) => ({
      node,
      name: "EMR Serverless workers",
      region: node.region,
      subnetIds: known(list(node.inputs, "networkConfiguration.subnetIds")),
      groupIds: known(list(node.inputs, "networkConfiguration.securityGroupIds")),
    }));
  }

  private deliveries(): readonly Machine[] {
    return this.graph.of("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream").flatMap((node) => {
      const vpc = at(node.inputs, "opensearchConfiguration.vpcConfig");
      if (!isBlock(vpc)) return [];
      return [
        {
          node,
          name: `Firehose ${text(node.inputs, "name") ?? node.name}`,
          region: node.region,
          subnetIds: known(list(vpc, "subnetIds")),
          groupIds: known(list(vpc, "securityGroupIds")),
        },
      ];
    });
  }

  warehouses(): readonly Machine[] {
    const provisioned = this.graph.of("aws:redshift/cluster:Cluster").map((node) => ({
      node,
      name: `Redshift ${text(node.inputs, "clusterIdentifier") ?? node.name}`,
      region: node.region,
      // Without enhanced routing, COPY goes through AWS's own network.
      subnetIds:
        at(node.inputs, "enhancedVpcRouting") === true
          ? this.subnetsOf(
              "aws:redshift/subnetGroup:SubnetGroup",
              at(node.inputs, "clusterSubnetGroupName"),
              node.stack,
            )
          : [],
      groupIds: known(list(node.inputs, "vpcSecurityGroupIds")),
    }));
    const serverless = this.graph.of("aws:redshiftserverless/workgroup:Workgroup").map((node) => ({
      node,
      name: `Redshift Serverless ${text(node.inputs, "workgroupName") ?? node.name}`,
      region: node.region,
      subnetIds: at(node.inputs, "enhancedVpcRouting") === true ? known(list(node.inputs, "subnetIds")) : [],
      groupIds: known(list(node.inputs, "securityGroupIds")),
    }));
    return [...provisioned, ...serverless];
  }

  caches(): readonly Machine[] {
    return this.graph
      .of("aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster")
      .map((node) => {
        const port = number(node.inputs, "port");
        return {
          node,
          name: `cache ${text(node.inputs, "replicationGroupId") ?? text(node.inputs, "clusterId") ?? node.name}`,
          region: node.region,
          subnetIds: this.subnetsOf(
            "aws:elasticache/subnetGroup:SubnetGroup",
            at(node.inputs, "subnetGroupName"),
            node.stack,
          ),
          groupIds: known(list(node.inputs, "securityGroupIds")),
          ...(port === undefined ? {} : { port }),
        };
      });
  }

  searches(): readonly Machine[] {
    return this.graph.of("aws:opensearch/domain:Domain").map((node) => ({
      node,
      name: `search domain ${text(node.inputs, "domainName") ?? node.name}`,
      region: node.region,
      subnetIds: known(list(node.inputs, "vpcOptions.subnetIds")),
      groupIds: known(list(node.inputs, "vpcOptions.securityGroupIds")),
      port: 443,
    }));
  }

  private functions(component: string, name: string): readonly Machine[] {
    return this.childrenOf(component, "aws:lambda/function:Function").map((node) => ({
      node,
      name,
      region: node.region,
      subnetIds: known(list(node.inputs, "vpcConfig.subnetIds")),
      groupIds: known(list(node.inputs, "vpcConfig.securityGroupIds")),
    }));
  }

  private subnetsOf(type: string, name: Value, stack: string): readonly string[] {
    const group = this.graph.of(type).find((one) => one.stack === stack && at(one.inputs, "name") === name);
    return group === undefined ? [] : known(list(group.inputs, "subnetIds"));
  }

  private childrenOf(component: string, type: string): readonly GraphNode[] {
    return this.graph.of(type).filter(({ parent }) => this.graph.get(parent)?.type === component);
  }
}

function labelsOf(value: Value): Labels {
  if (!isBlock(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, label]) => (typeof label === "string" ? [[key, label]] : [])),
  );
}
