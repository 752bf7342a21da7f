-- Verified events, typed, each copy of an event numbered: the survivor is copy 1, the copy that was received first.
-- Ties are broken by every column that can differ, so that the survivor never depends on the order of the files.
-- An event is late when it was received more than ${late_days} days after it happened.
SELECT
  event_id,
  CAST(schema_version AS INT) AS schema_version,
  event_type,
  CAST(occurred_at AS TIMESTAMP) AS occurred_at,
  CAST(received_at AS TIMESTAMP) AS received_at,
  user_key,
  item_id,
  session_id,
  value,
  page,
  referrer_host,
  device,
  ip_prefix,
  consent_analytics,
  consent_personalisation,
  variant,
  model_version,
  region,
  CAST(CAST(CAST(occurred_at AS TIMESTAMP) AS DATE) AS STRING) AS date,
  unix_micros(CAST(received_at AS TIMESTAMP)) - unix_micros(CAST(occurred_at AS TIMESTAMP))
    > CAST(${late_days} AS BIGINT) * 86400000000 AS late,
  ROW_NUMBER() OVER (
    PARTITION BY event_id
    ORDER BY
      CAST(received_at AS TIMESTAMP), CAST(occurred_at AS TIMESTAMP), user_key, event_type, item_id, region,
      COALESCE(session_id, ''), COALESCE(value, -1), COALESCE(page, ''), COALESCE(referrer_host, ''),
      COALESCE(device, ''), COALESCE(ip_prefix, ''), COALESCE(variant, ''), COALESCE(model_version, ''),
      schema_version, consent_analytics, consent_personalisation
  ) AS copy
FROM verified_events
