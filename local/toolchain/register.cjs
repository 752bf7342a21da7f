/**
 * Lets Node run this repository's TypeScript: `node --require ./local/toolchain/register.cjs file.ts`.
 *
 * Each file is compiled by swc once and kept in `.meridian/build/ts`, keyed by its content; from then on a start reads
 * the kept JavaScript and loads no compiler at all (ts-node loads TypeScript on every start, which alone costs more than
 * most commands of the CLI). The V8 code cache beside it (`.meridian/build/v8`) saves the parsing too.
 *
 * It is plain JavaScript because it runs before TypeScript can.
 */
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

/** Part of every key: change it when the options below change, and what was compiled before is not used again. */
const RECIPE = "1";

const root = path.resolve(__dirname, "../..");
const build = path.join(root, ".meridian", "build");
const outside = path.sep + "node_modules" + path.sep;

if (Module.enableCompileCache === undefined) {
  throw new Error(`want the Node 24 of node_modules/.bin, got ${process.version}: run bin/meridian, or make`);
}
Module.enableCompileCache(path.join(build, "v8"));
// Traces show our sources; reading the maps of all packages would take longer than many commands.
Module.setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });

/** Compiles one file as the compiler options of tsconfig.json say (CommonJS, ES2023), with its source map within. */
function compile(source, filename) {
  const swc = require("@swc/core");
  return swc.transformSync(source, {
    filename,
    sourceFileName: filename,
    sourceMaps: "inline",
    inlineSourcesContent: false,
    isModule: true,
    swcrc: false,
    configFile: false,
    module: { type: "commonjs", ignoreDynamic: false },
    jsc: { target: "es2023", keepClassNames: true, parser: { syntax: "typescript", dynamicImport: true } },
  }).code;
}

function compiled(source, filename) {
  const key = crypto.hash("sha256", `${RECIPE}\0${process.versions.modules}\0${filename}\0${source}`);
  const kept = path.join(build, "ts", key.slice(0, 2), `${key.slice(2, 34)}.js`);
  try {
    return fs.readFileSync(kept, "utf8");
  } catch {
    const code = compile(source, filename);
    try {
      fs.mkdirSync(path.dirname(kept), { recursive: true });
      // Written beside and renamed, so that a second process never reads half a file.
      const fresh = `${kept}.${process.pid}`;
      fs.writeFileSync(fresh, code);
      fs.renameSync(fresh, kept);
    } catch {
      // A checkout that cannot be written to still runs; it only compiles each time.
    }
    return code;
  }
}

const previous = require.extensions[".ts"] ?? require.extensions[".js"];
require.extensions[".ts"] = (module, filename) => {
  if (!filename.startsWith(root + path.sep) || filename.includes(outside)) {
    previous(module, filename);
    return;
  }
  // Not module._compile: ts-node, when it is there too, replaces that one to compile what it is given.
  Module.prototype._compile.call(module, compiled(fs.readFileSync(filename, "utf8"), filename), filename);
};
