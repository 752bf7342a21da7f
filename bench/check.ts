import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishedModels } from "../cli/kit/published";
import { checkFleet } from "../fleet/check";
import { paths } from "../local/toolchain";
import { loadTopology } from "../regions/topology/load";
import { MOST_REGIONS, topologyText } from "./check/topology";
import { median, report } from "./kit/figures";
import { peers } from "./kit/peers";
import { cost, type Cost } from "./kit/process";

/**
 * `meridian check` of a fleet of 12 regions by all rules beside `cdk synth` (TypeScript by swc) of 12 stacks of as many
 * resources as a region has; then fleets of 1, 2, 4, 8 and 12 regions, for what one more region costs. Each run is a
 * process of its own from cold start to end; rounds are interleaved, the first is not counted. `bench/check.ts [rounds]`
 */
const ROUNDS = Number(process.argv[2] ?? 5);
const SIZES = [1, 2, 4, 8, MOST_REGIONS] as const;

async function main(): Promise<void> {
  const { root } = paths();
  const folder = mkdtempSync(join(tmpdir(), "bench-check-"));
  try {
    const files = new Map(SIZES.map((size) => [size, join(folder, `bench${size}.yaml`)] as const));
    for (const [size, file] of files) writeFileSync(file, topologyText(size));
    const check = (size: number): Cost =>
      cost(join(root, "bin", "meridian"), ["check", files.get(size as (typeof SIZES)[number]) ?? ""], { cwd: root });
    const resources = await perRegion(files.get(MOST_REGIONS) ?? "");
    const synth = cdkSynth(folder, resources);
    const checks = new Map<number, Cost[]>(SIZES.map((size) => [size, []]));
    const synths: Cost[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const theirs = synth();
      const ours = SIZES.map((size) => [size, check(size)] as const);
      if (round === 0) continue;
      synths.push(theirs);
      for (const [size, one] of ours) checks.get(size)?.push(one);
      const told = ours.map(([size, { wall }]) => `${size}: ${wall.toFixed(2)}`).join(", ");
      console.log(`round ${round}: cdk synth ${theirs.wall.toFixed(2)} s; check by regions ${told} s`);
    }
    tell(resources, checks, synths);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resources that the stack of one region asks for. */
async function perRegion(file: string): Promise<number> {
  const { stacks } = await checkFleet(loadTopology(file), { published: publishedModels() });
  const regional = stacks.filter(({ stack }) => !/\.(foundation|mesh)$/.test(stack));
  return Math.min(...regional.map(({ resources }) => resources));
}

/**
 * `cdk synth` of as many stacks of so many streams. A stream is one resource and CDK's simplest construct: richer ones
 * would take it longer.
 */
function cdkSynth(folder: string, resources: number): () => Cost {
  const cwd = peers();
  const app = `${process.execPath} --require @swc-node/register app.ts`;
  const args = ["synth", "--app", app, "--output", join(folder, "cdk.out"), "--quiet", "--no-notices"];
  const env = {
    ...process.env,
    STACKS: String(MOST_REGIONS),
    RESOURCES: String(resources),
    CI: "1",
    CDK_DISABLE_VERSION_CHECK: "1",
    CDK_DISABLE_CLI_TELEMETRY: "true",
  };
  return () => cost(join(cwd, "node_modules", ".bin", "cdk"), args, { cwd, env });
}

function tell(resources: number, checks: ReadonlyMap<number, readonly Cost[]>, synths: readonly Cost[]): void {
  const of = (costs: readonly Cost[] | undefined, kind: keyof Cost): number =>
    median((costs ?? []).map((one) => one[kind]));
  for (const kind of ["wall", "cpu"] as const) {
    const ours = of(checks.get(MOST_REGIONS), kind);
    const theirs = of(synths, kind);
    const first = of(checks.get(1), kind);
    const added = (ours - first) / (MOST_REGIONS - 1);
    report([
      {
        what: `check of ${MOST_REGIONS} regions of ${resources} resources against cdk synth, ${kind}`,
        value: ours / theirs,
        unit: "x",
        peer: `cdk synth (swc) ${theirs.toFixed(2)} s, ours ${ours.toFixed(2)} s`,
        goal: { most: 1 },
        rounds: ROUNDS,
      },
      {
        what: `one more region against the first, ${kind}`,
        value: added / first,
        unit: "x",
        peer: `first ${first.toFixed(2)} s with the start, each more ${added.toFixed(3)} s`,
        ...(kind === "wall" ? { goal: { most: 0.1 } } : {}),
        rounds: ROUNDS,
      },
    ]);
  }
  for (const size of SIZES)
    report([
      { what: `check of ${size} regions, wall`, value: of(checks.get(size), "wall"), unit: "s", rounds: ROUNDS },
    ]);
}

void main();
