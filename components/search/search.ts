import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../kit/arn";
import { nameOf } from "../kit/names";
import { problem, refuse, type Problem } from "../kit/refuse";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { wantInteger, wantMatch } from "../kit/want";
import type { SearchSizing } from "./plan";

/** Arguments of {@link Search}. */
export interface SearchArgs {
  readonly scope: Scope;
  /** E.g. `OpenSearch_2.19`. */
  readonly engineVersion: string;
  /** Of data nodes, e.g. `r7g.large.search`. */
  readonly instanceType: string;
  readonly sizing: SearchSizing;
  /** Of dedicated masters. @default `m7g.large.search` */
  readonly masterType?: string;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, at least `sizing.zones` of them; the first ones are used. */
  readonly subnetIds: pulumi.Input<string[]>;
  readonly keyArn: pulumi.Input<string>;
  /** Role that administers the domain through fine-grained access control. @default a role of its own, for this account's operators */
  readonly masterRoleArn?: pulumi.Input<string>;
  /** Roles that may reach the domain at all; what each may do in it is for its administrator. @default the master role */
  readonly accessRoleArns?: readonly pulumi.Input<string>[];
  /** Security groups that may connect, by a short name. @default none */
  readonly clients?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Days for which logs are kept. @default 30 */
  readonly logRetentionDays?: number;
}

/** Logs that the domain publishes, with the part of the group's name. */
const LOGS = {
  INDEX_SLOW_LOGS: "index-slow",
  SEARCH_SLOW_LOGS: "search-slow",
  ES_APPLICATION_LOGS: "application",
  AUDIT_LOGS: "audit",
} as const;

/** docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
const VOLUME_GIB = { min: 10, max: 24_576 } as const;

type WithMaster = SearchArgs & { readonly masterRoleArn: pulumi.Input<string> };

/** Problems of the arguments, all of them. */
export function checkSearch(args: SearchArgs): Problem[] {
  const { dataNodes, zones, dedicatedMasters, volumeGiB } = args.sizing;
  return [
    ...wantMatch("engineVersion", args.engineVersion, /^OpenSearch_\d+\.\d+$/, "a version such as OpenSearch_2.19"),
    ...wantMatch(
      "instanceType",
      args.instanceType,
      /^[a-z0-9]+\.[a-z0-9]+\.search$/,
      "a type such as r7g.large.search",
    ),
    ...wantInteger("sizing.dataNodes", dataNodes, "nodes", { min: zones, max: 80 }),
    ...(dataNodes % zones === 0
      ? []
      : [problem("sizing.dataNodes", `a multiple of the ${zones} zones, so that each carries the same`, dataNodes)]),
    ...wantInteger("sizing.volumeGiB", volumeGiB, "GiB", VOLUME_GIB),
    ...(zones === 3 && dedicatedMasters === 0
      ? [
          problem(
            "sizing.dedicatedMasters",
            "3 with three zones, so that a lost zone leaves a quorum",
            dedicatedMasters,
          ),
        ]
      : []),
  ];
}

/**
 * Search over the last days' events: an OpenSearch domain in the VPC, encrypted everywhere, TLS 1.2 or better, callers
 * known by IAM and by fine-grained access control, spread over zones.
 *
 * The account-wide service-linked role `AWSServiceRoleForAmazonOpenSearchService` must exist; the foundation owns it.
 * @throws InputPropertiesError listing every bad argument.
 */
