/** First and last address of a block, as 32-bit numbers. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
}

/** The range of an IPv4 block in CIDR notation; undefined when it is not one, or when host bits are set. */
export function cidrRange(cidr: string): AddressRange | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (match === null) return undefined;
  const parts = match.slice(1).map(Number);
  const bits = parts.pop() ?? 33;
  if (bits > 32 || parts.some((part) => part > 255)) return undefined;
  const first = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - bits);
  return first % size === 0 ? { first, last: first + size - 1 } : undefined;
}

/** Whether two blocks share an address. Blocks that cannot be read share none. */
export function overlaps(one: string, other: string): boolean {
  const a = cidrRange(one);
  const b = cidrRange(other);
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}
