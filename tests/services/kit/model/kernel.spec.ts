import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { compileKernel, KERNEL_MODULE, kernelModule } from "../../../../services/kit/model/kernel/build";

describe("the search kernel", function () {
  it("is what its source compiles to", () => {
    const wanted = kernelModule(compileKernel());
    assert.equal(readFileSync(KERNEL_MODULE, "utf8"), wanted, "`npm run build:kernel` writes it anew");
  });
});
