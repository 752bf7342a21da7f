/** A record of a public zone. */
export interface DnsRecord {
  readonly urn: string;
  readonly name: string;
  readonly type: string;
  /** Host names or addresses that it answers with; of an alias, the one it stands for. */
  readonly values: readonly string[];
  /** Of several records of one name: the one that is chosen by latency, weight or failover. */
  readonly setIdentifier?: string;
}

/** What a name resolves to: the last names or addresses, each with the records on the way. */
export interface Resolved {
  readonly host: string;
  readonly by: readonly DnsRecord[];
}

/** CNAMEs that a resolver follows before it gives up; BIND's and Unbound's limits are near it. */
const LONGEST_CHAIN = 8;

/**
 * All that a name may resolve to, record by record: an answer by latency or weight may be any of the set. An address of
 * IPv4 must be among them, since not every client has IPv6; else the name that lacks one is missing.
 * @param owns whether a name lies in a zone of the records, so that it must have one here.
 */
export function resolve(
  records: readonly DnsRecord[],
  host: string,
  owns: (host: string) => boolean = () => false,
  by: readonly DnsRecord[] = [],
): { readonly found: readonly Resolved[] } | { readonly missing: string; readonly by: readonly DnsRecord[] } {
  if (by.length > LONGEST_CHAIN) return { missing: `an end of the chain of ${by[0]?.name ?? host}`, by };
  const own = recordsOf(records, host);
  if (own.every(({ type }) => type === "AAAA")) return { missing: host, by };
  const found: Resolved[] = [];
  for (const record of own) {
    for (const value of record.values) {
      const way = [...by, record];
      const inZone = record.type === "CNAME" && (owns(value) || recordsOf(records, value).length > 0);
      if (!inZone) {
        found.push({ host: value, by: way });
        continue;
      }
      const next = resolve(records, value, owns, way);
      if ("missing" in next) return next;
      found.push(...next.found);
    }
  }
  return found.length === 0 ? { missing: host, by } : { found };
}

/**
 * Records of a name that an address comes of: its own, else those of the wildcard that stands in for all names that have
 * none. docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
export function recordsOf(records: readonly DnsRecord[], host: string): readonly DnsRecord[] {
  const named = (name: string): readonly DnsRecord[] =>
    records.filter((record) => sameName(record.name, name) && ["A", "AAAA", "CNAME"].includes(record.type));
  const own = named(host);
  if (own.length > 0) return own;
  if (records.some(({ name }) => sameName(name, host))) return [];
  const labels = host.split(".");
  for (let cut = 1; cut < labels.length - 1; cut += 1) {
    const parent = labels.slice(cut).join(".");
    const wild = named(`*.${parent}`);
    if (wild.length > 0) return wild;
    // A name that exists ends the search: RFC 4592, 3.3.1.
    if (records.some(({ name }) => sameName(name, parent) || name.toLowerCase().endsWith(`.${parent.toLowerCase()}`))) {
      return [];
    }
  }
  return [];
}

function sameName(left: string, right: string): boolean {
  const plain = (name: string): string => name.toLowerCase().replace(/\.$/, "");
  return plain(left) === plain(right);
}

/**
 * Whether a certificate with these names covers a host: a `*` stands for one whole label, the leftmost one.
 * docs.aws.amazon.com/acm/latest/userguide/acm-concepts.html
 */
export function certificateCovers(names: readonly string[], host: string): boolean {
  const wanted = host.toLowerCase().replace(/\.$/, "");
  return names.some((name) => {
    const given = name.toLowerCase().replace(/\.$/, "");
    if (!given.startsWith("*.")) return given === wanted;
    const [first = "", ...rest] = wanted.split(".");
    return first !== "" && rest.length >= 2 && rest.join(".") === given.slice(2);
  });
}
