import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../kit/arn";
import { allowing, allowKeyByAlias, trustCompute } from "../kit/iam";
import { apiSettings } from "../../contracts/settings/api";
import { nameOf } from "../kit/names";
import { problem, refuse, type Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { environmentOf } from "../kit/settings";
import { wantDistinct, wantInteger } from "../kit/want";
import { createCluster, isGraviton, type Cluster } from "./cluster";
import { APP, createObjects, NAMESPACE } from "./objects";
import { checkSurroundings, surroundingSettings, telemetryTarget, type Surroundings } from "./surroundings";
import { ADD_ON_VERSIONS, type AddOn } from "./versions";

/** Another room's service that the API connects to. */
export interface Peer {
  readonly securityGroupId: pulumi.Input<string>;
  readonly port: number;
}

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
  readonly keyArn: pulumi.Input<string>;
  /** API image, by digest or immutable tag. */
  readonly image: pulumi.Input<string>;
  /** Port on which the program listens. @default 8080 */
  readonly port?: number;
  readonly tables: { readonly recommendations: string; readonly models: string; readonly flags: string };
  readonly cache: {
    readonly endpoint: pulumi.Input<string>;
    readonly port: number;
    readonly securityGroupId: pulumi.Input<string>;
    readonly cacheName: string;
    readonly userName: string;
    readonly connectArns: readonly string[];
  };
  /** SageMaker endpoint that re-ranks. */
  readonly endpointName: pulumi.Input<string>;
  /** The stream that takes exposure events. */
  readonly stream: { readonly name: string; readonly keyArn: pulumi.Input<string> };
  /** Alias of the residency zone's HMAC key in this region, from which pseudonyms are made. */
  readonly pseudonymKeyAlias: string;
  /** Alias of the tables' key in this region. */
  readonly tablesKeyAlias: string;
  /** Further services, by a short name: their groups get a rule for the pods. @default none */
  readonly peers?: Readonly<Record<string, Peer>>;
  /** Roles with cluster administration, by a short name. @default none but the deployer */
  readonly adminRoleArns?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Blocks from which the Kubernetes API is reached over the Internet. @default none: only from the VPC */
  readonly publicAccessCidrs?: readonly string[];
  /** Days for which control plane logs are kept. @default 90 */
  readonly logRetentionDays?: number;
  /** Variants of the recommender and their weights, >= 0, the control first: the split while no experiment runs. */
  readonly variants: readonly { readonly name: string; readonly weight: number }[];
}

const DEFAULTS = { port: 8080, logRetentionDays: 90 } as const;

/** Ports that a process without privileges may listen on. */
const PORT = { min: 1024, max: 65_535 } as const;

