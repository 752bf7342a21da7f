import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fleetOutputs, regionOutputs } from "../../fleet/outputs";
import type { EngineSettings } from "../../fleet/drive";
import { showError } from "../../cli/kit/errors";
import { EXIT } from "../../cli/kit/exit";
import { OutputsError } from "../../contracts/outputs/read";
import type { RegionOutputs } from "../../contracts/outputs/region";
import { findTopology, loadTopology } from "../../regions/topology/load";

const REGION_OUTPUTS: RegionOutputs = {
  environment: "local",
  region: "us-east-1",
  zone: "us",
  role: "primary",
  stream: "events",
  transformFunction: "transform",
  curatedDeliveryStream: "curated",
  rawDeliveryStream: "raw",
  collectorUrl: "http://127.0.0.1:1",
  publicCollectorUrl: "https://collect.example.com",
  buckets: {
    raw: "raw",
    bronze: "bronze",
    silver: "silver",
    gold: "gold",
    quarantine: "quarantine",
    results: "results",
    artifacts: "artifacts",
  },
  intakeQueueUrl: "http://127.0.0.1:1/intake",
  handoverQueueUrl: "http://127.0.0.1:1/handover",
  trainingQueueUrl: "http://127.0.0.1:1/training",
  glueDatabase: "lake",
  athenaWorkgroup: "questions",
  pseudonymKeyAlias: "alias/pseudonym",
  tables: {
    recommendations: "recommendations",
    models: "models",
    profiles: "profiles",
    shards: "shards",
    flags: "flags",
  },
  cacheEndpoint: "127.0.0.1:2",
  endpointName: "endpoint",
  clusterName: "cluster",
  warehouse: "warehouse",
  searchDomain: "search",
  stateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:daily",
  dashboard: "dashboard",
};

/** What a command that ends with an error prints with --json. */
function told(error: unknown): { readonly code: number; readonly stdout: string } {
  const write = process.stdout.write.bind(process.stdout);
  let stdout = "";
  process.stdout.write = (text: string | Uint8Array): boolean => {
    stdout += String(text);
    return true;
  };
  try {
    const code = showError(error, true);
    return { code, stdout };
  } finally {
    process.stdout.write = write;
  }
}

/** Answers `stack output` from files beside it, and as the engine does for a stack that was never made. */
const ENGINE = `#!/bin/sh
for last; do :; done
cat "$(dirname "$0")/$last.json" 2>/dev/null || { echo "error: no stack named '$last' found" >&2; exit 255; }
`;

describe("outputs of a fleet", () => {
  const topology = loadTopology(findTopology("local"));
  const [first, second] = topology.regions.map(({ name }) => name);
  const folder = mkdtempSync(join(tmpdir(), "meridian-outputs-"));
  const settings: EngineSettings = {
    engineRoot: folder,
    variables: { PATH: process.env["PATH"] ?? "" },
    projectFolder: folder,
    policyPacks: [],
    secretsProvider: "passphrase",
    journalFile: join(folder, "journal.ndjson"),
    concurrency: 2,
  };
  const answer = (stack: string, outputs: object): void => {
    writeFileSync(join(folder, "bin", `${stack}.json`), JSON.stringify(outputs));
  };
  beforeEach(() => {
    rmSync(join(folder, "bin"), { recursive: true, force: true });
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "pulumi"), ENGINE, { mode: 0o755 });
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("are those of the regions that are up: one never made and one destroyed are absent", async () => {
    answer(`local.${first}`, REGION_OUTPUTS);
    answer(`local.${second}`, {});
    assert.deepEqual(await regionOutputs(topology, settings), [REGION_OUTPUTS]);
    assert.deepEqual(await fleetOutputs(topology, settings), { [`local.${first}`]: REGION_OUTPUTS });
  });

  it("fail by name, path, want and got, all regions at once, where they do not fit the contract", async () => {
    answer(`local.${first}`, { ...REGION_OUTPUTS, stream: undefined, role: "leader" });
    answer(`local.${second}`, { ...REGION_OUTPUTS, buckets: { ...REGION_OUTPUTS.buckets, raw: 7 } });
    await assert.rejects(regionOutputs(topology, settings), {
      name: "OutputsError",
      findings: [
        { where: `local.${first}`, path: "role", want: "one of primary, replica", got: '"leader"' },
        { where: `local.${first}`, path: "stream", want: "type string", got: "nothing" },
        { where: `local.${second}`, path: "buckets.raw", want: "type string", got: "7" },
      ],
    });
  });

  it("fail for the mesh and the foundation too", async () => {
    answer("local.mesh", { environment: "local" });
    await assert.rejects(fleetOutputs(topology, settings), /local\.mesh: domain: want type string, got nothing/);
  });

  it("end a command as a failure that names each, without a stack trace", () => {
    const findings = [{ where: "local.mesh", path: "domain", want: "type string", got: "nothing" }];
    const { code, stdout } = told(new OutputsError(findings));
    assert.equal(code, EXIT.failed);
    assert.deepEqual(JSON.parse(stdout), {
      error: "outputs of stacks do not fit the contract of this version; apply these stacks again:",
      findings,
    });
  });
});
