import { Resolver } from "node:dns/promises";
import type { Gate } from "./gate";

/** Names of the name servers that DNS gives for a domain; none when nothing delegates it yet. */
export type NameServersOf = (domain: string) => Promise<readonly string[]>;

/** Codes with which DNS says that a name, or its NS records, do not exist (yet). */
const ABSENT = new Set(["ENOTFOUND", "ENODATA", "ESERVFAIL"]);

/** Asks the resolvers of this machine. */
export const dnsNameServers: NameServersOf = async (domain) => {
  try {
    return await new Resolver().resolveNs(domain);
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
};

/** The parent domain delegates the environment's domain to the zone that the foundation made. */
export function zoneDelegated(
  domain: string,
  zone: () => Promise<readonly string[]>,
  nameServersOf: NameServersOf = dnsNameServers,
): Gate {
  return {
    id: "zone-delegated",
    before: "region",
    title: `DNS delegates ${domain} to the zone that the foundation made`,
    who: "whoever holds the parent domain",
    why: "AWS issues a certificate once it sees its CNAME in public DNS, and gives up after 72 hours; the update waits for it",
    source: "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
    check: async () => {
      const [wanted, found] = await Promise.all([zone(), nameServersOf(domain)]);
      const known = new Set(found.map(plain));
      if (wanted.length > 0 && wanted.every((server) => known.has(plain(server)))) return [];
      return [
        {
          where: domain,
          path: "NS",
          want: wanted.map(plain).sort().join(", "),
          got: found.length === 0 ? "no such record" : [...known].sort().join(", "),
          fix: "add these NS records to the parent domain",
        },
      ];
    },
  };
}

/** A name without the dot at its end, in small letters. */
function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
