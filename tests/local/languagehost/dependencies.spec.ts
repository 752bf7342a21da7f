import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { installedPackages, packageFolder, wantedPlugins } from "../../../local/languagehost/dependencies";
import { script, temporaryFolder } from "../toolchain/folder";

/** A project of another kind than ours: its own folder, its own node_modules. */
function project(): string {
  const root = temporaryFolder();
  const files: Record<string, unknown> = {
    "package.json": { dependencies: { "@pulumi/pulumi": "^3.0.0", absent: "^1.0.0" }, devDependencies: { tool: "*" } },
    "node_modules/@pulumi/pulumi/package.json": { name: "@pulumi/pulumi", version: "3.250.0" },
    "node_modules/@pulumi/nowhere/package.json": {
      name: "@pulumi/nowhere",
      version: "1.2.3",
      pulumi: { resource: true, name: "nowhere", server: "https://example.com" },
    },
    "node_modules/tool/package.json": { name: "tool", version: "9.0.0" },
    "src/deep/note.json": {},
  };
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), JSON.stringify(content));
  }
  return root;
}

describe("what a program depends on", () => {
  it("is what its package.json names, in the versions installed, from a folder below too", () => {
    const root = project();
    assert.equal(packageFolder(join(root, "src", "deep")), root);
    assert.deepEqual(installedPackages(join(root, "src", "deep"), false), [
      { name: "@pulumi/pulumi", version: "3.250.0" },
      { name: "absent", version: "^1.0.0" },
      { name: "tool", version: "9.0.0" },
    ]);
  });

  it("is everything installed when asked transitively", () => {
    const names = installedPackages(project(), true).map(({ name }) => name);
    assert.deepEqual(names.sort(), ["@pulumi/nowhere", "@pulumi/pulumi", "tool"]);
  });

  it("asks for the provider plugins that its packages name, but for those on PATH", () => {
    const root = project();
    assert.deepEqual(wantedPlugins(root, "/bin"), [
      { name: "nowhere", version: "1.2.3", server: "https://example.com" },
    ]);
    script(join(root, "bin", "pulumi-resource-nowhere"), "");
    assert.deepEqual(wantedPlugins(root, join(root, "bin")), []);
  });
});
