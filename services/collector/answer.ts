/** Answer to a request, as JSON. Places are those of the events in the request, from 0. */
export interface CollectAnswer {
  readonly accepted: number;
  /** Not events by the contract; kept with their reasons, not to be sent again as they are. */
  readonly refused: readonly { readonly index: number; readonly problems: readonly string[] }[];
  /** Good events that were not taken: to be sent again. */
  readonly unavailable: readonly number[];
}
