-- The most popular items of each region, by the same decayed weights as the model learns from.
WITH totals AS (
  SELECT
    region, item_id, COUNT(*) AS users,
    CAST(SUM(CAST(ROUND(weight * 1e6) AS BIGINT)) AS BIGINT) AS millionths
  FROM gold_interactions
  GROUP BY region, item_id
),
ranked AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY region ORDER BY millionths DESC, item_id) AS place
  FROM totals
)
SELECT region, CAST(place AS BIGINT) AS place, item_id, millionths / 1e6 AS score, users
FROM ranked
WHERE place <= ${popular_items}
