import type { AccountId, Cidr, EnvironmentName, Partition, RegionName, ZoneName } from "../names";
import type { TrafficProfile } from "../traffic";
import type { Parts } from "./sections";
import type { IdentityPlan } from "./sections/identity";
import type { FleetSize } from "./sections/kit";
import type { QuotasPlan } from "./sections/quotas";
import type { ShadowPreference, VariantPreference } from "./sections/serving";

export type { FleetSize } from "./sections/kit";

/** Where the stacks are applied: real AWS, or the local cloud on loopback. */
export type Cloud = "aws" | "local";

/** `primary`: runs its zone's daily training and owns its tables; one a zone. `replica`: serves, and stands ready. */
export type RegionRole = "primary" | "replica";

/** What a region has of each preference list of instance types, in the list's order. */
export interface RegionTypes {
  /** Kubernetes nodes. As every pool: two types or more, of one architecture. */
  readonly nodes: readonly string[];
  readonly intake: readonly string[];
  readonly training: readonly string[];
  readonly etl: readonly string[];
  /** Dedicated masters of the search domain. */
  readonly searchMaster: string;
  /** The one type of each variant and of the shadow, by its name. */
  readonly variants: Readonly<Record<string, string>>;
}

export interface RegionPlan {
  readonly name: RegionName;
  readonly role: RegionRole;
  readonly zone: ZoneName;
  readonly partition: Partition;
  /** The region's block; disjoint from all others. Given in the topology, or computed (see ../addresses.ts). */
  readonly cidr: Cidr;
  /** Availability zones used, e.g. `us-east-1a`. */
  readonly availabilityZones: readonly string[];
  /** Part of the fleet's traffic in normal times, 0..1; all shares add up to 1. */
  readonly share: number;
  /** What this region must carry when its largest peer in the zone is lost, 0..1: `share` plus its part of the peer's. */
  readonly failoverShare: number;
  /** The region's own choice of the instance types; everything that depends on a type reads it here. */
  readonly types: RegionTypes;
}

/** One arm of the A/B split in one region (see `variantsIn`). */
export interface VariantPlan extends Omit<VariantPreference, "instanceTypes"> {
  readonly instanceType: string;
}

/** The candidate in one region (see `shadowIn`). */
export interface ShadowPlan extends Omit<ShadowPreference, "instanceTypes"> {
  readonly instanceType: string;
}

export interface Residency {
  readonly zone: ZoneName;
  /** `eu`: every region must lie in the European Union. `none`: no legal bound, still kept together. */
  readonly law: "eu" | "none";
  readonly primary: RegionName;
  /** The first other region in the topology's order: it takes the primary's copies. Absent where there is no other. */
  readonly standby?: RegionName;
  /** Sorted by name. */
  readonly regions: readonly RegionName[];
}

/** A checked topology: every value is valid and every default filled in. Made by `loadTopology` only. */
export interface Topology extends Parts {
  readonly environment: EnvironmentName;
  readonly cloud: Cloud;
  /** First part of every name, e.g. `meridian`. */
  readonly prefix: string;
  readonly account: AccountId;
  readonly size: FleetSize;
  /** The first of two keys: data of this environment may be deleted with it (the other is `meridian destroy --delete-data`). */
  readonly disposable: boolean;
  readonly failover: boolean;
  /** Services whose service-linked roles the foundation makes; none of them may stand in the account yet. */
  readonly serviceLinkedRoles: readonly string[];
  readonly domain: string;
  /** Where alarms and budget notices go. */
  readonly ownerEmail: string;
  readonly monthlyBudgetUsdPerRegion: number;
  /** Region of the foundation and mesh stacks and of tables that hold no personal data. */
  readonly home: RegionName;
  /** Sorted by name. */
  readonly regions: readonly RegionPlan[];
  readonly residency: readonly Residency[];
  readonly traffic: TrafficProfile;
  readonly identity: IdentityPlan;
  readonly quotas: QuotasPlan;
}
