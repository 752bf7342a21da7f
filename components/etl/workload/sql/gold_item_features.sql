-- Items as the model and the analysts see them: over all events in silver, whoever made them.
SELECT
  item_id,
  COUNT(CASE WHEN event_type = 'view' THEN 1 END) AS views,
  COUNT(CASE WHEN event_type = 'click' THEN 1 END) AS clicks,
  COUNT(CASE WHEN event_type = 'add_to_cart' THEN 1 END) AS add_to_carts,
  COUNT(CASE WHEN event_type = 'purchase' THEN 1 END) AS purchases,
  COUNT(CASE WHEN event_type = 'exposure' THEN 1 END) AS exposures,
  COUNT(DISTINCT user_key) AS users,
  CAST(COALESCE(SUM(CASE WHEN event_type = 'purchase' THEN CAST(ROUND(value * 100) AS BIGINT) END), 0) AS BIGINT)
    / CAST(100 AS DOUBLE) AS revenue,
  COUNT(CASE WHEN event_type = 'purchase' THEN 1 END)
    / CAST(NULLIF(COUNT(CASE WHEN event_type = 'view' THEN 1 END), 0) AS DOUBLE) AS purchases_per_view,
  MIN(occurred_at) AS first_seen_at,
  MAX(occurred_at) AS last_seen_at
FROM event_facts
GROUP BY item_id
