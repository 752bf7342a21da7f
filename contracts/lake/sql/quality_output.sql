-- The gate before anything is published: every event is in one place, the tables agree with each other, and the newest
-- day looks like the week before it. An observation is null where there is too little to judge.
WITH ranked AS (
  SELECT copies.events, repeated.duplicates
  FROM (SELECT COUNT(*) AS events FROM event_copies) AS copies
  CROSS JOIN (SELECT COUNT(*) AS duplicates FROM repeated_events WHERE copy > 1) AS repeated
),
silver AS (
  SELECT
    COUNT(*) AS events,
    COUNT(CASE WHEN event_type <> 'exposure' THEN 1 END) AS acts,
    COUNT(CASE WHEN event_type <> 'exposure' AND consent_personalisation THEN 1 END) AS consented,
    COUNT(CASE WHEN event_type = 'purchase' THEN 1 END) AS purchases,
    COUNT(CASE WHEN event_type = 'purchase' AND value IS NULL THEN 1 END) AS unpriced,
    MAX(unix_micros(received_at)) AS newest
  FROM event_facts
),
late AS (SELECT COUNT(*) AS events FROM late_events),
visits AS (SELECT COALESCE(SUM(events), 0) AS events, COUNT(CASE WHEN duration_seconds < 0 THEN 1 END) AS negative FROM silver_sessions),
interactions AS (
  SELECT COALESCE(SUM(events), 0) AS events, COUNT(CASE WHEN weight BETWEEN 0 AND 1e12 THEN NULL ELSE 1 END) AS unbounded
  FROM gold_interactions
),
items AS (
  SELECT COALESCE(SUM(views + clicks + add_to_carts + purchases + exposures), 0) AS events FROM gold_item_features
),
users AS (SELECT COALESCE(SUM(events), 0) AS events FROM gold_user_features),
last_day AS (SELECT MAX(date) AS day FROM event_facts),
cells AS (
  SELECT date, event_type, COALESCE(device, '') AS device, COUNT(*) AS events
  FROM event_facts
  GROUP BY date, event_type, COALESCE(device, '')
),
week AS (
  SELECT
    event_type, device,
    CASE WHEN date = day THEN events ELSE 0 END AS after,
    CASE WHEN date = day THEN 0 ELSE events END AS before
  FROM cells
  CROSS JOIN last_day
  WHERE date >= CAST(CAST(CAST(day AS DATE) - INTERVAL 7 DAY AS DATE) AS STRING)
),
totals AS (SELECT COALESCE(SUM(after), 0) AS after, COALESCE(SUM(before), 0) AS before FROM week),
shares AS (
  SELECT 'event_type' AS subject, event_type AS kind, SUM(after) AS after, SUM(before) AS before FROM week GROUP BY event_type
  UNION ALL
  SELECT 'device' AS subject, device AS kind, SUM(after) AS after, SUM(before) AS before FROM week GROUP BY device
),
-- Population stability index, each share with a ten-thousandth added so that none is zero.
stability AS (
  SELECT
    subject,
    SUM(
      (CAST(s.after AS DOUBLE) / t.after - CAST(s.before AS DOUBLE) / t.before)
      * LN((CAST(s.after AS DOUBLE) / t.after + 1e-4) / (CAST(s.before AS DOUBLE) / t.before + 1e-4))
    ) AS psi
  FROM shares s
  CROSS JOIN totals t
  WHERE t.after >= ${drift_minimum_events} AND t.before >= ${drift_minimum_events}
  GROUP BY subject
),
observations AS (
  SELECT 'rows' AS rule, 'verified_events' AS subject, CAST(ranked.events AS DOUBLE) AS observed,
    CAST(${rows_minimum} AS DOUBLE) AS warn_bound, CAST(${rows_minimum} AS DOUBLE) AS refuse_bound, -1 AS side
  FROM ranked
  UNION ALL
  SELECT 'balance', 'ranked_events', CAST(ABS(ranked.events - ranked.duplicates - silver.events - late.events) AS DOUBLE), 0, 0, 1
  FROM ranked CROSS JOIN silver CROSS JOIN late
  UNION ALL
  SELECT 'balance', 'silver_sessions', CAST(ABS(silver.acts - visits.events) AS DOUBLE), 0, 0, 1
  FROM silver CROSS JOIN visits
  UNION ALL
  SELECT 'balance', 'gold_interactions', CAST(ABS(silver.consented - interactions.events) AS DOUBLE), 0, 0, 1
  FROM silver CROSS JOIN interactions
  UNION ALL
  SELECT 'balance', 'gold_item_features', CAST(ABS(silver.events - items.events) AS DOUBLE), 0, 0, 1
  FROM silver CROSS JOIN items
  UNION ALL
  SELECT 'balance', 'gold_user_features', CAST(ABS(silver.consented - users.events) AS DOUBLE), 0, 0, 1
  FROM silver CROSS JOIN users
  UNION ALL
  SELECT 'range', 'silver_sessions.duration_seconds', CAST(visits.negative AS DOUBLE), 0, 0, 1 FROM visits
  UNION ALL
  SELECT 'range', 'gold_interactions.weight', CAST(interactions.unbounded AS DOUBLE), 0, 0, 1 FROM interactions
  UNION ALL
  SELECT 'share', 'late', CAST(late.events AS DOUBLE) / NULLIF(ranked.events, 0),
    CAST(${late_share_warn} AS DOUBLE), CAST(${late_share_refuse} AS DOUBLE), 1
  FROM ranked CROSS JOIN late
  UNION ALL
  SELECT 'share', 'duplicates', CAST(ranked.duplicates AS DOUBLE) / NULLIF(ranked.events, 0),
    CAST(${duplicate_share_warn} AS DOUBLE), CAST(${duplicate_share_refuse} AS DOUBLE), 1
  FROM ranked
  UNION ALL
  SELECT 'nulls', 'value of purchases', CAST(silver.unpriced AS DOUBLE) / NULLIF(silver.purchases, 0),
    CAST(${unpriced_share_warn} AS DOUBLE), CAST(${unpriced_share_refuse} AS DOUBLE), 1
  FROM silver
  UNION ALL
  SELECT 'freshness', 'hours since received_at',
    CASE WHEN ${run_epoch_day} > 0
      THEN GREATEST(0, CAST(${run_epoch_day} AS BIGINT) * 24 - CAST(silver.newest AS DOUBLE) / 3.6e9) END,
    CAST(${age_hours_warn} AS DOUBLE), CAST(${age_hours_refuse} AS DOUBLE), 1
  FROM silver
  UNION ALL
  SELECT 'drift', concat(listed.subject, ' of the newest day'), stability.psi,
    CAST(${drift_warn} AS DOUBLE), CAST(${drift_refuse} AS DOUBLE), 1
  FROM (VALUES ('event_type'), ('device')) AS listed (subject)
  LEFT JOIN stability ON stability.subject = listed.subject
),
rounded AS (
  SELECT rule, subject, side, warn_bound, refuse_bound,
    CAST(CAST(ROUND(observed * 1e4) AS BIGINT) AS DOUBLE) / 1e4 AS observed
  FROM observations
)
SELECT
  rule,
  subject,
  observed,
  refuse_bound AS bound,
  CASE
    WHEN observed IS NULL THEN 'pass'
    WHEN side * (observed - refuse_bound) > 0 THEN 'refuse'
    WHEN side * (observed - warn_bound) > 0 THEN 'warn'
    ELSE 'pass'
  END AS verdict
FROM rounded
ORDER BY rule, subject
