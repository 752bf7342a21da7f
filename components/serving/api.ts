import * as aws from "@pulumi/aws";
import { architectureOf } from "../../aws/facts";
import { apiSettings } from "../../contracts/settings/api";
import * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../kit/grant";
import { trustPlain } from "../kit/iam";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { environmentOf } from "../kit/settings";
import { wantDistinct, wantInteger } from "../kit/want";
import { checkLogKey } from "../parts/log-group";
import type { CacheRef } from "../parts/refs/cache";
import type { EndpointRef } from "../parts/refs/endpoint";
import type { KeyRef } from "../parts/refs/key";
import type { StreamRef } from "../parts/refs/stream";
import type { TableRef } from "../parts/refs/table";
import { createRole } from "../parts/role";
import { letIn } from "../parts/security-group";
import { createCluster, type Cluster } from "./cluster";
import { APP, createObjects, NAMESPACE, NODE_PORT } from "./objects";
import { checkSurroundings, surroundingSettings, telemetryTarget, type Surroundings } from "./surroundings";
import { ADD_ON_VERSIONS, type AddOn } from "./versions";

/** Arguments of {@link RecommendationApi}. */
export interface RecommendationApiArgs extends Surroundings {
  readonly scope: Scope;
  /** Kubernetes minor version, e.g. `1.33`. */
  readonly kubernetesVersion: string;
  /** Overrides of the pinned add-on versions. @default {@link ADD_ON_VERSIONS} of the Kubernetes version */
  readonly addOnVersions?: Readonly<Partial<Record<AddOn, string>>>;
  /** EC2 types of the nodes, one architecture, in order of preference. */
  readonly nodeInstanceTypes: readonly string[];
  readonly nodes: { readonly min: number; readonly max: number };
  readonly replicas: { readonly min: number; readonly max: number };
  readonly vpcCidr: pulumi.Input<string>;
  /** Private subnets, one for each zone. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Of the cluster's secrets and logs. */
  readonly key: KeyRef;
  /** API image, by digest or immutable tag. */
  readonly image: pulumi.Input<string>;
  /** Port on which the program listens. @default 8080 */
  readonly port?: number;
  readonly tables: Readonly<Record<"recommendations" | "models" | "flags", TableRef>>;
  readonly cache: CacheRef;
  /** SageMaker endpoint that re-ranks. */
  readonly endpoint: EndpointRef;
  /** Takes exposure events. */
  readonly stream: StreamRef;
  /** The residency zone's HMAC key, from which pseudonyms are made. */
  readonly pseudonymKey: KeyRef;
  /** Roles with cluster administration, by a short name. @default none but the deployer */
  readonly adminRoleArns?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Blocks from which the Kubernetes API is reached over the Internet. @default none: only from the VPC */
  readonly publicAccessCidrs?: readonly string[];
  /** Variants of the recommender and their weights, >= 0, the control first: the split while no experiment runs. */
  readonly variants: readonly { readonly name: string; readonly weight: number }[];
}

const DEFAULTS = { port: 8080 } as const;

/** Ports that a process without privileges may listen on. */
const PORT = { min: 1024, max: 65_535 } as const;

/** Findings about the arguments, all of them. */
export function checkRecommendationApi(args: RecommendationApiArgs): Finding[] {
  const known = Object.keys(ADD_ON_VERSIONS);
  const pinned = { ...ADD_ON_VERSIONS[args.kubernetesVersion], ...args.addOnVersions };
  const missing = ADD_ONS.filter((addOn) => pinned[addOn] === undefined);
  const architectures = new Set(args.nodeInstanceTypes.map(architectureOf));
  return [
    ...(missing.length === 0
      ? []
      : [
          finding(
            "kubernetesVersion",
            `one of ${known.join(", ")}, or addOnVersions with ${missing.join(", ")}`,
            args.kubernetesVersion,
          ),
        ]),
    ...wantDistinct("nodeInstanceTypes", args.nodeInstanceTypes, "instance types"),
    ...(architectures.size > 1
      ? [finding("nodeInstanceTypes", "one processor architecture", args.nodeInstanceTypes.join(", "))]
      : []),
    ...wantInteger("nodes.min", args.nodes.min, "nodes", { min: 1 }),
    ...wantInteger("nodes.max", args.nodes.max, "nodes", { min: args.nodes.min, max: 450 }),
    ...wantInteger("replicas.min", args.replicas.min, "replicas", { min: 1 }),
    ...wantInteger("replicas.max", args.replicas.max, "replicas", { min: args.replicas.min }),
    ...wantInteger("port", args.port ?? DEFAULTS.port, "port", PORT),
    ...checkLogKey("key", args.key),
    ...checkSurroundings(args),
    ...(args.publicAccessCidrs ?? []).flatMap((cidr, index) =>
      cidr.endsWith("/0")
        ? [finding(`publicAccessCidrs[${index}]`, "a block narrower than the whole Internet", cidr)]
        : [],
    ),
  ];
}

const ADD_ONS: readonly AddOn[] = ["vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent", "metrics-server"];

/**
 * The recommendation API: a private EKS cluster and the API in it. Pods have their own role (no node credentials, no
 * Kubernetes token), spread over zones, scale by load, survive node drains, and reach nothing but what they need.
 * @throws InputPropertiesError listing every bad argument.
 */
