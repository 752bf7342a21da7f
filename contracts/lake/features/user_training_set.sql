-- Labels with the features of each user as they were known just before the label. Written by contracts/lake/emit.ts.
WITH cases AS (
  SELECT DISTINCT user_key, label_at FROM labels
),
by_events AS (
  SELECT
    c.user_key,
    c.label_at,
    MIN(e.region) AS region,
    COUNT(*) AS events,
    COUNT(DISTINCT e.item_id) AS items,
    COUNT(CASE WHEN e.event_type = 'view' THEN 1 END) AS views,
    COUNT(CASE WHEN e.event_type = 'purchase' THEN 1 END) AS purchases,
    CAST(COALESCE(SUM(CASE WHEN e.event_type = 'purchase' THEN CAST(ROUND(e.value * 100) AS BIGINT) END), 0) AS BIGINT) / CAST(100 AS DOUBLE) AS revenue,
    COUNT(CASE WHEN unix_micros(CAST(c.label_at AS TIMESTAMP)) - unix_micros(e.occurred_at) < CAST(7 AS BIGINT) * 86400000000 THEN 1 END) AS events_7d,
    MIN(e.occurred_at) AS first_seen_at,
    MAX(e.occurred_at) AS last_seen_at
  FROM cases c
  JOIN event_facts e ON e.user_key = c.user_key AND e.occurred_at < c.label_at AND e.received_at < c.label_at
  WHERE e.consent_personalisation AND e.event_type <> 'exposure'
  GROUP BY c.user_key, c.label_at
),
by_visits AS (
  SELECT
    c.user_key,
    c.label_at,
    COUNT(DISTINCT s.started_at) AS sessions
  FROM cases c
  JOIN event_facts e ON e.user_key = c.user_key AND e.occurred_at < c.label_at AND e.received_at < c.label_at AND e.event_type <> 'exposure'
  JOIN silver_sessions s ON s.user_key = e.user_key AND e.occurred_at BETWEEN s.started_at AND s.ended_at
  GROUP BY c.user_key, c.label_at
)
SELECT
  l.*,
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
FROM labels l
LEFT JOIN by_events ON by_events.user_key = l.user_key AND by_events.label_at = l.label_at
LEFT JOIN by_visits ON by_visits.user_key = l.user_key AND by_visits.label_at = l.label_at
