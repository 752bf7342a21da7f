// SQS API reference, SetQueueAttributes: VisibilityTimeout 0 to 12 hours
export const VISIBILITY_SECONDS = { min: 30, max: 43_200 } as const;
/**
 * A message shows again only after six times its work: a slow or throttled consumer must not get it twice at once
 * (docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
 */
const VISIBILITY_FACTOR = 6;

/** Visibility timeout, seconds = 6 x work, within 30 s to 12 h. */
export function visibilitySeconds(workSeconds: number): number {
  return Math.min(VISIBILITY_SECONDS.max, Math.max(VISIBILITY_SECONDS.min, Math.ceil(workSeconds * VISIBILITY_FACTOR)));
}