export class RecommendationApi extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  readonly clusterArn: pulumi.Output<string>;
  /** Group of the pods, for other rooms' rules. */
  readonly securityGroupId: pulumi.Output<string>;
  /** Where requests come in: a port of every node. */
  readonly nodes: {
    readonly autoScalingGroup: pulumi.Output<string>;
    readonly securityGroupId: pulumi.Output<string>;
    readonly port: number;
  };
  readonly podRoleArn: pulumi.Output<string>;
  readonly namespace = NAMESPACE;
  readonly serviceName = APP;

  constructor(name: string, args: RecommendationApiArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`RecommendationApi ${name}`, checkRecommendationApi(args));
    super("meridian:serving:RecommendationApi", name, {}, opts);

    const cluster = this.createCluster(name, args);
    const grants = grantsOf(args);
    const identity = this.createPodIdentity(name, args, cluster, Object.values(grants));
    this.openCache(name, grants.cache, cluster);
    this.deployApi(name, args, { cluster, grants, association: identity.association });

    this.clusterName = cluster.cluster.name;
    this.clusterArn = cluster.cluster.arn;
    this.securityGroupId = cluster.securityGroupId;
    const { autoScalingGroup, securityGroupId } = cluster;
    this.nodes = { autoScalingGroup, securityGroupId, port: NODE_PORT };
    this.podRoleArn = identity.role.arn;
    this.registerOutputs({
      clusterName: this.clusterName,
      clusterArn: this.clusterArn,
      securityGroupId: this.securityGroupId,
      podRoleArn: this.podRoleArn,
      namespace: this.namespace,
      serviceName: this.serviceName,
    });
  }

  private createCluster(name: string, args: RecommendationApiArgs): Cluster {
    return createCluster(
      name,
      {
        ...args,
        // Complete: the check refuses a missing one.
        addOnVersions: { ...ADD_ON_VERSIONS[args.kubernetesVersion], ...args.addOnVersions } as Record<AddOn, string>,
        adminRoleArns: args.adminRoleArns ?? {},
        publicAccessCidrs: args.publicAccessCidrs ?? [],
      },
      this,
    );
  }

  /** What the API may do in AWS, given to its service account only. */
  private createPodIdentity(
    name: string,
    { scope }: RecommendationApiArgs,
    { cluster }: Cluster,
    grants: readonly Grant[],
  ): Identity {
    const { role, policy } = createRole(
      `${name}-pod`,
      { scope, part: "api-pod", trust: trustPlain("pods.eks.amazonaws.com"), grants },
      this,
    );
    const association = new aws.eks.PodIdentityAssociation(
      name,
      { clusterName: cluster.name, namespace: NAMESPACE, serviceAccount: APP, roleArn: role.arn },
      { parent: this, dependsOn: [policy] },
    );
    return { role, association };
  }

  /** Lets the pods reach the cache: its group is closed to all that it gave no grant. */
  private openCache(name: string, { reach }: Grant, cluster: Cluster): void {
    if (reach === undefined) return;
    letIn(`${name}-to-cache`, reach, cluster.securityGroupId, "recommendation API to cache", this);
  }

  private deployApi(name: string, args: RecommendationApiArgs, { cluster, grants, association }: Deployed): void {
    const { scope, cache } = args;
    const port = args.port ?? DEFAULTS.port;
    createObjects(
      name,
      {
        image: args.image,
        replicas: args.replicas,
        port,
        cachePort: cache.port,
        vpcCidr: args.vpcCidr,
        ...telemetryTarget(args),
        settings: environmentOf(
          apiSettings,
          {
            port,
            region: scope.region,
            variants: args.variants,
            cachePort: cache.port,
            cacheName: cache.cacheName,
            cacheUser: cache.userName,
            ...surroundingSettings(args, scope),
          },
          {
            recommendationsTable: grants.recommendations,
            modelsTable: grants.models,
            flagsTable: grants.flags,
            cacheEndpoint: grants.cache,
            endpointName: grants.endpoint,
            stream: grants.stream,
            pseudonymKey: grants.pseudonyms,
          },
        ),
      },
      {
        parent: this,
        provider: cluster.provider,
        // Pods get their role when they start, and need nodes and DNS.
        dependsOn: [association, cluster.nodeGroup, ...cluster.addOns],
      },
    );
  }
}

/** Calls of the program (services/api): it reads tables, and writes exposures to the stream. */
function grantsOf({ tables, cache, endpoint, stream, pseudonymKey }: RecommendationApiArgs): Grants {
  return {
    recommendations: tables.recommendations.allow("GetItem"),
    models: tables.models.allow("BatchGetItem", "GetItem"),
    flags: tables.flags.allow("BatchGetItem", "GetItem"),
    endpoint: endpoint.allowInvoke(),
    stream: stream.allowPut(),
    pseudonyms: pseudonymKey.allowMac(),
    cache: cache.allowConnect(),
  };
}

type Grants = Readonly<
  Record<"recommendations" | "models" | "flags" | "endpoint" | "stream" | "pseudonyms" | "cache", Grant>
>;

interface Deployed {
  readonly cluster: Cluster;
  readonly grants: Grants;
  readonly association: aws.eks.PodIdentityAssociation;
}

interface Identity {
  readonly role: aws.iam.Role;
  readonly association: aws.eks.PodIdentityAssociation;
}
