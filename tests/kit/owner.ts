import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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

/** A folder of topologies as an owner has them: the same fleets, but another account, domain, address, prefix and budget. */
export function ownersTopologies(): string {
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
