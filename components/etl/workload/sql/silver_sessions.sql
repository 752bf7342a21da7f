-- Visits: a user's events with no gap longer than ${session_gap_minutes} minutes. An exposure is what we showed, not
-- what the user did, and opens no visit. `date` is the day on which the visit began.
WITH ordered AS (
  SELECT
    user_key, region, event_id, event_type, item_id, value, device, occurred_at,
    unix_micros(occurred_at) AS micros,
    LAG(unix_micros(occurred_at)) OVER (PARTITION BY user_key ORDER BY occurred_at, event_id) AS previous
  FROM silver_events
  WHERE event_type <> 'exposure'
),
marked AS (
  SELECT
    *,
    SUM(CASE WHEN previous IS NULL OR micros - previous > CAST(${session_gap_minutes} AS BIGINT) * 60000000 THEN 1 ELSE 0 END)
      OVER (PARTITION BY user_key ORDER BY occurred_at, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      AS visit
  FROM ordered
)
SELECT
  concat(user_key, '-', CAST(MIN(micros) AS STRING)) AS session_key,
  user_key,
  MIN(region) AS region,
  MIN(occurred_at) AS started_at,
  MAX(occurred_at) AS ended_at,
  CAST((MAX(micros) - MIN(micros)) / 1e6 AS DOUBLE) AS duration_seconds,
  COUNT(*) AS events,
  COUNT(CASE WHEN event_type = 'view' THEN 1 END) AS views,
  COUNT(CASE WHEN event_type = 'click' THEN 1 END) AS clicks,
  COUNT(CASE WHEN event_type = 'add_to_cart' THEN 1 END) AS add_to_carts,
  COUNT(CASE WHEN event_type = 'purchase' THEN 1 END) AS purchases,
  COUNT(DISTINCT item_id) AS items,
  -- Money is added up in cents, as integers: the order in which an engine adds then does not show.
  CAST(COALESCE(SUM(CASE WHEN event_type = 'purchase' THEN CAST(ROUND(value * 100) AS BIGINT) END), 0) AS BIGINT)
    / CAST(100 AS DOUBLE) AS revenue,
  MIN(device) AS device,
  CAST(CAST(MIN(occurred_at) AS DATE) AS STRING) AS date
FROM marked
GROUP BY user_key, visit