/** Problems of the arguments, all of them. */
export function checkRecommendationApi(args: RecommendationApiArgs): Problem[] {
  const known = Object.keys(ADD_ON_VERSIONS);
  const pinned = { ...ADD_ON_VERSIONS[args.kubernetesVersion], ...args.addOnVersions };
  const missing = ADD_ONS.filter((addOn) => pinned[addOn] === undefined);
  const architectures = new Set(args.nodeInstanceTypes.map(isGraviton));
  return [
    ...(missing.length === 0
      ? []
      : [
          problem(
            "kubernetesVersion",
            `one of ${known.join(", ")}, or addOnVersions with ${missing.join(", ")}`,
            args.kubernetesVersion,
          ),
        ]),
    ...wantDistinct("nodeInstanceTypes", args.nodeInstanceTypes, "instance types"),
    ...(architectures.size > 1
      ? [problem("nodeInstanceTypes", "one processor architecture", args.nodeInstanceTypes.join(", "))]
      : []),
    ...wantInteger("nodes.min", args.nodes.min, "nodes", { min: 1 }),
    ...wantInteger("nodes.max", args.nodes.max, "nodes", { min: args.nodes.min, max: 450 }),
    ...wantInteger("replicas.min", args.replicas.min, "replicas", { min: 1 }),
    ...wantInteger("replicas.max", args.replicas.max, "replicas", { min: args.replicas.min }),
    ...wantInteger("port", args.port ?? DEFAULTS.port, "port", PORT),
    ...checkSurroundings(args),
    ...(args.publicAccessCidrs ?? []).flatMap((cidr, index) =>
      cidr.endsWith("/0")
        ? [problem(`publicAccessCidrs[${index}]`, "a block narrower than the whole Internet", cidr)]
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
  readonly podRoleArn: pulumi.Output<string>;
  readonly namespace = NAMESPACE;
  readonly serviceName = APP;

  constructor(name: string, args: RecommendationApiArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`RecommendationApi ${name}`, checkRecommendationApi(args));
    super("meridian:serving:RecommendationApi", name, {}, opts);

    const cluster = this.createCluster(name, args);
    const identity = this.createPodIdentity(name, args, cluster);
    this.openPeers(name, args, cluster);
    this.deployApi(name, args, cluster, identity.association);

    this.clusterName = cluster.cluster.name;
    this.clusterArn = cluster.cluster.arn;
    this.securityGroupId = cluster.securityGroupId;
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
        logRetentionDays: args.logRetentionDays ?? DEFAULTS.logRetentionDays,
      },
      this,
    );
  }

  /** What the API may do in AWS, given to its service account only. */
  private createPodIdentity(name: string, args: RecommendationApiArgs, { cluster }: Cluster): Identity {
    const { scope, tables } = args;
    const role = new aws.iam.Role(
      `${name}-pod`,
      { name: nameOf(scope, "api-pod", "role"), assumeRolePolicy: trustCompute("pods.eks.amazonaws.com") },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-pod`,
      { role: role.name, policy: this.podPolicy(args, [tables.recommendations, tables.models, tables.flags]) },
      { parent: this },
    );
    const association = new aws.eks.PodIdentityAssociation(
      name,
      { clusterName: cluster.name, namespace: NAMESPACE, serviceAccount: APP, roleArn: role.arn },
      { parent: this, dependsOn: [policy] },
    );
    return { role, association };
  }

  private podPolicy(args: RecommendationApiArgs, tables: readonly string[]): pulumi.Output<string> {
    const { scope } = args;
    return allowing(
      {
        sid: "ReadTables",
        actions: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"],
        resources: tables.map((table) => arnOf(scope, "dynamodb", `table/${table}`)),
      },
      allowKeyByAlias(scope, {
        sid: "UseTablesKey",
        actions: ["kms:Decrypt"],
        alias: args.tablesKeyAlias,
        via: "dynamodb",
      }),
      {
        sid: "Predict",
        actions: ["sagemaker:InvokeEndpoint"],
        resources: [pulumi.interpolate`${arnOf(scope, "sagemaker", "endpoint/")}${args.endpointName}`],
      },
      {
        sid: "RecordExposures",
        actions: ["kinesis:PutRecord", "kinesis:PutRecords"],
        resources: [arnOf(scope, "kinesis", `stream/${args.stream.name}`)],
      },
      { sid: "EncryptExposures", actions: ["kms:GenerateDataKey"], resources: [args.stream.keyArn] },
      allowKeyByAlias(scope, {
        sid: "MakePseudonyms",
        actions: ["kms:GenerateMac"],
        alias: args.pseudonymKeyAlias,
      }),
      ...(args.cache.connectArns.length === 0
        ? []
        : [{ sid: "UseCache", actions: ["elasticache:Connect"], resources: args.cache.connectArns }]),
    );
  }

  /** Lets the pods in where they go: the rule belongs to who connects, so that rooms stay apart. */
  private openPeers(name: string, args: RecommendationApiArgs, cluster: Cluster): void {
    const peers: Record<string, Peer> = { cache: args.cache, ...args.peers };
    for (const [peer, { securityGroupId, port }] of Object.entries(peers)) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-to-${peer}`,
        {
          securityGroupId,
          referencedSecurityGroupId: cluster.securityGroupId,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          description: `recommendation API to ${peer}`,
        },
        { parent: this },
      );
    }
  }

  private deployApi(
    name: string,
    args: RecommendationApiArgs,
    cluster: Cluster,
    association: aws.eks.PodIdentityAssociation,
  ): void {
    const { scope, tables, cache } = args;
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
        settings: environmentOf(apiSettings, {
          port,
          region: scope.region,
          recommendationsTable: tables.recommendations,
          modelsTable: tables.models,
          flagsTable: tables.flags,
          variants: args.variants,
          cacheEndpoint: cache.endpoint,
          cachePort: cache.port,
          cacheName: cache.cacheName,
          cacheUser: cache.userName,
          endpointName: args.endpointName,
          stream: args.stream.name,
          pseudonymKey: args.pseudonymKeyAlias,
          ...surroundingSettings(args, scope),
        }),
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

interface Identity {
  readonly role: aws.iam.Role;
  readonly association: aws.eks.PodIdentityAssociation;
}
