/** One day's users of one arm: how many, the sum of their outcomes and of the outcomes' squares. */
export interface ArmDay {
  readonly users: number;
  readonly sum: number;
  readonly squares: number;
}

/** One day of a comparison. A day on which one arm had no user carries no evidence and is skipped. */
export interface Stratum {
  readonly control: ArmDay;
  readonly treatment: ArmDay;
}

/** What a comparison says after some days. */
export interface Look {
  /** Users of both arms in days that count. */
  readonly users: number;
  /** Treatment minus control, weighted over days as Mantel and Haenszel weigh strata. */
  readonly effect: number;
  /** Always-valid interval of the effect; infinite before there is enough to judge by. */
  readonly low: number;
  readonly high: number;
  /** Always-valid p value: the least so far, since evidence once found is not taken back. */
  readonly pValue: number;
}

/** How a comparison is judged. */
export interface SequentialTest {
  /** Chance of any false alarm over all looks together, e.g. .05. */
  readonly alpha: number;
  /** Users of both arms at whose number the interval is to be narrowest; fixed before the first look. */
  readonly plannedUsers: number;
}

/**
 * Users that each arm needs before anything is said, and outcomes other than the usual one that it would have if both
 * arms were alike: below, a mean is not yet near enough to normal. The burn-in of an asymptotic confidence sequence. By
 * what would be expected, and not by what was seen, so that a variant on which nobody acts at all is judged too.
 */
const BURN_IN = { users: 100, outcomes: 10 } as const;

/**
 * Judges a comparison after each day, so that it may be looked at every day and stopped at any time: the chance that
 * any look's interval misses the true effect is at most `alpha`, however many looks there are. This is the mixture
 * sequential probability ratio test over a normal mixture, whose inversion is the interval; variances are estimated,
 * which makes it valid asymptotically.
 *
 * With w = n_c n_t / (n_c + n_t) of a day, M = sum of w (mean_t - mean_c) is a martingale at zero effect, and T = sum of
 * w^2 (s_c^2 / n_c + s_t^2 / n_t) its intrinsic time. A mixture N(0, rho / T*) gives the likelihood ratio
 * (1 + r)^(-1/2) exp(r M^2 / (2 T (1 + r))), r = rho W / W*, which stays below 1 / alpha for ever with probability 1 - alpha.
 * Days are strata: a ramp that changes the split, or a week end, cannot pass for an effect.
 *
 * Sources: H. Robbins, Statistical methods related to the law of the iterated logarithm, Ann. Math. Statist. 41 (1970);
 * R. Johari, P. Koomen, L. Pekelis, D. Walsh, Always valid inference: continuous monitoring of A/B tests, Operations
 * Research 70 (2022), arXiv:1512.04922; I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy, A. Ramdas, Time-uniform
 * central limit theory and asymptotic confidence sequences, Ann. Statist. 52 (2024), arXiv:2103.06476 (the choice of rho).
 * @returns one look for each stratum, in order.
 * @throws RangeError for an alpha outside (0, 1) or fewer than one planned user.
 */
