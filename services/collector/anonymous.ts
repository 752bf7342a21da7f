import type { ClickstreamEvent } from "../../contracts/events/event";

/**
 * The event without the person: no session, address, browser or query of the referrer, no personalisation, and a user
 * id of this one event alone, so that no two events can be linked. The same event always gives the same.
 */
export function anonymise(event: ClickstreamEvent): ClickstreamEvent {
  const { eventId, schemaVersion, eventType, occurredAt, itemId, value, page, consent, variant, modelVersion } = event;
  return {
    ...{ eventId, schemaVersion, eventType, occurredAt, itemId },
    userId: `anonymous-${eventId.toLowerCase()}`,
    ...(value === undefined ? {} : { value }),
    ...(page === undefined ? {} : { page }),
    ...(variant === undefined ? {} : { variant }),
    ...(modelVersion === undefined ? {} : { modelVersion }),
    consent: { analytics: consent.analytics, personalisation: false },
  };
}
