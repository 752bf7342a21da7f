/** Largest request body after decompression, bytes. */
export const MAX_BODY_BYTES = 5 * 1024 ** 2;
/** Largest single event as text, bytes; far below the 1 MiB that a Kinesis record may have. */
export const MAX_EVENT_BYTES = 64 * 1024;
/** Bodies of all requests under way, bytes: what a process of 1 GiB can hold beside its buffers. */
export const MAX_BYTES_UNDER_WAY = 256 * 1024 ** 2;
/** Most events in one request. */
export const MAX_EVENTS = 5_000;