export class Search extends pulumi.ComponentResource {
  readonly domainName: string;
  readonly domainArn: pulumi.Output<string>;
  /** Host name inside the VPC. */
  readonly endpoint: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: SearchArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Search ${name}`, checkSearch(args));
    super("meridian:search:Search", name, {}, opts);

    this.domainName = nameOf(args.scope, "search", "searchDomain");
    const securityGroup = this.createSecurityGroup(name, args);
    const logs = this.createLogs(name, args);
    const masterRoleArn = args.masterRoleArn ?? this.createMasterRole(name, args);
    const domain = this.createDomain(name, { ...args, masterRoleArn }, securityGroup, logs);

    this.domainArn = domain.arn;
    this.endpoint = domain.endpoint;
    this.securityGroupId = securityGroup.id;
    this.registerOutputs({
      domainName: this.domainName,
      domainArn: this.domainArn,
      endpoint: this.endpoint,
      securityGroupId: this.securityGroupId,
    });
  }

  /** Who administers the domain takes this role; who may take it is for IAM to say, in this account only. */
  private createMasterRole(name: string, { scope }: SearchArgs): pulumi.Output<string> {
    const role = new aws.iam.Role(
      `${name}-admin`,
      {
        name: nameOf(scope, "search-admin", "role"),
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { AWS: `arn:${scope.partition}:iam::${scope.account}:root` },
              Action: ["sts:AssumeRole"],
            },
          ],
        }),
      },
      { parent: this },
    );
    return role.arn;
  }

  private createSecurityGroup(name: string, args: SearchArgs): aws.ec2.SecurityGroup {
    const group = new aws.ec2.SecurityGroup(
      name,
      {
        name: nameOf(args.scope, "search", "securityGroup"),
        description: "Search domain: named clients only, nothing goes out",
        vpcId: args.vpcId,
      },
      { parent: this },
    );
    for (const [client, groupId] of Object.entries(args.clients ?? {})) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-from-${client}`,
        {
          securityGroupId: group.id,
          referencedSecurityGroupId: groupId,
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          description: `${client} to the search domain`,
        },
        { parent: this },
      );
    }
    return group;
  }

  private createLogs(name: string, args: SearchArgs): Logs {
    const { scope } = args;
    const groups = Object.entries(LOGS).map(([logType, part]) => ({
      logType,
      group: new aws.cloudwatch.LogGroup(
        `${name}-${part}`,
        {
          name: nameOf(scope, `search-${part}`, "logGroup"),
          retentionInDays: args.logRetentionDays ?? 30,
          kmsKeyId: args.keyArn,
        },
        { parent: this, ...(logType === "AUDIT_LOGS" ? keepData(scope) : {}) },
      ),
    }));
    const permission = new aws.cloudwatch.LogResourcePolicy(
      name,
      {
        policyName: nameOf(scope, "search", "role"),
        policyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "es.amazonaws.com" },
              Action: ["logs:PutLogEvents", "logs:CreateLogStream"],
              Resource: Object.values(LOGS).map((part) =>
                arnOf(scope, "logs", `log-group:${nameOf(scope, `search-${part}`, "logGroup")}:*`),
              ),
              Condition: { StringEquals: { "aws:SourceAccount": scope.account } },
            },
          ],
        }),
      },
      { parent: this },
    );
    return { groups, permission };
  }

  private createDomain(
    name: string,
    args: WithMaster,
    securityGroup: aws.ec2.SecurityGroup,
    logs: Logs,
  ): aws.opensearch.Domain {
    const { scope, sizing } = args;
    const { zones } = sizing;
    return new aws.opensearch.Domain(
      name,
      {
        domainName: this.domainName,
        engineVersion: args.engineVersion,
        clusterConfig: {
          instanceType: args.instanceType,
          instanceCount: sizing.dataNodes,
          zoneAwarenessEnabled: zones > 1,
          ...(zones > 1 ? { zoneAwarenessConfig: { availabilityZoneCount: zones } } : {}),
          ...(sizing.dedicatedMasters === 0
            ? { dedicatedMasterEnabled: false }
            : {
                dedicatedMasterEnabled: true,
                dedicatedMasterCount: sizing.dedicatedMasters,
                dedicatedMasterType: args.masterType ?? "m7g.large.search",
              }),
        },
        ebsOptions: { ebsEnabled: true, volumeType: "gp3", volumeSize: sizing.volumeGiB },
        vpcOptions: {
          subnetIds: pulumi.output(args.subnetIds).apply((ids) => ids.slice(0, zones)),
          securityGroupIds: [securityGroup.id],
        },
        encryptAtRest: { enabled: true, kmsKeyId: args.keyArn },
        nodeToNodeEncryption: { enabled: true },
        domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" },
        advancedSecurityOptions: {
          enabled: true,
          internalUserDatabaseEnabled: false,
          masterUserOptions: { masterUserArn: args.masterRoleArn },
        },
        accessPolicies: this.accessPolicy(args),
        logPublishingOptions: logs.groups.map(({ logType, group }) => ({
          logType,
          cloudwatchLogGroupArn: group.arn,
          enabled: true,
        })),
        offPeakWindowOptions: {
          enabled: true,
          offPeakWindow: { windowStartTime: { hours: 3, minutes: 0 } },
        },
        softwareUpdateOptions: { autoSoftwareUpdateEnabled: true },
        autoTuneOptions: { desiredState: autoTunes(args.instanceType) ? "ENABLED" : "DISABLED" },
        // The events stay in the lake: an index that is lost is made of them again.
        tags: { ...dataTags("behaviour"), "meridian:recovery": "reindex" },
      },
      { parent: this, dependsOn: [logs.permission], ...keepData(scope) },
    );
  }

  private accessPolicy({ scope, masterRoleArn, accessRoleArns }: WithMaster): pulumi.Output<string> {
    return pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: [masterRoleArn, ...(accessRoleArns ?? [])] },
          Action: ["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut", "es:ESHttpDelete"],
          Resource: arnOf(scope, "es", `domain/${this.domainName}/*`),
        },
      ],
    });
  }
}

/** Auto-Tune wants more than burstable nodes: docs.aws.amazon.com/opensearch-service/latest/developerguide/auto-tune.html */
function autoTunes(instanceType: string): boolean {
  return !instanceType.startsWith("t");
}

interface Logs {
  readonly groups: readonly { readonly logType: string; readonly group: aws.cloudwatch.LogGroup }[];
  readonly permission: aws.cloudwatch.LogResourcePolicy;
}
