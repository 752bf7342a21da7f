/** Whose fault it is: the caller's input, the engine's answer, or time running out. */
export type QueryErrorKind = "bad-input" | "engine" | "timeout";

/** A question that got no answer; the message is for the analyst and carries the engine's own words. */
export class QueryError extends Error {
  constructor(
    readonly kind: QueryErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "QueryError";
  }
}
