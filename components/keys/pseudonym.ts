import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { wantDistinct } from "../kit/want";
import { KeyRef } from "../parts/refs/key";
import { DELETION_WINDOW_DAYS } from "./keys";
import { macKeyPolicy } from "./policy";

export interface PseudonymKeyArgs {
  /** Scope of the residency zone: `region` is its primary region. */
  readonly scope: Scope;
  /** The zone's other regions. The key never leaves the zone. */
  readonly replicaRegions: readonly string[];
}

/** Findings about the arguments, by path. */
export function checkPseudonymKey({ scope, replicaRegions }: PseudonymKeyArgs): Finding[] {
  const findings = wantDistinct("replicaRegions", replicaRegions, "replica regions", 0);
  const index = replicaRegions.indexOf(scope.region);
  if (index >= 0) findings.push(finding(`replicaRegions[${index}]`, "a region other than the primary", scope.region));
  return findings;
}

/** The alias under which a region finds its zone's pseudonym key; equal rules in the foundation and in the region. */
export function pseudonymKeyAlias(scope: Scope, region: string = scope.region): string {
  return nameOf({ ...scope, region }, "pseudonym", "keyAlias");
}

/** The zone's pseudonym key in a region, for programs of that region. */
export function pseudonymKeyRef(scope: Scope): KeyRef {
  return KeyRef.byAlias(scope, pseudonymKeyAlias(scope));
}

/**
 * The key of a residency zone's pseudonyms: one multi-region HMAC key, so that all the zone's regions give a user the
 * same pseudonym, and no other zone can. The material never leaves KMS; each region derives the zone's salt by
 * GenerateMac.
 *
 * It has no rotation: HMAC keys cannot rotate (KMS developer guide, "Rotate AWS KMS keys"), and new material would give
 * every user a new pseudonym.
 */
export class PseudonymKey extends pulumi.ComponentResource {
  readonly primaryArn: pulumi.Output<string>;
  /** Alias by region. */
  readonly aliases: Readonly<Record<string, string>>;

  constructor(name: string, args: PseudonymKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`pseudonym key "${name}"`, checkPseudonymKey(args));
    super("meridian:keys:PseudonymKey", name, {}, opts);
    const primary = this.createPrimary(name, args.scope);
    for (const region of [...args.replicaRegions].sort()) this.createReplica(name, args.scope, primary, region);
    this.primaryArn = primary.arn;
    this.aliases = Object.fromEntries(
      [args.scope.region, ...args.replicaRegions]
        .sort()
        .map((region) => [region, pseudonymKeyAlias(args.scope, region)]),
    );
    this.registerOutputs({ primaryArn: this.primaryArn, aliases: this.aliases });
  }

  private createPrimary(name: string, scope: Scope): aws.kms.Key {
    const key = new aws.kms.Key(
      name,
      {
        region: scope.region,
        description: `Pseudonyms of zone ${scope.zone} of ${scope.prefix}-${scope.environment}`,
        customerMasterKeySpec: "HMAC_256",
        keyUsage: "GENERATE_VERIFY_MAC",
        multiRegion: true,
        deletionWindowInDays: DELETION_WINDOW_DAYS,
        policy: macKeyPolicy(scope),
        tags: dataTags("identifier"),
      },
      { parent: this, ...keepData(scope) },
    );
    this.createAlias(name, scope, scope.region, key.keyId);
    return key;
  }

  private createReplica(name: string, scope: Scope, primary: aws.kms.Key, region: string): void {
    const key = new aws.kms.ReplicaKey(
      `${name}-${region}`,
      {
        region,
        primaryKeyArn: primary.arn,
        description: `Pseudonyms of zone ${scope.zone} of ${scope.prefix}-${scope.environment}, replica`,
        deletionWindowInDays: DELETION_WINDOW_DAYS,
        policy: macKeyPolicy(scope),
        tags: dataTags("identifier"),
      },
      { parent: this, ...keepData(scope) },
    );
    this.createAlias(name, scope, region, key.keyId);
  }

  private createAlias(name: string, scope: Scope, region: string, keyId: pulumi.Output<string>): void {
    new aws.kms.Alias(
      `${name}-${region}`,
      { region, name: pseudonymKeyAlias(scope, region), targetKeyId: keyId },
      { parent: this },
    );
  }
}
