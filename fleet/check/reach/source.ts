import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { FleetGraph } from "../../graph";

const ROOT = join(__dirname, "..", "..", "..");

interface Source {
  readonly file: string;
  readonly lines: readonly string[];
}

const rooms = new Map<string, readonly Source[]>();

/** Files of a room of components, or of the stacks; read once. */
function filesOf(folder: string): readonly Source[] {
  const known = rooms.get(folder);
  if (known !== undefined) return known;
  const read = readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map(({ name }) => {
      const file = join(ROOT, folder, name);
      return { file: relative(ROOT, file), lines: readFileSync(file, "utf8").split("\n") };
    });
  rooms.set(folder, read);
  return read;
}

/**
 * File and line that make a resource: `new aws.ec2.SecurityGroup(` in the room of the component around it, else in the
 * shared parts, else where the component itself is defined. Empty for a URN that no room has.
 * @example sourceOf(graph, "urn:pulumi:dev.mesh::meridian::meridian:edge:GlobalEdge$aws:route53/healthCheck:HealthCheck::edge-us-us-east-1")
 */
export function sourceOf(graph: FleetGraph, urn: string): string {
  const node = graph.get(urn);
  if (node === undefined) return "";
  const [provider = "", module = "", kind = ""] = node.type.split(":");
  const space = (module.split("/")[0] ?? "").replaceAll(".k8s.io", "");
  const constructed =
    provider === "kubernetes"
      ? [`k8s.${space}.${module.split("/")[1] ?? ""}.${kind}(`]
      : [`${provider}.${space}.${kind}(`];
  const component = graph.get(node.parent);
  const room = roomOf(component?.type ?? "");
  const folders = room === "" ? ["components/parts"] : [room, "components/parts"];
  for (const folder of folders) {
    for (const { file, lines } of filesOf(folder)) {
      const index = lines.findIndex((line) => constructed.some((call) => line.includes(`new ${call}`)));
      if (index >= 0) return `${file}:${index + 1}`;
    }
  }
  for (const { file, lines } of room === "" ? [] : filesOf(room)) {
    const index = lines.findIndex((line) => line.includes(`"${component?.type ?? ""}"`));
    if (index >= 0) return `${file}:${index + 1}`;
  }
  return "";
}

/** `meridian:edge:GlobalEdge` -> `components/edge`. */
function roomOf(type: string): string {
  const [owner = "", room = ""] = type.split(":");
  return owner === "meridian" && room !== "" ? `components/${room}` : "";
}
