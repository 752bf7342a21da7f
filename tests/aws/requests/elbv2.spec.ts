import { UNKNOWN } from "../../../aws/value";
import { sends } from "./sent";

describe("the requests of load balancers", () => {
  sends([
    {
      says: "say a scheme, and settings as keys and values",
      type: "aws:lb/loadBalancer:LoadBalancer",
      inputs: {
        name: "a",
        internal: true,
        idleTimeout: 30,
        enableHttp2: true,
        accessLogs: { bucket: "logs", enabled: true },
      },
      requests: [
        ["CreateLoadBalancer", { Name: "a", Scheme: "internal" }],
        [
          "ModifyLoadBalancerAttributes",
          {
            LoadBalancerArn: UNKNOWN,
            Attributes: [
              { Key: "idle_timeout.timeout_seconds", Value: "30" },
              { Key: "routing.http2.enabled", Value: "true" },
              { Key: "access_logs.s3.bucket", Value: "logs" },
              { Key: "access_logs.s3.enabled", Value: "true" },
            ],
          },
        ],
      ],
    },
    {
      says: "match codes of the group's protocol, and time cookies of its kind",
      type: "aws:lb/targetGroup:TargetGroup",
      inputs: {
        name: "a",
        protocolVersion: "GRPC",
        healthCheck: { path: "/health", matcher: "0-5" },
        stickiness: { type: "app_cookie", cookieDuration: 60 },
      },
      requests: [
        [
          "CreateTargetGroup",
          { Name: "a", ProtocolVersion: "GRPC", HealthCheckPath: "/health", Matcher: { GrpcCode: "0-5" } },
        ],
        [
          "ModifyTargetGroupAttributes",
          {
            TargetGroupArn: UNKNOWN,
            Attributes: [
              { Key: "stickiness.type", Value: "app_cookie" },
              { Key: "stickiness.app_cookie.duration_seconds", Value: "60" },
            ],
          },
        ],
      ],
    },
    {
      says: "name the field of each condition",
      type: "aws:lb/listenerRule:ListenerRule",
      inputs: {
        listenerArn: "arn:l",
        actions: [{ type: "forward", forward: { targetGroups: [{ arn: "arn:t", weight: 1 }] } }],
        conditions: [{ pathPattern: { values: ["/v1/*"] } }],
      },
      requests: [
        [
          "CreateRule",
          {
            Priority: UNKNOWN,
            ListenerArn: "arn:l",
            Actions: [{ Type: "forward", ForwardConfig: { TargetGroups: [{ TargetGroupArn: "arn:t", Weight: 1 }] } }],
            Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/v1/*"] } }],
          },
        ],
      ],
    },
  ]);
});
