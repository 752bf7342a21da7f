/**
 * Text to data, with the line of each value. The text is a stranger's: its size, bytes, depth and aliases are bounded
 * before anything is built from it.
 */
import { isCollection, isMap, isNode, isPair, isScalar, Lexer, LineCounter, parseDocument, visit } from "yaml";
import type { Document, YAMLError } from "yaml";
import { formatPath } from "./problems";
import type { TopologyProblem } from "./problems";

/** Longest topology, bytes. The largest that makes sense (all 39 regions, all sections) is below 20 KiB. */
export const MAX_BYTES = 1024 * 1024;

/** Deepest nesting: the schema needs 5. */
const MAX_DEPTH = 24;

/** Data of a topology file, and where each part of it stands. */
export interface TopologyDocument {
  readonly value: unknown;
  /** Line of a value, from 1; that of its nearest parent when it is absent; undefined for an empty path. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
  /** Line of a key, from 1. */
  lineOfKey(path: readonly PropertyKey[]): number | undefined;
}

export type DocumentResult =
  | { readonly document: TopologyDocument; readonly problems: readonly TopologyProblem[] }
  | { readonly document?: undefined; readonly problems: readonly TopologyProblem[] };

/** Reads YAML. Keys given twice are problems beside a document; anything else that is wrong leaves none. */
export function readDocument(text: string): DocumentResult {
  const unreadable = checkText(text);
  if (unreadable !== undefined) return { problems: [unreadable] };
  const deep = nestedTooDeep(text);
  if (deep !== undefined) return { problems: [tooDeep(deep)] };
  const lines = new LineCounter();
  let parsed: Document.Parsed;
  try {
    parsed = parseDocument(text, { lineCounter: lines, uniqueKeys: false, strict: true, prettyErrors: false });
  } catch (error) {
    // The parser recurses: a thousand levels of indentation exhaust its stack.
    if (error instanceof RangeError) return { problems: [tooDeep(1)] };
    throw error;
  }
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const fault = firstFault([...parsed.errors, ...parsed.warnings]);
  if (fault !== undefined) return { problems: [describeFault(fault, lines.linePos(fault.pos[0]))] };
  const problems = [...refused(parsed, lineAt)];
  if (problems.length > 0) return { problems };
  const position = (path: readonly PropertyKey[], wanted: "key" | "value"): number | undefined => {
    const offset = offsetOf(parsed, path, wanted);
    return offset === undefined ? undefined : lineAt(offset);
  };
  const value: unknown = parsed.toJS({ maxAliasCount: 0 });
  if (value === null || value === undefined) {
    return { problems: [{ path: "", line: 1, reason: "want a topology, got an empty file (line 1, column 1)" }] };
  }
  return {
    document: { value, lineOf: (path) => position(path, "value"), lineOfKey: (path) => position(path, "key") },
    problems: findRepeats(parsed, lineAt),
  };
}

/** What can be said of the characters alone, each with its place. */
function checkText(text: string): TopologyProblem | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) {
    return tooLarge(text, bytes);
  }
  if (text.startsWith("\uFEFF")) {
    return { path: "", line: 1, reason: "want UTF-8 without a byte order mark, got one at line 1, column 1" };
  }
  // U+FFFD is what a decoder leaves for bytes that are no UTF-8.
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const strange = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFD]/.exec(text);
  if (strange !== null) {
    const line = lineOfIndex(text, strange.index);
    const column = strange.index - text.lastIndexOf("\n", strange.index - 1);
    const code = strange[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    const name = code === "FFFD" ? "a byte that is not UTF-8" : `the character U+${code}`;
    return { path: "", line, reason: `want plain text, got ${name} at line ${line}, column ${column}` };
  }
  if (text.trim() === "") {
    return { path: "", line: 1, reason: "want a topology, got an empty file (line 1, column 1)" };
  }
  return undefined;
}

/** The problem of a text, or of the beginning of one, that is longer than the limit. */
export function tooLarge(text: string, bytes: number): TopologyProblem {
  const line = lineOfIndex(text, MAX_BYTES);
  const reason = `want at most ${MAX_BYTES} bytes, got ${bytes}; the limit is passed in line ${line}`;
  return { path: "", line, reason };
}

