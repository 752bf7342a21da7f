/** Whether what proves by volume tries all of it: `make nightly` sets it. `make test` takes a sample of every kind. */
export const WHOLE_VOLUME = process.env["MERIDIAN_VOLUME"] === "full";

/** How many to try: the sample, or the whole. */
export function volume<T>(sample: T, whole: T): T {
  return WHOLE_VOLUME ? whole : sample;
}
