/**
 * What a topology file may say. Each message is what is wanted; load.ts puts "want" before it and what it got after.
 * Descriptions end up in the editor through topology.schema.json.
 */
import { isPrivate, parseCidr } from "../addresses";
import { KINESIS_RECORD_BYTES, REDSHIFT_RPU } from "../../aws/facts";
import { z } from "zod";
import { LEAST_TYPES } from "../instances";
import { LINKABLE } from "../service-roles";
import type { Lockable } from "./model";

/** Sizes that AWS allows and limits of our own, with their sources. */
export const LIMITS = {
  // A replication group takes 0 to 5 replicas a shard (CreateReplicationGroup, ReplicasPerNodeGroup).
  cacheReplicas: { min: 0, max: 5 },
  // RA3 clusters have 1 (ra3.large, ra3.xlplus) or 2 to 128 nodes (Redshift management guide, "Node type details").
  warehouseNodes: { min: 1, max: 128 },
  warehouseRpu: REDSHIFT_RPU,
  // OpenSearch domains: 1 to 1002 data nodes (service limits); without a larger quota 80.
  searchNodes: { min: 1, max: 1002 },
  // Production variants in one endpoint configuration (CreateEndpointConfig).
  variants: { min: 1, max: 10 },
  /** Blocks of a cluster's public endpoint: docs.aws.amazon.com/eks/latest/userguide/service-quotas.html */
  accessBlocks: { max: 40 },
  // S3 user guide, "Object Lock": 1 day to 100 years.
  lockDays: { min: 1, max: 36_500 },
  // Kinesis Data Streams: a record is at most 10 MiB (PutRecords).
  eventBytes: { min: 64, max: KINESIS_RECORD_BYTES },
} as const;

/**
 * Why there is no global datastore. Its secondary regions take reads only, so that a list that one of them misses cannot be
 * kept there, and none is promoted unless someone calls for it
 * (docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html). A cache is a copy of the
 * tables, and those are in every region already.
 */
const NO_DATASTORE =
  "regional, where each region fills its own cache from the tables that it has already and so survives alone: " +
  "the secondaries of a global datastore take no writes, and none is promoted by itself when the primary is lost";

const integer = (min: number, max: number) => {
  const want = `a whole number, ${min} to ${max}`;
  return z.int({ error: want }).min(min, { error: want }).max(max, { error: want });
};
const amount = (want: string, min: number, max: number) =>
  z.number({ error: want }).min(min, { error: want }).max(max, { error: want });
const text = (want: string, pattern: RegExp) => z.string({ error: want }).regex(pattern, { error: want });

const PUBLIC_BLOCK = "a block of public IPv4 addresses such as 203.0.113.0/24, not the whole Internet";
const publicBlock = text(PUBLIC_BLOCK, /^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/).refine(
  (given) => {
    const block = parseCidr(given);
    return block !== undefined && block.prefix > 0 && !isPrivate(block);
  },
  { error: PUBLIC_BLOCK },
);
const regionText = text("an AWS region like eu-west-1", /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/);
const zoneText = text("a residency zone like eu: 2 to 12 lower-case letters and digits", /^[a-z][a-z0-9]{1,11}$/);
const ec2Type = text("an EC2 instance type like r7i.2xlarge", /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/);
const pool = z
  .array(ec2Type, { error: "a list of EC2 instance types" })
  .min(LEAST_TYPES, { error: "at least two EC2 instance types, since one may run out in a zone" })
  .describe("In order of preference. Each region takes those that it has, two or more of one architecture.");
const sageMakerType = text("a SageMaker instance type like ml.c5.xlarge", /^ml\.[a-z0-9-]+\.[a-z0-9-]+$/);
const searchType = text("an OpenSearch instance type like r7g.large.search", /^[a-z0-9-]+\.[a-z0-9]+\.search$/);
const preference = (type: z.ZodString, want: string) =>
  z
    .union([type, z.array(type).min(1, { error: `at least one: ${want}` })], {
      error: `${want}, or a list of them in order of preference`,
    })
    .describe("One type, or several in order of preference: each region takes the first that it has.");
