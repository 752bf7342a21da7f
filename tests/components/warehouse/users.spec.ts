import assert from "node:assert/strict";
import { WarehouseRef } from "../../../components/parts/refs/warehouse";
import { iamRoleName, WAREHOUSE_TAG, WarehouseUsers } from "../../../components/warehouse/users";
import { SCOPE, statements, tooWide } from "../../kit/builders";
import { FAKE_ACCOUNT } from "../../kit/outputs";
import { assertEveryChildIsOwned, record, type Recording } from "../../kit/recorder";
import { assertTaken } from "../../kit/taken";

const WORKGROUP = `arn:aws:redshift-serverless:us-east-1:${FAKE_ACCOUNT}:workgroup/1-2-3`;
const CLUSTER = new WarehouseRef(SCOPE, {
  mode: "provisioned",
  clusterIdentifier: "meridian-test-us-east-1-warehouse",
  databaseName: "meridian",
});
const SERVERLESS = new WarehouseRef(SCOPE, {
  mode: "serverless",
  workgroupName: "meridian-test-us-east-1-warehouse",
  workgroupArn: WORKGROUP,
  databaseName: "meridian",
});

const make = (warehouse = CLUSTER): Promise<Recording<WarehouseUsers>> =>
  record(({ opts }) => new WarehouseUsers("users", { scope: SCOPE, warehouse }, opts));
const resourcesOf = (policy: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(statements(policy).map(({ Sid = "", Resource }) => [Sid, Resource]));

describe("WarehouseUsers", () => {
  it("are a role for analysts and one for auditors, without anybody's password", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:iam/role:Role users-analyst < users",
      "aws:iam/role:Role users-auditor < users",
      "aws:iam/rolePolicy:RolePolicy users-analyst < users",
      "aws:iam/rolePolicy:RolePolicy users-auditor < users",
      "meridian:warehouse:WarehouseUsers users < (stack)",
    ]);
    assertTaken(recording);
    assert.doesNotMatch(JSON.stringify(recording.resources.map(({ inputs }) => inputs)), /secret|password/i);
  });

  it("are taken by people of this account whose tag names the role", async () => {
    const recording = await make();
    for (const role of ["analyst", "auditor"] as const) {
      const { inputs } = recording.only("aws:iam/role:Role", `users-${role}`);
      assert.equal(inputs["name"], iamRoleName(SCOPE, role));
      const [trust] = statements(inputs["assumeRolePolicy"]);
      assert.deepEqual(trust?.Principal, { AWS: `arn:aws:iam::${FAKE_ACCOUNT}:root` });
      assert.deepEqual(trust.Condition, { StringEquals: { [`aws:PrincipalTag/${WAREHOUSE_TAG}`]: role } });
    }
  });

  it("ask this cluster only, log in to this database only, and see their own statements only", async () => {
    const { policy } = (await make()).only("aws:iam/rolePolicy:RolePolicy", "users-analyst").inputs;
    assert.deepEqual(tooWide(policy, ["OwnStatements"]), []);
    assert.deepEqual(resourcesOf(policy), {
      RunStatements: [`arn:aws:redshift:us-east-1:${FAKE_ACCOUNT}:cluster:meridian-test-us-east-1-warehouse`],
      LogIn: [`arn:aws:redshift:us-east-1:${FAKE_ACCOUNT}:dbname:meridian-test-us-east-1-warehouse/meridian`],
      OwnStatements: ["*"],
    });
    assert.deepEqual(statements(policy).find(({ Sid }) => Sid === "OwnStatements")?.Condition, {
      StringEquals: { "redshift-data:statement-owner-iam-userid": "${aws:userid}" },
    });
    assert.doesNotMatch(String(policy), /GetClusterCredentials"|CreateClusterUser|JoinGroup/);
  });

  it("ask a workgroup by its ARN where there is no cluster", async () => {
    const { policy } = (await make(SERVERLESS)).only("aws:iam/rolePolicy:RolePolicy", "users-auditor").inputs;
    // Running statements and logging in are of one thing, and so one statement.
    assert.deepEqual(resourcesOf(policy), { RunStatements: [WORKGROUP], OwnStatements: ["*"] });
    assert.match(String(policy), /redshift-serverless:GetCredentials/);
    assert.deepEqual(
      SERVERLESS.allowStatements().allow.map(({ sid }) => sid),
      ["RunStatements", "OwnStatements"],
    );
  });
});
