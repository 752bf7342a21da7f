import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { Cache } from "../components/cache/cache";
import { planCache } from "../components/cache/plan";
import { RegionEdge } from "../components/edge/region";
import { EMR_TAG, Etl } from "../components/etl/etl";
import { planEtl } from "../components/etl/plan";
import { LAKE_TABLES } from "../components/etl/workload/tables";
import { BRONZE_PARTITION_KEYS, bronzeColumns } from "../components/ingest/schema/columns";
import { Ingest } from "../components/ingest/ingest";
import { planBuffering } from "../components/ingest/plan";
import { Intake } from "../components/intake/intake";
import { planIntake } from "../components/intake/plan";
import { Keys } from "../components/keys/keys";
import { pseudonymKeyAlias } from "../components/keys/pseudonym";
import { arnOf } from "../components/kit/arn";
import { packProgram } from "../components/kit/program";
import { nameOf } from "../components/kit/names";
import type { Scope } from "../components/kit/scope";
import { SECONDS } from "../components/kit/units";
import { Catalogue } from "../components/lake/catalogue";
import type { CatalogueTable } from "../components/lake/catalogue";
import { Lake } from "../components/lake/lake";
import type { LakePart } from "../components/lake/lake";
import { planScanLimit } from "../components/lake/plan";
import { Workgroup } from "../components/lake/workgroup";
import { Queue } from "../components/messaging/queue";
import { Topic } from "../components/messaging/topic";
import { ENDPOINTS_BY_SIZE } from "../components/network/endpoints";
import { Network } from "../components/network/network";
import { AgePublisher } from "../components/observability/ages";
import { Observability } from "../components/observability/observability";
import { planSearch } from "../components/search/plan";
import { Search } from "../components/search/search";
import { RecommendationApi } from "../components/serving/api";
import { BootstrapModel } from "../components/serving/bootstrap-model";
import { ModelEndpoint } from "../components/serving/endpoint";
import { imageUri, repositoryName } from "../components/serving/images";
import { invocationsTarget, planApi, planVariants } from "../components/serving/plan";
import { tableKeyAlias } from "../components/tables/table-keys";
import { planTraining, USERS_PER_INSTANCE_SECOND, USERS_PER_SHARD } from "../components/training/plan";
import { Training } from "../components/training/training";
import { planWarehouse, snapshotHours } from "../components/warehouse/plan";
import { Warehouse } from "../components/warehouse/warehouse";
import type { WarehouseDeployment } from "../components/warehouse/warehouse";
import { DailyWorkflow } from "../components/workflow/workflow";
import { subnetsOf } from "../regions/addresses";
import type { Tier } from "../regions/addresses";
import { scaleTraffic } from "../regions/traffic";
import type { TrafficProfile } from "../regions/traffic";
import { variantsIn } from "../regions/topology/derive";
import type { RegionPlan, Topology } from "../regions/topology/model";
import type { Exported, RegionOutputs } from "./contracts";
import { bucketNames, tableNames } from "./names";
import { stackProviders } from "./providers";
import { foundationOutput } from "./reference";
import { homeScope, regionScope, residencyOf } from "./scope";
import type { StackOptions } from "./scope";

/** Version of the container images that this code runs; pushed by the release, tags are immutable. */
const IMAGE_VERSION = "0.1.0";

/**
 * `<env>.<region>`: everything that serves, complete in its own region: losing any other region changes nothing here.
 */
export function region(topology: Topology, plan: RegionPlan, options: StackOptions): Exported<RegionOutputs> {
  return new RegionStack(topology, plan, options).outputs;
}

/** One region's rooms, in the order in which they need each other. */
class RegionStack {
  readonly outputs: Exported<RegionOutputs>;
  private readonly scope: Scope;
  private readonly opts: pulumi.ComponentResourceOptions;
  /** What the region carries in normal times, and what it must carry when its largest peer is lost. */
  private readonly normal: TrafficProfile;
  private readonly failover: TrafficProfile;

