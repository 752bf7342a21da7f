import { randomFrom } from "../../../services/traffic/random";
import type { VariantDay } from "../../../services/experiments/metrics";
import { assignVariant, type Variant } from "../../../contracts/models/assignment";

/** How the users of one variant behave. */
export interface Behaviour {
  readonly click: number;
  readonly buy: number;
}

export interface Simulation {
  readonly seed: number;
  readonly days: number;
  readonly usersPerDay: number;
  readonly behaviour: Readonly<Record<string, Behaviour>>;
  /** The split of each day. @default half and half */
  readonly variants?: (day: number) => readonly Variant[];
  /** What users are assigned by beside their key. @default no experiment's */
  readonly experiment?: string;
  /** Factor on all rates of a day: a fashion that has nothing to do with the variants. @default 1 */
  readonly mood?: (day: number) => number;
}

/** One simulated user, assigned by the API's own code. */
export interface SimulatedUser {
  readonly key: string;
  readonly day: string;
  readonly variant: string;
  readonly clicked: boolean;
  readonly bought: boolean;
  readonly spent: number;
}

const HALVES: readonly Variant[] = [
  { name: "champion", weight: 50 },
  { name: "challenger", weight: 50 },
];

export function dayOf(day: number): string {
  return new Date(Date.UTC(2026, 2, 1 + day)).toISOString().slice(0, 10);
}

/** Users in the order of their first exposure; the same seed gives the same ones. */
export function* simulate(of: Simulation): Generator<SimulatedUser> {
  const random = randomFrom(of.seed);
  for (let day = 0; day < of.days; day += 1) {
    const variants = of.variants?.(day) ?? HALVES;
    const mood = of.mood?.(day) ?? 1;
    for (let user = 0; user < of.usersPerDay; user += 1) {
      const key = `${of.seed}/${day}/${user}`;
      const variant = assignVariant(key, variants, of.experiment);
      const { click, buy } = of.behaviour[variant] ?? { click: 0, buy: 0 };
      const clicked = random.next() < click * mood;
      const bought = random.next() < buy * mood;
      const spent = bought ? Math.round(5 - 40 * Math.log(1 - random.next())) : 0;
      yield { key, day: dayOf(day), variant, clicked, bought, spent };
    }
  }
}

/** What the metrics query counts of them. */
export function countsOf(users: Iterable<SimulatedUser>): VariantDay[] {
  const rows = new Map<string, { -readonly [Key in keyof VariantDay]: VariantDay[Key] }>();
  for (const { day, variant, clicked, bought, spent } of users) {
    const key = `${day}/${variant}`;
    let row = rows.get(key);
    if (row === undefined) {
      row = { day, variant, users: 0, crossed: 0, clickers: 0, converters: 0, revenue: 0, revenueSquares: 0 };
      rows.set(key, row);
    }
    row.users += 1;
    row.clickers += Number(clicked);
    row.converters += Number(bought);
    row.revenue += spent;
    row.revenueSquares += spent ** 2;
  }
  return [...rows.values()].sort((a, b) => (`${a.day}/${a.variant}` < `${b.day}/${b.variant}` ? -1 : 1));
}
