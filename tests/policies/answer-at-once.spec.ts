import assert from "node:assert/strict";
import {
  AnalyzeRequest,
  AnalyzeResponse,
  AnalyzerResourceOptions,
  ConfigureAnalyzerRequest,
  EnforcementLevel,
  PolicyConfig,
  RemediateResponse,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { answerAtOnce, firstField } from "../../policies/kit/answer-at-once";

type Methods = Record<string, (call: { request: unknown }, reply: (error: null, answer: unknown) => void) => void>;

/** A server as the SDK's, and what reached its handlers. */
function served(remediating = false): {
  ask(method: string, request: AnalyzeRequest): unknown;
  configure(level: EnforcementLevel): void;
  readonly judged: string[];
} {
  let methods: Methods = {};
  const judged: string[] = [];
  const serving = {
    Server: {
      prototype: {
        addService: (_: unknown, added: Methods): void => {
          methods = added;
        },
      },
    },
    AnalyzerService: {
      analyze: { requestDeserialize: (bytes: Buffer) => AnalyzeRequest.deserializeBinary(new Uint8Array(bytes)) },
      remediate: { requestDeserialize: (bytes: Buffer) => AnalyzeRequest.deserializeBinary(new Uint8Array(bytes)) },
    },
    AnalyzeResponse,
    RemediateResponse,
  };
  answerAtOnce(new Set(["aws:kms/key:Key"]), remediating, serving);
  const handler =
    (name: string): Methods[string] =>
    (call, reply) => {
      judged.push(`${name} ${(call.request as AnalyzeRequest).getType()}`);
      reply(null, "judged");
    };
  const { prototype } = serving.Server;
  prototype.addService(
    {},
    {
      analyze: handler("analyze"),
      remediate: handler("remediate"),
      configure: (_call, reply) => {
        reply(null, "done");
      },
    },
  );
  return {
    judged,
    ask: (method, request) => {
      let answer: unknown;
      const definition = serving.AnalyzerService[method as "analyze" | "remediate"];
      const read = definition.requestDeserialize(Buffer.from(request.serializeBinary()));
      methods[method]?.({ request: read }, (_error, given) => (answer = given));
      return answer;
    },
    configure: (level) => {
      const request = new ConfigureAnalyzerRequest();
      request.getPolicyconfigMap().set("kms-rotation", new PolicyConfig().setEnforcementlevel(level));
      methods["configure"]?.({ request }, () => undefined);
    },
  };
}

function request(type: string): AnalyzeRequest {
  return new AnalyzeRequest().setType(type).setUrn("urn:a").setOptions(new AnalyzerResourceOptions());
}

describe("answers at once where no rule has anything to say", () => {
  it("judges what a rule reads", () => {
    const server = served();
    assert.equal(server.ask("analyze", request("aws:kms/key:Key")), "judged");
    assert.deepEqual(server.judged, ["analyze aws:kms/key:Key"]);
  });

  it("finds nothing wrong with what no rule reads, and does not ask the rules", () => {
    const server = served();
    const answer = server.ask("analyze", request("aws:kms/alias:Alias"));
    assert.ok(answer instanceof AnalyzeResponse);
    assert.deepEqual(answer.getDiagnosticsList(), []);
    assert.deepEqual(server.judged, []);
  });

  it("repairs nothing while no rule is to repair", () => {
    const server = served();
    const answer = server.ask("remediate", request("aws:kms/key:Key"));
    assert.ok(answer instanceof RemediateResponse);
    assert.deepEqual(answer.getRemediationsList(), []);
    assert.deepEqual(server.judged, []);
  });

  it("asks for repairs when the pack repairs by default", () => {
    assert.equal(served(true).ask("remediate", request("aws:kms/key:Key")), "judged");
  });

  it("asks for repairs from the configuration on that says so", () => {
    const server = served();
    server.configure(EnforcementLevel.REMEDIATE);
    assert.equal(server.ask("remediate", request("aws:kms/key:Key")), "judged");
    server.configure(EnforcementLevel.MANDATORY);
    assert.ok(server.ask("remediate", request("aws:kms/key:Key")) instanceof RemediateResponse);
  });

  it("reads a type of any length from the wire", () => {
    for (const type of ["a", "a".repeat(127), "é".repeat(64), "a".repeat(128), "a".repeat(16_383)])
      assert.equal(firstField(Buffer.from(request(type).serializeBinary())), type);
  });

  it("reads no type where another field comes first, or where it is longer than types are", () => {
    assert.equal(firstField(Buffer.from(new AnalyzeRequest().setUrn("urn:a").serializeBinary())), undefined);
    assert.equal(firstField(Buffer.from(request("a".repeat(16_384)).serializeBinary())), undefined);
    assert.equal(firstField(Buffer.alloc(0)), undefined);
  });
});
