import { text } from "../graph";
import type { FleetRule } from "./rule";

/** P3. */
export const apiDomains: FleetRule = {
  id: "P3",
  name: "fleet-api-domains",
  title: "Every region answers by the shared name and by a name of its own",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "Route 53 can send callers only to a region that has the shared name's certificate and domain; a health check needs the region's own name.",
  fix: "Give each region's stack an edge (components/edge/region.ts), and the mesh a record for it",
  check({ graph, topology }, judge) {
    const mesh = `${topology.environment}.mesh`;
    for (const zone of topology.residency) {
      for (const region of zone.regions) {
        const stack = graph.region(region);
        if (stack === undefined) continue;
        const names = stack
          .of("aws:apigatewayv2/domainName:DomainName")
          .map(({ inputs }) => text(inputs, "domainName") ?? "");
        const mapped = stack
          .of("aws:apigatewayv2/apiMapping:ApiMapping")
          .map(({ inputs }) => text(inputs, "domainName") ?? "");
        const own = names.filter((name) => name.includes(`.${region}.`));
        const shared = names.filter((name) => !name.includes(`.${region}.`));
        if (own.length === 0) judge.missing(stack.stack, "domainName", `a domain of ${region}'s own`);
        if (shared.length === 0)
          judge.missing(stack.stack, "domainName", "the domain that all regions of the zone share");
        for (const name of names) if (!mapped.includes(name)) judge.missing(stack.stack, name, "a mapping to the API");
        const records = graph
          .of("aws:route53/record:Record")
          .filter(({ inputs }) => text(inputs, "setIdentifier") === region)
          .map(({ inputs }) => text(inputs, "name") ?? "");
        // What Route 53 may answer with this region, this region must serve.
        for (const name of new Set(records))
          if (!names.includes(name)) judge.missing(stack.stack, "domainName", `a domain for ${name}`);
        for (const name of shared) if (!records.includes(name)) judge.missing(mesh, name, `a record for ${region}`);
      }
    }
  },
};
