import { UNKNOWN } from "../../../aws/value";
import { sends } from "./sent";

const LOGS = "arn:aws:logs:us-east-1:444455556666:log-group:/search/audit";

describe("the requests of caches, search, warehouse and workgroups", () => {
  sends([
    ...(["cloudwatch-logs", "kinesis-firehose"] as const).map((destinationType) => ({
      says: `say where a cache's log goes by its kind of destination, ${destinationType}`,
      type: "aws:elasticache/cluster:Cluster",
      inputs: {
        clusterId: "cache",
        nodeType: "cache.r7g.large",
        logDeliveryConfigurations: [{ destination: "slow", destinationType, logFormat: "json", logType: "slow-log" }],
      },
      requests: [
        [
          "CreateCacheCluster",
          {
            CacheClusterId: "cache",
            CacheNodeType: "cache.r7g.large",
            LogDeliveryConfigurations: [
              {
                DestinationDetails:
                  destinationType === "cloudwatch-logs"
                    ? { CloudWatchLogsDetails: { LogGroup: "slow" } }
                    : { KinesisFirehoseDetails: { DeliveryStream: "slow" } },
                DestinationType: destinationType,
                LogFormat: "json",
                LogType: "slow-log",
              },
            ],
          },
        ],
      ] as const,
    })),
    {
      says: "name a domain's logs by their kind, and leave a family that the model does not list to the catalogue",
      type: "aws:opensearch/domain:Domain",
      inputs: {
        domainName: "search",
        clusterConfig: { instanceType: "r7g.xlarge.search", dedicatedMasterType: "m6g.large.search" },
        logPublishingOptions: [{ logType: "AUDIT_LOGS", cloudwatchLogGroupArn: LOGS }],
      },
      requests: [
        [
          "CreateDomain",
          {
            DomainName: "search",
            ClusterConfig: { InstanceType: UNKNOWN, DedicatedMasterType: "m6g.large.search" },
            LogPublishingOptions: { AUDIT_LOGS: { CloudWatchLogsLogGroupArn: LOGS, Enabled: true } },
          },
        ],
      ],
    },
    {
      says: "switch a price target by its status",
      type: "aws:redshiftserverless/workgroup:Workgroup",
      inputs: { namespaceName: "main", workgroupName: "main", pricePerformanceTarget: { enabled: true, level: 50 } },
      requests: [
        [
          "CreateWorkgroup",
          { namespaceName: "main", workgroupName: "main", pricePerformanceTarget: { status: "ENABLED", level: 50 } },
        ],
      ],
    },
    {
      says: "restore a cluster from its snapshot in place of making it",
      type: "aws:redshift/cluster:Cluster",
      inputs: {
        clusterIdentifier: "main",
        nodeType: "ra3.4xlarge",
        snapshotIdentifier: "yesterday",
        databaseName: "x",
      },
      requests: [
        [
          "RestoreFromClusterSnapshot",
          { ClusterIdentifier: "main", NodeType: "ra3.4xlarge", SnapshotIdentifier: "yesterday" },
        ],
      ],
    },
    {
      says: "name a session's logs by their kind, and set a workgroup's state afterwards",
      type: "aws:athena/workgroup:Workgroup",
      inputs: {
        name: "analysts",
        state: "DISABLED",
        configuration: {
          monitoringConfiguration: {
            cloudWatchLoggingConfiguration: { enabled: true, logTypes: [{ key: "SPARK_DRIVER", values: ["STDOUT"] }] },
          },
        },
      },
      requests: [
        [
          "CreateWorkGroup",
          {
            Name: "analysts",
            Configuration: {
              MonitoringConfiguration: {
                CloudWatchLoggingConfiguration: { Enabled: true, LogTypes: { SPARK_DRIVER: ["STDOUT"] } },
              },
            },
          },
        ],
        ["UpdateWorkGroup", { WorkGroup: "analysts", State: "DISABLED" }],
      ],
    },
    {
      says: "name an application's workers by their kind",
      type: "aws:emrserverless/application:Application",
      inputs: {
        name: "etl",
        releaseLabel: "emr-7.2.0",
        type: "spark",
        initialCapacities: [
          {
            initialCapacityType: "Driver",
            initialCapacityConfig: { workerCount: 1, workerConfiguration: { cpu: "2 vCPU", memory: "8 GB" } },
          },
        ],
      },
      requests: [
        [
          "CreateApplication",
          {
            clientToken: UNKNOWN,
            name: "etl",
            releaseLabel: "emr-7.2.0",
            type: "spark",
            initialCapacity: {
              Driver: { workerCount: 1, workerConfiguration: { cpu: "2 vCPU", memory: "8 GB" } },
            },
          },
        ],
      ],
    },
  ]);
});
