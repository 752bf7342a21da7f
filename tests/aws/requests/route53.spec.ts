import { UNKNOWN } from "../../../aws/value";
import { sends } from "./sent";

describe("the requests of names and health checks", () => {
  sends([
    {
      says: "change one record set, with its routing policy's value in it",
      type: "aws:route53/record:Record",
      inputs: {
        zoneId: "Z1",
        name: "api.example.com",
        type: "A",
        allowOverwrite: true,
        setIdentifier: "us-east-1",
        latencyRoutingPolicies: [{ region: "us-east-1" }],
        aliases: [{ name: "lb.example.com", zoneId: "Z2", evaluateTargetHealth: true }],
      },
      requests: [
        [
          "ChangeResourceRecordSets",
          {
            HostedZoneId: "Z1",
            ChangeBatch: {
              Changes: [
                {
                  Action: "UPSERT",
                  ResourceRecordSet: {
                    Name: "api.example.com",
                    Type: "A",
                    SetIdentifier: "us-east-1",
                    Region: "us-east-1",
                    AliasTarget: { DNSName: "lb.example.com", HostedZoneId: "Z2", EvaluateTargetHealth: true },
                  },
                },
              ],
            },
          },
        ],
      ],
    },
    {
      says: "create a record that nobody may overwrite",
      type: "aws:route53/record:Record",
      inputs: { zoneId: "Z1", name: "a.example.com", type: "A", ttl: 60, records: ["192.0.2.1", "192.0.2.2"] },
      requests: [
        [
          "ChangeResourceRecordSets",
          {
            HostedZoneId: "Z1",
            ChangeBatch: {
              Changes: [
                {
                  Action: "CREATE",
                  ResourceRecordSet: {
                    Name: "a.example.com",
                    Type: "A",
                    TTL: 60,
                    ResourceRecords: [{ Value: "192.0.2.1" }, { Value: "192.0.2.2" }],
                  },
                },
              ],
            },
          },
        ],
      ],
    },
    {
      says: "tag a health check once it is there",
      type: "aws:route53/healthCheck:HealthCheck",
      inputs: { type: "HTTPS", fqdn: "a.example.com", referenceName: "a", tags: { Name: "a" } },
      requests: [
        [
          "CreateHealthCheck",
          {
            CallerReference: UNKNOWN,
            HealthCheckConfig: { Type: "HTTPS", FullyQualifiedDomainName: "a.example.com" },
          },
        ],
        [
          "ChangeTagsForResource",
          { ResourceType: "healthcheck", ResourceId: UNKNOWN, AddTags: [{ Key: "Name", Value: "a" }] },
        ],
      ],
    },
  ]);
});
