import { compare, type Change } from "../diff";
import { orAbsent, ProviderError, worded } from "../failures";
import { readUrn, refuseApply } from "../guard";
import { autoName } from "../naming";
import type * as api from "../provider";
import { sdkFacts, type SdkFacts } from "../sdk";
import {
  asText,
  asTextMap,
  asTexts,
  DEFAULTS_KEY,
  isProps,
  same,
  UNKNOWN_SENTINEL,
  without,
  type Props,
  type Value,
} from "../values";
import { awsType } from "../types";
import { clientPool, type ClientPool } from "./clients";
import { readConfig, type AwsConfig } from "./config";
import { MODE_WORDS } from "./define";
import type { Compute, Emulation, Found, TypeDefinition } from "./define";
import { invoke } from "./invokes";
import { refusedByAws } from "./refusals";
import { Resource } from "./resource";

/** Version of the official plugin that it stands in for. */
const VERSION = "7.48.0";
const NO_FACTS: SdkFacts = { inputs: new Set(), required: [], outputs: [] };

/**
 * Stands in for one configured `pulumi-resource-aws`.
 * @param endpoint the emulator's, checked by `loopback`; without one it only previews
 * @param log takes one line per change made
 */
export class AwsProvider implements api.Provider {
  readonly version = VERSION;
  private config: AwsConfig = readConfig({});
  private readonly pool: ClientPool | undefined;

  constructor(
    private readonly endpoint: string | undefined,
    private readonly log: (line: string) => void,
  ) {
    this.pool = endpoint === undefined ? undefined : clientPool(endpoint);
  }

  checkConfig(news: Props): api.CheckResult {
    return { inputs: news, failures: [] };
  }

  configure(config: Props): void {
    this.config = readConfig(config);
  }

  check({ urn, olds, news, seed }: api.CheckRequest): api.CheckResult {
    const { type, name } = readUrn(urn);
    const definition = awsType(type);
    const facts = sdkFacts(type) ?? NO_FACTS;
    const inputs: Record<string, Value> = { ...news };
    const filled: string[] = [];
    const rule = definition.autoName;
    if (rule !== undefined && inputs[rule.property] === undefined && inputs[`${rule.property}Prefix`] === undefined) {
      inputs[rule.property] = olds[rule.property] ?? autoName(name, seed, rule);
      filled.push(rule.property);
    }
    for (const [key, value] of Object.entries(definition.defaults ?? {})) {
      if (inputs[key] !== undefined) continue;
      inputs[key] = value;
      filled.push(key);
    }
    const known = [...missing(definition, facts, inputs), ...unheardOf(type, facts, news)];
    // What the SDK's own types refuse, AWS would refuse once more in other words.
    const failures = known.length > 0 ? known : this.refusals(type, facts, inputs);
    return { inputs: filled.length === 0 ? inputs : { ...inputs, [DEFAULTS_KEY]: filled.sort() }, failures };
  }

  diff({ urn, oldInputs, oldOutputs, news }: api.DiffRequest): api.DiffResult {
    const { type } = readUrn(urn);
    const definition = awsType(type);
    const fixed = definition.replaceOn.includes("*") ? [...Object.keys(news), ...Object.keys(oldInputs)] : [];
    const replaceOn = [...definition.replaceOn, ...fixed.filter((key) => key !== "tags"), "region"];
    replaceOn.push(...(definition.replaceIf?.(oldInputs, news) ?? []));
    const changes: Change[] = [...compare(oldInputs, news, replaceOn)];
    const tags = this.tagsOf(news);
    if (oldOutputs["tagsAll"] !== undefined && !same(oldOutputs["tagsAll"], tags)) {
      changes.push({ path: "tagsAll", kind: "update", replace: false });
    }
    const key = definition.key ?? (definition.autoName === undefined ? [] : [definition.autoName.property]);
    const filled = asTexts(news[DEFAULTS_KEY]);
    const stays = key.length > 0 && key.every((part) => same(oldInputs[part], news[part]) && !filled.includes(part));
    return { changes, deleteBeforeReplace: stays && changes.some(({ replace }) => replace) };
  }

