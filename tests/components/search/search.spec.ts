import assert from "node:assert/strict";
import { Search } from "../../../components/search/search";
import { DISPOSABLE, statements } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { KEYS } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";
import { ARGS } from "./args";

const make = (args: Partial<typeof ARGS> = {}) =>
  record(({ opts }) => new Search("search", { ...ARGS, ...args }, opts));
const ADMIN = "arn:aws:iam::111122223333:role/meridian-test-us-east-1-search-admin";
const DOMAIN = "aws:opensearch/domain:Domain";

describe("Search", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:cloudwatch/logGroup:LogGroup search-application < search",
      "aws:cloudwatch/logGroup:LogGroup search-audit < search | protect | retain",
      "aws:cloudwatch/logGroup:LogGroup search-index-slow < search",
      "aws:cloudwatch/logGroup:LogGroup search-search-slow < search",
      "aws:cloudwatch/logResourcePolicy:LogResourcePolicy search < search",
      "aws:ec2/securityGroup:SecurityGroup search < search",
      "aws:iam/role:Role search-admin < search",
      "aws:opensearch/domain:Domain search < search | protect | retain",
      "meridian:search:Search search < (stack)",
    ]);
  });

  it("is encrypted at rest, between nodes and on the way, and knows its callers by IAM", async () => {
    const { inputs } = (await make()).only(DOMAIN);
    assert.deepEqual(inputs["encryptAtRest"], { enabled: true, kmsKeyId: ARGS.key.arn });
    assert.deepEqual(inputs["nodeToNodeEncryption"], { enabled: true });
    assert.deepEqual(inputs["domainEndpointOptions"], {
      enforceHttps: true,
      tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10",
    });
    assert.deepEqual(inputs["advancedSecurityOptions"], {
      enabled: true,
      internalUserDatabaseEnabled: false,
      masterUserOptions: { masterUserArn: ADMIN },
    });
  });

  it("spreads over as many subnets as zones, with dedicated masters", async () => {
    const { inputs } = (await make()).only(DOMAIN);
    assert.deepEqual((inputs["vpcOptions"] as { subnetIds: string[] }).subnetIds, ["subnet-a", "subnet-b", "subnet-c"]);
    assert.deepEqual(inputs["clusterConfig"], {
      instanceType: "r7g.large.search",
      instanceCount: 3,
      zoneAwarenessEnabled: true,
      zoneAwarenessConfig: { availabilityZoneCount: 3 },
      dedicatedMasterEnabled: true,
      dedicatedMasterCount: 3,
      dedicatedMasterType: "m7g.large.search",
    });
  });

  it("is one small node where that is asked for", async () => {
    const recording = await make({
      instanceType: "t3.small.search",
      sizing: { dataNodes: 1, zones: 1, volumeGiB: 20, dedicatedMasters: 0 },
      scope: DISPOSABLE,
    });
    const domain = recording.only(DOMAIN);
    assert.deepEqual(domain.inputs["clusterConfig"], {
      instanceType: "t3.small.search",
      instanceCount: 1,
      zoneAwarenessEnabled: false,
      dedicatedMasterEnabled: false,
    });
    assert.deepEqual(domain.inputs["autoTuneOptions"], { desiredState: "DISABLED" });
    assert.deepEqual([domain.protect, domain.retainOnDelete], [false, false]);
  });

  it("publishes four logs, and waits until it may write them", async () => {
    const recording = await make();
    const domain = recording.only(DOMAIN);
    assert.equal((domain.inputs["logPublishingOptions"] as unknown[]).length, 4);
    assert.ok(recording.dependencies(domain).includes("search"));
  });

  it("is reached by named roles and groups only", async () => {
    const recording = await make({ clients: { api: "sg-api" } });
    const [statement] = statements(recording.only(DOMAIN).inputs["accessPolicies"]);
    assert.ok(statement);
    assert.deepEqual(statement.Principal, { AWS: [ADMIN] });
    assert.equal(statement.Resource, "arn:aws:es:us-east-1:111122223333:domain/meridian-test-use1-search/*");
    const rule = recording.only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs;
    assert.deepEqual([rule["referencedSecurityGroupId"], rule["fromPort"]], ["sg-api", 443]);
  });

  it("has a role for its administrators, which IAM lets this account's people take", async () => {
    const role = (await make()).only("aws:iam/role:Role").inputs;
    assert.deepEqual(statements(role["assumeRolePolicy"])[0]?.Principal, { AWS: "arn:aws:iam::111122223333:root" });
  });

  it("is refused with a key that CloudWatch Logs cannot use", async () => {
    await assertRefused(({ opts }) => new Search("search", { ...ARGS, key: KEYS.identifier }, opts), ["key"]);
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new Search(
          "search",
          {
            ...ARGS,
            engineVersion: "2.19",
            instanceType: "r7g.large",
            sizing: { dataNodes: 2, zones: 3, volumeGiB: 1, dedicatedMasters: 0 },
          },
          opts,
        ),
      [
        "engineVersion",
        "instanceType",
        "sizing.dataNodes",
        "sizing.dataNodes",
        "sizing.volumeGiB",
        "sizing.dedicatedMasters",
      ],
    );
  });
});
