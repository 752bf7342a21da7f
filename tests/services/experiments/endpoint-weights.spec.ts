import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { validateInput } from "../../../aws/models";
import { drain, listen } from "../../../services/kit/http/server";
import { sageMakerWeights, type EndpointWeights } from "../../../services/experiments/endpoint-weights";
import { models } from "../../aws/published";

interface Asked {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly authorization: string;
}

describe("the weights of an endpoint", () => {
  let server: Server;
  let weights: EndpointWeights;
  let asked: Asked[];
  let has: Record<string, number>;
  let refuses: boolean;

  beforeEach(async () => {
    [asked, has, refuses] = [[], { champion: 9, challenger: 1 }, false];
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.once("end", () => {
        const operation = String(request.headers["x-amz-target"]).replace("SageMaker.", "");
        const input = JSON.parse(body) as Asked["input"];
        asked.push({ operation, input, authorization: request.headers.authorization ?? "" });
        if (refuses) {
          response
            .writeHead(400)
            .end('{"__type":"ValidationException","message":"Cannot update in-progress endpoint"}');
          return;
        }
        const variants = Object.entries(has).map(([VariantName, DesiredWeight]) => ({ VariantName, DesiredWeight }));
        response.end(JSON.stringify(operation === "DescribeEndpoint" ? { ProductionVariants: variants } : {}));
      });
    });
    const url = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
    const credentials = () => Promise.resolve({ accessKeyId: "test", secretAccessKey: "test" });
    weights = sageMakerWeights({ region: "us-east-1", endpointName: "recommendations", credentials, url });
  });
  afterEach(() => drain(server));

  it("are set by what AWS's published model takes, signed for SageMaker, for variants that the endpoint has", async () => {
    await weights.write([
      { name: "champion", weight: 80 },
      { name: "challenger", weight: 20 },
      { name: "unknown", weight: 0 },
    ]);
    const [describe, update] = asked;
    assert.deepEqual(update?.input, {
      EndpointName: "recommendations",
      DesiredWeightsAndCapacities: [
        { VariantName: "champion", DesiredWeight: 80 },
        { VariantName: "challenger", DesiredWeight: 20 },
      ],
    });
    for (const call of [describe, update]) {
      assert.ok(call);
      assert.deepEqual(validateInput(models.service("sagemaker"), call.operation, call.input), []);
      assert.match(call.authorization, /Credential=test\/\d{8}\/us-east-1\/sagemaker\/aws4_request/);
    }
    assert.equal(update.operation, "UpdateEndpointWeightsAndCapacities");
  });

  it("are left alone where they are what is wanted", async () => {
    await weights.write([
      { name: "champion", weight: 9 },
      { name: "challenger", weight: 1 },
    ]);
    assert.deepEqual(await weights.read(), { champion: 9, challenger: 1 });
    assert.ok(asked.every(({ operation }) => operation === "DescribeEndpoint"));
  });

  it("that SageMaker refuses are told in its words", async () => {
    refuses = true;
    await assert.rejects(
      weights.write([]),
      /DescribeEndpoint in us-east-1: ValidationException: Cannot update in-progress endpoint/,
    );
  });
});