  constructor(
    private readonly topology: Topology,
    private readonly plan: RegionPlan,
    private readonly options: StackOptions,
  ) {
    this.scope = regionScope(topology, plan, options);
    this.opts = { providers: { ...stackProviders(this.scope) } };
    this.normal = scaleTraffic(topology.traffic, plan.share);
    this.failover = scaleTraffic(topology.traffic, plan.failoverShare);
    this.outputs = this.build();
  }

  private build(): Exported<RegionOutputs> {
    const keys = new Keys("keys", { scope: this.scope }, this.opts);
    const alarms = this.createAlarmTopic(keys);
    const queues = this.createQueues(keys, alarms);
    const lake = this.createLake(keys);
    const network = this.createNetwork(keys, lake);
    const search = this.createSearch(keys, network);
    const ingest = this.createIngest(keys, lake, queues, network, search);
    this.createIntake(keys, lake, queues, network, alarms);
    const catalogue = this.createCatalogue(keys);
    const workgroup = this.createWorkgroup(keys, lake);
    const etl = this.createEtl(keys, network, lake);
    this.createTraining(keys, network, lake, queues);
    const cache = this.createCache(keys, network, alarms);
    const endpoint = this.createEndpoint(keys, network, lake);
    const api = this.createApi(keys, network, cache, endpoint, ingest);
    const warehouse = this.createWarehouse(keys, network);
    const edge = this.createEdge(ingest);
    const workflow = this.createWorkflow(keys, etl, queues, alarms);
    this.createAgePublisher();
    const observability = this.createObservability({ keys, alarms, ingest, cache, endpoint, workflow });
    return {
      environment: this.topology.environment,
      region: this.plan.name,
      zone: this.plan.zone,
      role: this.plan.role,
      stream: ingest.stream.streamName,
      transformFunction: ingest.transform.functionName,
      curatedDeliveryStream: ingest.curated.streamName,
      rawDeliveryStream: ingest.raw.streamName,
      collectorUrl: ingest.collector.url,
      publicCollectorUrl: edge.collectorUrl,
      buckets: bucketNames(this.scope),
      intakeQueueUrl: queues.intake.url,
      trainingQueueUrl: queues.training.url,
      glueDatabase: catalogue.databaseName,
      athenaWorkgroup: workgroup.workgroupName,
      pseudonymKeyAlias: pseudonymKeyAlias(this.scope),
      tables: this.tables(),
      cacheEndpoint: cache.endpoint,
      endpointName: endpoint.endpointName,
      clusterName: api.clusterName,
      warehouse: warehouse.warehouseName,
      searchDomain: search.domainName,
      stateMachineArn: workflow.stateMachineArn,
      dashboard: observability.dashboardName,
    };
  }

  private tables(): RegionOutputs["tables"] {
    return tableNames(this.topology, residencyOf(this.topology, this.plan), this.options);
  }

  private createAlarmTopic(keys: Keys): Topic {
    return new Topic(
      "alarms",
      {
        scope: this.scope,
        part: "alarms",
        keyArn: keys.technical.arn,
        publishers: [{ service: "cloudwatch.amazonaws.com" }],
        emails: [this.topology.ownerEmail],
      },
      this.opts,
    );
  }

  private createQueues(keys: Keys, alarms: Topic): Queues {
    const common = { scope: this.scope, keyArn: keys.technical.arn, alarmTopicArn: alarms.arn };
    const buffering = planBuffering(this.failover, this.freshnessSeconds(), true);
    const { workSeconds } = planIntake(this.failover, buffering, this.topology.size);
    return {
      intake: new Queue(
        "intake",
        { ...common, part: "intake", workSeconds, senders: [{ service: "s3.amazonaws.com" }] },
        this.opts,
      ),
      training: new Queue(
        "training",
        { ...common, part: "training", workSeconds: Math.ceil((USERS_PER_SHARD / USERS_PER_INSTANCE_SECOND) * 4) },
        this.opts,
      ),
      failed: new Queue("failed-calls", { ...common, part: "failed-calls", workSeconds: SECONDS.minute }, this.opts),
    };
  }

