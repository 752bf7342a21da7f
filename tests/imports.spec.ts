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

const FOLDERS = [
  "regions",
  "aws",
  "contracts",
  "services",
  "components",
  "stacks",
  "policies",
  "fleet",
  "local",
  "queries",
  "cli",
  "examples",
];
const top = (path: string): string => path.split(sep)[0] ?? "";
const isOurs = (path: string): boolean => [...FOLDERS, "bench", "tests"].includes(top(path));
const roomOf = (path: string): string => path.split(sep).slice(0, 2).join("/");
const isIn = (path: string, ...folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
/** Folders that every component may use. */
const KITS = ["components/kit", "components/parts"];
/** Leaves that every room may read: facts about AWS, and the word for what is wrong with an input or a resource. */
const FACTS = "aws/facts";
const FINDING = "contracts/finding";
const within =
  (...folders: string[]) =>
  ({ to }: Import) =>
    !isOurs(to) || isIn(to, ...folders);
/** Without Pulumi: facts, contracts and programs are of use to those who have none. */
const plain =
  (...folders: string[]) =>
  (imported: Import) =>
    within(...folders)(imported) && !imported.to.startsWith("@pulumi/");
const isClient = (name: string): boolean => name.startsWith("@aws-sdk/client-");

const ROOMS: readonly Room[] = [
  { name: "aws/facts", has: (file) => isIn(file.replace(/\.ts$/, ""), FACTS), allows: plain(FACTS) },
  { name: "regions", has: (file) => top(file) === "regions", allows: plain("regions", FACTS, FINDING) },
  { name: "aws", has: (file) => top(file) === "aws", allows: plain("aws", FINDING) },
  {
    name: "contracts",
    has: (file) => top(file) === "contracts",
    allows: (imported) => plain("contracts", "regions", FACTS)(imported) && !isClient(imported.to),
  },
  {
    // One program of its own beside the kit; the worker runs the jobs of two.
    name: "services",
    has: (file) => top(file) === "services",
    allows: (imported) =>
      plain("contracts", "services/kit", FACTS, roomOf(imported.from))(imported) ||
      (isIn(imported.from, "services/worker") && isIn(imported.to, "services/trainer", "services/scorer")),
  },
  {
    name: "components/kit",
    has: (file) => isIn(file, "components/kit"),
    allows: ({ to }) =>
      isOurs(to)
        ? isIn(to, "components/kit", "contracts", FACTS)
        : ["@pulumi/pulumi", "esbuild"].includes(to) || to.startsWith("node:"),
  },
  {
    name: "a room of components",
    has: (file) => top(file) === "components",
    allows: (imported) =>
      within(...KITS, "regions", "contracts", FACTS, roomOf(imported.from))(imported) ||
      (top(imported.to) === "components" && imported.typeOnly),
  },
  {
    name: "stacks",
    has: (file) => top(file) === "stacks",
    allows: within("stacks", "components", "regions", "contracts", FACTS),
  },
  {
    // Programs of a user's own, on components.
    name: "examples",
    has: (file) => top(file) === "examples",
    allows: within("examples", "components", "contracts", FACTS),
  },
  { name: "policies", has: (file) => top(file) === "policies", allows: within("policies", FACTS) },
  {
    name: "fleet",
    has: (file) => top(file) === "fleet",
    // A component's plan is pure arithmetic, and what the rules compare the graph with.
    allows: (imported) =>
      within("fleet", "stacks", "regions", "aws", "contracts", "policies")(imported) ||
      /^components\/[^/]+\/plan$/.test(imported.to),
  },
  {
    name: "local",
    has: (file) => top(file) === "local",
    allows: within("local", "aws", "contracts", "services"),
  },
  {
    name: "queries",
    has: (file) => top(file) === "queries",
    allows: within("queries", "contracts", "services", FACTS),
  },
  { name: "cli", has: (file) => top(file) === "cli", allows: ({ to }) => !isIn(to, "tests", "bench") },
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

  it("have no cycle between files, not even of types alone", () => {
    const graph = new Map(
      ALL.map((file) => [
        file.replace(/(\/index)?\.ts$/, ""),
        importsOf(file)
          .filter(({ to }) => isOurs(to))
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
