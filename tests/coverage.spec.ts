import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

const ROOT = path.resolve(__dirname, "..");
const { include, exclude, statements } = JSON.parse(readFileSync(path.join(__dirname, "coverage.json"), "utf8")) as {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly statements: number;
};

/** Programs that write a generated file; a test of its own compares each file with the sources. */
const WRITERS = ["regions/topology/write-schema.ts"];

/** Whether nothing of a module is left at run time but what other modules name as a type. */
function holdsTypesOnly(file: string): boolean {
  const source = ts.createSourceFile(file, readFileSync(path.join(ROOT, file), "utf8"), ts.ScriptTarget.ESNext);
  return source.statements.every(
    (statement) =>
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      (ts.isExportDeclaration(statement) && statement.isTypeOnly) ||
      (ts.isImportDeclaration(statement) && statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword),
  );
}

describe("the measure of coverage", () => {
  it("is of all components, regions and stacks, 95 % of their statements", () => {
    assert.deepEqual(include, ["components/**/*.ts", "regions/**/*.ts", "stacks/**/*.ts"]);
    assert.equal(statements, 95);
  });

  it("leaves out writers of generated files, and what is types alone", () => {
    const others = exclude.filter((pattern) => !WRITERS.includes(pattern));
    assert.deepEqual(
      others.filter((file) => !holdsTypesOnly(file)),
      [],
    );
    assert.ok(exclude.every((pattern) => globSync(pattern, { cwd: ROOT }).length > 0));
  });
});
