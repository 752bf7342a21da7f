import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { validateInput } from "../../../aws/models";
import { buildRequest, propertiesOf, REQUESTS, requestFindings, requestFindingText } from "../../../aws/requests";
import { UNKNOWN } from "../../../aws/value";
import type { Properties } from "../../../aws/value";
import { buildFleetGraph } from "../../../fleet/graph";
import type { GraphNode } from "../../../fleet/graph";
import { typeTable } from "../../../local/provider";
import { DOCS_FOLDER, formattedPages } from "../../../local/provider/docs";
import { sdkFacts } from "../../../local/provider/sdk";
import { findTopology, loadTopology } from "../../../regions/topology/load";
import { models } from "../published";
import { faultsOf } from "./faults";
import type { Fault } from "./faults";

/** Every property that a program may set, none of them known. */
function allUnknown(type: string): Properties {
  return Object.fromEntries([...(sdkFacts(type)?.inputs ?? [])].map((property) => [property, UNKNOWN]));
}

describe("the requests that a resource stands for", () => {
  const nodes: GraphNode[] = [];
  before(async function () {
    for (const environment of ["local", "dev", "prod"]) {
      const graph = await buildFleetGraph(loadTopology(findTopology(environment)));
      nodes.push(...graph.nodes.filter(({ type }) => type.startsWith("aws:")));
    }
  });

  it("are described for every type that a stack uses or the local cloud carries", () => {
    const used = new Set([...nodes.map(({ type }) => type), ...typeTable().map(({ type }) => type)]);
    assert.deepEqual(
      [...used].filter((type) => !REQUESTS.has(type)),
      [],
    );
    assert.deepEqual(
      [...REQUESTS.keys()].filter((type) => sdkFacts(type) === undefined),
      [],
    );
  });

  it("are those of the pages in docs, each with its mode and source", async () => {
    const pages = await formattedPages();
    assert.deepEqual(readdirSync(DOCS_FOLDER).sort(), [...pages.keys()].sort());
    for (const [name, page] of pages) assert.equal(readFileSync(join(DOCS_FOLDER, name), "utf8"), page, name);
  });

  it("carry every property of the SDK, or say why none does", () => {
    const lost = [...REQUESTS].flatMap(([type, described]) =>
      described.requests.flatMap((spec) => {
        const properties = propertiesOf(spec, described, allUnknown(type));
        const { homeless } = buildRequest(models.service(spec.service), spec, properties);
        return homeless.map((property) => `${type} ${spec.operation} ${property}`);
      }),
    );
    assert.deepEqual(lost, []);
  });

  it("name only properties of the SDK, members of the operation, and each reason once", () => {
    for (const [type, { requests, notSent }] of REQUESTS) {
      const known = sdkFacts(type)?.inputs ?? new Set<string>();
      for (const path of Object.keys(notSent)) assert.ok(known.has(topOf(path)), `${type} has no ${path}`);
      for (const { service, operation, members, when, unless, adds } of requests) {
        const model = models.service(service);
        const refused = validateInput(model, operation, adds).filter(({ kind }) => kind === "unknown");
        assert.deepEqual(refused, [], `${type} ${operation} adds`);
        const named = Object.keys(members).filter((path) => !path.startsWith("*."));
        for (const property of [...named, ...when, ...unless].map(topOf))
          assert.ok(known.has(property), `${type} ${operation}: no property ${property}`);
      }
    }
  });

  it("are complete when every property is unknown: nothing is refused for what only AWS knows", () => {
    for (const type of REQUESTS.keys()) {
      const refused = requestFindings(models, type, allUnknown(type)).filter(({ kind }) => kind !== "union");
      assert.deepEqual(refused.map(requestFindingText), [], type);
    }
  });

  it("are taken by AWS's models for every resource of local, dev and prod", () => {
    const refused = nodes.flatMap(({ type, name, stack, inputs }) =>
      requestFindings(models, type, inputs).map(
        (found) => `${stack} ${name} ${found.path}: ${requestFindingText(found)}`,
      ),
    );
    assert.deepEqual(refused, []);
  });

  describe("with a value that the model forbids", () => {
    /** By type: faults of the largest real resource, and of one whose every property is unknown. */
    const faults = new Map<string, readonly Fault[]>();
    before(() => {
      for (const type of REQUESTS.keys()) {
        const real = nodes
          .filter((node) => node.type === type)
          .sort((a, b) => Object.keys(b.inputs).length - Object.keys(a.inputs).length)
          .slice(0, 3);
        faults.set(
          type,
          [...real.map(({ inputs }) => inputs), allUnknown(type)].flatMap((inputs) => faultsOf(models, type, inputs)),
        );
      }
    });

    it("are refused, each by property and kind of constraint", () => {
      const missed = [...faults.values()].flat().filter((fault) => !isRefused(fault));
      assert.deepEqual(
        missed.map(({ type, kind, property, member }) => `${type} ${kind} ${property} ${member}`),
        [],
      );
    });

    it("are refused in 200 seeded cases over all types", () => {
      const seeded = pick([...faults.values()], 200);
      assert.equal(seeded.length, 200);
      assert.deepEqual(
        seeded.filter((fault) => !isRefused(fault)),
        [],
      );
      assert.deepEqual([...new Set(seeded.map(({ kind }) => kind))].sort(), [
        "enum",
        "length",
        "pattern",
        "range",
        "required",
      ]);
    });
  });
});

/** The property that a path or a condition is about, e.g. `type` of `type=ingress`. */
function topOf(path: string): string {
  return path.split(/[.=]/, 1)[0] ?? "";
}

function isRefused({ type, inputs, kind, request, member, property }: Fault): boolean {
  return requestFindings(models, type, inputs).some(
    (found) =>
      found.kind === kind &&
      found.request === request &&
      found.member === member &&
      (kind === "required" || found.path === property),
  );
}

/** A fixed choice: round after round one fault of each type, by a linear congruential sequence. */
function pick(byType: readonly (readonly Fault[])[], count: number): readonly Fault[] {
  const left = byType.map((faults) => [...faults]);
  const picked: Fault[] = [];
  let state = 20_261_121;
  while (picked.length < count && left.some(({ length }) => length > 0)) {
    for (const faults of left) {
      if (faults.length === 0 || picked.length === count) continue;
      // Source of the constants: Numerical Recipes, "quick and dirty" generators.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      picked.push(...faults.splice(state % faults.length, 1));
    }
  }
  return picked;
}