  private createLake(keys: Keys): Lake {
    return new Lake(
      "lake",
      {
        scope: this.scope,
        keys: {
          identifierArn: keys.identifier.arn,
          behaviourArn: keys.behaviour.arn,
          technicalArn: keys.technical.arn,
        },
        retentionDays: this.topology.traffic.retentionDays,
      },
      this.opts,
    );
  }

  private createNetwork(keys: Keys, lake: Lake): Network {
    const { size } = this.topology;
    const { cidr, availabilityZones } = this.plan;
    const subnets = subnetsOf(cidr, availabilityZones);
    const blocks = (tier: Tier): string[] =>
      subnets.filter((subnet) => subnet.tier === tier).map((subnet) => subnet.cidr);
    return new Network(
      "network",
      {
        scope: this.scope,
        cidr,
        availabilityZones,
        subnets: { public: blocks("public"), private: blocks("private"), isolated: blocks("isolated") },
        nat: size === "standard" ? "one-per-zone" : "single",
        interfaceEndpoints: ENDPOINTS_BY_SIZE[size],
        privateSubnetTags: EMR_TAG,
        flowLogs:
          size === "standard"
            ? { to: "s3", bucketArn: lake.buckets.logs.arn }
            : { to: "cloudwatch", keyArn: keys.technical.arn, retentionDays: 30 },
      },
      this.opts,
    );
  }

  private createSearch(keys: Keys, network: Network): SearchPlane {
    const { engineVersion, instanceType, dataNodes } = this.topology.search;
    const delivery = network.securityGroup("search-delivery", { description: "Firehose to the search domain" });
    const search = new Search(
      "search",
      {
        scope: this.scope,
        engineVersion,
        instanceType,
        masterType: this.plan.types.searchMaster,
        sizing: planSearch(this.failover, this.topology.size, dataNodes, this.plan.availabilityZones.length),
        vpcId: network.vpcId,
        subnetIds: network.privateSubnetIds,
        keyArn: keys.behaviour.arn,
        clients: { delivery: delivery.id },
      },
      this.opts,
    );
    return { search, domainName: search.domainName, deliveryGroupId: delivery.id };
  }

  private createIngest(keys: Keys, lake: Lake, queues: Queues, network: Network, plane: SearchPlane): Ingest {
    const { domain, identity, promises, size } = this.topology;
    const destination = (part: LakePart, keyArn: pulumi.Input<string>) => ({ arn: lake.buckets[part].arn, keyArn });
    return new Ingest(
      "ingest",
      {
        scope: this.scope,
        traffic: this.failover,
        dataFreshnessHours: promises.dataFreshnessHours,
        capacity: size === "standard" ? "provisioned" : "on-demand",
        keys: { identifierArn: keys.identifier.arn, technicalArn: keys.technical.arn },
        pseudonymKeyAlias: pseudonymKeyAlias(this.scope),
        buckets: {
          bronze: destination("bronze", keys.behaviour.arn),
          raw: destination("raw", keys.identifier.arn),
        },
        deadLetterQueueArn: queues.failed.arn,
        authorizer: { kind: "jwt", issuer: identity.issuer, audiences: identity.audiences },
        allowedOrigins: [`https://www.${domain}`],
        search: {
          domainArn: plane.search.domainArn,
          subnetIds: network.privateSubnetIds,
          securityGroupId: plane.deliveryGroupId,
        },
      },
      this.opts,
    );
  }

  private createIntake(keys: Keys, lake: Lake, queues: Queues, network: Network, alarms: Topic): Intake {
    const { size } = this.topology;
    const buffering = planBuffering(this.failover, this.freshnessSeconds(), true);
    return new Intake(
      "intake",
      {
        scope: this.scope,
        buckets: {
          bronze: lake.buckets.bronze.bucketName,
          quarantine: lake.buckets.quarantine.bucketName,
          artifacts: lake.buckets.artifacts.bucketName,
        },
        keyArns: [keys.behaviour.arn, keys.identifier.arn, keys.technical.arn],
        queue: {
          name: queues.intake.name,
          arn: queues.intake.arn,
          url: queues.intake.url,
          policy: queues.intake.policy,
        },
        vpcId: network.vpcId,
        subnetIds: network.privateSubnetIds,
        instanceTypes: this.plan.types.intake,
        capacity: planIntake(this.failover, buffering, size),
        alarmTopicArn: alarms.arn,
      },
      this.opts,
    );
  }

