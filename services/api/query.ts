import { CONSENTS, type ConsentGiven } from "./exposures";
import { BadRequestError, DEFAULT_LIMIT } from "./recommend";

/** Length of the list that a request asks for; NaN for what is no number, which the recommender refuses. */
export function limitOf(url: URL): number {
  const text = url.searchParams.get("limit");
  return text === null ? DEFAULT_LIMIT : /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

/** What the person agreed to, as a request says it. @throws BadRequestError for what is no answer */
export function consentOf(url: URL): ConsentGiven {
  const text = url.searchParams.get("consent") ?? "none";
  const found = CONSENTS.find((name) => name === text);
  if (found === undefined) throw new BadRequestError(`consent: want ${CONSENTS.join(", ")}, got ${text.slice(0, 40)}`);
  return found;
}
