import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileKernel, KERNEL_FOLDER, kernelModule } from "./kernel";

describe("the search kernel", function () {
  this.timeout(60_000);

  it("is what its source compiles to", () => {
    const text = kernelModule(compileKernel());
    const file = join(KERNEL_FOLDER, "kernel-wasm.ts");
    if (process.env["KERNEL"] === "write") writeFileSync(file, text);
    assert.equal(readFileSync(file, "utf8"), text, "KERNEL=write before this test writes it anew");
  });
});