  private createCatalogue(keys: Keys): Catalogue {
    const buckets = bucketNames(this.scope);
    // The days that Athena looks for without being told of each: all that the lake keeps.
    const days = { type: "date", from: `NOW-${this.topology.traffic.retentionDays}DAYS` } as const;
    const bronze: CatalogueTable = {
      name: "bronze_events",
      description: "Verified events as they were delivered",
      location: `s3://${buckets.bronze}/verified/events/`,
      format: "json",
      columns: bronzeColumns(),
      partitionKeys: BRONZE_PARTITION_KEYS,
      projection: { date: days, hour: { type: "integer", from: 0, to: 23, digits: 2 } },
    };
    const derived = LAKE_TABLES.map(({ name, description, store, prefix, columns, partitionKeys }): CatalogueTable => ({
      name,
      description,
      location: `s3://${buckets[store]}/${prefix}`,
      format: "parquet",
      columns,
      partitionKeys,
      ...(partitionKeys.some(({ name: key }) => key === "date") ? { projection: { date: days } } : {}),
    }));
    return new Catalogue(
      "catalogue",
      { scope: this.scope, tables: [bronze, ...derived], keyArn: keys.technical.arn },
      this.opts,
    );
  }

  private createWorkgroup(keys: Keys, lake: Lake): Workgroup {
    return new Workgroup(
      "analysts",
      {
        scope: this.scope,
        part: "analysts",
        resultsBucket: lake.buckets.results.bucketName,
        keyArn: keys.behaviour.arn,
        scanLimitBytes: planScanLimit(this.normal),
      },
      this.opts,
    );
  }

  private createEtl(keys: Keys, network: Network, lake: Lake): Etl {
    const { etl, size } = this.topology;
    const { bronze, silver, gold, artifacts } = bucketNames(this.scope);
    return new Etl(
      "etl",
      {
        scope: this.scope,
        releaseLabel: etl.releaseLabel,
        instanceTypes: this.plan.types.etl,
        capacity: planEtl(this.normal, size, etl.maxCapacityUnits),
        vpcId: network.vpcId,
        subnetIds: network.privateSubnetIds,
        keyArn: keys.behaviour.arn,
        buckets: { bronze, silver, gold, artifacts, logs: nameOf(this.scope, "logs", "bucket") },
        profilesTable: this.tables().profiles,
        tablesKeyAlias: tableKeyAlias(this.scope),
        program: packProgram(workload("etl")),
      },
      { ...this.opts, dependsOn: [lake] },
    );
  }

  private createTraining(keys: Keys, network: Network, lake: Lake, queues: Queues): Training {
    const { training, size, tables } = this.topology;
    const { gold, artifacts } = bucketNames(this.scope);
    const sizing = planTraining(this.topology.traffic, size, training.maxInstances);
    return new Training(
      "training",
      {
        scope: this.scope,
        instanceTypes: this.plan.types.training,
        vpcId: network.vpcId,
        subnetIds: network.privateSubnetIds,
        keyArn: keys.behaviour.arn,
        buckets: { gold, artifacts },
        tables: this.tables(),
        tablesKeyAlias: tableKeyAlias(this.scope),
        queue: { arn: queues.training.arn, url: queues.training.url, name: queues.training.name },
        maxInstances: training.maxInstances,
        listLength: this.topology.traffic.recommendationsPerUser,
        ...(tables.ttlDays === undefined ? {} : { listTtlDays: tables.ttlDays }),
        onDemandBase: sizing.onDemandBase,
      },
      { ...this.opts, dependsOn: [lake] },
    );
  }

