/**
 * The network part of an address: 24 bits of IPv4 (`203.0.113.0`), 48 bits of IPv6 (`2001:db8:1::`), the widths that
 * European data protection authorities accept as anonymised. `null` for anything else.
 */
export function ipPrefix(address: string | undefined): string | null {
  if (address === undefined) return null;
  if (address.includes(":")) return ipv6Prefix(address);
  const last = address.lastIndexOf(".");
  return last > 0 && IPV4.test(address) ? `${address.slice(0, last)}.0` : null;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

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
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:]+)/i.exec(url)?.[1];
  return host === undefined ? null : host.toLowerCase();
}
