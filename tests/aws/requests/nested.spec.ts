import assert from "node:assert/strict";
import { buildRequest, propertiesOf, REQUESTS, requestFindings } from "../../../aws/requests";
import { isBlock, UNKNOWN } from "../../../aws/value";
import type { Properties, Value } from "../../../aws/value";
import { models } from "../published";
import { SdkInputs } from "./sdk-inputs";

/** Whether a property stands somewhere in these. */
function standsAnywhere(value: Value, name: string): boolean {
  if (!isBlock(value) && !Array.isArray(value)) return false;
  return name in value || Object.values(value).some((inner) => standsAnywhere(inner as Value, name));
}

/** Whether a dotted path stands in these properties; below an unknown value anything may. */
function stands(properties: Properties, path: string): boolean {
  if (path.startsWith("*.")) return standsAnywhere(properties, path.slice(2));
  let here: Value = properties;
  for (const step of path.split(".")) {
    if (Array.isArray(here)) here = (here as readonly Value[])[0];
    if (here === UNKNOWN) return true;
    if (!isBlock(here) || !(step in here)) return false;
    here = here[step];
  }
  return true;
}

describe("the requests that a resource stands for, in the depth of its blocks", function () {
  const sdk = new SdkInputs();

  it("carry every property of the SDK's blocks, or say why none does", () => {
    const lost = [...REQUESTS].flatMap(([type, described]) => {
      const inputs = sdk.of(type);
      return described.requests.flatMap((spec) =>
        buildRequest(models.service(spec.service), spec, propertiesOf(spec, described, inputs)).homeless.map(
          (property) => `${type} ${spec.operation} ${property}`,
        ),
      );
    });
    assert.deepEqual(lost, []);
  });

  it("name only paths that the SDK has", () => {
    const wrong = [...REQUESTS].flatMap(([type, { requests, notSent }]) => {
      const inputs = sdk.of(type);
      const named = [...requests.flatMap(({ members }) => Object.keys(members)), ...Object.keys(notSent)];
      return named.filter((path) => !stands(inputs, path)).map((path) => `${type} ${path}`);
    });
    assert.deepEqual(wrong, []);
  });

  it("are refused by the property that a program has, though AWS has other names below it", () => {
    const refused = (type: string, inputs: Properties) =>
      requestFindings(models, type, inputs).map(({ kind, path }) => `${kind} ${path}`);
    const logPublishingOptions = [{ logType: "AUDIT_LOGS", cloudwatchLogGroupArn: "short" }];
    assert.deepEqual(refused("aws:opensearch/domain:Domain", { domainName: "search", logPublishingOptions }), [
      "length logPublishingOptions",
    ]);
    const keyValueStoreAssociations = ["arn:store"];
    const edge = { name: "edge", runtime: "cloudfront-js-2.0", code: "x", keyValueStoreAssociations };
    assert.deepEqual(refused("aws:cloudfront/function:Function", edge), ["pattern keyValueStoreAssociations.0"]);
  });
});
