import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import ts from "typescript";

const ROOT = resolve(__dirname, "..");

interface Import {
  readonly from: string;
  /** Repository path for our own files, package name otherwise. */
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Rooms of the house: what a file may import, by the folder that it lies in. First match wins. */
interface Room {
  readonly name: string;
  readonly has: (file: string) => boolean;
  readonly allows: (imported: Import) => boolean;
}

const top = (path: string): string => path.split(sep)[0] ?? "";
const isOurs = (path: string): boolean =>
  ["regions", "aws", "components", "stacks", "policies", "fleet", "local", "queries", "cli", "bench", "tests"].includes(
    top(path),
  );
const roomOf = (path: string): string => path.split(sep).slice(0, 2).join("/");
const isWorkload = (path: string): boolean => /^components\/[^/]+\/(workload|schema)\//.test(path);
const isKit = (path: string): boolean => path.startsWith("components/kit/");
const within =
  (...tops: string[]) =>
  ({ to }: Import) =>
    !isOurs(to) || tops.includes(top(to));

const ROOMS: readonly Room[] = [
  {
    name: "regions",
    has: (file) => top(file) === "regions",
    allows: ({ to }) => (isOurs(to) ? top(to) === "regions" : !to.startsWith("@pulumi/")),
  },
  {
    name: "aws",
    has: (file) => top(file) === "aws",
    allows: ({ to }) => (isOurs(to) ? top(to) === "aws" : !to.startsWith("@pulumi/")),
  },
  {
    name: "components/kit",
    has: isKit,
    allows: ({ to }) => (isOurs(to) ? isKit(to) : ["@pulumi/pulumi", "esbuild"].includes(to) || to.startsWith("node:")),
  },
  {
    name: "a workload or schema",
    has: isWorkload,
    allows: ({ to, typeOnly }) => (isOurs(to) ? isWorkload(to) || (isKit(to) && typeOnly) : !to.startsWith("@pulumi/")),
  },
  {
    name: "a room of components",
    has: (file) => top(file) === "components",
    allows: ({ from, to, typeOnly }) =>
      !isOurs(to) ||
      isKit(to) ||
      top(to) === "regions" ||
      roomOf(to) === roomOf(from) ||
      (top(to) === "components" && typeOnly),
  },
  { name: "stacks", has: (file) => top(file) === "stacks", allows: within("stacks", "components", "regions") },
  { name: "policies", has: (file) => top(file) === "policies", allows: within("policies") },
  {
    name: "fleet",
    has: (file) => top(file) === "fleet",
    // A room's arithmetic is pure, and what the rules hold the graph against.
    allows: ({ to }) =>
      !isOurs(to) ||
      ["fleet", "stacks", "regions", "aws", "policies"].includes(top(to)) ||
      /^components\/[^/]+\/plan$/.test(to),
  },
  {
    name: "local",
    has: (file) => top(file) === "local",
    allows: ({ to }) => !isOurs(to) || ["local", "aws"].includes(top(to)) || isWorkload(to),
  },
  {
    name: "queries",
    has: (file) => top(file) === "queries",
    allows: ({ to }) => !isOurs(to) || top(to) === "queries" || isWorkload(to),
  },
  { name: "cli", has: (file) => top(file) === "cli", allows: ({ to }) => top(to) !== "tests" && top(to) !== "bench" },
];

function sources(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.parentPath.includes("node_modules"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): readonly Import[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), "utf8"), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const to = specifier.startsWith(".") ? relative(ROOT, resolve(ROOT, dirname(file), specifier)) : specifier;
    found.push({ from: file, to, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      const clause = ts.isImportDeclaration(node) ? node.importClause : undefined;
      const typeOnly = ts.isImportDeclaration(node)
        ? clause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : node.isTypeOnly;
      if (ts.isStringLiteral(node.moduleSpecifier)) add(node.moduleSpecifier.text, typeOnly);
    }
    if (ts.isCallExpression(node)) {
      const [argument] = node.arguments;
      const loads =
        node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText(source) === "require";
      if (loads && argument !== undefined && ts.isStringLiteral(argument)) add(argument.text, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const FOLDERS = ["regions", "aws", "components", "stacks", "policies", "fleet", "local", "queries", "cli"];
const ALL = FOLDERS.flatMap(sources);

describe("imports", () => {
  for (const room of ROOMS) {
    it(`${room.name} imports only what the house allows`, () => {
      const files = ALL.filter((file) => ROOMS.find(({ has }) => has(file)) === room);
      const broken = files
        .flatMap(importsOf)
        .filter((imported) => !room.allows(imported))
        .map(({ from, to }) => `${from} -> ${to}`);
      assert.deepEqual(broken, []);
    });
  }

  it("have no cycle between files", () => {
    const graph = new Map(
      ALL.map((file) => [
        file.replace(/(\/index)?\.ts$/, ""),
        importsOf(file)
          .filter(({ to, typeOnly }) => isOurs(to) && !typeOnly)
          .map(({ to }) => to.replace(/\/index$/, "")),
      ]),
    );
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      assert.ok(!path.includes(file), `cycle: ${[...path.slice(path.indexOf(file)), file].join(" -> ")}`);
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) walk(file, []);
  });

  it("see every source file in exactly one room", () => {
    assert.deepEqual(
      ALL.filter((file) => !ROOMS.some(({ has }) => has(file))),
      [],
    );
  });
});