const minutes = integer(1, 525_600);

/** Why an endpoint has one model for each variant. */
const NO_COLLECTION =
  "single, one model for each variant: of a collection every call must name the model, and the recommendation API asks " +
  "for variants, which are what an experiment compares";

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, { error: values.slice(0, -1).join(", ") + " or " + (values.at(-1) ?? "") });

const lockSchema = z.strictObject({
  mode: oneOf("governance", "compliance"),
  days: integer(LIMITS.lockDays.min, LIMITS.lockDays.max),
});

/** One region. `name` and `zone` are enough. */
export const regionSchema = z.strictObject({
  name: regionText.describe("AWS region code."),
  zone: zoneText.describe("Residency zone: personal data of a zone never leaves its regions."),
  role: z
    .enum(["primary", "replica"], { error: "primary or replica" })
    .optional()
    .describe("`primary` trains and owns the zone's tables, one a zone. Default: the first region of the zone."),
  share: amount("a number >= 0, at most 1e9", 0, 1e9)
    .optional()
    .describe("Traffic relative to the other regions (2 = twice as much). Default 1."),
  cidr: z
    .string({ error: "an IPv4 block like 10.16.0.0/16" })
    .optional()
    .describe("VPC block, /16 to /22. Default: the region's fixed block of the address space."),
  availabilityZones: z
    .array(text("an availability zone like eu-west-1a", /^[a-z]+(?:-[a-z]+)+-\d+[a-z]$/), { error: "a list of zones" })
    .min(2, { error: "at least 2 availability zones" })
    .optional()
    .describe("Zones to use. Default: the first 2 (size small) or 3 (size standard)."),
});

/** What stands under a region's name when `regions` is a map: its zone, or the rest of its entry. */
export const regionValueSchema = z.union([zoneText, regionSchema.omit({ name: true })]);

const variantSchema = z.strictObject({
  name: text("a name of letters, digits and inner dashes, at most 63", /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/),
  weight: amount("a number >= 0, at most 1e9", 0, 1e9).describe("Relative weight of the variant in the A/B split."),
  instanceType: preference(sageMakerType, "a SageMaker instance type like ml.c5.xlarge"),
  minInstances: integer(1, 1000),
  maxInstances: integer(1, 1000),
});

const shadowSchema = z.strictObject({
  name: text("a name of letters, digits and inner dashes, at most 63", /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/),
  instanceType: preference(sageMakerType, "a SageMaker instance type like ml.c5.xlarge"),
  instances: integer(1, 1000).optional().describe("They do not scale: nobody waits for them. Default 1."),
  samplePercent: integer(1, 100).optional().describe("Percent of the variant's requests that are copied. Default 100."),
});

