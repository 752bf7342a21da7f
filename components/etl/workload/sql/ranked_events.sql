-- Typed events and those kept by earlier runs, each copy of an event numbered: the survivor is copy 1, the copy that was
-- received first. Ties are broken by every column that can differ, so that the survivor never depends on the order of the
-- files. `kept_events` holds the survivors among what earlier runs read, or nothing: the survivor of the survivors and the
-- new copies is the survivor of all. An event is late when it was received more than ${late_days} days after it happened.
WITH copies AS (
  SELECT
    event_id, schema_version, event_type, occurred_at, received_at, user_key, item_id, session_id, value, page,
    referrer_host, device, ip_prefix, consent_analytics, consent_personalisation, variant, model_version, region
  FROM typed_events
  UNION ALL
  SELECT
    event_id, schema_version, event_type, occurred_at, received_at, user_key, item_id, session_id, value, page,
    referrer_host, device, ip_prefix, consent_analytics, consent_personalisation, variant, model_version, region
  FROM kept_events
)
SELECT
  *,
  CAST(CAST(occurred_at AS DATE) AS STRING) AS date,
  unix_micros(received_at) - unix_micros(occurred_at) > CAST(${late_days} AS BIGINT) * 86400000000 AS late,
  ROW_NUMBER() OVER (
    PARTITION BY event_id
    ORDER BY
      received_at, occurred_at, user_key, event_type, item_id, region,
      COALESCE(session_id, ''), COALESCE(value, -1), COALESCE(page, ''), COALESCE(referrer_host, ''),
      COALESCE(device, ''), COALESCE(ip_prefix, ''), COALESCE(variant, ''), COALESCE(model_version, ''),
      schema_version, consent_analytics, consent_personalisation,
      session_id IS NULL, page IS NULL, referrer_host IS NULL, device IS NULL, ip_prefix IS NULL, variant IS NULL, model_version IS NULL
  ) AS copy
FROM copies
