import type { CheckContext } from "../check-context";
import type { Finding } from "../draft";

/** Route 53: 3 failed checks 10 s apart, then what resolvers have cached (docs/reference, failover timing). */
export const DETECTION_SECONDS = 30;
export const DNS_TTL_SECONDS = 60;

/** Promises that the mechanisms cannot keep are refused. */
export function checkPromises(context: CheckContext): readonly Finding[] {
  return [...recoveryTime(context), ...recoveryPoint(context)];
}

/** docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html: 99.99 % of the objects in 15 minutes. */
export const REPLICATION_SECONDS = 900;

/** Firehose's shortest buffer that does not make an object of each record: docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
export const LEAST_BUFFER_SECONDS = 60;

/**
 * A zone's regions share buckets. An event of a lost region is safe when its copy is: after the delivery's buffer, which is
 * planned from the promise, and the replication of the object, which has a bound.
 */
function recoveryPoint({ draft, parts }: CheckContext): readonly Finding[] {
  const { rpoSeconds } = parts.promises;
  const zones = draft.regions.map(({ entry }) => entry.zone);
  if (draft.refused("failover")) return [];
  const shared = draft.sections.failover !== false && new Set(zones).size < zones.length;
  const least = LEAST_BUFFER_SECONDS + REPLICATION_SECONDS;
  if (!shared || rpoSeconds >= least) return [];
  const reason = `want ${least} or more, got ${rpoSeconds}: an event waits ${LEAST_BUFFER_SECONDS} s or longer for its object, whose replica may be ${REPLICATION_SECONDS} s behind`;
  return [{ path: ["promises", "rpoSeconds"], reason }];
}

function recoveryTime({ parts }: CheckContext): readonly Finding[] {
  const { rtoSeconds } = parts.promises;
  const least = DETECTION_SECONDS + DNS_TTL_SECONDS;
  if (rtoSeconds >= least) return [];
  return [
    {
      path: ["promises", "rtoSeconds"],
      reason: `want ${least} or more, got ${rtoSeconds}: less than ${DETECTION_SECONDS} s detection + ${DNS_TTL_SECONDS} s TTL`,
    },
  ];
}
