-- Every copy of every event: typed ones, and those that earlier runs kept. `kept_events` holds the survivors among what
-- earlier runs read, or nothing: the survivor of the survivors and the new copies is the survivor of all. An event is late
-- when it was received more than ${late_days} days after it happened.
SELECT
  *,
  unix_micros(received_at) - unix_micros(occurred_at) > CAST(${late_days} AS BIGINT) * 86400000000 AS late
FROM (
  SELECT
    event_id, schema_version, event_type, occurred_at, received_at, user_key, item_id, session_id, value, page,
    referrer_host, device, ip_prefix, consent_analytics, consent_personalisation, variant, model_version, region, date
  FROM typed_events
  UNION ALL
  SELECT
    event_id, schema_version, event_type, occurred_at, received_at, user_key, item_id, session_id, value, page,
    referrer_host, device, ip_prefix, consent_analytics, consent_personalisation, variant, model_version, region, date
  FROM kept_events
) AS copies
