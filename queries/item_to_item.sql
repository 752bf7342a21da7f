-- question: What else do people like who like one item, beyond what everybody likes?
-- engines: athena, redshift, duckdb
-- data: behaviour (people are counted, no pseudonym is shown)
-- parameter: item string - Item to start from, e.g. one of top_items
-- parameter: limit integer 10 Number of items, at least 1
WITH fans AS (
  SELECT i.user_key FROM gold_interactions i WHERE i.item_id = :item
),
people AS (
  SELECT COUNT(DISTINCT i.user_key) AS n FROM gold_interactions i
),
also AS (
  SELECT i.item_id, COUNT(*) AS users
  FROM gold_interactions i
  INNER JOIN fans f ON f.user_key = i.user_key
  WHERE i.item_id <> :item
  GROUP BY i.item_id
),
everybody AS (
  SELECT i.item_id, COUNT(*) AS users FROM gold_interactions i GROUP BY i.item_id
)
SELECT
  a.item_id,
  a.users,
  ROUND(
    CAST(a.users AS DOUBLE PRECISION) * p.n / (e.users * CAST((SELECT COUNT(*) FROM fans) AS DOUBLE PRECISION)), 2
  ) AS lift
FROM also a
INNER JOIN everybody e ON e.item_id = a.item_id
CROSS JOIN people p
ORDER BY a.users DESC, lift DESC, a.item_id
LIMIT :limit
