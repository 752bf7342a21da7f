-- question: What was sold, day by day: purchases, buyers, revenue, mean basket?
-- engines: athena, redshift, duckdb
-- data: behaviour (people are counted, no pseudonym is shown)
-- parameter: from date 1970-01-01 First day, inclusive
-- parameter: to date 9999-12-31 Last day, inclusive
SELECT
  e.date AS day,
  COUNT(*) AS purchases,
  COUNT(DISTINCT e.user_key) AS buyers,
  ROUND(SUM(e.value), 2) AS revenue,
  ROUND(SUM(e.value) / COUNT(*), 2) AS revenue_per_purchase
FROM silver_events e
WHERE e.date BETWEEN :from AND :to AND e.event_type = 'purchase'
GROUP BY e.date
ORDER BY e.date
