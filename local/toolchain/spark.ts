import { globSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "./engine";
import { type Paths, paths as ownPaths } from "./paths";
import { isExecutable, run } from "./process";
import { ensure, isCurrent, type Venv } from "./venv";
import { compareVersions, parseVersion, type Version } from "./version";

/**
 * The Java that Spark 3.5 runs on: 11 at least, and 17 is what the ETL cluster has. From 24 on Java has no security
 * manager, which Spark's Hadoop client asks for. spark.apache.org/docs/3.5.6, openjdk.org/jeps/486
 */
export const JAVA_RULE = { least: [11, 0, 0], below: [24, 0, 0], words: ">= 11 and < 24, best 17" } as const satisfies {
  readonly least: Version;
  readonly below: Version;
  readonly words: string;
};

/** A Java found on the machine. */
export interface FoundJava {
  /** `JAVA_HOME`. */
  readonly home: string;
  readonly version: string;
}

/** Spark on this machine. */
export interface Spark {
  /** Python with pyspark. */
  readonly python: string;
  readonly java: FoundJava;
}

/** How a Spark program runs on this machine. */
export interface SparkLocally {
  /** @default 2 */
  readonly cores?: number;
  /** Heap of the one process, MiB. @default 1024 */
  readonly heapMib?: number;
  /** Compile fast rather than well: halves a run of a minute, and slows one of an hour. @default false */
  readonly short?: boolean;
}

/**
 * Spark in a Python environment of its own, made on the first call: 320 MB to download, about a minute.
 * @throws Error that says what the machine lacks, or what pip said.
 */
export async function ensureSpark(progress: Progress = () => undefined, paths: Paths = ownPaths()): Promise<Spark> {
  const java = await findJava();
  if (java === undefined) {
    throw new Error(
      `want Java ${JAVA_RULE.words}, to run Spark, got none (Debian: apt install openjdk-17-jre-headless)`,
    );
  }
  const venv = sparkVenv(paths);
  await ensure(venv, progress);
  return { python: join(venv.folder, "bin", "python"), java };
}

/** Whether {@link ensureSpark} would find its environment made. */
export function isSparkCurrent(paths: Paths): boolean {
  return isCurrent(sparkVenv(paths));
}

/** The Java that Spark would run on: that of `JAVA_HOME`, of PATH, or where systems put them; none when all are too old or too new. */
export async function findJava(
  environment: NodeJS.ProcessEnv = process.env,
  usual: readonly string[] = globSync("/usr/lib/jvm/*/bin/java").sort(),
): Promise<FoundJava | undefined> {
  const home = environment["JAVA_HOME"] ?? "";
  for (const java of [...(home === "" ? [] : [join(home, "bin", "java")]), "java", ...usual]) {
    if (java !== "java" && !isExecutable(java)) continue;
    const { code, stderr } = await run(java, ["-XshowSettings:properties", "-version"], { env: environment });
    const version = /java\.version = (\S+)/.exec(stderr)?.[1] ?? "";
    const found = parseVersion(version.includes(".") ? version : `${version}.0`);
    const at = /java\.home = (.+)/.exec(stderr)?.[1]?.trim();
    if (code !== 0 || found === undefined || at === undefined) continue;
    if (compareVersions(found, JAVA_RULE.least) >= 0 && compareVersions(found, JAVA_RULE.below) < 0) {
      return { home: at, version };
    }
  }
  return undefined;
}

/** The variables for a process that runs a Spark program: one process on this machine, on the loopback address only, without a web page. */
export function sparkEnvironment(
  { python, java }: Spark,
  { cores = 2, heapMib = 1024, short = false }: SparkLocally = {},
): Record<string, string> {
  const settings = [
    ["spark.ui.enabled", "false"],
    ["spark.driver.bindAddress", "127.0.0.1"],
    ["spark.driver.host", "127.0.0.1"],
    ["spark.sql.shuffle.partitions", String(cores)],
  ];
  return {
    JAVA_HOME: java.home,
    PYSPARK_PYTHON: python,
    SPARK_LOCAL_IP: "127.0.0.1",
    PYSPARK_SUBMIT_ARGS: [
      ...["--master", `local[${cores}]`, "--driver-memory", `${heapMib}m`],
      ...(short ? ["--driver-java-options", "'-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'"] : []),
      ...settings.flatMap(([name, value]) => ["--conf", `${name}=${value}`]),
      "pyspark-shell",
    ].join(" "),
  };
}

function sparkVenv(paths: Paths): Venv {
  const lock = (name: string): string => join(paths.root, "local", "toolchain", `${name}.lock`);
  return {
    what: "Spark (320 MB)",
    folder: join(paths.root, ".meridian", "spark"),
    locks: [{ file: lock("spark-build") }, { file: lock("spark"), built: ["pyspark"] }],
  };
}
