/**
 * `fits`: within the default, or within what the account was found to have. `granted`: more than the default, and the
 * topology says that AWS has granted it. `request`: to be requested first. `over`: AWS does not raise it.
 */
export type QuotaStatus = "fits" | "granted" | "request" | "over";

/** What a plan needs of one quota in one place. */
export interface QuotaRow {
  /** Id in aws/quotas. */
  readonly id: string;
  /** Empty for a quota of the whole account. */
  readonly region: string;
  readonly service: string;
  /** Undefined where none is known. */
  readonly code?: string;
  readonly name: string;
  /** The table, zone or type that needs most, where each has the quota for itself. */
  readonly of?: string;
  readonly unit: string;
  readonly need: number;
  /** The need is at least that: part of it only AWS knows. */
  readonly atLeast: boolean;
  readonly limit: number;
  /** Where the limit is from. */
  readonly from: "account" | "topology" | "default";
  /** What an account has without asking. */
  readonly byDefault: number;
  readonly status: QuotaStatus;
  /** The command that asks for it, or that finds the code to ask with. */
  readonly request?: string;
}

/** An instance type that the plan uses in a region. */
export interface InstanceRow {
  readonly region: string;
  /** Service by whose list it is offered, e.g. `ec2`. */
  readonly service: string;
  readonly type: string;
  /** Whether the region's list has it; undefined when the catalogue has no list. */
  readonly offered?: boolean;
  /** Zones of the plan in which it may be used. */
  readonly zones: readonly string[];
  /** Of these, the zones that do not offer it; only the account knows. */
  readonly missing?: readonly string[];
  /** Types that the region has instead. */
  readonly instead: readonly string[];
  /** The command that tells which zones offer it. */
  readonly command?: string;
}

/** Addresses of one subnet. */
export interface SubnetRow {
  readonly region: string;
  readonly zone: string;
  readonly tier: string;
  readonly cidr: string;
  /** Addresses that AWS leaves to use. */
  readonly usable: number;
  /** Most that may be taken, as if this zone had to carry everything alone. */
  readonly need: number;
  readonly fits: boolean;
  /** Who takes them, most first. */
  readonly by: readonly { readonly resource: string; readonly addresses: number }[];
}

/** The longest name of a type. */
export interface NameRow {
  readonly type: string;
  readonly property: string;
  readonly name: string;
  readonly length: number;
  readonly max: number;
  readonly fits: boolean;
}

/** A service-linked role that the plan needs. */
export interface RoleRow {
  readonly service: string;
  readonly role: string;
  /** `plan`: a stack makes it; `first use`: AWS does with the first resource; `you`: it must exist before. */
  readonly madeBy: "plan" | "first use" | "you";
  /** Whether the account has it; undefined when the account was not asked. */
  readonly exists?: boolean;
  readonly command: string;
}

/** A region that an account must enable before it can use it. */
export interface OptInRow {
  readonly region: string;
  /** Whether the account has; undefined when the account was not asked. */
  readonly enabled?: boolean;
  readonly command: string;
}

/** What must hold in an AWS account before a topology can be applied to it. */
export interface Preflight {
  readonly environment: string;
  readonly account: string;
  /** Whether the account was asked, or defaults and grants were taken. */
  readonly asked: boolean;
  /** When the defaults were read. */
  readonly read: string;
  readonly quotas: readonly QuotaRow[];
  readonly instances: readonly InstanceRow[];
  readonly subnets: readonly SubnetRow[];
  readonly names: readonly NameRow[];
  readonly roles: readonly RoleRow[];
  readonly optIn: readonly OptInRow[];
  /** Commands to run first. */
  readonly requests: readonly string[];
  /** Nothing is to be requested, enabled or changed first. */
  readonly passed: boolean;
}
