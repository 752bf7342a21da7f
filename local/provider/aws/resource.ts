import { digest, uuidOf } from "../identity";
import { ProviderError } from "../failures";
import { asList, asText, asTextMap, asTexts, isProps, without, type Props, type Value } from "../values";
import type { Clients } from "./clients";

/** Where a provider works. */
export interface AwsLocation {
  readonly region: string;
  readonly account: string;
  readonly partition: string;
}

/** One resource as a service file sees it: its properties, its place, and AWS. */
export class Resource {
  constructor(
    readonly urn: string,
    /** AWS's id; empty before a resource is made. */
    readonly id: string,
    /** Inputs while creating and updating; all stored properties while reading and deleting. */
    readonly props: Props,
    /** Stored properties of before an update; empty otherwise. */
    readonly before: Props,
    /** Tags, the provider's default ones included. */
    readonly tags: Readonly<Record<string, string>>,
    readonly place: AwsLocation,
    private readonly pool: ((region: string) => Clients) | undefined,
    /** Whether `make` has just made it from the inputs, so that nothing needs to be put right. */
    readonly fresh = false,
  ) {}

  /** The same resource once its id is known. */
  named(id: string, fresh = false): Resource {
    return new Resource(this.urn, id, this.props, this.before, this.tags, this.place, this.pool, fresh);
  }

  /** AWS in the resource's region, or in another. */
  aws(region = this.place.region): Clients {
    if (this.pool === undefined) throw new ProviderError("no local cloud: AWS_ENDPOINT_URL is not set");
    return this.pool(region);
  }

  /** A text property; an error when it is not set. */
  text(key: string): string {
    const value = asText(this.props[key]);
    if (value === undefined) throw new ProviderError(`${this.urn}: ${key}: want a value, got none`);
    return value;
  }

  maybeText(key: string): string | undefined {
    return asText(this.props[key]);
  }

  number(key: string): number | undefined {
    const value = this.props[key];
    if (typeof value === "string" && value !== "" && Number.isFinite(Number(value))) return Number(value);
    return typeof value === "number" ? value : undefined;
  }

  flag(key: string): boolean | undefined {
    const value = this.props[key];
    return typeof value === "boolean" ? value : typeof value === "string" ? value === "true" : undefined;
  }

  /** A block; empty when it is not set. */
  block(key: string): Props {
    const value = this.props[key];
    if (isProps(value)) return value;
    return asList(value)[0] ?? {};
  }

  /** Whether a property is set. */
  has(key: string): boolean {
    return this.props[key] !== undefined;
  }

  list(key: string): readonly Props[] {
    return asList(this.props[key]);
  }

  texts(key: string): string[] {
    return asTexts(this.props[key]);
  }

  map(key: string): Record<string, string> {
    return asTextMap(this.props[key]);
  }

  /** Whether an update changes a property. */
  changes(key: string): boolean {
    return JSON.stringify(this.props[key] ?? null) !== JSON.stringify(this.before[key] ?? null);
  }

  /** An ARN in the resource's place. */
  arn(
    service: string,
    resource: string,
    options: { readonly region?: string; readonly account?: string } = {},
  ): string {
    const { partition, region, account } = this.place;
    return `arn:${partition}:${service}:${options.region ?? region}:${options.account ?? account}:${resource}`;
  }

  /** Hex digits that are equal for equal URN and inputs; another `salt`, other digits. */
  hex(length: number, salt = ""): string {
    return digest(this.urn, this.seedProps(), salt).slice(0, length);
  }

  uuid(salt = ""): string {
    return uuidOf(this.urn, this.seedProps(), salt);
  }

  private seedProps(): Value {
    return without(this.props, "tags", "tagsAll");
  }
}