  async create({ urn, inputs, preview }: api.CreateRequest): Promise<api.CreateResult> {
    const { type } = readUrn(urn);
    const definition = awsType(type);
    if (preview) return { id: "", outputs: this.planned(type, definition, inputs, {}) };
    refuseApply(urn, this.endpoint);
    this.log(`create ${MODE_WORDS[definition.mode]} ${urn}`);
    return this.attempt("create", urn, async () => {
      const resource = this.resource(urn, "", inputs, {});
      const { emulation } = definition;
      if (emulation === undefined) {
        const id = definition.id?.(resource) ?? resource.hex(16);
        return { id, outputs: this.outputs(type, definition, resource.named(id), {}, undefined) };
      }
      const present = await orAbsent(emulation.find(resource));
      if (present !== undefined) this.log(`adopt ${urn}: it is there already, from a run that did not end`);
      const { id, props } = present ?? (await emulation.make(resource));
      const made = resource.named(id, present === undefined);
      await emulation.settle?.(made);
      const found = (await emulation.find(made)) ?? { id };
      return { id, outputs: this.outputs(type, definition, made, {}, { id, props: { ...props, ...found.props } }) };
    });
  }

  async update({ urn, id, inputs, preview, oldOutputs }: api.UpdateRequest): Promise<Props> {
    const { type } = readUrn(urn);
    const definition = awsType(type);
    if (preview) return this.planned(type, definition, inputs, oldOutputs);
    refuseApply(urn, this.endpoint);
    this.log(`update ${MODE_WORDS[definition.mode]} ${urn}`);
    return this.attempt("update", urn, async () => {
      const resource = this.resource(urn, id, inputs, oldOutputs);
      await definition.emulation?.settle?.(resource);
      const found = await definition.emulation?.find(resource);
      return this.outputs(type, definition, resource, oldOutputs, found);
    });
  }

  async read({ urn, id, inputs, outputs }: api.StoredRequest): Promise<api.ReadResult> {
    const { type } = readUrn(urn);
    const { emulation } = awsType(type);
    const fresh = Object.keys(outputs).length === 0;
    if (emulation === undefined) {
      if (!fresh) return { id, inputs, outputs };
      throw new ProviderError(`cannot read ${type} (${id}): it is simulated, so only a stack that made it knows it`);
    }
    return this.attempt("read", urn, async () => {
      const found = await orAbsent(emulation.find(this.resource(urn, id, { ...inputs, ...outputs }, {})));
      if (found === undefined) return { id: "", inputs: {}, outputs: {} };
      const seen = found.props ?? {};
      const known = fresh ? Object.keys(seen).filter((key) => sdkFacts(type)?.inputs.has(key)) : Object.keys(inputs);
      const now = Object.fromEntries(known.map((key) => [key, drifted(inputs[key], seen[key])]));
      return { id: found.id, inputs: now, outputs: { ...outputs, ...seen, ...without(now, DEFAULTS_KEY) } };
    });
  }

  async delete({ urn, id, outputs }: api.StoredRequest): Promise<void> {
    const { type } = readUrn(urn);
    const definition = awsType(type);
    refuseApply(urn, this.endpoint);
    this.log(`delete ${MODE_WORDS[definition.mode]} ${urn}`);
    const { emulation } = definition;
    if (emulation === undefined) return;
    await this.attempt("delete", urn, () => absentIsFine(emulation, this.resource(urn, id, outputs, outputs)));
  }

  invoke(token: string, args: Props): Promise<Props> {
    const region = asText(args["region"]) ?? this.config.place.region;
    return Promise.resolve(invoke(token, args, { ...this.config.place, region }));
  }

  close(): void {
    this.pool?.close();
  }

  private refusals(type: string, facts: SdkFacts, inputs: Props): readonly api.Failure[] {
    // A type without `tagsAll` takes no default tags: a group's tags are a list of blocks.
    const tagged = takesDefaultTags(facts) ? { ...inputs, tags: this.tagsOf(inputs) } : inputs;
    return refusedByAws(type, tagged, asText(inputs["region"]) ?? this.config.place.region);
  }

