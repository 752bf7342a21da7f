import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { checkFleet } from "../fleet/check";
import { paths } from "../local/toolchain";
import { loadTopology } from "../regions/topology/load";
import { USABLE } from "../tests/regions/arbitrary";

/**
 * `meridian check` of 12 regions, all rules, beside `cdk synth` (swc) of 12 stacks with as many resources; and how check
 * grows by the region. Goals: at most 1.0 of wall and of CPU; a region more costs at most a tenth of the first one.
 * `bench/check.ts [rounds]`. The peer is installed from bench/peers/package-lock.json into the folder of local state.
 */
const ROUNDS = Number(process.argv[2] ?? 5);
const REGIONS = [1, 2, 4, 8, 12];
const MOST = 12;

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

async function main(): Promise<void> {
  const { root, home } = paths();
  const folder = mkdtempSync(join(tmpdir(), "bench-check-"));
  try {
    const resources = await perRegion(folder);
    const peers = installPeers(root, home);
    const contestants = new Map<string, () => Cost>(
      REGIONS.map((count) => {
        const file = writeTopology(folder, count);
        return [`check ${count}`, () => cost([join(root, "bin", "meridian"), "check", file], root, {})];
      }),
    );
    const app = `${process.execPath} -r @swc-node/register app.ts`;
    const synth = [
      join(peers, "node_modules", ".bin", "cdk"),
      "synth",
      "--quiet",
      "--app",
      app,
      "--output",
      join(folder, "cdk.out"),
    ];
    const size = { STACKS: String(MOST), RESOURCES: String(resources), CDK_DISABLE_VERSION_CHECK: "1", CI: "1" };
    contestants.set("cdk synth", () => cost(synth, peers, size));
    const costs = rounds(contestants);
    tell(costs, resources);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rounds(contestants: ReadonlyMap<string, () => Cost>): ReadonlyMap<string, Cost> {
  const taken = new Map([...contestants.keys()].map((name) => [name, [] as Cost[]]));
  // The first round warms caches and is not counted.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, run] of contestants) {
      const one = run();
      if (round > 0) taken.get(name)?.push(one);
    }
  }
  return new Map(
    [...taken].map(([name, all]) => [
      name,
      { wall: median(all.map(({ wall }) => wall)), cpu: median(all.map(({ cpu }) => cpu)) },
    ]),
  );
}

function tell(costs: ReadonlyMap<string, Cost>, resources: number): void {
  const of = (name: string): Cost => costs.get(name) ?? { wall: NaN, cpu: NaN };
  for (const [name, { wall, cpu }] of costs) {
    console.log(`  ${name.padEnd(10)} ${wall.toFixed(2).padStart(6)} s wall ${cpu.toFixed(2).padStart(6)} s CPU`);
  }
  const [own, peer] = [of(`check ${MOST}`), of("cdk synth")];
  const growth = (of(`check ${MOST}`).wall - of("check 1").wall) / (MOST - 1) / of("check 1").wall;
  console.log(`${MOST} regions of ${resources} resources, median of ${ROUNDS} interleaved rounds:`);
  console.log(
    `  wall ${(own.wall / peer.wall).toFixed(2)} x, CPU ${(own.cpu / peer.cpu).toFixed(2)} x of cdk synth (goal: at most 1.00)`,
  );
  console.log(`  a region more costs ${growth.toFixed(3)} of the first (goal: at most 0.100)`);
}

/** Resources that one region's stack asks for. */
async function perRegion(folder: string): Promise<number> {
  const { stacks } = await checkFleet(loadTopology(writeTopology(folder, 2)));
  return stacks.find(({ stack }) => !/foundation|mesh/.test(stack))?.resources ?? 0;
}

/** Types that all of the regions have. */
const PARTS = {
  cache: { nodeType: "cache.r7g.large" },
  serving: {
    variants: ["champion", "challenger"].map((name) => ({
      name,
      weight: 1,
      instanceType: "ml.m5.xlarge",
      minInstances: 2,
      maxInstances: 100,
    })),
    nodeInstanceTypes: ["t3.large", "t3.xlarge"],
  },
  training: { instanceTypes: ["r6g.large"] },
  etl: { instanceTypes: ["m6g.xlarge"] },
  search: { instanceType: "r7g.large.search" },
};

/** A topology of so many regions: two zones, or one for a single region. */
function writeTopology(folder: string, count: number): string {
  const file = join(folder, `bench${count}.yaml`);
  const regions = USABLE.slice(0, count).map(({ name }, index) => ({
    name,
    zone: count > 2 && index % 2 === 1 ? "west" : "east",
  }));
  const topology = {
    cloud: "aws",
    account: "111122223333",
    size: "small",
    failover: count > 1,
    domain: "bench.example.com",
    ownerEmail: "owner@example.com",
    monthlyBudgetUsdPerRegion: 100,
    regions,
    traffic: { eventsPerSecond: 1000, users: 1_000_000, items: 10_000, recommendationsPerSecond: 500 },
    ...PARTS,
  };
  writeFileSync(file, stringify(topology));
  return file;
}

/** Installs the locked peers once, beside the local state. */
function installPeers(root: string, home: string): string {
  const source = join(root, "bench", "peers");
  const lock = readFileSync(join(source, "package-lock.json"), "utf8");
  const folder = join(home, "peers", createHash("sha256").update(lock).digest("hex").slice(0, 12));
  if (!existsSync(join(folder, "node_modules", "aws-cdk-lib"))) {
    mkdirSync(folder, { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(source, file), join(folder, file));
    const { status, stderr } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: folder,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`npm ci in ${folder}: ${stderr}`);
  }
  cpSync(join(source, "app.ts"), join(folder, "app.ts"));
  return folder;
}

/** Runs a command to its end; wall and CPU seconds of it and its children, as the shell's `time` has them. */
function cost(command: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Cost {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>"$ERRORS"';
  const errors = join(tmpdir(), `bench-check-${process.pid}.err`);
  const { status, stderr } = spawnSync("bash", ["-c", script, "bash", ...command], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env, ERRORS: errors },
  });
  const said = readFileSync(errors, "utf8");
  rmSync(errors, { force: true });
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${String(status)}:\n${said}`);
  const [wall = NaN, user = NaN, system = NaN] = stderr.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  return { wall, cpu: user + system };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

void main();
