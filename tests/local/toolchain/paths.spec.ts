import assert from "node:assert/strict";
import { join } from "node:path";
import { checkoutRoot, pathsOf } from "../../../local/toolchain";

describe("paths of the toolchain", () => {
  it("keeps everything that a checkout writes in its own .meridian, and what is shared in the user's cache", () => {
    const paths = pathsOf({ root: "/checkout", environment: { HOME: "/home/me", XDG_CACHE_HOME: "/cache" } });
    const { root, cache, ...rest } = paths;
    assert.equal(root, "/checkout");
    assert.equal(cache, "/cache/meridian");
    for (const [name, path] of Object.entries(rest)) {
      assert.ok(path.startsWith("/checkout/.meridian"), `${name} is ${path}`);
    }
  });

  it("moves the state to MERIDIAN_HOME, and leaves the Python environment with the checkout", () => {
    const paths = pathsOf({ root: "/checkout", environment: { HOME: "/home/me", MERIDIAN_HOME: "/elsewhere" } });
    assert.equal(paths.home, "/elsewhere");
    assert.equal(paths.backend, "/elsewhere/backend");
    assert.equal(paths.venv, "/checkout/.meridian/venv");
  });

  it("ignores a relative XDG_CACHE_HOME, as its specification asks", () => {
    const { cache } = pathsOf({ root: "/checkout", environment: { HOME: "/home/me", XDG_CACHE_HOME: "relative" } });
    assert.ok(cache.startsWith("/") && !cache.includes("relative"), cache);
  });

  it("finds the checkout from any folder within it, and refuses a folder outside", () => {
    const root = checkoutRoot();
    assert.equal(checkoutRoot(join(root, "local", "toolchain", "engine")), root);
    assert.throws(() => checkoutRoot("/"), /want a folder of the meridian checkout, got \//);
  });
});
