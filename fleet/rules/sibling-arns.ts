import { texts } from "../graph";
import { regionOfArn, regionOfBucket } from "./places";
import type { FleetRule } from "./rule";

const ARN = /arn:[\w-]+:[\w-]*:[\w-]*:[^\s"',]*/g;

/** Z3. */
export const siblingArns: FleetRule = {
  id: "Z3",
  name: "fleet-sibling-arns",
  title: "No region's stack holds an ARN of a sibling region",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "A region that names a resource of another one needs it: when that region is lost, so is this one, or it cannot be changed.",
  fix: "Use the region's own resource; what joins regions belongs to the mesh stack",
  unknowns:
    "An ARN that only AWS knows comes from the stack's own resources: a stack reads of others only what is agreed in contracts/outputs.",
  check(fleet, judge) {
    const { graph } = fleet;
    const members = new Set<string>(graph.regions.flatMap(({ name }) => (name.kind === "region" ? [name.region] : [])));
    for (const stack of graph.regions) {
      if (stack.name.kind !== "region") continue;
      const own: string = stack.name.region;
      for (const node of stack.nodes) {
        for (const { path, text } of texts(node.inputs)) {
          const strange = (text.match(ARN) ?? [])
            .map((arn) => regionOfArn(arn) ?? regionOfBucket(fleet, arn))
            .find((r) => r !== undefined && r !== own && members.has(r));
          if (strange !== undefined) judge.against(node, path, `ARNs of ${own} only`, `one of ${strange}`);
        }
      }
    }
  },
};
