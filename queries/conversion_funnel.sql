-- question: Of all visits, how many get to a click, a cart, a purchase?
-- engines: athena, redshift, duckdb
-- data: behaviour (visits are counted)
-- parameter: from date 1970-01-01 First day, inclusive
-- parameter: to date 9999-12-31 Last day, inclusive
WITH visits AS (
  SELECT
    COUNT(*) AS total,
    COUNT(CASE WHEN s.views > 0 THEN 1 END) AS viewed,
    COUNT(CASE WHEN s.clicks > 0 THEN 1 END) AS clicked,
    COUNT(CASE WHEN s.add_to_carts > 0 THEN 1 END) AS carted,
    COUNT(CASE WHEN s.purchases > 0 THEN 1 END) AS bought
  FROM silver_sessions s
  WHERE s.date BETWEEN :from AND :to
),
stages AS (
  SELECT 1 AS place, 'visit' AS stage, total AS visits, total FROM visits
  UNION ALL
  SELECT 2 AS place, 'view' AS stage, viewed AS visits, total FROM visits
  UNION ALL
  SELECT 3 AS place, 'click' AS stage, clicked AS visits, total FROM visits
  UNION ALL
  SELECT 4 AS place, 'add_to_cart' AS stage, carted AS visits, total FROM visits
  UNION ALL
  SELECT 5 AS place, 'purchase' AS stage, bought AS visits, total FROM visits
)
SELECT
  stage,
  visits,
  ROUND(CAST(visits AS DOUBLE PRECISION) / NULLIF(total, 0), 4) AS share_of_visits
FROM stages
ORDER BY place
