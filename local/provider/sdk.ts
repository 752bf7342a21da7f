import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";

/** What a resource class of an installed Pulumi SDK says about its type. */
export interface SdkFacts {
  /** Properties that a program may set. */
  readonly inputs: ReadonlySet<string>;
  /** Properties that a program must set. */
  readonly required: readonly string[];
  /** Properties that only the provider sets. */
  readonly outputs: readonly string[];
}

const cache = new Map<string, SdkFacts | undefined>();

/**
 * Reads what the installed SDK knows about a type, from the code that its generator writes for each resource (one
 * line per property), so that the provider and the programs never disagree about a property's name. Source:
 * pulumi/pulumi pkg/codegen/nodejs, `genResource`.
 * @param token e.g. `aws:kinesis/stream:Stream`
 * @returns nothing when the SDK has no such type
 */
export function sdkFacts(token: string): SdkFacts | undefined {
  if (!cache.has(token)) cache.set(token, read(token));
  return cache.get(token);
}

function read(token: string): SdkFacts | undefined {
  const [pkg = "", module = ""] = token.split(":");
  const root = path.dirname(createRequire(__filename).resolve(`@pulumi/${pkg}/package.json`));
  let code: string;
  try {
    code = readFileSync(path.join(root, `${module}.js`), "utf8");
  } catch {
    return undefined;
  }
  if (!code.includes(`__pulumiType = '${token}'`)) return undefined;
  const [, body = ""] = code.split("const args = argsOrState;");
  const found = (pattern: RegExp): string[] => [...new Set([...body.matchAll(pattern)].map((match) => match[1] ?? ""))];
  return {
    inputs: new Set(found(/resourceInputs\["(\w+)"\] = (?!undefined \/\*out\*\/)/g)),
    required: found(/Missing required property '(\w+)'/g),
    outputs: found(/resourceInputs\["(\w+)"\] = undefined \/\*out\*\//g),
  };
}
