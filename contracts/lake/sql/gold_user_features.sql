-- Features of each user. Written by contracts/lake/emit.ts from feature-store.json: change them there.
WITH clock AS (SELECT MAX(unix_micros(occurred_at)) AS micros FROM event_facts),
by_events AS (
  SELECT
    e.user_key,
    MIN(e.region) AS region,
    COUNT(*) AS events,
    COUNT(DISTINCT e.item_id) AS items,
    COUNT(CASE WHEN e.event_type = 'view' THEN 1 END) AS views,
    COUNT(CASE WHEN e.event_type = 'purchase' THEN 1 END) AS purchases,
    CAST(COALESCE(SUM(CASE WHEN e.event_type = 'purchase' THEN CAST(ROUND(e.value * 100) AS BIGINT) END), 0) AS BIGINT) / CAST(100 AS DOUBLE) AS revenue,
    COUNT(CASE WHEN clock.micros - unix_micros(e.occurred_at) < CAST(7 AS BIGINT) * 86400000000 THEN 1 END) AS events_7d,
    MIN(e.occurred_at) AS first_seen_at,
    MAX(e.occurred_at) AS last_seen_at
  FROM event_facts e
  CROSS JOIN clock
  WHERE e.consent_personalisation AND e.event_type <> 'exposure'
  GROUP BY e.user_key
),
by_visits AS (
  SELECT
    s.user_key,
    COUNT(DISTINCT s.started_at) AS sessions
  FROM silver_sessions s
  GROUP BY s.user_key
)
SELECT
  by_events.user_key,
  by_events.region,
  COALESCE(by_events.events, 0) AS events,
  COALESCE(by_visits.sessions, 0) AS sessions,
  COALESCE(by_events.items, 0) AS items,
  COALESCE(by_events.views, 0) AS views,
  COALESCE(by_events.purchases, 0) AS purchases,
  COALESCE(by_events.revenue, 0) AS revenue,
  COALESCE(by_events.events_7d, 0) AS events_7d,
  by_events.first_seen_at,
  by_events.last_seen_at
FROM by_events
LEFT JOIN by_visits ON by_visits.user_key = by_events.user_key
