import { finding, refuse } from "./refuse";
import type { Scope } from "./scope";

/**
 * What AWS allows in a name: longest length in characters, and the alphabet. Each from the service's API reference
 * (CreateBucket, CreateRole, ... "Length Constraints", "Pattern").
 */
export const NAME_RULES = {
  alarm: { max: 255, alphabet: /^[\x20-\x7e]+$/ },
  api: { max: 128, alphabet: /^[\w .-]+$/ },
  athenaWorkgroup: { max: 128, alphabet: /^[a-zA-Z0-9._-]+$/ },
  autoScalingGroup: { max: 255, alphabet: /^[\x20-\x7e]+$/ },
  bucket: { max: 63, alphabet: /^[a-z0-9][a-z0-9.-]+[a-z0-9]$/ },
  cacheCluster: { max: 40, alphabet: /^[a-z](?!.*--)[a-z0-9-]*[a-z0-9]$/ },
  dashboard: { max: 255, alphabet: /^[a-zA-Z0-9_-]+$/ },
  deliveryStream: { max: 64, alphabet: /^[a-zA-Z0-9_.-]+$/ },
  eksCluster: { max: 100, alphabet: /^[0-9A-Za-z][A-Za-z0-9_-]*$/ },
  emrCluster: { max: 256, alphabet: /^[\x20-\x7e]+$/ },
  endpoint: { max: 63, alphabet: /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/ },
  function: { max: 64, alphabet: /^[a-zA-Z0-9_-]+$/ },
  glueDatabase: { max: 255, alphabet: /^[a-z0-9_]+$/ },
  keyAlias: { max: 256, alphabet: /^alias\/(?!aws\/)[a-zA-Z0-9/_-]+$/ },
  loadBalancer: { max: 32, alphabet: /^(?!internal-)[a-zA-Z0-9](-?[a-zA-Z0-9])*$/ },
  logGroup: { max: 512, alphabet: /^[.\-_/#A-Za-z0-9]+$/ },
  parameter: { max: 1011, alphabet: /^[a-zA-Z0-9_.\-/]+$/ },
  queue: { max: 80, alphabet: /^[a-zA-Z0-9_-]+(\.fifo)?$/ },
  redshift: { max: 63, alphabet: /^[a-z](-?[a-z0-9])*$/ },
  repository: { max: 256, alphabet: /^[a-z0-9]+([._/-][a-z0-9]+)*$/ },
  role: { max: 64, alphabet: /^[\w+=,.@-]+$/ },
  schedule: { max: 64, alphabet: /^[0-9a-zA-Z\-_.]+$/ },
  searchDomain: { max: 28, alphabet: /^[a-z][a-z0-9-]{2,27}$/ },
  secret: { max: 512, alphabet: /^[A-Za-z0-9/_+=.@-]+$/ },
  securityGroup: { max: 255, alphabet: /^(?!sg-)[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]+$/ },
  sparkApplication: { max: 64, alphabet: /^[A-Za-z0-9._/#-]+$/ },
  stateMachine: { max: 80, alphabet: /^[a-zA-Z0-9_-]+$/ },
  stream: { max: 128, alphabet: /^[a-zA-Z0-9_.-]+$/ },
  table: { max: 255, alphabet: /^[a-zA-Z0-9_.-]{3,}$/ },
  topic: { max: 256, alphabet: /^[a-zA-Z0-9_-]+(\.fifo)?$/ },
  webAcl: { max: 128, alphabet: /^[\w-]+$/ },
} as const satisfies Record<string, { readonly max: number; readonly alphabet: RegExp }>;

/** Kinds of names whose rules are known. */
export type NameKind = keyof typeof NAME_RULES;

/**
 * Regions' short forms, for names with little room: `ap-southeast-1` -> `apse1`. Unique over all AWS regions, since
 * only vowels and dashes of the direction words are dropped.
 */
export function shortRegion(region: string): string {
  const [area = "", ...rest] = region.split("-");
  const number = rest.at(-1) ?? "";
  const words = rest.slice(0, -1).map((word) => word.replace(/(north|south|east|west|central)/g, (d) => d.slice(0, 1)));
  return `${area}${words.join("")}${number}`;
}

/** Kinds whose limit leaves no room for the long region code. */
const SHORT_KINDS: ReadonlySet<NameKind> = new Set(["searchDomain", "loadBalancer", "cacheCluster"]);

/**
 * The name of one part, computed so that a preview of a fleet that does not exist yet is complete. Nothing is cut:
 * AWS or Pulumi would leave a stale resource behind a silently truncated name.
 *
 * `<prefix>-<environment>-<region>-<part>`; a bucket also carries the account, since its namespace is global;
 * Glue databases use `_`, log groups and parameters start with `/`. A table's name carries the residency zone instead
 * of the region: a global table has one name in all its regions.
 * @throws InputPropertiesError when the name is too long or has a character that AWS refuses.
 */
export function nameOf(scope: Scope, part: string, kind: NameKind): string {
  const name = spell(scope, part, kind);
  const rule = NAME_RULES[kind];
  const findings = [];
  if (name.length > rule.max) {
    findings.push(finding("name", `at most ${rule.max} characters for a ${kind} ("${name}")`, name.length));
  }
  if (!rule.alphabet.test(name)) findings.push(finding("name", `a ${kind} name matching ${rule.alphabet}`, name));
  refuse(`the name of ${part}`, findings);
  return name;
}

function spell(scope: Scope, part: string, kind: NameKind): string {
  const { prefix, environment, region, account, zone } = scope;
  const where = SHORT_KINDS.has(kind) ? shortRegion(region) : region;
  switch (kind) {
    case "bucket":
      return [prefix, environment, where, part, account].join("-");
    case "table":
      return [prefix, environment, zone, part].join("-");
    case "glueDatabase":
      return [prefix, environment, where, part].join("_").replaceAll("-", "_");
    case "logGroup":
    case "parameter":
      return `/${[prefix, environment, where, part].join("/")}`;
    case "keyAlias":
      return `alias/${[prefix, environment, where, part].join("-")}`;
    default:
      return [prefix, environment, where, part].join("-");
  }
}

/** A word with a capital, as part of an id such as a statement's. */
export function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
