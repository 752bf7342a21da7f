import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { DELIVERY_SECONDS } from "./alarms";
import type { Promises } from "./targets";
import { dashboardBody, type Metric, type Widget } from "./widgets";
import { DATA_AGE, ENVIRONMENT, MODEL_AGE, NAMESPACE } from "../../contracts/metrics/ages";

/** What the fleet's dashboard shows of one region, by names that are computed: no region's stack is asked. */
export interface FleetRegion {
  readonly region: string;
  readonly zone: string;
  readonly stream: string;
  /** Delivery streams by a short name. */
  readonly deliveryStreams: Readonly<Record<string, string>>;
  readonly endpointName: string;
  readonly variantNames: readonly string[];
  /** The region's own dashboard. */
  readonly dashboard: string;
}

/** What it shows of a residency zone. */
export interface FleetZone<T = pulumi.Input<string>> {
  readonly zone: string;
  readonly primary: string;
  readonly replicas: readonly string[];
  readonly distributionId: T;
  /** Health check ids by region. */
  readonly healthCheckIds: Readonly<Record<string, T>>;
  /** The zone's global tables by a short name. */
  readonly tables: Readonly<Record<string, string>>;
}

/** Arguments of {@link FleetDashboard}. */
export interface FleetDashboardArgs {
  /** Of the home region. A dashboard itself has no region. */
  readonly scope: Scope;
  readonly regions: readonly FleetRegion[];
  readonly zones: readonly FleetZone[];
  readonly promises: Promises & { readonly rpoSeconds: number };
}

/** CloudFront and Route 53 put their metrics here: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html */
const GLOBAL_REGION = "us-east-1";
/** Route 53 takes a region for dead when no more of its checkers reach it: docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html */
const HEALTHY_PERCENT = 18;

/** Findings about the arguments, all of them. */
export function checkFleetDashboard({ regions, zones }: FleetDashboardArgs): Finding[] {
  const known = new Set(zones.map(({ zone }) => zone));
  return [
    ...(regions.length === 0 ? [finding("regions", "at least 1 region", 0)] : []),
    ...regions.flatMap(({ zone }, index) =>
      known.has(zone) ? [] : [finding(`regions[${index}].zone`, `one of ${[...known].join(", ")}`, zone)],
    ),
  ];
}

/**
 * One page over all regions: each promise of the topology is a graph, and each region a line of it, with the promise
 * drawn beside. It holds figures only, of nobody in particular, so one page may show all residency zones.
 * @throws InputPropertiesError listing every bad argument.
 */
export class FleetDashboard extends pulumi.ComponentResource {
  readonly dashboardName: string;

  constructor(name: string, args: FleetDashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`FleetDashboard ${name}`, checkFleetDashboard(args));
    super("meridian:observability:FleetDashboard", name, {}, opts);
    this.dashboardName = nameOf(args.scope, "fleet", "dashboard");
    const body = pulumi
      .output(args.zones)
      .apply((zones) => dashboardBody(args.scope.region, fleetWidgets(args, zones)));
    new aws.cloudwatch.Dashboard(name, { dashboardName: this.dashboardName, dashboardBody: body }, { parent: this });
    this.registerOutputs({ dashboardName: this.dashboardName });
  }
}

/** The page's widgets, a graph for each promise. Pure. */
export function fleetWidgets(
  { scope, regions, promises }: Pick<FleetDashboardArgs, "scope" | "regions" | "promises">,
  zones: readonly FleetZone<string>[],
): Widget[] {
  const each = (metric: (region: FleetRegion) => readonly Metric[]): Metric[] =>
    regions.flatMap((region) =>
      metric(region).map((line) => ({ label: region.region, ...line, region: region.region })),
    );
  const own = (name: string): Metric[] =>
    each(() => [{ namespace: NAMESPACE, name, dimensions: { [ENVIRONMENT]: scope.environment }, stat: "Maximum" }]);
  const graph = (title: string, unit: string, metrics: readonly Metric[], promise: number): Widget => ({
    width: 8,
    height: 6,
    content: { kind: "graph", title, metrics, unit, promise },
  });
  const dataHours = promises.dataFreshnessHours;
  return [
    { width: 24, height: 2 + regions.length, content: { kind: "text", markdown: contents(scope, regions) } },
    graph(
      "Errors at the edge",
      "% of requests",
      zones.map(({ zone, distributionId }) => ({
        namespace: "AWS/CloudFront",
        name: "5xxErrorRate",
        dimensions: { DistributionId: distributionId, Region: "Global" },
        stat: "Average",
        label: zone,
        region: GLOBAL_REGION,
      })),
      Number(((1 - promises.availability) * 100).toFixed(6)),
    ),
    graph(
      "Regions in health",
      "% of checkers",
      zones.flatMap(({ healthCheckIds }) =>
        Object.entries(healthCheckIds).map(([region, id]) => ({
          namespace: "AWS/Route53",
          name: "HealthCheckPercentageHealthy",
          dimensions: { HealthCheckId: id },
          stat: "Minimum",
          label: region,
          region: GLOBAL_REGION,
        })),
      ),
      HEALTHY_PERCENT,
    ),
    graph(
      "Predictions, 99 %",
      "µs",
      each(({ region, endpointName, variantNames }) =>
        variantNames.map((variant) => ({
          namespace: "AWS/SageMaker",
          name: "ModelLatency",
          dimensions: { EndpointName: endpointName, VariantName: variant },
          stat: "p99",
          label: `${region} ${variant}`,
        })),
      ),
      (promises.predictionMilliseconds ?? 100) * 1000,
    ),
    graph(
      "Readers of the stream",
      "ms behind",
      each(({ stream }) => [
        {
          namespace: "AWS/Kinesis",
          name: "GetRecords.IteratorAgeMilliseconds",
          dimensions: { StreamName: stream },
          stat: "Maximum",
        },
      ]),
      (promises.streamLagSeconds ?? 300) * 1000,
    ),
    graph("Age of gold", "h", own(DATA_AGE), dataHours),
    graph("Age of the model", "h", own(MODEL_AGE), promises.modelAgeHours ?? dataHours + 24),
    graph(
      "Replication of the tables",
      "ms behind",
      zones.flatMap(({ primary, replicas, tables }) =>
        replicas.flatMap((ReceivingRegion) =>
          Object.entries(tables).map(([short, TableName]) => ({
            namespace: "AWS/DynamoDB",
            name: "ReplicationLatency",
            dimensions: { TableName, ReceivingRegion },
            stat: "Maximum",
            label: `${ReceivingRegion} ${short}`,
            region: primary,
          })),
        ),
      ),
      promises.rpoSeconds * 1000,
    ),
    graph(
      "Delivery to the lake",
      "s behind",
      each(({ region, deliveryStreams }) =>
        Object.entries(deliveryStreams).map(([short, DeliveryStreamName]) => ({
          namespace: "AWS/Firehose",
          name: "DeliveryToS3.DataFreshness",
          dimensions: { DeliveryStreamName },
          stat: "Maximum",
          label: `${region} ${short}`,
        })),
      ),
      DELIVERY_SECONDS,
    ),
  ];
}

/** A dashboard is found under its name in every region, so its link names none. */
function contents({ prefix, environment }: Scope, regions: readonly FleetRegion[]): string {
  return [
    `# ${prefix} ${environment}`,
    ...regions.map(({ region, zone, dashboard }) => `- [${region}](#dashboards/dashboard/${dashboard}), zone ${zone}`),
  ].join("\n");
}
