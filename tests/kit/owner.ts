import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The topologies that this repository brings, with their authors' values. */
const FOLDER = join(__dirname, "..", "..", "regions", "topologies");

/** What an owner puts in place of them, by key; one value for every environment on AWS. */
const OWN: Readonly<Record<string, string>> = {
  account: '"210987654321"',
  domain: "shop.acme.example.org",
  ownerEmail: "oncall@acme.example.org",
  prefix: "acme",
  monthlyBudgetUsdPerRegion: "43210",
};

/**
 * Loaded before tests that run once more with an owner's values: a folder of topologies as an owner has them: the same fleets, but another account, domain, address, prefix and
 * budget.
 */
function ownersTopologies(): string {
  const folder = mkdtempSync(join(tmpdir(), "meridian-owner-"));
  cpSync(FOLDER, folder, { recursive: true });
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    if (!text.includes("cloud: aws")) continue;
    const lines = text.split("\n").map((line) => {
      const key = /^(\w+):/.exec(line)?.[1] ?? "";
      return OWN[key] === undefined ? line : `${key}: ${OWN[key]}`;
    });
    writeFileSync(path, lines.join("\n"));
  }
  return folder;
}

const folder = ownersTopologies();
// Read when regions/topology/load.ts is loaded, by this process and by those that it starts.
process.env["MERIDIAN_TOPOLOGIES"] = folder;
process.once("exit", () => {
  rmSync(folder, { recursive: true, force: true });
});