  private createCache(keys: Keys, network: Network, alarms: Topic): Cache {
    const { cache, size } = this.topology;
    const sizing = planCache(this.failover, size, cache.nodeType, cache.replicasPerShard);
    return new Cache(
      "cache",
      {
        scope: this.scope,
        engine:
          cache.engine === "memcached"
            ? { engine: "memcached", nodes: sizing.shards * (1 + sizing.replicasPerShard) }
            : { engine: cache.engine, ...sizing },
        nodeType: cache.nodeType,
        vpcId: network.vpcId,
        subnetIds: network.isolatedSubnetIds,
        keyArn: keys.behaviour.arn,
        notificationTopicArn: alarms.arn,
      },
      this.opts,
    );
  }

  private createEndpoint(keys: Keys, network: Network, lake: Lake): ModelEndpoint {
    const { size } = this.topology;
    const { artifacts, bronze } = bucketNames(this.scope);
    const model = new BootstrapModel(
      "bootstrap-model",
      {
        artifactsBucket: lake.buckets.artifacts.bucketName,
        artifactsBucketName: artifacts,
        keyArn: keys.behaviour.arn,
      },
      this.opts,
    );
    const home = homeScope(this.topology, this.options);
    return new ModelEndpoint(
      "endpoint",
      {
        scope: this.scope,
        image: this.image("inference"),
        imageRepositoryArn: arnOf(this.scope, "ecr", `repository/${repositoryName(home, "inference")}`),
        imageVersion: IMAGE_VERSION,
        model: model.artifact,
        variants: planVariants(this.failover, size, variantsIn(this.topology, this.plan)),
        vpcId: network.vpcId,
        subnetIds: network.privateSubnetIds,
        keyArn: keys.behaviour.arn,
        artifactsBucket: artifacts,
        capture: { bucket: bronze, prefix: "capture/endpoint", percent: size === "standard" ? 5 : 100 },
        invocationsPerInstanceMinute: invocationsTarget(),
      },
      { ...this.opts, dependsOn: [model] },
    );
  }

  private createApi(
    keys: Keys,
    network: Network,
    cache: Cache,
    endpoint: ModelEndpoint,
    ingest: Ingest,
  ): RecommendationApi {
    const { serving, size } = this.topology;
    return new RecommendationApi(
      "api",
      {
        scope: this.scope,
        kubernetesVersion: serving.kubernetesVersion,
        nodeInstanceTypes: this.plan.types.nodes,
        ...planApi(this.normal, this.failover, size),
        vpcCidr: this.plan.cidr,
        subnetIds: network.privateSubnetIds,
        keyArn: keys.technical.arn,
        image: this.image("api"),
        tables: this.tables(),
        cache: {
          endpoint: cache.endpoint,
          port: cache.port,
          securityGroupId: cache.securityGroupId,
          cacheName: cache.cacheName,
          userName: cache.userName,
          connectArns: cache.connectArns,
        },
        endpointName: endpoint.endpointName,
        stream: { name: nameOf(this.scope, "events", "stream"), keyArn: keys.identifier.arn },
        pseudonymKeyAlias: pseudonymKeyAlias(this.scope),
        tablesKeyAlias: tableKeyAlias(this.scope),
        settings: {
          MERIDIAN_VARIANTS: serving.variants.map(({ name, weight }) => `${name}=${weight}`).join(","),
        },
      },
      { ...this.opts, dependsOn: [ingest.stream] },
    );
  }

  private createWarehouse(keys: Keys, network: Network): Warehouse {
    const { silver, gold } = bucketNames(this.scope);
    return new Warehouse(
      "warehouse",
      {
        scope: this.scope,
        deployment: this.warehouseDeployment(),
        vpcId: network.vpcId,
        subnetIds: network.isolatedSubnetIds,
        keyArn: keys.behaviour.arn,
        buckets: { silver, gold },
      },
      this.opts,
    );
  }

