import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../kit/arn";
import { trustAccount } from "../kit/iam";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { wantInteger, wantMatch } from "../kit/want";
import { checkLogKey, createLogGroup } from "../parts/log-group";
import { DomainRef } from "../parts/refs/domain";
import type { KeyRef } from "../parts/refs/key";
import { createBareRole } from "../parts/role";
import { createClosedGroup, letIn } from "../parts/security-group";
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
  /** Of data and logs: slow logs show what was asked. Its policy admits CloudWatch Logs. */
  readonly key: KeyRef;
  /** Security groups that may connect, by a short name. @default none */
  readonly clients?: Readonly<Record<string, pulumi.Input<string>>>;
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

/** Findings about the arguments, all of them. */
export function checkSearch(args: SearchArgs): Finding[] {
  const { dataNodes, zones, dedicatedMasters, volumeGiB } = args.sizing;
  return [
    ...checkLogKey("key", args.key),
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
      : [finding("sizing.dataNodes", `a multiple of the ${zones} zones, so that each carries the same`, dataNodes)]),
    ...wantInteger("sizing.volumeGiB", volumeGiB, "GiB", VOLUME_GIB),
    ...(zones === 3 && dedicatedMasters === 0
      ? [
          finding(
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
  /** What users of the domain need. */
  readonly ref: DomainRef;

  constructor(name: string, args: SearchArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Search ${name}`, checkSearch(args));
    super("meridian:search:Search", name, {}, opts);

    this.domainName = nameOf(args.scope, "search", "searchDomain");
    const securityGroup = this.createSecurityGroup(name, args);
    const logs = this.createLogs(name, args);
    const masterRoleArn = this.createMasterRole(name, args);
    const domain = this.createDomain(name, { ...args, masterRoleArn }, securityGroup, logs);

    this.domainArn = domain.arn;
    this.ref = new DomainRef(domain.arn);
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
    const role = createBareRole(`${name}-admin`, { scope, part: "search-admin", trust: trustAccount(scope) }, this);
    return role.arn;
  }

  private createSecurityGroup(name: string, args: SearchArgs): aws.ec2.SecurityGroup {
    const group = createClosedGroup(
      name,
      {
        scope: args.scope,
        part: "search",
        description: "Search domain: named clients only, nothing goes out",
        vpcId: args.vpcId,
      },
      this,
    );
    for (const [client, groupId] of Object.entries(args.clients ?? {})) {
      const https = { securityGroupId: group.id, port: 443 };
      letIn(`${name}-from-${client}`, https, groupId, `${client} to the search domain`, this);
    }
    return group;
  }

  private createLogs(name: string, args: SearchArgs): Logs {
    const { scope } = args;
    const groups = Object.entries(LOGS).map(([logType, part]) => ({
      logType,
      group: createLogGroup(
        `${name}-${part}`,
        {
          scope,
          name: nameOf(scope, `search-${part}`, "logGroup"),
          key: args.key,
          use: logType === "AUDIT_LOGS" ? "audit" : "operations",
        },
        this,
      ).group,
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
    args: SearchArgs & WithMaster,
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
        encryptAtRest: { enabled: true, kmsKeyId: args.key.arn },
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

  private accessPolicy({ scope, masterRoleArn }: SearchArgs & WithMaster): pulumi.Output<string> {
    return pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: [masterRoleArn] },
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

interface WithMaster {
  readonly masterRoleArn: pulumi.Input<string>;
}

interface Logs {
  readonly groups: readonly { readonly logType: string; readonly group: aws.cloudwatch.LogGroup }[];
  readonly permission: aws.cloudwatch.LogResourcePolicy;
}
