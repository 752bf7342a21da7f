import { at, list, text } from "../../../graph";
import type { Answered, Asked, FleetGraph, GraphNode, Value } from "../../../graph";
import type { DnsRecord } from "../rules/names";
import { known } from "./answers";

const RECORD = "aws:route53/record:Record";

/** Names, certificates and what answers HTTP: found by the identifiers that the recording answered with. */
export class Web {
  readonly records: readonly DnsRecord[];
  private readonly zones: readonly string[];
  private readonly byHost = new Map<string, GraphNode>();
  private readonly byId = new Map<string, GraphNode>();
  private readonly ids = new Map<string, string>();

  constructor(graph: FleetGraph, answer: (asked: Asked) => Answered | undefined) {
    this.zones = graph.of("aws:route53/zone:Zone").flatMap(({ inputs }) => text(inputs, "name") ?? []);
    this.records = graph.of(RECORD).flatMap(recordOf);
    for (const node of graph.of(...SERVERS)) {
      const given = answer(node);
      for (const host of hostsIn(given?.outputs)) this.byHost.set(host, node);
    }
    for (const node of graph.of(...NAMED)) {
      const given = answer(node);
      const arn = given?.outputs["arn"];
      if (given?.id !== undefined) this.ids.set(node.urn, given.id);
      for (const id of [given?.id, arn]) if (typeof id === "string") this.byId.set(`${node.type} ${id}`, node);
    }
  }

  /** Whether a host lies in a zone of the fleet, so that its record must be here. */
  owns(host: string): boolean {
    return this.zones.some((zone) => host === zone || host.endsWith(`.${zone}`));
  }

  /** What answers at a host name that AWS gives. */
  serverOf(host: string): GraphNode | undefined {
    return this.byHost.get(host);
  }

  /** Id of a resource that others name. */
  idOf({ urn }: GraphNode): string | undefined {
    return this.ids.get(urn);
  }

  /** The resource of a type that an id or ARN names. */
  find(type: string, id: Value): GraphNode | undefined {
    return typeof id === "string" ? this.byId.get(`${type} ${id}`) : undefined;
  }

  /** Names of a certificate by its ARN; undefined when no stack makes it. */
  certificateNames(arn: Value): { readonly node: GraphNode; readonly names: readonly string[] } | undefined {
    const node = this.find("aws:acm/certificate:Certificate", arn);
    if (node === undefined) return undefined;
    const { inputs } = node;
    return { node, names: known([at(inputs, "domainName"), ...list(inputs, "subjectAlternativeNames")]) };
  }
}

/** Types that have a host name of AWS's. */
const SERVERS = [
  "aws:cloudfront/distribution:Distribution",
  "aws:apigatewayv2/api:Api",
  "aws:apigatewayv2/domainName:DomainName",
  "aws:lb/loadBalancer:LoadBalancer",
];

/** Types that others name by id or ARN. */
const NAMED = [
  "aws:acm/certificate:Certificate",
  "aws:apigatewayv2/api:Api",
  "aws:apigatewayv2/integration:Integration",
  "aws:apigatewayv2/vpcLink:VpcLink",
  "aws:cloudfront/vpcOrigin:VpcOrigin",
  "aws:lb/listener:Listener",
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:lb/targetGroup:TargetGroup",
  "aws:lambda/function:Function",
];

function hostsIn(outputs: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const nested = outputs["domainNameConfiguration"] as Readonly<Record<string, unknown>> | undefined;
  return [outputs["domainName"], outputs["dnsName"], outputs["apiEndpoint"], nested?.["targetDomainName"]].flatMap(
    (host) => (typeof host === "string" ? [host.replace(/^https:\/\//, "")] : []),
  );
}

function recordOf({ urn, inputs }: GraphNode): readonly DnsRecord[] {
  const name = text(inputs, "name");
  if (name === undefined) return [];
  const setIdentifier = text(inputs, "setIdentifier");
  return [
    {
      urn,
      name,
      type: text(inputs, "type") ?? "",
      values: known([...list(inputs, "records"), ...list(inputs, "aliases").map((alias) => at(alias, "name"))]),
      ...(setIdentifier === undefined ? {} : { setIdentifier }),
    },
  ];
}
