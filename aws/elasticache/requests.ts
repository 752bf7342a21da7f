import { UNKNOWN } from "../value";
import type { Properties, Value } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

/** What a cluster and a replication group both spell their own way. */
const NODES = {
  "logDeliveryConfigurations.destination": turned("DestinationDetails", destinationOf),
  maintenanceWindow: "PreferredMaintenanceWindow",
  nodeType: "CacheNodeType",
  parameterGroupName: "CacheParameterGroupName",
  subnetGroupName: "CacheSubnetGroupName",
};

const LATER = {
  applyImmediately: "said when it is changed",
  finalSnapshotIdentifier: "said when it is deleted",
};

export const requests: RequestTable = {
  "aws:elasticache/cluster:Cluster": type(
    request(
      "elasticache:CreateCacheCluster",
      { ...NODES, availabilityZone: "PreferredAvailabilityZone", clusterId: "CacheClusterId" },
      { adds: { CacheClusterId: UNKNOWN } },
    ),
    LATER,
  ),
  "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": type([
    request("elasticache:CreateGlobalReplicationGroup"),
    request(
      "elasticache:ModifyGlobalReplicationGroup",
      {
        automaticFailoverEnabled: "AutomaticFailoverEnabled",
        cacheNodeType: "CacheNodeType",
        engine: "Engine",
        engineVersion: "EngineVersion",
        parameterGroupName: "CacheParameterGroupName",
      },
      {
        adds: { ApplyImmediately: true, GlobalReplicationGroupId: UNKNOWN },
        when: ["automaticFailoverEnabled", "cacheNodeType", "engine", "engineVersion", "parameterGroupName"],
      },
    ),
    request(
      "elasticache:IncreaseNodeGroupsInGlobalReplicationGroup",
      { numNodeGroups: "NodeGroupCount" },
      { adds: { ApplyImmediately: true, GlobalReplicationGroupId: UNKNOWN }, when: ["numNodeGroups"] },
    ),
  ]),
  "aws:elasticache/parameterGroup:ParameterGroup": type([
    request(
      "elasticache:CreateCacheParameterGroup",
      { name: "CacheParameterGroupName", family: "CacheParameterGroupFamily" },
      { adds: { CacheParameterGroupName: UNKNOWN, Description: UNKNOWN } },
    ),
    request(
      "elasticache:ModifyCacheParameterGroup",
      {
        name: "CacheParameterGroupName",
        parameters: "ParameterNameValues",
        "parameters.name": "ParameterName",
        "parameters.value": "ParameterValue",
      },
      { adds: { CacheParameterGroupName: UNKNOWN }, when: ["parameters"] },
    ),
  ]),
  "aws:elasticache/replicationGroup:ReplicationGroup": type(
    request(
      "elasticache:CreateReplicationGroup",
      {
        ...NODES,
        authTokenWo: "AuthToken",
        description: "ReplicationGroupDescription",
        securityGroupNames: "CacheSecurityGroupNames",
      },
      { adds: { ReplicationGroupId: UNKNOWN } },
    ),
    {
      ...LATER,
      authTokenUpdateStrategy: "said when the token is changed",
      authTokenWoVersion: "kept in the state, to see a change",
    },
  ),
  "aws:elasticache/serverlessCache:ServerlessCache": type(
    request(
      "elasticache:CreateServerlessCache",
      { name: "ServerlessCacheName" },
      { adds: { ServerlessCacheName: UNKNOWN } },
    ),
    { timeouts: "how long the provider waits" },
  ),
  "aws:elasticache/subnetGroup:SubnetGroup": type(
    request(
      "elasticache:CreateCacheSubnetGroup",
      { description: "CacheSubnetGroupDescription", name: "CacheSubnetGroupName" },
      { adds: { CacheSubnetGroupDescription: UNKNOWN, CacheSubnetGroupName: UNKNOWN } },
    ),
  ),
  "aws:elasticache/user:User": type(request("elasticache:CreateUser", { passwordsWo: "Passwords" }), {
    "authenticationMode.passwordCount": "AWS answers it",
    passwordsWoVersion: "kept in the state, to see a change",
  }),
  "aws:elasticache/userGroup:UserGroup": type(request("elasticache:CreateUserGroup")),
  "aws:elasticache/userGroupAssociation:UserGroupAssociation": type(
    request("elasticache:ModifyUserGroup", { userId: "UserIdsToAdd" }),
  ),
};

/** Where a log goes is said by its kind of destination. */
function destinationOf(destination: Value, _inputs: Properties, { destinationType }: Properties): Value {
  return destinationType === "kinesis-firehose"
    ? { KinesisFirehoseDetails: { DeliveryStream: destination } }
    : { CloudWatchLogsDetails: { LogGroup: destination } };
}
