/** Whether a bench only shows that it runs (`bench/run.ts --smoke`): small sizes, one round, figures of no meaning. */
export const SMOKE = process.env["MERIDIAN_BENCH_SMOKE"] === "yes";

/** A size of a bench: the whole, or one of a second or two. */
export function sized(whole: number, smoke: number): number {
  return SMOKE ? smoke : whole;
}
