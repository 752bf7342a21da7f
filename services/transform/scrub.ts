import { LRUCache } from "lru-cache";

// Most visits come from a few pages.
const hosts = new LRUCache<string, string>({ max: 10_000 });

/**
 * The network part of an address: 24 bits of IPv4 (`203.0.113.0`), 48 bits of IPv6 (`2001:db8:1::`), the widths that
 * European data protection authorities accept as anonymised. `null` for anything else.
 */
export function ipPrefix(address: string | undefined): string | null {
  if (address === undefined) return null;
  if (address.includes(":")) return ipv6Prefix(address);
  const end = ipv4Network(address);
  return end < 0 ? null : `${address.slice(0, end)}.0`;
}

/** Place of the last dot of an IPv4 address; -1 for what is none. By hand: a pattern costs three times as much. */
function ipv4Network(address: string): number {
  let dots = 0;
  let last = -1;
  let octet = 0;
  for (let at = 0; at < address.length; at += 1) {
    const code = address.charCodeAt(at);
    if (code === 0x2e) {
      if (at === last + 1) return -1;
      dots += 1;
      last = at;
      octet = 0;
    } else {
      octet = octet * 10 + code - 0x30;
      if (code < 0x30 || code > 0x39 || octet > 255 || at - last > 3) return -1;
    }
  }
  return dots === 3 && last < address.length - 1 ? last : -1;
}

function ipv6Prefix(address: string): string | null {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return ipPrefix(mapped);
  const [head = "", tail, more] = address.split("::");
  if (more !== undefined) return null;
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  if (tail === undefined ? left.length !== 8 : left.length + right.length > 7) return null;
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return `${groups
    .slice(0, 3)
    .map((group) => parseInt(group, 16).toString(16))
    .join(":")}::`;
}

// An address of a mailbox, plain or percent-encoded: the one identifier that sites put into paths.
const MAILBOX = /[^/@]+(?:@|%40)[^/@]+\.[^/@]+/gi;

/** A page's path without query and fragment, where sites carry tokens and names, and with mailboxes blotted out. */
export function pagePath(page: string | undefined): string | null {
  if (page === undefined || page === "") return null;
  let path = page;
  const scheme = path.indexOf("://");
  if (scheme > 0) {
    const slash = path.indexOf("/", scheme + 3);
    path = slash < 0 ? "/" : path.slice(slash);
  }
  const end = path.search(/[?#]/);
  if (end >= 0) path = path.slice(0, end);
  return path.includes("@") || path.includes("%40") ? path.replace(MAILBOX, "[mailbox]") : path;
}

/** Host of a URL in lower case, without user, password and port; `null` where there is none. */
export function hostOf(url: string | undefined): string | null {
  if (url === undefined) return null;
  const known = hosts.get(url);
  if (known !== undefined) return known === "" ? null : known;
  const found = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:]+)/i.exec(url)?.[1];
  const host = found === undefined ? null : found.toLowerCase();
  hosts.set(url, host ?? "");
  return host;
}