/** The sections, each read by itself so that one bad section does not hide what is wrong in another. */
export const SECTIONS = {
  cloud: z.enum(["aws", "local"], { error: "aws or local" }).describe("Real AWS, or the local cloud on loopback."),
  prefix: text(
    "2 to 12 lower-case letters, digits and inner dashes, starting with a letter",
    /^[a-z](?!.*--)[a-z0-9-]{0,10}[a-z0-9]$/,
  )
    .optional()
    .describe("First part of every name. Default meridian."),
  account: text("a 12-digit account id in quotes", /^\d{12}$/)
    .optional()
    .describe("AWS account. Only the local cloud has a default, 000000000000."),
  size: z.enum(["small", "standard"], { error: "small or standard" }).optional().describe("Default small."),
  disposable: z
    .boolean({ error: "true or false" })
    .optional()
    .describe("Whether data may be deleted (with `meridian destroy --delete-data`). Default false."),
  failover: z
    .boolean({ error: "true or false" })
    .optional()
    .describe("Whether a zone's other regions take over when one is lost. Default true."),
  createServiceLinkedRoles: z
    .union(
      [
        z.boolean(),
        z.array(z.enum(LINKABLE, { error: `one of ${LINKABLE.join(", ")}` })).min(1, { error: "at least one service" }),
      ],
      { error: "true, false or a list of services" },
    )
    .optional()
    .describe(
      "Whether foundation makes the service-linked roles that the regions need, or of which services; each must be missing in the account (`meridian preflight --account` says which are). Default false.",
    ),
  domain: text(
    "a domain name like shop.example.com",
    /^(?=.{4,200}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
  ),
  ownerEmail: text("an e-mail address", /^[^\s@]{1,64}@(?:[a-z0-9-]+\.)+[a-z]{2,63}$/i).describe(
    "Gets alarms and budget notices.",
  ),
  monthlyBudgetUsdPerRegion: amount("a number of US dollars > 0", 0.01, 1e9),
  home: regionText.optional().describe("Region of the foundation and mesh stacks. Default: the first primary."),
  addressSpace: z
    .string({ error: "an IPv4 block like 10.0.0.0/8" })
    .optional()
    .describe("All regions' blocks are cut from it. /16 or larger. Default 10.0.0.0/8."),
  residency: z
    .record(zoneText, z.enum(["eu", "none"], { error: "eu or none" }), { error: "a map from zone to law" })
    .optional()
    .describe("Law of each zone: `eu` wants every region in the EU. Default: eu for the zone named eu, else none."),
  regions: z
    .union([z.array(regionSchema), z.record(regionText, regionValueSchema)], {
      error: "a list like `- { name: eu-west-1, zone: eu }`, or a map from region to zone",
    })
    .describe("The regions, one line each."),
  traffic: z
    .strictObject({
      eventsPerSecond: amount("events per second > 0", 0.001, 1e9).describe("Clickstream events, daily average."),
      peakFactor: amount("a number, 1 to 100", 1, 100)
        .optional()
        .describe("Peak of the day over its average. Default 2."),
      eventBytes: integer(LIMITS.eventBytes.min, LIMITS.eventBytes.max)
        .optional()
        .describe("One event as JSON. Default 450."),
      users: integer(1, 10_000_000_000).describe("People with an event in the training window."),
      items: integer(1, 10_000_000_000).describe("Items that can be recommended."),
      recommendationsPerSecond: amount("requests per second > 0", 0.001, 1e9),
      recommendationsPerUser: integer(1, 1000).optional().describe("Items in one list. Default 20."),
      retentionDays: integer(1, 36_500).optional().describe("Events kept in the lake. Default 395."),
    })
    .describe("For the whole fleet; every part is sized from it."),
  promises: z
    .strictObject({
      rtoSeconds: integer(0, 604_800).optional(),
      rpoSeconds: integer(0, 604_800).optional(),
      availability: amount("a part of 1 like 0.999", 0.5, 0.99999).optional(),
      dataFreshnessHours: amount("hours, 1 to 720", 1, 720).optional(),
    })
    .optional()
    .describe("What the owner promises: recovery time and point, availability, freshness."),
  tables: z
    .strictObject({
      consistency: z.enum(["eventual", "strong"], { error: "eventual or strong" }).optional(),
      witness: regionText.optional(),
      ttlDays: integer(1, 3650).optional(),
    })
    .optional(),
  cache: z
    .strictObject({
      engine: z.enum(["valkey", "redis", "memcached"], { error: "valkey, redis or memcached" }).optional(),
      mode: z
        .enum(["regional"], { error: ({ input }) => (input === "global-datastore" ? NO_DATASTORE : "regional") })
        .optional()
        .describe("Each region fills a cache of its own from its replica of the tables."),
      nodeType: text("a cache node type like cache.r7g.large", /^cache\.[a-z0-9-]+\.[a-z0-9-]+$/).optional(),
      replicasPerShard: integer(LIMITS.cacheReplicas.min, LIMITS.cacheReplicas.max).optional(),
    })
    .optional(),
  identity: z
    .strictObject({
      issuer: text(
        "an https address of an OIDC issuer, without query",
        /^https:\/\/[a-z0-9.-]+(?::\d+)?(?:\/[^\s?#]*)?$/,
      )
        .optional()
        .describe("Whose tokens the collector takes, in every region. Default https://auth.<domain>."),
      audiences: z
        .array(text("an audience without spaces", /^\S{1,200}$/), { error: "a list of audiences" })
        .min(1, { error: "at least one audience" })
        .optional()
        .describe("A token names one of them. Default the domain."),
    })
    .optional()
    .describe("Who says who a caller is."),
  ingest: z
    .strictObject({
      collector: oneOf("gateway", "function")
        .optional()
        .describe(
          "What stands between the collector's API and the stream: nothing of ours, or a function that takes batches and answers for each event. Default gateway.",
        ),
    })
    .optional()
    .describe("How events come in."),
  lake: z
    .strictObject({
      objectLock: z
        .strictObject({
          raw: lockSchema.optional(),
          bronze: lockSchema.optional(),
          silver: lockSchema.optional(),
          gold: lockSchema.optional(),
          quarantine: lockSchema.optional(),
          artifacts: lockSchema.optional(),
        } satisfies Record<Lockable, unknown>)
        .optional()
        .describe(
          "Days for which no version of an object goes, by bucket; only for a lake that is not made yet. Default none.",
        ),
      inventory: oneOf("none", "daily", "weekly")
        .optional()
        .describe(
          "How often S3 lists all versions in every bucket. Default none (size small) or weekly (size standard).",
        ),
      liveTable: z
        .boolean({ error: "true or false" })
        .optional()
        .describe("Whether curated events are also written as Parquet while they come. Default false."),
    })
    .optional()
    .describe("The region's buckets."),
  intake: z
    .strictObject({ instanceTypes: pool.optional() })
    .optional()
    .describe("The machines that verify what was delivered."),
  serving: z
    .strictObject({
      variants: z
        .array(variantSchema, { error: "a list of variants" })
        .min(LIMITS.variants.min, { error: "at least one variant" })
        .max(LIMITS.variants.max, { error: `at most ${LIMITS.variants.max} variants` })
        .optional(),
      shadow: shadowSchema
        .optional()
        .describe("A candidate that is sent copies of the one variant's requests. Default none."),
      models: z
        .enum(["single"], { error: ({ input }) => (input === "collection" ? NO_COLLECTION : "single") })
        .optional()
        .describe("One model for each variant."),
      nodeInstanceTypes: pool.optional(),
      kubernetesVersion: text('a Kubernetes version in quotes like "1.35"', /^1\.\d{2}$/).optional(),
      access: z
        .array(publicBlock)
        .min(1, { error: "at least one block" })
        .max(LIMITS.accessBlocks.max, { error: `at most ${LIMITS.accessBlocks.max} blocks` })
        .optional()
        .describe(
          "Blocks from which stacks are applied: they reach the Kubernetes API. Default none: only from the VPC.",
        ),
      callers: z
        .enum(["jwt", "iam-at-the-gateway"], { error: "jwt or iam-at-the-gateway" })
        .optional()
        .describe("Whom the recommendation API answers. Default whoever the region's gateway lets in."),
      telemetry: z
        .strictObject({
          endpoint: text(
            "an http or https address without a path, like http://adot-collector.observability:4318",
            /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/,
          ),
          namespace: text("a Kubernetes namespace", /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
        })
        .optional()
        .describe("The cluster's collector of traces and metrics (OTLP over HTTP). Default none are sent."),
    })
    .optional(),
  training: z
    .strictObject({
      instanceTypes: pool.optional(),
      maxInstances: integer(1, 1000).optional(),
      warmInstances: integer(0, 1000)
        .optional()
        .describe(
          "Installed instances that stand stopped: a run starts sooner, on demand and on the first type only. Default 0.",
        ),
      searchBudget: integer(1, 1000)
        .optional()
        .describe(
          "Trials of the search for each model's parameters, by Optuna. Default: a few numbers of factors only.",
        ),
      // Workers reach what answers on 443 only.
      trackingUrl: text(
        "an https address without port, query or blanks",
        /^https:\/\/[a-z0-9.-]+(?:\/[^\s?#'"$`\\]*)?$/,
      )
        .optional()
        .describe(
          "MLflow tracking server that hears of every training, with its parameters and scores. Default: none.",
        ),
    })
    .optional(),
  etl: z
    .strictObject({
      mode: oneOf("cluster", "transient", "serverless")
        .optional()
        .describe(
          "A cluster that waits for the daily run, one that the run makes and ends, or EMR Serverless. Default cluster.",
        ),
      releaseLabel: text("an EMR release like emr-7.12.0", /^emr-\d+\.\d+\.\d+$/).optional(),
      instanceTypes: pool.optional(),
      maxCapacityUnits: integer(2, 100_000).optional(),
    })
    .optional(),
  warehouse: z
    .discriminatedUnion(
      "mode",
      [
        z.strictObject({
          mode: z.literal("provisioned"),
          nodeType: text("a Redshift node type like ra3.xlplus", /^[a-z0-9]+\.[a-z0-9]+$/).optional(),
          nodes: integer(LIMITS.warehouseNodes.min, LIMITS.warehouseNodes.max).optional(),
          rpoMinutes: minutes.optional(),
          queues: oneOf("roles", "one")
            .optional()
            .describe("Whose statements go first: by role, or whoever came first. Default one (size small) or roles."),
        }),
        z.strictObject({
          mode: z.literal("serverless"),
          baseCapacityRpu: integer(LIMITS.warehouseRpu.min, LIMITS.warehouseRpu.max).optional(),
          rpoMinutes: minutes.optional(),
        }),
      ],
      { error: "mode: provisioned or mode: serverless" },
    )
    .optional(),
  search: z
    .strictObject({
      engineVersion: text("an engine version like OpenSearch_3.1", /^OpenSearch_\d+\.\d+$/).optional(),
      instanceType: searchType.optional(),
      masterInstanceType: preference(searchType, "an OpenSearch instance type like m7g.large.search").optional(),
      dataNodes: integer(LIMITS.searchNodes.min, LIMITS.searchNodes.max).optional(),
    })
    .optional(),
  quotas: z
    .strictObject({
      kinesisShards: integer(1, 1_000_000).optional().describe("Shards of provisioned data streams."),
      lambdaConcurrency: integer(1, 1_000_000).optional().describe("Concurrent executions of all functions."),
      ec2StandardVcpus: integer(1, 1_000_000).optional().describe("vCPUs of On-Demand Standard instances."),
      ec2StandardSpotVcpus: integer(1, 1_000_000).optional().describe("vCPUs of Standard Spot requests."),
      endpointInstances: integer(1, 100_000).optional().describe("Instances of one type behind endpoints."),
      endpointInstancesInAll: integer(1, 100_000).optional().describe("Instances behind all endpoints together."),
      instancesPerEndpoint: integer(1, 100_000).optional().describe("Instances behind one endpoint."),
      apiRequestsPerSecond: integer(1, 10_000_000)
        .optional()
        .describe("Requests per second that all APIs take (the throttle rate)."),
    })
    .optional()
    .describe("What AWS granted the account in every region, where it is more than the default."),
} as const;

/** The whole file. */
export const topologySchema = z.strictObject(SECTIONS);

/** A topology file's data, as its author wrote it. */
export type TopologyInput = z.infer<typeof topologySchema>;
/** One region's entry, in the list form. */
export type RegionInput = z.infer<typeof regionSchema>;

/** The text of topology.schema.json, which editors read; formatted as prettier does. */
export function topologyJsonSchema(): string {
  const schema = z.toJSONSchema(topologySchema, { io: "input" });
  const titled = {
    ...schema,
    title: "Meridian topology",
    description: "One environment: its regions, traffic and promises.",
  };
  const lists = /\[\n\s+((?:"[^"\n]*"|[\d.]+)(?:,\n\s+(?:"[^"\n]*"|[\d.]+))*)\n\s+\]/g;
  const oneLine = (_match: string, items: string): string => `[${items.replace(/,\n\s+/g, ", ")}]`;
  return `${JSON.stringify(titled, undefined, 2).replace(lists, oneLine)}\n`;
}