export function sequentialLooks(strata: readonly Stratum[], { alpha, plannedUsers }: SequentialTest): Look[] {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha: want a number between 0 and 1, got ${alpha}`);
  if (!(plannedUsers >= 1)) throw new RangeError(`plannedUsers: want at least 1, got ${plannedUsers}`);
  const logs = -2 * Math.log(alpha);
  const rho = logs + Math.log(logs + 1);
  // Two arms of equal size: n n / (2 n) with 2 n planned users.
  const plannedWeight = plannedUsers / 4;

  const control = { users: 0, sum: 0, squares: 0 };
  const treatment = { users: 0, sum: 0, squares: 0 };
  let [weight, difference, controlShare, treatmentShare, pValue] = [0, 0, 0, 0, 1];
  return strata.map((day) => {
    const [c, t] = [day.control, day.treatment];
    if (c.users > 0 && t.users > 0) {
      add(control, c);
      add(treatment, t);
      const w = (c.users * t.users) / (c.users + t.users);
      weight += w;
      difference += w * (t.sum / t.users - c.sum / c.users);
      controlShare += w ** 2 / c.users;
      treatmentShare += w ** 2 / t.users;
    }
    const users = control.users + treatment.users;
    const effect = weight === 0 ? 0 : difference / weight;
    const both = { users: 0, sum: 0, squares: 0 };
    add(both, control);
    add(both, treatment);
    const time = controlShare * varianceOf(control, both) + treatmentShare * varianceOf(treatment, both);
    if (!enough(control, both) || !enough(treatment, both) || !(time > 0)) {
      return { users, effect, low: -Infinity, high: Infinity, pValue };
    }
    const r = (rho * weight) / plannedWeight;
    const logRatio = (r * difference ** 2) / (2 * time * (1 + r)) - Math.log1p(r) / 2;
    pValue = Math.min(pValue, Math.exp(-logRatio));
    const half = Math.sqrt(((time * (1 + r)) / r) * (logs + Math.log1p(r))) / weight;
    return { users, effect, low: effect - half, high: effect + half, pValue };
  });
}

type Sums = { -readonly [Key in keyof ArmDay]: ArmDay[Key] };

function add(to: Sums, more: ArmDay): void {
  to.users += more.users;
  to.sum += more.sum;
  to.squares += more.squares;
}

/** An arm's own variance; that of both where the arm has so few outcomes that its own would be taken too small. */
function varianceOf(arm: ArmDay, both: ArmDay): number {
  const { users, sum, squares } = outcomes(arm) < BURN_IN.outcomes ? both : arm;
  return users < 2 ? 0 : Math.max(0, (squares - sum ** 2 / users) / (users - 1));
}

/** Outcomes are 0 for most users, or 1 for most: the rarer kind must be expected often enough. */
function enough({ users }: ArmDay, both: ArmDay): boolean {
  return users >= BURN_IN.users && (outcomes(both) * users) / both.users >= BURN_IN.outcomes;
}

/**
 * (sum x)^2 / (sum x^2), Kish's effective number: the count of ones for shares, less where a few outcomes weigh most; or
 * of zeros, where those are the rarer.
 */
function outcomes({ users, sum, squares }: ArmDay): number {
  if (squares <= 0) return 0;
  const effective = sum ** 2 / squares;
  return squares === sum ? Math.min(effective, users - sum) : effective;
}

/**
 * Evidence that users did not come in the shares that were planned (sample ratio mismatch): an e-value, valid at any
 * look; 1,000 means that such evidence shows up with a chance of at most .001 where nothing is wrong. The likelihood
 * ratio of a Dirichlet mixture, centred on the planned shares, to these.
 * Source: M. Lindon, A. Malek, Anytime-valid inference for multinomial count data, NeurIPS 35 (2022), arXiv:2011.03567.
 * @param shares planned, each > 0; any scale.
 * @throws RangeError when counts and shares differ in number or a share is not above 0.
 */
export function mismatchEvidence(counts: readonly number[], shares: readonly number[]): number {
  if (counts.length !== shares.length || shares.some((share) => !(share > 0))) {
    throw new RangeError("want as many shares above 0 as counts");
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  let log = logGamma(CONCENTRATION) - logGamma(CONCENTRATION + counts.reduce((sum, count) => sum + count, 0));
  counts.forEach((count, arm) => {
    const share = (shares[arm] ?? 0) / total;
    log += logGamma(CONCENTRATION * share + count) - logGamma(CONCENTRATION * share) - count * Math.log(share);
  });
  return Math.exp(Math.min(log, MAX_LOG));
}

/** Weight of the planned shares in the mixture: made to see a mismatch of about one point in a hundred. */
const CONCENTRATION = 10_000;

/** Keeps evidence finite. */
const MAX_LOG = 700;

/** Lanczos' approximation, g = 7, nine terms: relative error below 1e-13. Numerical Recipes, 3rd ed., section 6.1. */
function logGamma(x: number): number {
  const [first = 0, ...rest] = LANCZOS;
  const at = x - 1;
  const sum = rest.reduce((left, coefficient, n) => left + coefficient / (at + n + 1), first);
  const t = at + 7.5;
  return Math.log(2 * Math.PI) / 2 + (at + 0.5) * Math.log(t) - t + Math.log(sum);
}

const LANCZOS: readonly number[] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
