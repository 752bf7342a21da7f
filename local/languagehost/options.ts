import type { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** What a Pulumi.yaml (or PulumiPolicy.yaml) says under `runtime.options`, as the official language host reads it. */
export interface RuntimeOptions {
  /** Whether the program may be TypeScript. @default true */
  readonly typescript: boolean;
  /** A tsconfig.json other than the program's own, relative to the project. */
  readonly tsconfig: string | undefined;
  /** Further arguments of Node. */
  readonly nodeargs: readonly string[];
  /** The package manager that installs dependencies. @default "npm" */
  readonly packagemanager: string;
}

/** The package managers whose `install` needs no argument. */
export const PACKAGE_MANAGERS = ["npm", "pnpm", "yarn", "bun"] as const;

/** @throws Error for an option of a wrong kind. */
export function readOptions(options: Struct | undefined): RuntimeOptions {
  const given = (options?.toJavaScript() ?? {}) as Record<string, unknown>;
  const typescript = given["typescript"] ?? true;
  const tsconfig = given["tsconfig"];
  const nodeargs = given["nodeargs"] ?? "";
  const packagemanager = given["packagemanager"] ?? "npm";
  const problems = [
    typeof typescript === "boolean" ? "" : `typescript: want true or false, got ${JSON.stringify(typescript)}`,
    tsconfig === undefined || typeof tsconfig === "string"
      ? ""
      : `tsconfig: want a path, got ${JSON.stringify(tsconfig)}`,
    typeof nodeargs === "string" ? "" : `nodeargs: want one line of text, got ${JSON.stringify(nodeargs)}`,
    PACKAGE_MANAGERS.some((name) => name === packagemanager)
      ? ""
      : `packagemanager: want ${PACKAGE_MANAGERS.join(", ")}, got ${JSON.stringify(packagemanager)}`,
  ].filter((problem) => problem !== "");
  if (problems.length > 0) {
    throw new Error(`runtime.options: ${problems.join("; ")}`);
  }
  return {
    typescript: typescript as boolean,
    tsconfig: tsconfig as string | undefined,
    nodeargs: splitWords(nodeargs as string),
    packagemanager: packagemanager as string,
  };
}

/**
 * Splits a line into words as a POSIX shell does: blanks part them, quotes and backslashes keep what they hold.
 * @throws Error for a quote that is never closed.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at);
    const next = line.charAt(at + 1);
    if (quote === "'" ? sign === "'" : quote === '"' && sign === '"') {
      quote = "";
    } else if (quote === "'") {
      word = (word ?? "") + sign;
    } else if (sign === "\\" && next !== "" && (quote === "" || '"\\$`'.includes(next))) {
      word = (word ?? "") + next;
      at += 1;
    } else if (quote === "" && (sign === "'" || sign === '"')) {
      quote = sign;
      word = word ?? "";
    } else if (quote === "" && /\s/.test(sign)) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else {
      word = (word ?? "") + sign;
    }
  }
  if (quote !== "") {
    throw new Error(`want every quote closed, got ${JSON.stringify(line)}`);
  }
  return word === undefined ? words : [...words, word];
}
