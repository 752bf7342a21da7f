import type { ExampleNode, Neighbours, Node } from "../../../aws/rules";

/** The stack of an example. */
export function stackOf(resources: readonly ExampleNode[]): Neighbours {
  const nodes = resources.map(({ type, name = "example", inputs = {} }): Node => {
    return { urn: `urn:pulumi:example::meridian::${type}::${name}`, type, name, region: "us-east-1", inputs };
  });
  const of = (...types: readonly string[]): readonly Node[] =>
    types.flatMap((type) => nodes.filter((node) => node.type === type));
  return {
    of,
    linked(node, property, ...types) {
      const names = resources[nodes.indexOf(node)]?.uses?.[property] ?? [];
      return of(...types).filter(({ name }) => names.includes(name));
    },
  };
}
