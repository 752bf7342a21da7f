import type { Topology } from "../../../regions/topology/model";
import { stackOfUrn } from "../../graph";
import type { FleetGraph } from "../../graph";
import type { Finding, Judge } from "../finding";
import { Fleet } from "./follow";
import { RULES } from "./path";
import type { Gap, Path } from "./path";
import { sourceOf } from "./source";
import { standingOf } from "./standing";

/** The findings of a fleet: one for each thing that is missing, however many links need it. */
export function reachFindings(graph: FleetGraph, topology: Pick<Topology, "account" | "home">): readonly Finding[] {
  const broken = [...new Fleet(graph, topology).paths()].flatMap((path) =>
    path.gap === undefined ? [] : [{ path, gap: path.gap }],
  );
  const same = Map.groupBy(broken, ({ gap: { rule, urn, property } }) => [rule, urn, property].join(" "));
  return [...same.values()].flatMap((all) => {
    const [first] = all;
    return first === undefined
      ? []
      : [
          findingOf(
            graph,
            first.gap,
            all.map(({ path }) => path),
          ),
        ];
  });
}

function findingOf(graph: FleetGraph, gap: Gap, paths: readonly Path[]): Finding {
  const { rule, urn, property, want, got, source, unjudged = false } = gap;
  const links = [...new Set(paths.map(({ link }) => link))];
  const reasons = links.map((link) => standingOf(rule, link)?.reason);
  const known = reasons.every((reason) => reason !== undefined);
  const [first] = paths;
  const where = sourceOf(graph, urn);
  return {
    id: rule,
    rule,
    title: RULES[rule],
    severity: "high",
    level: unjudged || known ? "advisory" : "mandatory",
    stack: stackOfUrn(urn),
    urn,
    property,
    message: [
      `${links.join(", ")}: want ${want}, got ${got}`,
      `path: ${first === undefined ? "" : pathText(first)}`,
      ...(paths.length > 1 ? [`and ${paths.length - 1} more that end here`] : []),
      ...(where === "" ? [] : [`fix: ${where}`]),
      ...(known ? [`advisory, since ${[...new Set(reasons)].join("; ")}`] : []),
      source,
    ].join("; "),
  };
}

/** From the client over each hop to the server, or to where it ends. */
export function pathText({ from, to, hops, gap }: Path): string {
  return [from, ...hops.map(({ what }) => what), ...(gap === undefined ? [to] : [`(nothing) ${to}`])].join(" -> ");
}

/** The judge of reach. Its graph has names and networks, unlike the one that other judges see, so it is recorded apart. */
export function reachJudge(identified: FleetGraph): Judge {
  return { rules: Object.keys(RULES).length, judge: ({ topology }) => reachFindings(identified, topology) };
}
