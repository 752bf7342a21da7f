/**
 * Says by its exit code whether node_modules holds what package-lock.json says: 0 yes, 1 no (run `npm ci`).
 * Plain JavaScript for the machine's own Node: nothing is installed yet when it runs first.
 */
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "../..");

function packagesOf(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, file), "utf8")).packages ?? {};
  } catch {
    return undefined;
  }
}

/** npm writes what it installed beside the packages, last of all; an interrupted install has no such file. */
const installed = packagesOf("node_modules/.package-lock.json");
const locked = packagesOf("package-lock.json");

function isCurrent() {
  if (installed === undefined || locked === undefined || !fs.existsSync(path.join(root, "node_modules/.bin/node"))) {
    return false;
  }
  const same = (name) =>
    installed[name].version === locked[name]?.version && installed[name].integrity === locked[name]?.integrity;
  // What is optional (another platform's binaries) may be locked and not installed.
  const missing = Object.keys(locked).filter((name) => name !== "" && !locked[name].optional && !(name in installed));
  return Object.keys(installed).every(same) && missing.length === 0;
}

process.exitCode = isCurrent() ? 0 : 1;
