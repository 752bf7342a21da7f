-- Users who agreed to personalisation: their key points, also kept in the profiles table.
WITH visits AS (
  SELECT user_key, COUNT(*) AS sessions
  FROM silver_sessions
  GROUP BY user_key
)
SELECT
  e.user_key,
  MIN(e.region) AS region,
  COUNT(*) AS events,
  COALESCE(MAX(v.sessions), 0) AS sessions,
  COUNT(DISTINCT e.item_id) AS items,
  COUNT(CASE WHEN e.event_type = 'view' THEN 1 END) AS views,
  COUNT(CASE WHEN e.event_type = 'purchase' THEN 1 END) AS purchases,
  CAST(COALESCE(SUM(CASE WHEN e.event_type = 'purchase' THEN CAST(ROUND(e.value * 100) AS BIGINT) END), 0) AS BIGINT)
    / CAST(100 AS DOUBLE) AS revenue,
  MIN(e.occurred_at) AS first_seen_at,
  MAX(e.occurred_at) AS last_seen_at
FROM silver_events e
LEFT JOIN visits v ON v.user_key = e.user_key
WHERE e.consent_personalisation AND e.event_type <> 'exposure'
GROUP BY e.user_key
