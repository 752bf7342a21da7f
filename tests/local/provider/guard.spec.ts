import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { loopback, readUrn } from "../../../local/provider/guard";
import { startProvider } from "../../../local/provider";

describe("the endpoint", () => {
  it("is one of this machine", () => {
    assert.equal(loopback("http://127.0.0.1:4566/"), "http://127.0.0.1:4566");
    assert.equal(loopback("http://localhost:1"), "http://localhost:1");
    assert.equal(loopback("http://[::1]:1"), "http://[::1]:1");
    assert.equal(loopback(""), undefined);
  });

  for (const endpoint of [
    "https://kinesis.eu-west-1.amazonaws.com",
    "http://10.0.0.1:4566",
    "http://127.0.0.1.example.com",
    "http://0.0.0.0:4566",
    "ftp://localhost",
    "nonsense",
  ]) {
    it(`is never ${endpoint}, and no provider starts with it`, async () => {
      assert.throws(() => loopback(endpoint), /want an http address on this machine/);
      await assert.rejects(startProvider({ package: "aws", endpoint }), /never calls another host/);
    });
  }
});

describe("a URN", () => {
  it("says stack, project, type and name, even where the name holds the separator", () => {
    assert.deepEqual(readUrn("urn:pulumi:local.x::meridian::a:b:C$aws:s3/bucket:Bucket::one::two"), {
      stack: "local.x",
      project: "meridian",
      type: "aws:s3/bucket:Bucket",
      name: "one::two",
    });
  });
});
