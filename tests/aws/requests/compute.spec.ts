import assert from "node:assert/strict";
import { requestFindings } from "../../../aws/requests";
import { UNKNOWN } from "../../../aws/value";
import type { Properties } from "../../../aws/value";
import { models } from "../published";
import { sends } from "./sent";

describe("the requests of scaling groups, clusters, functions and roles", () => {
  sends([
    {
      says: "join a scaling group's subnets, and begin what the group is made for",
      type: "aws:autoscaling/group:Group",
      inputs: {
        name: "a",
        minSize: 0,
        maxSize: 2,
        vpcZoneIdentifiers: ["subnet-1", "subnet-2"],
        instanceRefresh: { strategy: "Rolling", triggers: ["tag"] },
        enabledMetrics: ["GroupInServiceInstances"],
      },
      requests: [
        [
          "CreateAutoScalingGroup",
          { AutoScalingGroupName: "a", MinSize: 0, MaxSize: 2, VPCZoneIdentifier: "subnet-1,subnet-2" },
        ],
        [
          "EnableMetricsCollection",
          { AutoScalingGroupName: "a", Granularity: "1Minute", Metrics: ["GroupInServiceInstances"] },
        ],
        ["StartInstanceRefresh", { AutoScalingGroupName: "a", Strategy: "Rolling" }],
      ],
    },
    {
      says: "leave a scaling group's subnets unknown when one is",
      type: "aws:autoscaling/group:Group",
      inputs: { name: "a", minSize: 0, maxSize: 2, vpcZoneIdentifiers: ["subnet-1", UNKNOWN] },
      requests: [
        ["CreateAutoScalingGroup", { AutoScalingGroupName: "a", MinSize: 0, MaxSize: 2, VPCZoneIdentifier: UNKNOWN }],
      ],
    },
    {
      says: "enable a cluster's logs",
      type: "aws:eks/cluster:Cluster",
      inputs: { name: "a", roleArn: UNKNOWN, vpcConfig: { subnetIds: UNKNOWN }, enabledClusterLogTypes: ["audit"] },
      requests: [
        [
          "CreateCluster",
          {
            name: "a",
            roleArn: UNKNOWN,
            resourcesVpcConfig: { subnetIds: UNKNOWN },
            logging: { clusterLogging: [{ enabled: true, types: ["audit"] }] },
          },
        ],
      ],
    },
    {
      says: "know a function's code only as it is sent, and take -1 for no reservation",
      type: "aws:lambda/function:Function",
      inputs: { name: "a", role: UNKNOWN, code: { asset: "68a4" }, reservedConcurrentExecutions: -1 },
      requests: [["CreateFunction", { FunctionName: "a", Role: UNKNOWN, Code: { ZipFile: UNKNOWN } }]],
    },
    {
      says: "split the servers that an event source lists",
      type: "aws:lambda/eventSourceMapping:EventSourceMapping",
      inputs: {
        functionName: "a",
        topics: ["events"],
        selfManagedEventSource: { endpoints: { KAFKA_BOOTSTRAP_SERVERS: "a.example.com:9092,b.example.com:9092" } },
      },
      requests: [
        [
          "CreateEventSourceMapping",
          {
            FunctionName: "a",
            Topics: ["events"],
            SelfManagedEventSource: {
              Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ["a.example.com:9092", "b.example.com:9092"] },
            },
          },
        ],
      ],
    },
    {
      says: "put and attach each policy of a role",
      type: "aws:iam/role:Role",
      inputs: {
        name: "a",
        assumeRolePolicy: "{}",
        inlinePolicies: [{ name: "read", policy: "{}" }],
        managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      },
      requests: [
        ["CreateRole", { RoleName: "a", AssumeRolePolicyDocument: "{}" }],
        ["PutRolePolicy", { RoleName: "a", PolicyName: "read", PolicyDocument: "{}" }],
        ["AttachRolePolicy", { RoleName: "a", PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }],
      ],
    },
  ]);

  it("refuse a function's reservation below none", () => {
    const inputs: Properties = { name: "a", role: UNKNOWN, code: UNKNOWN, reservedConcurrentExecutions: -2 };
    const refused = requestFindings(models, "aws:lambda/function:Function", inputs);
    assert.deepEqual(
      refused.map(({ kind, path }) => [kind, path]),
      [["range", "reservedConcurrentExecutions"]],
    );
  });
});
