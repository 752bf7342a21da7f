import { AwsProvider } from "../../../local/provider/aws/provider";
import type { CreateResult } from "../../../local/provider/provider";
import type { Props } from "../../../local/provider/values";

export const SEED = Buffer.from("unit");
/** An address nothing listens on: what a test makes with it is simulated. */
export const NOWHERE = "http://127.0.0.1:9";

/** A configured provider; the log goes to `lines`. */
export function provider(
  options: { endpoint?: string; lines?: string[]; tags?: Record<string, string> } = {},
): AwsProvider {
  const one = new AwsProvider(options.endpoint, (line) => options.lines?.push(line));
  one.configure({ region: "eu-west-1", defaultTags: JSON.stringify({ tags: options.tags ?? {} }) });
  return one;
}

export const urnOf = (type: string, name: string, stack = "local.eu-west-1"): string =>
  `urn:pulumi:${stack}::meridian::${type}::${name}`;

/** Checks and creates a resource of a simulated type. */
export async function create(
  one: AwsProvider,
  type: string,
  name: string,
  news: Props,
): Promise<CreateResult & { inputs: Props }> {
  const urn = urnOf(type, name);
  const { inputs } = one.check({ urn, olds: {}, news, seed: SEED });
  return { ...(await one.create({ urn, inputs, preview: false })), inputs };
}
