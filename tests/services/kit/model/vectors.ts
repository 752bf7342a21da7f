import { randomFrom } from "../../../../services/traffic/random";

/** Factors as a trained model has them. */
export interface Tastes {
  readonly items: Float32Array;
  readonly users: Float32Array;
  readonly width: number;
}

/**
 * Seeded factors of items and users that mix a few of many latent tastes, the items of different popularity, as those of a
 * trained model do: independent numbers would be the worst case of every index, and are no catalogue.
 */
export function tastes(seed: number, counts: { items: number; users: number; width: number; tastes: number }): Tastes {
  const random = randomFrom(seed);
  const { width } = counts;
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const latent = Float32Array.from({ length: counts.tastes * width }, normal);
  const mix = (into: Float32Array, at: number, several: number, scale: number): void => {
    const row = into.subarray(at * width, (at + 1) * width);
    for (let n = 0; n < several; n += 1) {
      const taste = Math.floor(random.next() * counts.tastes) * width;
      const weight = 0.3 + random.next();
      for (let f = 0; f < width; f += 1) row[f] = (row[f] ?? 0) + weight * (latent[taste + f] ?? 0);
    }
    for (let f = 0; f < width; f += 1) row[f] = ((row[f] ?? 0) + 0.4 * normal()) * scale;
  };
  const items = new Float32Array(counts.items * width);
  const users = new Float32Array(counts.users * width);
  for (let item = 0; item < counts.items; item += 1) mix(items, item, 2, Math.exp(0.4 * normal()));
  for (let user = 0; user < counts.users; user += 1) mix(users, user, 3, 1);
  return { items, users, width };
}
