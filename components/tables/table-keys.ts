import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { wantDistinct, wantMatch } from "../kit/want";

export interface TableKeysArgs {
  /** Scope of the foundation; the regions are those below. */
  readonly scope: Scope;
  /** All regions with a copy of any table. */
  readonly regions: readonly string[];
  /** Policy of the key of a region: see keyPolicy() of the keys room. */
  readonly policyFor: (scope: Scope) => string;
}

/** Findings about the arguments, by path. */
export function checkTableKeys({ regions }: TableKeysArgs): Finding[] {
  return [
    ...wantDistinct("regions", regions, "regions"),
    ...regions.flatMap((region, index) =>
      wantMatch(`regions[${index}]`, region, /^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as eu-west-1"),
    ),
  ];
}

/** The alias of the tables' key in a region: how a region's roles name a key that another stack made. */
export function tableKeyAlias(scope: Scope, region: string = scope.region): string {
  return nameOf({ ...scope, region }, "tables", "keyAlias");
}

/**
 * The keys of the global tables: one in each region, made where the tables are owned, since a replica takes only a key
 * of its own region and needs it before it exists. They are separate keys, not one multi-region key: a region's copy
 * can be made unreadable alone.
 */
export class TableKeys extends pulumi.ComponentResource {
  /** ARN of the key, by region. */
  readonly arns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: TableKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`table keys "${name}"`, checkTableKeys(args));
    super("meridian:tables:TableKeys", name, {}, opts);
    this.arns = Object.fromEntries(args.regions.map((region) => [region, this.createKey(name, args, region)]));
    this.registerOutputs({ arns: this.arns });
  }

  private createKey(name: string, { scope, policyFor }: TableKeysArgs, region: string): pulumi.Output<string> {
    const there = { ...scope, region };
    const key = new aws.kms.Key(
      `${name}-${region}`,
      {
        region,
        description: `Global tables of ${scope.prefix}-${scope.environment} in ${region}`,
        enableKeyRotation: true,
        rotationPeriodInDays: 365,
        deletionWindowInDays: 30,
        policy: policyFor(there),
        tags: dataTags("behaviour"),
      },
      { parent: this, ...keepData(scope) },
    );
    new aws.kms.Alias(
      `${name}-${region}`,
      { region, name: tableKeyAlias(scope, region), targetKeyId: key.keyId },
      { parent: this },
    );
    return key.arn;
  }
}
