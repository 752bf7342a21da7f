-- Users who agreed to personalisation: their key points, also kept in the profiles table.
WITH visits AS (
  SELECT user_key, COUNT(*) AS sessions
  FROM silver_sessions
  GROUP BY user_key
),
users AS (
  SELECT
    user_key,
    MIN(region) AS region,
    COUNT(*) AS events,
    COUNT(DISTINCT item_id) AS items,
    COUNT(CASE WHEN event_type = 'view' THEN 1 END) AS views,
    COUNT(CASE WHEN event_type = 'purchase' THEN 1 END) AS purchases,
    CAST(COALESCE(SUM(CASE WHEN event_type = 'purchase' THEN CAST(ROUND(value * 100) AS BIGINT) END), 0) AS BIGINT)
      / CAST(100 AS DOUBLE) AS revenue,
    MIN(occurred_at) AS first_seen_at,
    MAX(occurred_at) AS last_seen_at
  FROM event_facts
  WHERE consent_personalisation AND event_type <> 'exposure'
  GROUP BY user_key
)
SELECT
  u.user_key, u.region, u.events, COALESCE(v.sessions, 0) AS sessions, u.items, u.views, u.purchases, u.revenue,
  u.first_seen_at, u.last_seen_at
FROM users u
LEFT JOIN visits v ON v.user_key = u.user_key
