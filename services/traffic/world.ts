import { randomFrom, sampler, type Random } from "./random";

/** The people and the catalogue behind the events: fixed by the seed before the first event. */
export interface World {
  readonly users: number;
  readonly items: number;
  /** Draws a user; activity follows a power law. */
  user(random: Random): number;
  /** Draws an item by the user's taste. */
  item(user: number, random: Random): number;
  /** What the user agreed to; fixed for each user. */
  consent(user: number): { readonly analytics: boolean; readonly personalisation: boolean };
  /** Price of an item, whole cents. */
  price(item: number): number;
  userAgent(user: number): string;
  ip(user: number): string;
}

export interface WorldOptions {
  readonly users: number;
  readonly items: number;
  /** Latent dimensions of taste. */
  readonly genres: number;
  /** Exponent of the power laws; 0 = all alike. */
  readonly skew: number;
  /** Part of the choices made by taste, the rest by popularity alone, 0..1. */
  readonly tasteStrength: number;
  readonly withoutAnalytics: number;
  readonly withoutPersonalisation: number;
  readonly bots: number;
}

const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
  "Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/8.0 TV Safari/537.36",
] as const;
const CRAWLER = "Mozilla/5.0 (compatible; ExampleBot/2.1; +https://bot.example/about)";

/**
 * Makes a world in which taste has low rank: an item belongs to one genre, a user likes a few genres, and
 * P(item | user) = sum over genres of taste x popularity within the genre. A factor model can learn it; popularity
 * alone cannot.
 */
export function makeWorld(seed: number, options: WorldOptions): World {
  const random = randomFrom(seed ^ 0x5eed);
  const { users, items } = options;
  const genres = Math.min(options.genres, items);
  const popularity = powerLaw(items, options.skew, random);
  const members = Array.from({ length: genres }, (): number[] => []);
  // The most popular items are dealt out first, so that no genre is without one.
  const ranked = [...popularity.keys()].sort((a, b) => (popularity[b] ?? 0) - (popularity[a] ?? 0));
  ranked.forEach((item, rank) => members[rank < genres ? rank : random.below(genres)]?.push(item));
  const withinGenre = members.map((list) => sampler(list.map((item) => popularity[item] ?? 0)));
  const overall = sampler(popularity);
  const byActivity = sampler(powerLaw(users, options.skew * 0.6, random));

  // Three liked genres a user, the first far ahead.
  const liked = new Uint16Array(users * 3);
  for (let at = 0; at < liked.length; at += 1) liked[at] = random.below(genres);
  const traits = Uint32Array.from({ length: users }, () => random.uint32());
  const prices = Uint32Array.from({ length: items }, () => Math.round(199 + 20_000 * random.next() ** 3));
  const part = (user: number, salt: number): number =>
    ((Math.imul((traits[user] ?? 0) ^ salt, 0x9e3779b1) >>> 8) & 0xffff) / 0x10000;

  return {
    users,
    items,
    user: byActivity,
    item(user, draw) {
      if (draw.next() >= options.tasteStrength) return overall(draw);
      const which = draw.next();
      const genre = liked[user * 3 + (which < 0.6 ? 0 : which < 0.85 ? 1 : 2)] ?? 0;
      const list = members[genre];
      const draws = withinGenre[genre];
      return draws === undefined ? overall(draw) : (list?.[draws(draw)] ?? 0);
    },
    consent(user) {
      const analytics = part(user, 0x1) >= options.withoutAnalytics;
      return { analytics, personalisation: analytics && part(user, 0x2) >= options.withoutPersonalisation };
    },
    price: (item) => prices[item] ?? 0,
    userAgent: (user) =>
      part(user, 0x3) < options.bots ? CRAWLER : (BROWSERS[(traits[user] ?? 0) % BROWSERS.length] ?? BROWSERS[0]),
    // 198.18.0.0/15 is set aside for measurements (RFC 2544): no real person's address.
    ip: (user) =>
      `198.${18 + ((traits[user] ?? 0) & 1)}.${((traits[user] ?? 0) >>> 8) & 0xff}.${((traits[user] ?? 0) >>> 16) & 0xff}`,
  };
}

/** Weights rank^-skew, dealt to places at random. */
function powerLaw(count: number, skew: number, random: Random): number[] {
  const weights = Array.from({ length: count }, (_, rank) => (rank + 1) ** -skew);
  for (let at = count - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [weights[at], weights[other]] = [weights[other] ?? 0, weights[at] ?? 0];
  }
  return weights;
}
