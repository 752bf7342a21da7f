-- Features of each item. Written by contracts/lake/emit.ts from feature-store.json: change them there.
WITH
by_events AS (
  SELECT
    e.item_id,
    COUNT(CASE WHEN e.event_type = 'view' THEN 1 END) AS views,
    COUNT(CASE WHEN e.event_type = 'click' THEN 1 END) AS clicks,
    COUNT(CASE WHEN e.event_type = 'add_to_cart' THEN 1 END) AS add_to_carts,
    COUNT(CASE WHEN e.event_type = 'purchase' THEN 1 END) AS purchases,
    COUNT(CASE WHEN e.event_type = 'exposure' THEN 1 END) AS exposures,
    COUNT(DISTINCT e.user_key) AS users,
    CAST(COALESCE(SUM(CASE WHEN e.event_type = 'purchase' THEN CAST(ROUND(e.value * 100) AS BIGINT) END), 0) AS BIGINT) / CAST(100 AS DOUBLE) AS revenue,
    COUNT(CASE WHEN e.event_type = 'purchase' THEN 1 END) / CAST(NULLIF(COUNT(CASE WHEN e.event_type = 'view' THEN 1 END), 0) AS DOUBLE) AS purchases_per_view,
    MIN(e.occurred_at) AS first_seen_at,
    MAX(e.occurred_at) AS last_seen_at
  FROM event_facts e
  WHERE TRUE
  GROUP BY e.item_id
)
SELECT
  by_events.item_id,
  COALESCE(by_events.views, 0) AS views,
  COALESCE(by_events.clicks, 0) AS clicks,
  COALESCE(by_events.add_to_carts, 0) AS add_to_carts,
  COALESCE(by_events.purchases, 0) AS purchases,
  COALESCE(by_events.exposures, 0) AS exposures,
  COALESCE(by_events.users, 0) AS users,
  COALESCE(by_events.revenue, 0) AS revenue,
  by_events.purchases_per_view,
  by_events.first_seen_at,
  by_events.last_seen_at
FROM by_events
