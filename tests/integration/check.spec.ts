import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { WHOLE_VOLUME } from "../kit/volume";
import { openEnvironment } from "../../cli/kit/environment";
import { packJudge, reportOn } from "../../fleet/check";
import { planFleet } from "../../fleet/drive";
import { FleetGraph, recordStack, StackGraph } from "../../fleet/graph";
import type { StackName } from "../../regions/names";
import { parseStackName } from "../../stacks/stack-name";

/** Changes of resources on their way to the engine, each of which breaks rules, though AWS itself would take it. */
const FAULTS: readonly Fault[] = [
  { type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", change: { blockPublicPolicy: false } },
  { type: "aws:kinesis/stream:Stream", change: { encryptionType: "NONE", retentionPeriod: 24 } },
  { type: "aws:kms/key:Key", change: { enableKeyRotation: false, rotationPeriodInDays: undefined } },
  {
    type: "aws:dynamodb/table:Table",
    change: { deletionProtectionEnabled: false, pointInTimeRecovery: { enabled: false } },
  },
  {
    type: "aws:opensearch/domain:Domain",
    change: { domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-0-2019-07" } },
  },
  {
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    change: { transitEncryptionEnabled: false, userGroupIds: undefined, multiAzEnabled: false },
  },
  { type: "aws:lambda/function:Function", change: { runtime: "nodejs14.x" } },
  { type: "aws:sqs/queue:Queue", change: { kmsMasterKeyId: undefined, sqsManagedSseEnabled: false } },
  // An alias has no TTL of its own.
  { type: "aws:route53/record:Record", only: "setIdentifier", change: { ttl: 3600 } },
  { type: "aws:cloudfront/distribution:Distribution", change: { webAclId: "" } },
];

interface Fault {
  readonly type: string;
  /** Property that a resource must have to be changed. */
  readonly only?: string;
  readonly change: Readonly<Record<string, unknown>>;
}

/** A program whose resources of some types are changed as they are registered. */
function faulty(program: PulumiFn): PulumiFn {
  return async () => {
    pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
      const fault = FAULTS.find(
        (one) => one.type === type && (one.only === undefined || one.only in (props as object)),
      );
      return fault === undefined ? undefined : { props: { ...(props as object), ...fault.change }, opts };
    });
    return program();
  };
}

describe("what check says in process and what the engine says with the pack", function () {
  // A preview of prod's eight stacks takes a minute: every night.
  const good = WHOLE_VOLUME ? (["local", "dev", "prod"] as const) : (["local"] as const);
  for (const [environment, spoil] of [...good.map((name) => [name, false] as const), ["dev", true] as const]) {
    it(`is the same of ${environment}${spoil ? " with faults" : ""}, stack by stack`, async () => {
      const { topology, fleet } = await openEnvironment(environment, { offline: environment !== "local" });
      const program = (name: StackName): PulumiFn => (spoil ? faulty(fleet.program(name)) : fleet.program(name));
      const results = await planFleet(topology, { settings: fleet.settings, program });
      assert.deepEqual(
        results.flatMap(({ errors }) => errors).filter((error) => error !== "preview failed"),
        [],
      );
      const told = results.flatMap(({ stack, violations }) =>
        violations.map(({ policy, level, resource }) => `${stack} ${level} ${policy} ${resource}`),
      );
      const graphs: StackGraph[] = [];
      for (const { stack } of results) {
        const name = parseStackName(stack, topology);
        const nodes = await recordStack(program(name), { project: "meridian", stack });
        graphs.push(new StackGraph(name, nodes));
      }
      const { findings } = reportOn(topology, new FleetGraph(graphs), [packJudge()]);
      const found = findings.map(
        ({ stack, level, rule, urn }) => `${stack} ${level} ${rule} ${urn.split("::").at(-1) ?? ""}`,
      );
      assert.deepEqual([...new Set(found)].sort(), [...new Set(told)].sort());
      assert.equal(results.length, topology.regions.length + 2);
      assert.equal(found.length > 30, spoil, String(found.length));
    });
  }
});
