import assert from "node:assert/strict";
import fc from "fast-check";
import { compareVersions, ENGINE_VERSION, isCompatibleEngine, parseVersion } from "../../../local/toolchain/version";
import { version as sdkVersion } from "@pulumi/pulumi/package.json";

describe("versions", () => {
  it("reads the version out of what each tool prints", () => {
    assert.deepEqual(parseVersion("v3.250.0"), [3, 250, 0]);
    assert.deepEqual(parseVersion("go version go1.26.8 linux/amd64"), [1, 26, 8]);
    assert.deepEqual(parseVersion("go1.24"), [1, 24, 0]);
    assert.deepEqual(parseVersion("Python 3.11.7"), [3, 11, 7]);
    assert.equal(parseVersion("none"), undefined);
  });

  it("takes an engine from 3.250.0 up to, not including, 4", () => {
    const taken = ["v3.250.0", "3.250.1", "v3.999.0", "v3.251.0-alpha.1"].filter(isCompatibleEngine);
    assert.deepEqual(taken, ["v3.250.0", "3.250.1", "v3.999.0", "v3.251.0-alpha.1"]);
    const refused = ["v3.249.9", "v2.999.0", "v4.0.0", "v3.250.0-alpha.1", "", "pulumi"].filter(isCompatibleEngine);
    assert.deepEqual(refused, []);
  });

  it("builds the very version of the SDK that programs use", () => {
    assert.equal(ENGINE_VERSION, sdkVersion);
  });

  it("orders versions by number, not by text", () => {
    const part = fc.nat({ max: 999 });
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (a, b) => {
        const number = ([major, minor, patch]: readonly [number, number, number]): number =>
          (major * 1000 + minor) * 1000 + patch;
        assert.equal(Math.sign(compareVersions(a, b)), Math.sign(number(a) - number(b)));
      }),
    );
  });
});
