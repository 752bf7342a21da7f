import assert from "node:assert/strict";
import { buildFleetGraph, text, type FleetGraph, type GraphNode } from "../../fleet/graph";
import { wantedTypes } from "../../fleet/rules/offered-types";
import { instanceTypes, offers, type Service } from "../../regions/catalogue";
import { findTopology, loadTopology } from "../../regions/topology/load";
import { kubernetesSchemas } from "../aws/published";

interface Published {
  readonly type: string;
  readonly path: string;
  /** The service in the regions' catalogue. */
  readonly service: Service;
  readonly versions: readonly string[];
  /** Where AWS lists them, the same for every region that has the service; read on 2026-11-21. */
  readonly source: string;
}

const emr = (minor: number): string => `emr-7.${minor}.0`;

/** What AWS publishes of each engine that a fleet pins. */
const PUBLISHED: readonly Published[] = [
  {
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    path: "engineVersion",
    service: "elasticache",
    versions: ["7.1", "7.2", "8.0", "8.1", "8.2"],
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html",
  },
  {
    type: "aws:elasticache/parameterGroup:ParameterGroup",
    path: "family",
    service: "elasticache",
    versions: ["redis7", "valkey7", "valkey8"],
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html",
  },
  {
    type: "aws:opensearch/domain:Domain",
    path: "engineVersion",
    service: "opensearch",
    versions: ["2.11", "2.13", "2.15", "2.17", "2.19", "3.1", "3.3"].map((version) => `OpenSearch_${version}`),
    source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/what-is.html",
  },
  {
    type: "aws:emr/cluster:Cluster",
    path: "releaseLabel",
    service: "emr",
    versions: [8, 9, 10, 11, 12].map(emr),
    source: "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-release-7x.html",
  },
  {
    type: "aws:eks/cluster:Cluster",
    path: "version",
    service: "eks",
    versions: ["1.33", "1.34", "1.35"],
    source: "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
  },
  {
    type: "aws:redshift/parameterGroup:ParameterGroup",
    path: "family",
    service: "redshift",
    versions: ["redshift-2.0"],
    source: "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html",
  },
  {
    type: "aws:athena/workgroup:Workgroup",
    path: "configuration.engineVersion.selectedEngineVersion",
    service: "athena",
    versions: ["Athena engine version 3"],
    source: "https://docs.aws.amazon.com/athena/latest/ug/engine-versions.html",
  },
  {
    type: "aws:lambda/function:Function",
    path: "runtime",
    service: "lambda",
    versions: ["nodejs22.x", "nodejs24.x"],
    source: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
  },
];

/** Services whose machines are chosen by type; of each the catalogue has the types by region. */
const WITH_TYPES = ["ec2", "elasticache", "emr", "opensearch", "redshift", "sagemaker"];

const named = ({ stack, type, name }: GraphNode): string => `${stack} ${type} ${name}`;

describe("what the fleets ask AWS for by name", function () {
  for (const environment of ["local", "dev", "prod"]) {
    describe(`in ${environment}`, () => {
      const topology = loadTopology(findTopology(environment));
      let graph: FleetGraph;
      before(async () => {
        graph = await buildFleetGraph(topology);
      });

      it("are instance and node types that the catalogue lists for the very region", () => {
        const wanted = wantedTypes(graph);
        assert.deepEqual([...new Set(wanted.map(({ service }) => service))].sort(), WITH_TYPES);
        // A region of which the catalogue knows no types would let any pass.
        const wrong = wanted.filter(
          ({ node, service, type }) => instanceTypes(node.region, service)?.includes(type) !== true,
        );
        assert.deepEqual(
          wrong.map(({ node, path, type }) => `${named(node)} ${path}: ${type}`),
          [],
        );
        const regions = new Set(wanted.map(({ node }) => node.region));
        assert.deepEqual([...regions].sort(), topology.regions.map(({ name }) => name).sort());
      });

      it("are engine versions that AWS publishes, of services that the region has", () => {
        for (const { type, path, service, versions, source } of PUBLISHED) {
          const nodes = graph.of(type);
          assert.ok(nodes.length > 0, type);
          for (const node of nodes) {
            const version = text(node.inputs, path) ?? "none";
            assert.ok(versions.includes(version), `${named(node)}: ${version} is not in ${source}`);
            assert.ok(offers(node.region, service), `${node.region} has no ${service}`);
          }
        }
      });

      it("are one version a fleet, so that regions behave alike", () => {
        for (const { type, path } of PUBLISHED.filter(({ path: of }) => of !== "family")) {
          assert.equal(new Set(graph.of(type).map(({ inputs }) => text(inputs, path))).size, 1, type);
        }
      });

      it("are a Kubernetes whose schemas are published, with every add-on pinned", () => {
        for (const cluster of graph.of("aws:eks/cluster:Cluster")) {
          assert.ok(kubernetesSchemas.version(text(cluster.inputs, "version") ?? "").kinds.size > 0);
        }
        const addOns = graph.of("aws:eks/addon:Addon");
        assert.equal(addOns.length, 5 * topology.regions.length);
        for (const addOn of addOns) {
          assert.match(text(addOn.inputs, "addonVersion") ?? "", /^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
        }
      });
    });
  }
});