function lineOfIndex(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

function tooDeep(line: number): TopologyProblem {
  return { path: "", line, reason: `want at most ${MAX_DEPTH} levels of nesting, got more (line ${line})` };
}

/**
 * Line in which brackets, or dashes in one line, are nested too deeply. Found by the lexer alone, in linear time: the
 * parser needs seconds for 100,000 brackets.
 */
function nestedTooDeep(text: string): number | undefined {
  let [line, brackets, dashes] = [1, 0, 0];
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") brackets += 1;
    else if (token === "]" || token === "}") brackets -= 1;
    else if (token === "-" || token === "?") dashes += 1;
    else if (token.includes("\n")) {
      line += token.split("\n").length - 1;
      dashes = 0;
    }
    if (brackets > MAX_DEPTH || dashes > MAX_DEPTH) return line;
  }
  return undefined;
}

/** The fault to tell: a tab before all, else the first one; those after it mostly follow from it. */
function firstFault(faults: readonly YAMLError[]): YAMLError | undefined {
  const sorted = [...faults].sort((left, right) => left.pos[0] - right.pos[0]);
  return sorted.find(({ code }) => code === "TAB_AS_INDENT") ?? sorted[0];
}

function describeFault(fault: YAMLError, at: { readonly line: number; readonly col: number }): TopologyProblem {
  const place = `at line ${at.line}, column ${at.col}`;
  if (fault.message.includes("call stack")) return tooDeep(at.line);
  if (fault.code === "MULTIPLE_DOCS")
    return { path: "", line: at.line, reason: `want one YAML document, got a second one ${place}` };
  return { path: "", line: at.line, reason: `want YAML, got a fault ${place}: ${fault.message}` };
}

/** Aliases (a few lines of them can stand for gigabytes), keys that are no plain words, and depth. */
function refused(parsed: Document.Parsed, lineAt: (offset: number) => number): readonly TopologyProblem[] {
  const problems: TopologyProblem[] = [];
  const report = (node: unknown, reason: (line: number) => string): void => {
    const line = lineAt(isNode(node) ? (node.range?.[0] ?? 0) : 0);
    problems.push({ path: "", line, reason: reason(line) });
  };
  visit(parsed, {
    Alias: (_key, node) => {
      report(node, (line) => `want each value written out, got the alias *${node.source} in line ${line}`);
    },
    Pair: (_key, { key }) => {
      if (isScalar(key) && typeof key.value === "string") return;
      report(key, (line) => `want a word as key, got something else in line ${line}`);
    },
    Collection: (_key, node, ancestors) => {
      if (ancestors.filter(isCollection).length < MAX_DEPTH) return undefined;
      const line = lineAt(node.range?.[0] ?? 0);
      problems.push(tooDeep(line));
      return visit.BREAK;
    },
  });
  return problems;
}

/** Keys given twice in one map, with both lines. */
function findRepeats(parsed: Document.Parsed, lineAt: (offset: number) => number): readonly TopologyProblem[] {
  const problems: TopologyProblem[] = [];
  visit(parsed, {
    Map: (_key, map, ancestors) => {
      const first = new Map<string, number>();
      for (const pair of map.items) {
        if (!isScalar(pair.key)) continue;
        const key = String(pair.key.value);
        const line = lineAt(pair.key.range?.[0] ?? 0);
        const earlier = first.get(key);
        if (earlier === undefined) {
          first.set(key, line);
          continue;
        }
        const parents = ancestors
          .filter(isPair)
          .map(({ key: parent }) => (isScalar(parent) ? String(parent.value) : ""));
        const path = formatPath([...parents, key]);
        problems.push({ path, line, reason: `want "${key}" once, got it in line ${earlier} and in line ${line}` });
      }
    },
  });
  return problems;
}

function offsetOf(parsed: Document.Parsed, path: readonly PropertyKey[], wanted: "key" | "value"): number | undefined {
  let node: unknown = parsed.contents;
  let offset: number | undefined;
  for (const [index, step] of path.entries()) {
    if (!isCollection(node)) break;
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.value === step)
      : node.items[Number(step)];
    if (pair === undefined) break;
    const key = isPair(pair) ? pair.key : pair;
    const value = isPair(pair) ? pair.value : pair;
    const last = index === path.length - 1;
    const target = (last && wanted === "key") || !isNode(value) || isCollection(value) ? key : value;
    if (isNode(target)) offset = target.range?.[0] ?? offset;
    node = value;
  }
  return offset;
}
