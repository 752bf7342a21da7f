-- Each event once, and in time. `date` is the day on which it happened, UTC.
SELECT
  event_id, schema_version, event_type, occurred_at, received_at, user_key, item_id, session_id, value, page,
  referrer_host, device, ip_prefix, consent_analytics, consent_personalisation, variant, model_version, region, date
FROM ranked_events
WHERE copy = 1 AND NOT late
