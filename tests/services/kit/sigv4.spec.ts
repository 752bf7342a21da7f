import assert from "node:assert/strict";
import { presignedQuery, signedHeaders } from "../../../services/kit/sigv4";

/** AWS's published test suite: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html, get-vanilla. */
const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const SCOPE = { region: "us-east-1", service: "service", now: new Date("2015-08-30T12:36:00Z") };
const VANILLA = { method: "GET", path: "/", headers: { host: "example.amazonaws.com" } };

describe("a signature", () => {
  it("is the one of AWS's test suite", () => {
    const { authorization } = signedHeaders(VANILLA, CREDENTIALS, SCOPE);
    assert.equal(
      authorization,
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, " +
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    );
  });

  it("carries the token of temporary credentials, in headers and in a query", () => {
    const temporary = { ...CREDENTIALS, sessionToken: "a/b+c=" };
    const headers = signedHeaders(VANILLA, temporary, SCOPE);
    assert.equal(headers["x-amz-security-token"], "a/b+c=");
    assert.match(headers["authorization"] ?? "", /SignedHeaders=host;x-amz-date;x-amz-security-token,/);
    assert.match(presignedQuery(VANILLA, temporary, SCOPE, 900), /&X-Amz-Security-Token=a%2Fb%2Bc%3D&/);
  });

  it("depends on everything that it signs", () => {
    const signatures = [
      signedHeaders(VANILLA, CREDENTIALS, SCOPE),
      signedHeaders({ ...VANILLA, method: "POST" }, CREDENTIALS, SCOPE),
      signedHeaders({ ...VANILLA, path: "/a" }, CREDENTIALS, SCOPE),
      signedHeaders({ ...VANILLA, query: { a: "b" } }, CREDENTIALS, SCOPE),
      signedHeaders({ ...VANILLA, body: "x" }, CREDENTIALS, SCOPE),
      signedHeaders(VANILLA, CREDENTIALS, { ...SCOPE, service: "other" }),
      signedHeaders(VANILLA, { ...CREDENTIALS, secretAccessKey: "other" }, SCOPE),
    ].map(({ authorization }) => authorization);
    assert.equal(new Set(signatures).size, signatures.length);
  });
});
