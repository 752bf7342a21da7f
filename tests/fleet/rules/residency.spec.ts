import assert from "node:assert/strict";
import { UNKNOWN } from "../../../fleet/graph";
import { residency } from "../../../fleet/rules/residency";
import { fleetOf, says, urnOf, type Made } from "./fleets";

const CACHE = "aws:elasticache/replicationGroup:ReplicationGroup";
const ACL = "aws:wafv2/webAcl:WebAcl";
const WANT = "want a region of zone eu (eu-central-1, eu-west-1)";

const cache = (name: string, region: string): Made => ({
  type: CACHE,
  name,
  region,
  inputs: { globalReplicationGroupId: "ldgnf-one" },
});
const edge = (inputs: Made["inputs"]): Made => ({
  type: "aws:cloudfront/distribution:Distribution",
  region: "us-east-1",
  inputs: { origins: [{ originId: "a", domainName: "collector.eu-west-1.meridian.example.com" }], ...inputs },
  uses: { webAclId: [urnOf(ACL)] },
});

describe("Z1, residency", () => {
  it("follows a cache's global group out of the EU, and lets one within its zone be", () => {
    const out = says(residency, fleetOf([cache("a", "eu-west-1"), cache("b", "us-east-1")]));
    assert.deepEqual(out, [`globalReplicationGroupId: ${WANT}, got us-east-1`]);
    assert.deepEqual(says(residency, fleetOf([cache("a", "eu-west-1"), cache("b", "eu-central-1")])), []);
  });

  it("takes a table's replica of its own for a copy, wherever it is declared", () => {
    const replica = (region: string): Made => ({
      type: "aws:dynamodb/tableReplica:TableReplica",
      region,
      inputs: { globalTableArn: "arn:aws:dynamodb:eu-west-1:444455556666:table/profiles" },
    });
    assert.deepEqual(says(residency, fleetOf([replica("us-east-1")])), [`region: ${WANT}, got us-east-1`]);
    assert.deepEqual(says(residency, fleetOf([replica("eu-central-1")])), []);
  });

  it("counts a place that nobody knows as outside", () => {
    const replication: Made = {
      type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
      region: "eu-west-1",
      inputs: { bucket: "raw", rules: [{ destination: { bucket: UNKNOWN } }] },
    };
    assert.deepEqual(says(residency, fleetOf([replication])), [
      `rules.0.destination.bucket: ${WANT}, got an unknown place`,
    ]);
  });

  it("knows where an edge writes down its callers: by the older way, and by its web ACL", () => {
    const bucket = (region: string): Made => ({ type: "aws:s3/bucket:Bucket", region, inputs: { bucket: "logs" } });
    const fleet = (region: string) =>
      fleetOf([edge({ loggingConfig: { bucket: "logs.s3.amazonaws.com" } })], region, [bucket(region)]);
    assert.deepEqual(says(residency, fleet("us-east-1")), [`loggingConfig.bucket: ${WANT}, got us-east-1`]);
    assert.deepEqual(says(residency, fleet("eu-west-1")), []);

    const acl: Made = { type: ACL, region: "us-east-1", inputs: {} };
    const log: Made = {
      type: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
      region: "us-east-1",
      inputs: { logDestinationConfigs: ["arn:aws:logs:us-east-1:444455556666:log-group:aws-waf-logs-x"] },
      uses: { resourceArn: [urnOf(ACL)] },
    };
    assert.deepEqual(says(residency, fleetOf([edge({}), acl, log])), [
      `logDestinationConfigs.0: ${WANT}, got us-east-1`,
    ]);
    assert.deepEqual(says(residency, fleetOf([edge({}), acl])), []);
  });

  it("lets nothing outside reach in, and lets it speak of what is there", () => {
    const pipe = (source: string): Made => ({
      type: "aws:pipes/pipe:Pipe",
      region: "us-east-1",
      inputs: { source },
    });
    const stream = "arn:aws:kinesis:eu-west-1:444455556666:stream/events";
    assert.deepEqual(says(residency, fleetOf([pipe(stream)])), [
      `source: want nothing that reaches into zone eu from outside, got ${stream}`,
    ]);
    assert.deepEqual(says(residency, fleetOf([pipe("twin-of-eu-west-1")])), []);
    assert.deepEqual(says(residency, fleetOf([pipe("arn:aws:kinesis:us-east-1:444455556666:stream/events")])), []);
  });
});
