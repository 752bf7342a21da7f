import assert from "node:assert/strict";
import type { Case } from "./cases/case";
import { HTTP_CASES } from "./cases/http";
import { CERTIFICATE_CASES, RECORD_CASES } from "./cases/names";
import { POLICY_CASES } from "./cases/network-policies";
import { GROUP_CASES, ROUTE_CASES } from "./cases/packets";

const ALL: Readonly<Record<string, readonly Case[]>> = {
  "security groups": GROUP_CASES,
  routes: ROUTE_CASES,
  certificates: CERTIFICATE_CASES,
  records: RECORD_CASES,
  "requests over HTTP": HTTP_CASES,
  "network policies": POLICY_CASES,
};

describe("reach, by the rules of AWS and Kubernetes", () => {
  for (const [what, cases] of Object.entries(ALL)) {
    describe(what, () => {
      for (const { name, source, got, want } of cases) {
        it(`${name} (${source})`, () => {
          assert.deepEqual(got(), want);
        });
      }
    });
  }

  it("has each question once", () => {
    const names = Object.values(ALL).flatMap((cases) => cases.map(({ name, source }) => `${name} ${source}`));
    assert.equal(new Set(names).size, names.length);
  });
});
