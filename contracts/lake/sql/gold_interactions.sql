-- What a user did with an item, as one weight: stronger acts count more, and an act of ${half_life_days} days ago counts half.
-- Age is measured from the newest event, so that equal data gives equal weights whenever the job runs.
-- Only of users who agreed to personalisation. Weights are added up in millionths, as integers.
WITH clock AS (
  SELECT MAX(unix_micros(occurred_at)) AS micros FROM event_facts
),
weighted AS (
  SELECT
    e.user_key, e.item_id, e.region, e.event_type, e.occurred_at,
    CAST(ROUND(
      1e6
      * CASE e.event_type WHEN 'view' THEN 1 WHEN 'click' THEN 2 WHEN 'add_to_cart' THEN 4 ELSE 8 END
      * pow(CAST(0.5 AS DOUBLE), (clock.micros - unix_micros(e.occurred_at)) / 8.64e10 / CAST(${half_life_days} AS DOUBLE))
    ) AS BIGINT) AS millionths
  FROM event_facts e
  CROSS JOIN clock
  WHERE e.consent_personalisation AND e.event_type IN ('view', 'click', 'add_to_cart', 'purchase')
)
SELECT
  user_key,
  item_id,
  MIN(region) AS region,
  CAST(SUM(millionths) AS BIGINT) / 1e6 AS weight,
  COUNT(*) AS events,
  COUNT(CASE WHEN event_type = 'purchase' THEN 1 END) AS purchases,
  MIN(occurred_at) AS first_occurred_at,
  MAX(occurred_at) AS last_occurred_at
FROM weighted
GROUP BY user_key, item_id
