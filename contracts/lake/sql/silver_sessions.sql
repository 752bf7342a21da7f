-- Visits: a user's events with no gap longer than ${session_gap_minutes} minutes. An exposure is what we showed, not
-- what the user did, and opens no visit. `date` is the day on which the visit began.
-- Events in one slot, which is as long as the gap, are of one visit: only slots have to be put in order, not events.
WITH slots AS (
  SELECT
    user_key,
    -- The remainder has the sign of the instant: the second one makes it positive.
    unix_micros(occurred_at) - MOD(
      MOD(unix_micros(occurred_at), CAST(${session_gap_minutes} AS BIGINT) * 60000000)
        + CAST(${session_gap_minutes} AS BIGINT) * 60000000,
      CAST(${session_gap_minutes} AS BIGINT) * 60000000
    ) AS slot,
    MIN(unix_micros(occurred_at)) AS began,
    MAX(unix_micros(occurred_at)) AS ended
  FROM event_facts
  WHERE event_type <> 'exposure'
  GROUP BY 1, 2
),
pauses AS (
  SELECT user_key, slot, began - LAG(ended) OVER (PARTITION BY user_key ORDER BY slot) AS pause
  FROM slots
),
visits AS (
  SELECT
    user_key, slot,
    CAST(
      SUM(CASE WHEN pause <= CAST(${session_gap_minutes} AS BIGINT) * 60000000 THEN 0 ELSE 1 END)
        OVER (PARTITION BY user_key ORDER BY slot ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS INT
    ) AS visit
  FROM pauses
)
SELECT
  concat(a.user_key, '-', CAST(MIN(unix_micros(a.occurred_at)) AS STRING)) AS session_key,
  a.user_key,
  MIN(a.region) AS region,
  MIN(a.occurred_at) AS started_at,
  MAX(a.occurred_at) AS ended_at,
  CAST((MAX(unix_micros(a.occurred_at)) - MIN(unix_micros(a.occurred_at))) / 1e6 AS DOUBLE) AS duration_seconds,
  COUNT(*) AS events,
  COUNT(CASE WHEN a.event_type = 'view' THEN 1 END) AS views,
  COUNT(CASE WHEN a.event_type = 'click' THEN 1 END) AS clicks,
  COUNT(CASE WHEN a.event_type = 'add_to_cart' THEN 1 END) AS add_to_carts,
  COUNT(CASE WHEN a.event_type = 'purchase' THEN 1 END) AS purchases,
  CAST(size(collect_set(a.item_id)) AS BIGINT) AS items,
  -- Money is added up in cents, as integers: the order in which an engine adds then does not show.
  CAST(COALESCE(SUM(CASE WHEN a.event_type = 'purchase' THEN CAST(ROUND(a.value * 100) AS BIGINT) END), 0) AS BIGINT)
    / CAST(100 AS DOUBLE) AS revenue,
  MIN(a.device) AS device,
  CAST(CAST(MIN(a.occurred_at) AS DATE) AS STRING) AS date
FROM event_facts a
JOIN visits v
  ON v.user_key = a.user_key
  AND v.slot = unix_micros(a.occurred_at) - MOD(
    MOD(unix_micros(a.occurred_at), CAST(${session_gap_minutes} AS BIGINT) * 60000000)
      + CAST(${session_gap_minutes} AS BIGINT) * 60000000,
    CAST(${session_gap_minutes} AS BIGINT) * 60000000
  )
WHERE a.event_type <> 'exposure'
GROUP BY a.user_key, v.visit
