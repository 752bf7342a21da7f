-- question: Which model's lists were the users of each variant shown?
-- engines: athena, redshift, duckdb
-- data: behaviour (exposures are counted, no pseudonym is shown)
-- parameter: from date 1970-01-01 First day, inclusive
-- parameter: to date 9999-12-31 First day that does not count any more
SELECT
  e.variant,
  e.model_version,
  COUNT(*) AS exposures
FROM silver_events e
WHERE e.date >= :from AND e.date < :to AND e.event_type = 'exposure' AND e.variant IS NOT NULL
GROUP BY e.variant, e.model_version
ORDER BY e.variant, e.model_version