  private async attempt<T>(action: string, urn: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw worded(action, readUrn(urn).type, urn, error);
    }
  }

  private resource(urn: string, id: string, props: Props, before: Props): Resource {
    const region = asText(props["region"]) ?? this.config.place.region;
    if (region === "") throw new ProviderError(`${urn}: no region: set it on the aws.Provider or on the resource`);
    const { pool } = this;
    const clients = pool === undefined ? undefined : (where: string) => pool.in(where);
    const place = { ...this.config.place, region };
    return new Resource(urn, id, without(props, DEFAULTS_KEY), before, this.tagsOf(props), place, clients);
  }

  private tagsOf(props: Props): Record<string, string> {
    return { ...this.config.defaultTags, ...asTextMap(props["tags"]) };
  }

  /** What every resource has, whatever its type. */
  private common(type: string, inputs: Props): Props {
    const facts = sdkFacts(type) ?? NO_FACTS;
    const region = facts.inputs.has("region") ? { region: inputs["region"] ?? this.config.place.region } : {};
    return { ...region, ...(takesDefaultTags(facts) ? { tagsAll: this.tagsOf(inputs) } : {}) };
  }

  /** What a preview shows: inputs as they are, stored values that stay, and the rest unknown. */
  private planned(type: string, definition: TypeDefinition, inputs: Props, stored: Props): Props {
    const facts = sdkFacts(type) ?? NO_FACTS;
    const computed = [...new Set([...Object.keys(definition.outputs), ...facts.outputs])];
    const changing = new Set(definition.changing);
    const open = computed.map(
      (key) => [key, changing.has(key) ? UNKNOWN_SENTINEL : (stored[key] ?? UNKNOWN_SENTINEL)] as const,
    );
    const blocks = filledBlocks(definition, inputs, stored, () => UNKNOWN_SENTINEL);
    return { ...Object.fromEntries(open), ...without(inputs, DEFAULTS_KEY), ...blocks, ...this.common(type, inputs) };
  }

  private outputs(
    type: string,
    definition: TypeDefinition,
    resource: Resource,
    stored: Props,
    found: Found | undefined,
  ): Props {
    const changing = new Set(definition.changing);
    const computed: Record<string, Value> = {};
    for (const [key, compute] of Object.entries(definition.outputs)) {
      if (resource.props[key] !== undefined) continue;
      const old = changing.has(key) ? undefined : stored[key];
      computed[key] = found?.props?.[key] ?? old ?? compute(resource);
    }
    const blocks = filledBlocks(definition, resource.props, stored, (compute) => compute(resource));
    return { ...computed, ...found?.props, ...resource.props, ...blocks, ...this.common(type, resource.props) };
  }
}

/** The program's blocks to which AWS adds values: those that are stored already, else what `value` makes of them. */
function filledBlocks(
  { filled = {} }: TypeDefinition,
  inputs: Props,
  stored: Props,
  value: (compute: Compute) => Value,
): Props {
  return Object.fromEntries(
    Object.entries(filled).flatMap(([key, fields]) => {
      const [block, old] = [inputs[key], stored[key]];
      if (!isProps(block)) return [];
      const added = Object.entries(fields).map(([field, compute]) => {
        return [field, (isProps(old) ? old[field] : undefined) ?? value(compute)] as const;
      });
      return [[key, { ...Object.fromEntries(added), ...block }] as const];
    }),
  );
}

async function absentIsFine(emulation: Emulation, resource: Resource): Promise<void> {
  await orAbsent(emulation.drop(resource));
}

/** The value in the stack, unless AWS reports another one. */
function drifted(known: Value | undefined, seen: Value | undefined): Value {
  return seen === undefined || same(known, seen) ? (known ?? seen ?? null) : seen;
}

/** Whether the provider's default tags become a type's own. */
function takesDefaultTags({ inputs, outputs }: SdkFacts): boolean {
  return inputs.has("tagsAll") || outputs.includes("tagsAll");
}

function missing(definition: TypeDefinition, facts: SdkFacts, inputs: Props): api.Failure[] {
  return [...new Set([...facts.required, ...(definition.required ?? [])])]
    .filter((key) => inputs[key] === undefined)
    .map((property) => ({ property, reason: "want a value, got none" }));
}

function unheardOf(type: string, facts: SdkFacts, news: Props): api.Failure[] {
  return Object.keys(news)
    .filter((key) => key !== DEFAULTS_KEY && facts.inputs.size > 0 && !facts.inputs.has(key))
    .map((property) => ({ property, reason: `${type} has no such property` }));
}
