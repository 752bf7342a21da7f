import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";

const ROOT = resolve(__dirname, "..", "..", "..");

/** Prefix of IAM actions of an SDK client, where it is not the client's own name. */
const PREFIXES: Readonly<Record<string, string>> = { sfn: "states", "sagemaker-runtime": "sagemaker" };

/** What a process signs itself, without a client, by the service it signs for. */
const SIGNED: Readonly<Record<string, string>> = { elasticache: "elasticache:Connect" };

interface Module {
  readonly path: string;
  readonly declarations: ReadonlyMap<string, ts.Node>;
  /** Run when the module is loaded. */
  readonly statements: readonly ts.Node[];
  readonly imports: ReadonlyMap<string, { readonly from: string; readonly name: string }>;
  readonly exports: readonly ts.ExportDeclaration[];
}

/**
 * Operations of AWS that code reachable from a file sends, e.g. `s3:GetObject`, sorted. Functions are followed from where
 * they are named, methods of classes where code that is reached names the method: an object's type is not asked for, so
 * that two methods of one name are both reached.
 */
export function operationsReachedFrom(entry: string): readonly string[] {
  const walk = new Walk();
  walk.reachAll(join(ROOT, entry));
  walk.settle();
  return [...walk.operations].sort();
}

class Walk {
  readonly operations = new Set<string>();
  private readonly modules = new Map<string, Module>();
  private readonly loaded = new Set<string>();
  private readonly seen = new Set<ts.Node>();
  private readonly names = new Set<string>();
  private methods: { readonly name: string; readonly node: ts.Node; readonly module: Module }[] = [];

  /** Visits methods whose names have been met, until nothing is added. */
  settle(): void {
    for (let met = true; met;) {
      const named = this.methods.filter(({ name }) => this.names.has(name));
      this.methods = this.methods.filter(({ name }) => !this.names.has(name));
      met = named.length > 0;
      for (const { node, module } of named) this.visit(node, module);
    }
  }

  reachAll(path: string): void {
    const module = this.load(path);
    for (const declaration of module.declarations.values()) this.reach(declaration, module);
  }

  private load(path: string): Module {
    const known = this.modules.get(path) ?? read(path);
    this.modules.set(path, known);
    if (!this.loaded.has(path)) {
      this.loaded.add(path);
      for (const statement of known.statements) this.visit(statement, known);
    }
    return known;
  }

  private reach(node: ts.Node, module: Module): void {
    if (this.seen.has(node)) return;
    this.seen.add(node);
    this.visit(node, module);
  }

