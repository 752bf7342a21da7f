import assert from "node:assert/strict";
import { controlPlane } from "../../../fleet/rules/control-plane";
import { fleetOf, says, type Made } from "./fleets";

const policy = (statement: object): Made => ({
  type: "aws:iam/rolePolicy:RolePolicy",
  region: "us-east-1",
  inputs: { policy: JSON.stringify({ Version: "2012-10-17", Statement: statement }) },
});
const record = (inputs: Made["inputs"]): Made => ({
  type: "aws:route53/record:Record",
  region: "us-east-1",
  inputs: { setIdentifier: "eu-west-1", ...inputs },
});

describe("N2, no control plane in the failover path", () => {
  it("reads IAM's wildcards, and what is allowed by leaving it out", () => {
    const change = ["policy: want no action that moves traffic, got route53:ChangeResourceRecordSets"];
    for (const Action of ["*", "*:*", "route53:*", "ROUTE53:change*", "route53:ChangeResource?ecordSets"]) {
      assert.deepEqual(says(controlPlane, fleetOf([policy({ Effect: "Allow", Action })])), change, Action);
    }
    assert.deepEqual(says(controlPlane, fleetOf([policy({ Effect: "Allow", NotAction: ["iam:*"] })])), change);
    for (const statement of [
      { Effect: "Deny", Action: "*" },
      { Effect: "Allow", Action: ["route53:Get*", "elasticache:Describe*"] },
    ]) {
      assert.deepEqual(says(controlPlane, fleetOf([policy(statement)])), []);
    }
  });

  it("wants every shared record checked, by a check or by its alias", () => {
    const check = ["healthCheckId: want a health check, got nothing"];
    assert.deepEqual(says(controlPlane, fleetOf([record({ ttl: 60 })])), check);
    assert.deepEqual(says(controlPlane, fleetOf([record({ aliases: [{ evaluateTargetHealth: false }] })])), check);
    assert.deepEqual(says(controlPlane, fleetOf([record({ aliases: [{ evaluateTargetHealth: true }] })])), []);
    assert.deepEqual(says(controlPlane, fleetOf([record({ healthCheckId: "abc" })])), []);
    assert.deepEqual(says(controlPlane, fleetOf([record({ setIdentifier: undefined })])), []);
  });
});
