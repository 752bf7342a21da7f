/**
 * Time of one call of the collector's function. Each wait is bounded, so that a call answers for each of its events
 * before it is cut off: the slowest is keeping refusals, `object.attempts` x (`connect` + `answer`), and then putting
 * records, `stream.attempts` x (`connect` + `answer`) and the back-off between them; together below `timeoutSeconds`.
 */
export const CALL = {
  /** The HTTP API waits 30 s at most (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html). */
  integrationMs: 29_000,
  /** Below the API's wait, so that a call that is cut off is one of the function's errors and not the API's. */
  timeoutSeconds: 27,
  /** Milliseconds of one try. */
  connectMs: 1_000,
  answerMs: 2_000,
  streamAttempts: 4,
  objectAttempts: 2,
} as const;

/**
 * PutRecords calls of one request at once: a body of `MAX_EVENTS` has ten full calls, and two more when what the
 * collector adds to each event takes them past the bytes of a call. None waits for another.
 */
export const CALLS_AT_ONCE = 12;
