import { fromServices } from "./kit/folders";
import type { CallRow } from "./call";

/** What AWS does because a property names a role, key, bucket, queue, topic, stream, function, log group or image. */
export const CALLS = fromServices<readonly CallRow[]>("calls", "calls").flat();
