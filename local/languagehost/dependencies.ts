import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { allOnPath } from "../toolchain/process";

/** A package that a program depends on, as installed. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
}

/** A provider plugin that an installed package asks for in its package.json (`"pulumi": { "resource": true }`). */
export interface WantedPlugin {
  readonly name: string;
  readonly version: string;
  readonly server: string;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly pulumi?: {
    readonly resource?: boolean;
    readonly name?: string;
    readonly version?: string;
    readonly server?: string;
  };
}

/** The nearest folder at or above this one that holds a package.json; the folder itself when there is none. */
export function packageFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (manifestIn(at) !== undefined) {
      return at;
    }
    if (dirname(at) === at) {
      return folder;
    }
  }
}

/** What package.json asks for, in the versions that are installed; with `transitive`, everything in node_modules. */
export function installedPackages(folder: string, transitive: boolean): InstalledPackage[] {
  const root = packageFolder(folder);
  if (transitive) {
    return packagesIn(join(root, "node_modules")).map(({ name = "", version = "" }) => ({ name, version }));
  }
  const { dependencies = {}, devDependencies = {} } = manifestIn(root) ?? {};
  return Object.entries({ ...devDependencies, ...dependencies })
    .map(([name, range]) => ({ name, version: installedManifest(root, name)?.version ?? range }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The provider plugins that the program's installed packages ask for; those on PATH are there already and need no installing. */
export function wantedPlugins(folder: string, path = process.env["PATH"] ?? ""): WantedPlugin[] {
  return packagesIn(join(packageFolder(folder), "node_modules"))
    .filter(({ pulumi }) => pulumi?.resource === true)
    .map(({ name = "", version = "", pulumi }) => ({
      name: pulumi?.name ?? name.replace(/^@pulumi\//, ""),
      version: pulumi?.version ?? version,
      server: pulumi?.server ?? "",
    }))
    .filter(({ name }) => allOnPath(`pulumi-resource-${name}`, path).length === 0);
}

function packagesIn(modules: string): Manifest[] {
  return entriesOf(modules)
    .filter((entry) => !entry.startsWith("."))
    .flatMap((entry) =>
      entry.startsWith("@") ? entriesOf(join(modules, entry)).map((inner) => join(entry, inner)) : [entry],
    )
    .map((name) => manifestIn(join(modules, name)))
    .filter((manifest) => manifest !== undefined);
}

function installedManifest(root: string, name: string): Manifest | undefined {
  const places = createRequire(join(root, "package.json")).resolve.paths(name) ?? [];
  return places.map((place) => manifestIn(join(place, name))).find((manifest) => manifest !== undefined);
}

function manifestIn(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