  private visit(node: ts.Node, module: Module): void {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      // `class A extends B` has B in a node that is also a type's.
      if (ts.isExpressionWithTypeArguments(node)) this.visit(node.expression, module);
      return;
    }
    if (ts.isMethodDeclaration(node.parent) && node.parent.name === node) return;
    if (isMethod(node) && !this.seen.has(node)) {
      this.seen.add(node);
      this.methods.push({ name: node.name.text, node, module });
      return;
    }
    if (ts.isIdentifier(node)) {
      this.names.add(node.text);
      this.follow(node.text, module);
    }
    if (ts.isNewExpression(node)) this.signed(node);
    if (ts.isVariableDeclaration(node) || ts.isCallExpression(node)) this.imported(node, module);
    ts.forEachChild(node, (child) => {
      this.visit(child, module);
    });
  }

  private follow(name: string, module: Module): void {
    const own = module.declarations.get(name);
    if (own !== undefined) {
      this.reach(own, module);
      return;
    }
    const imported = module.imports.get(name);
    if (imported !== undefined) this.take(imported.from, imported.name, module);
  }

  /** A name of another module; `*` for all of it. */
  private take(from: string, name: string, module: Module): void {
    const [, client] = /^@aws-sdk\/client-([a-z0-9-]+)$/.exec(from) ?? [];
    if (client !== undefined) {
      const [, operation] = /^(?:(?=\w+Command$)|paginate)(\w+?)(?:Command)?$/.exec(name) ?? [];
      if (operation !== undefined) this.operations.add(`${PREFIXES[client] ?? client}:${operation}`);
      return;
    }
    const path = pathOf(module.path, from);
    if (path === undefined) return;
    if (name === "*") {
      this.reachAll(path);
      return;
    }
    const other = this.load(path);
    const declared = other.declarations.get(name);
    if (declared !== undefined) {
      this.reach(declared, other);
      return;
    }
    for (const { moduleSpecifier, exportClause } of other.exports) {
      if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) continue;
      if (exportClause === undefined) this.take(moduleSpecifier.text, name, other);
      else if (ts.isNamedExports(exportClause)) {
        const found = exportClause.elements.find((one) => one.name.text === name);
        if (found !== undefined) this.take(moduleSpecifier.text, (found.propertyName ?? found.name).text, other);
      }
    }
  }

  /** `const { A } = await import("x")`, and `import("x")` of our own files. */
  private imported(node: ts.VariableDeclaration | ts.CallExpression, module: Module): void {
    if (ts.isCallExpression(node)) {
      const [from] = node.arguments;
      if (node.expression.kind !== ts.SyntaxKind.ImportKeyword || from === undefined) return;
      if (ts.isStringLiteral(from) && from.text.startsWith(".")) this.take(from.text, "*", module);
      return;
    }
    const { name, initializer } = node;
    if (!ts.isObjectBindingPattern(name) || initializer === undefined || !ts.isAwaitExpression(initializer)) return;
    const call = initializer.expression;
    if (!ts.isCallExpression(call) || call.expression.kind !== ts.SyntaxKind.ImportKeyword) return;
    const [from] = call.arguments;
    if (from === undefined || !ts.isStringLiteral(from)) return;
    for (const { name: bound, propertyName } of name.elements) {
      const taken = propertyName ?? bound;
      if (ts.isIdentifier(taken)) this.take(from.text, taken.text, module);
    }
  }

  private signed({ expression, arguments: given }: ts.NewExpression): void {
    const options = given?.[0];
    if (!ts.isIdentifier(expression) || expression.text !== "SignatureV4" || options === undefined) return;
    if (!ts.isObjectLiteralExpression(options)) return;
    for (const property of options.properties) {
      if (!ts.isPropertyAssignment(property) || property.name.getText() !== "service") continue;
      const service = property.initializer;
      const text = ts.isStringLiteral(service) ? service.text : service.getText();
      this.operations.add(SIGNED[text] ?? `${text}:?`);
    }
  }
}

function isMethod(node: ts.Node): node is ts.MethodDeclaration & { readonly name: ts.Identifier } {
  return ts.isMethodDeclaration(node) && ts.isClassLike(node.parent) && ts.isIdentifier(node.name);
}

function pathOf(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const path = resolve(dirname(from), specifier);
  return [path, `${path}.ts`, join(path, "index.ts")].find((one) => one.endsWith(".ts") && existsSync(one));
}

function read(path: string): Module {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const declarations = new Map<string, ts.Node>();
  const statements: ts.Node[] = [];
  const imports = new Map<string, { from: string; name: string }>();
  const exports: ts.ExportDeclaration[] = [];
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) readImport(statement, imports);
    else if (ts.isExportDeclaration(statement)) exports.push(statement);
    else if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) {
      declarations.set(statement.name.text, statement);
    } else if (ts.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations) {
        if (ts.isIdentifier(declaration.name)) declarations.set(declaration.name.text, declaration);
        else statements.push(declaration);
      }
    } else statements.push(statement);
  }
  return { path, declarations, statements, imports, exports };
}

function readImport(
  { importClause: clause, moduleSpecifier }: ts.ImportDeclaration,
  imports: Map<string, { from: string; name: string }>,
): void {
  if (clause === undefined || !ts.isStringLiteral(moduleSpecifier)) return;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return;
  const from = moduleSpecifier.text;
  if (clause.name !== undefined) imports.set(clause.name.text, { from, name: "default" });
  const bindings = clause.namedBindings;
  if (bindings === undefined) return;
  if (ts.isNamespaceImport(bindings)) imports.set(bindings.name.text, { from, name: "*" });
  else {
    for (const { name, propertyName, isTypeOnly } of bindings.elements) {
      if (!isTypeOnly) imports.set(name.text, { from, name: (propertyName ?? name).text });
    }
  }
}
