import assert from "node:assert/strict";
import { MAX_BYTES, readDocument } from "../../../regions/topology/document";
import { problemsOf, PROD, lineOf } from "./samples";

const reasons = (text: string): readonly string[] => readDocument(text).problems.map(({ reason }) => reason);

describe("a topology's text", () => {
  it("is refused when it is empty, in whatever way", () => {
    for (const text of ["", "   \n\n", "# only a comment\n", "~\n"]) {
      assert.deepEqual(reasons(text), ["want a topology, got an empty file (line 1, column 1)"]);
    }
  });

  it("is refused with a byte order mark", () => {
    assert.deepEqual(reasons(`\uFEFF${PROD}`), ["want UTF-8 without a byte order mark, got one at line 1, column 1"]);
  });

  it("is refused above 1 MiB, with the line in which the limit is passed, before it is parsed", () => {
    const text = "a: 1\n".repeat(300_000);
    const started = process.hrtime.bigint();
    assert.deepEqual(reasons(text), [
      `want at most ${MAX_BYTES} bytes, got 1500000; the limit is passed in line ${Math.floor(MAX_BYTES / 5) + 1}`,
    ]);
    assert.ok(process.hrtime.bigint() - started < 1_000_000_000n);
  });

  it("is refused with the place of a control character", () => {
    assert.deepEqual(reasons("cloud: aws\nsi\u0000ze: small\n"), [
      "want plain text, got the character U+0000 at line 2, column 3",
    ]);
    assert.deepEqual(reasons("\u001b[31mcloud"), ["want plain text, got the character U+001B at line 1, column 1"]);
  });

  it("is refused with the place of a tab as indentation", () => {
    assert.deepEqual(reasons("traffic:\n\tusers: 1\n"), [
      "want YAML, got a fault at line 2, column 1: Tabs are not allowed as indentation",
    ]);
  });

  it("is refused with the tab itself, not with what follows from it", () => {
    assert.deepEqual(reasons("regions:\n- a\n- b\nc: 1\n- d\n\t- e\n"), [
      "want YAML, got a fault at line 6, column 1: Tabs are not allowed as indentation",
    ]);
  });

  it("is refused with an alias, so that no few lines stand for gigabytes", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]",
      "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]",
    ].join("\n");
    assert.equal(reasons(bomb)[0], "want each value written out, got the alias *a in line 2");
  });

  it("is refused when it is nested too deeply, flow or block, even for the parser", () => {
    const deep = "want at most 24 levels of nesting, got more (line ";
    const block = Array.from({ length: 40 }, (_, depth) => `${" ".repeat(depth)}k:`).join("\n");
    for (const text of [
      "[".repeat(100_000),
      "{a: ".repeat(100_000),
      "- ".repeat(500_000),
      "? ".repeat(100_000),
      `${"[".repeat(60)}${"]".repeat(60)}`,
      block,
    ]) {
      const [reason = ""] = reasons(text);
      assert.ok(reason.startsWith(deep), reason);
    }
  });

  it("is refused with the line in which it becomes too deep", () => {
    assert.deepEqual(reasons(`a: 1\nb: ${"[\n".repeat(100_000)}`), [
      "want at most 24 levels of nesting, got more (line 26)",
    ]);
  });

  it("is refused with a second document, a tag, or a key that is no word", () => {
    assert.deepEqual(reasons("a: 1\n---\nb: 1\n"), ["want one YAML document, got a second one at line 2, column 1"]);
    assert.deepEqual(reasons("a: !!js/function x\n"), [
      "want YAML, got a fault at line 1, column 4: Unresolved tag: tag:yaml.org,2002:js/function",
    ]);
    assert.deepEqual(reasons("? [a]\n: 1\n"), ["want a word as key, got something else in line 1"]);
  });

  it("cannot reach JavaScript's own keys", () => {
    const problems = problemsOf(`__proto__: { cloud: local }\nconstructor: 1\n${PROD}`);
    assert.deepEqual(
      problems.map(({ path, line }) => [path, line]),
      [
        ["__proto__", 1],
        ["constructor", 2],
      ],
    );
    assert.equal(({} as { cloud?: unknown }).cloud, undefined);
  });

  it("gives the line of each value, and of its nearest parent when it is absent", () => {
    const { document } = readDocument(PROD);
    assert.ok(document);
    assert.equal(document.lineOf(["regions", 2, "name"]), lineOf(PROD, "eu-west-1,"));
    assert.equal(document.lineOf(["regions", 2, "cidr"]), lineOf(PROD, "eu-west-1,"));
    assert.equal(document.lineOf(["traffic", "users"]), lineOf(PROD, "users:"));
    assert.equal(document.lineOf([]), undefined);
  });
});
