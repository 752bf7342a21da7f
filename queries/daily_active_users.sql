-- question: How many people use us, day by day?
-- engines: athena, redshift, duckdb
-- data: behaviour (people are counted, no pseudonym is shown)
-- parameter: from date 1970-01-01 First day, inclusive
-- parameter: to date 9999-12-31 Last day, inclusive
SELECT
  e.date AS day,
  COUNT(DISTINCT e.user_key) AS users,
  COUNT(*) AS events
FROM silver_events e
WHERE e.date BETWEEN :from AND :to AND e.event_type <> 'exposure'
GROUP BY e.date
ORDER BY e.date
