-- Verified events, which are read as text, in their types. What a type cannot hold becomes null, and `fault` then says the
-- first thing that is wrong with the row, as `rule column`: the quality gate counts the faults. A line that is no JSON
-- object comes as a row of nulls. `date` is the day on which the event happened, UTC.
WITH texts AS (
  SELECT
    *,
    TRY_CAST(schema_version AS DOUBLE) AS version_number,
    TRY_CAST(value AS DOUBLE) AS value_number,
    CASE WHEN occurred_at LIKE '____-__-__T__:__:__%' THEN try_to_timestamp(occurred_at) END AS occurred,
    CASE WHEN received_at LIKE '____-__-__T__:__:__%' THEN try_to_timestamp(received_at) END AS received,
    TRY_CAST(consent_analytics AS BOOLEAN) AS analytics,
    TRY_CAST(consent_personalisation AS BOOLEAN) AS personalisation
  FROM verified_events
)
SELECT
  event_id,
  CAST(CASE WHEN version_number BETWEEN 0 AND 1e6 THEN version_number END AS INT) AS schema_version,
  event_type,
  occurred AS occurred_at,
  received AS received_at,
  user_key,
  item_id,
  session_id,
  value_number AS value,
  page,
  referrer_host,
  device,
  ip_prefix,
  analytics AS consent_analytics,
  personalisation AS consent_personalisation,
  variant,
  model_version,
  region,
  CAST(CAST(occurred AS DATE) AS STRING) AS date,
  CASE
    WHEN event_id IS NULL AND event_type IS NULL AND user_key IS NULL AND item_id IS NULL THEN 'unreadable line'
    WHEN event_id IS NULL OR event_id = '' THEN 'missing event_id'
    WHEN schema_version IS NULL THEN 'missing schema_version'
    WHEN event_type IS NULL THEN 'missing event_type'
    WHEN occurred_at IS NULL THEN 'missing occurred_at'
    WHEN received_at IS NULL THEN 'missing received_at'
    WHEN user_key IS NULL OR user_key = '' THEN 'missing user_key'
    WHEN item_id IS NULL OR item_id = '' THEN 'missing item_id'
    WHEN consent_analytics IS NULL THEN 'missing consent_analytics'
    WHEN consent_personalisation IS NULL THEN 'missing consent_personalisation'
    WHEN region IS NULL OR region = '' THEN 'missing region'
    WHEN version_number IS NULL THEN 'unreadable schema_version'
    WHEN occurred IS NULL THEN 'unreadable occurred_at'
    WHEN received IS NULL THEN 'unreadable received_at'
    WHEN value IS NOT NULL AND value_number IS NULL THEN 'unreadable value'
    WHEN analytics IS NULL THEN 'unreadable consent_analytics'
    WHEN personalisation IS NULL THEN 'unreadable consent_personalisation'
    WHEN NOT (version_number BETWEEN 1 AND 1e6 AND version_number = FLOOR(version_number)) THEN 'range schema_version'
    WHEN event_type NOT IN ('view', 'click', 'add_to_cart', 'purchase', 'exposure') THEN 'range event_type'
    WHEN value_number IS NOT NULL AND NOT (value_number BETWEEN 0 AND ${value_max}) THEN 'range value'
    WHEN unix_micros(occurred) - unix_micros(received) > CAST(${ahead_max_hours} AS BIGINT) * 3600000000 THEN 'range occurred_at'
  END AS fault
FROM texts
