import assert from "node:assert/strict";
import { finding, refuse } from "../../../components/kit/refuse";
import { whereOf } from "../../../contracts/finding";
import { refusedIn } from "../../../fleet/graph/refusal";

function failureOf(what: string, ...paths: readonly string[]): unknown {
  try {
    refuse(
      what,
      paths.map((path) => finding(path, "at least 1", 0)),
    );
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("what components refuse", () => {
  it("is every property, with its stack and component", () => {
    assert.deepEqual(refusedIn("prod.mesh", failureOf('lake "lake"', "days", "parts[1]")), [
      { where: 'prod.mesh: lake "lake"', path: "days", want: "at least 1", got: "0" },
      { where: 'prod.mesh: lake "lake"', path: "parts[1]", want: "at least 1", got: "0" },
    ]);
  });

  it("is found among all failures of a program", () => {
    const failure = new AggregateError([new Error("follows"), failureOf("A", "x"), failureOf("B", "y")]);
    assert.deepEqual(refusedIn("s", failure).map(whereOf), ["s: A: x", "s: B: y"]);
  });

  it("is nothing where a program fails for another reason", () => {
    assert.deepEqual(refusedIn("s", new TypeError("ours")), []);
    assert.deepEqual(refusedIn("s", new AggregateError([new TypeError("ours")])), []);
  });
});
