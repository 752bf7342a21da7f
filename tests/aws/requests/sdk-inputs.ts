import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { UNKNOWN } from "../../../aws/value";
import type { Properties, Value } from "../../../aws/value";

/** Name and type of each property of a block, by the block's name in the SDK, e.g. `s3.BucketCorsConfigurationCorsRule`. */
type Blocks = ReadonlyMap<string, readonly (readonly [string, string])[]>;

/** Blocks below this depth are left unknown: a web ACL's statements hold statements. */
const DEPTH = 6;

/**
 * What a program may set, read from the declarations of the installed SDK. Source of their form: pulumi/pulumi
 * pkg/codegen/nodejs, `genType`.
 */
export class SdkInputs {
  private readonly root = path.dirname(createRequire(__filename).resolve("@pulumi/aws/package.json"));
  private readonly blocks: Blocks = blocksOf(readFileSync(path.join(this.root, "types", "input.d.ts"), "utf8"));

  /**
   * Every property of a type at every depth: each list with one element, each value unknown.
   * @param token e.g. `aws:s3/bucket:Bucket`
   */
  of(token: string): Properties {
    const [, module = "", name = ""] = /^aws:(\w+)\/\w+:(\w+)$/.exec(token) ?? [];
    const directory = path.join(this.root, module);
    const file = readdirSync(directory).find((entry) => entry.toLowerCase() === `${name}.d.ts`.toLowerCase());
    if (file === undefined) throw new Error(`the SDK has no ${token}`);
    const [, body = ""] = readFileSync(path.join(directory, file), "utf8").split(`export interface ${name}Args {\n`);
    return this.block(propertiesIn((body.split("\n}\n", 1)[0] ?? "").split("\n")), 0);
  }

  private block(properties: readonly (readonly [string, string])[], depth: number): Properties {
    return Object.fromEntries(properties.map(([name, declared]) => [name, this.value(declared, depth)]));
  }

  private value(declared: string, depth: number): Value {
    const name = /inputs\.([\w.]+)/.exec(declared)?.[1];
    if (name === undefined)
      return declared.includes("[key: string]") || declared.endsWith("{") ? { key: UNKNOWN } : UNKNOWN;
    if (depth === DEPTH) return UNKNOWN;
    const properties = this.blocks.get(name);
    if (properties === undefined) throw new Error(`the SDK does not declare ${name}`);
    const block = this.block(properties, depth + 1);
    return declared.includes("[]") ? [block] : block;
  }
}

function blocksOf(declarations: string): Blocks {
  const blocks = new Map<string, readonly (readonly [string, string])[]>();
  let module = "";
  let inner = "";
  let open: { readonly name: string; readonly lines: string[] } | undefined;
  for (const line of declarations.split("\n")) {
    const outerName = /^export declare namespace (\w+)/.exec(line)?.[1];
    const innerName = /^ {4}namespace (\w+)/.exec(line)?.[1];
    const block = /^\s*(?:export )?interface (\w+) \{/.exec(line)?.[1];
    if (outerName !== undefined) [module, inner] = [outerName, ""];
    else if (innerName !== undefined) inner = innerName;
    else if (block !== undefined)
      open = { name: [module, inner, block].filter((part) => part !== "").join("."), lines: [] };
    else if (open !== undefined && /^\s*\}$/.test(line)) {
      blocks.set(open.name, propertiesIn(open.lines));
      open = undefined;
    } else open?.lines.push(line);
  }
  return blocks;
}

function propertiesIn(lines: readonly string[]): readonly (readonly [string, string])[] {
  return lines.flatMap((line) => {
    const [, name, declared] = /^\s+(?:readonly )?"?(\w+)"?\??: (.*)$/.exec(line) ?? [];
    return name === undefined || declared === undefined ? [] : [[name, declared] as const];
  });
}
