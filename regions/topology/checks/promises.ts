import type { CheckContext } from "../check";
import type { Finding } from "../draft";

/** Route 53: 3 failed checks 10 s apart, then what resolvers have cached (docs/reference, failover timing). */
export const DETECTION_SECONDS = 30;
export const DNS_TTL_SECONDS = 60;

/** Promises that the mechanisms cannot keep are refused. */
export function checkPromises({ parts }: CheckContext): readonly Finding[] {
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