  private warehouseDeployment(): WarehouseDeployment {
    const sized = planWarehouse(this.normal, this.topology.size, this.topology.warehouse);
    return sized.mode === "serverless"
      ? { mode: "serverless", baseCapacityRpu: sized.baseCapacityRpu }
      : {
          mode: "provisioned",
          nodeType: sized.nodeType,
          nodes: sized.nodes,
          snapshotEveryHours: snapshotHours(sized.rpoMinutes),
        };
  }

  private createEdge(ingest: Ingest): RegionEdge {
    return new RegionEdge(
      "edge",
      {
        scope: this.scope,
        domain: this.topology.domain,
        zoneId: foundationOutput(this.topology, "zoneId"),
        collector: { apiId: ingest.collector.apiId, stage: ingest.collector.stageName },
      },
      this.opts,
    );
  }

  private createWorkflow(keys: Keys, etl: Etl, queues: Queues, alarms: Topic): DailyWorkflow {
    const { bronze, silver, gold } = bucketNames(this.scope);
    const { profiles, models } = this.tables();
    return new DailyWorkflow(
      "daily",
      {
        scope: this.scope,
        role: this.plan.role,
        keyArn: keys.behaviour.arn,
        etl: { clusterId: etl.clusterId },
        buckets: { bronze, silver, gold },
        tables: { profiles, models },
        tablesKeyAlias: tableKeyAlias(this.scope),
        queue: { arn: queues.training.arn, url: queues.training.url },
        messagingKeyArn: keys.technical.arn,
        failureTopicArn: alarms.arn,
        deadLetterQueueArn: queues.failed.arn,
      },
      this.opts,
    );
  }

  private createAgePublisher(): void {
    new AgePublisher(
      "ages",
      { scope: this.scope, modelsTable: this.tables().models, tablesKeyAlias: tableKeyAlias(this.scope) },
      this.opts,
    );
  }

  private createObservability(parts: Watched): Observability {
    const { availability, dataFreshnessHours } = this.topology.promises;
    const { ingest, cache, endpoint, workflow, alarms, keys } = parts;
    const deadLetters = (part: string): string => nameOf(this.scope, `${part}-dead`, "queue");
    return new Observability(
      "observability",
      {
        scope: this.scope,
        targets: {
          environment: this.topology.environment,
          stream: ingest.stream.streamName,
          collectorApiId: ingest.collector.apiId,
          transformFunction: ingest.transform.functionName,
          deliveryStreams: { curated: ingest.curated.streamName, raw: ingest.raw.streamName },
          deadLetterQueues: {
            intake: deadLetters("intake"),
            training: deadLetters("training"),
            "failed-calls": deadLetters("failed-calls"),
          },
          endpointName: endpoint.endpointName,
          variantNames: endpoint.variantNames,
          cacheNodes: cache.nodeNames,
          tables: { ...this.tables() },
          stateMachineArn: workflow.stateMachineArn,
        },
        promises: { availability, dataFreshnessHours },
        alarmTopicArn: alarms.arn,
        keyArn: keys.technical.arn,
      },
      this.opts,
    );
  }

  private freshnessSeconds(): number {
    return this.topology.promises.dataFreshnessHours * SECONDS.hour;
  }

  private image(image: "api" | "inference"): string {
    const home = homeScope(this.topology, this.options);
    return imageUri(home, this.plan.name, image, IMAGE_VERSION);
  }
}

/** The region's queues: work for the verifier, work for training, and calls that nobody could deliver. */
interface Queues {
  readonly intake: Queue;
  readonly training: Queue;
  readonly failed: Queue;
}

/** What the region's observability looks at. */
interface Watched {
  readonly keys: Keys;
  readonly alarms: Topic;
  readonly ingest: Ingest;
  readonly cache: Cache;
  readonly endpoint: ModelEndpoint;
  readonly workflow: DailyWorkflow;
}

interface SearchPlane {
  readonly search: Search;
  readonly domainName: string;
  readonly deliveryGroupId: pulumi.Output<string>;
}

function workload(room: string): string {
  return join(__dirname, "..", "components", room, "workload");
}
