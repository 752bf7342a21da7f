/** Rows of a model's users: from, inclusive, to, exclusive. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/**
 * Names of the shards of a run, e.g. `0-of-3`: as few as keep each within `usersPerShard`, at least one. The name says
 * all there is to know of a shard, so that a message can be worked off without another look-up.
 */
export function shardNames(users: number, usersPerShard: number): string[] {
  const count = Math.max(1, Math.ceil(users / usersPerShard));
  const digits = String(count - 1).length;
  return Array.from({ length: count }, (_, index) => `${String(index).padStart(digits, "0")}-of-${count}`);
}

/** Rows of a shard: equal parts, to one user. @throws RangeError for a name that is none. */
export function rowsOf(shard: string, users: number): Rows {
  const { index, count } = parseShard(shard);
  return { from: Math.floor((users * index) / count), to: Math.floor((users * (index + 1)) / count) };
}

/** Whether the shard is the one that also writes what belongs to no user. */
export function isFirst(shard: string): boolean {
  return parseShard(shard).index === 0;
}

function parseShard(shard: string): { index: number; count: number } {
  const [index = NaN, count = NaN] = shard.split("-of-").map(Number);
  if (!(Number.isInteger(index) && Number.isInteger(count) && index >= 0 && index < count)) {
    throw new RangeError(`shard: want n-of-m with n < m, got ${shard}`);
  }
  return { index, count };
}
