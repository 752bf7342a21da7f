-- question: How long after they happened do events reach us?
-- engines: athena, redshift, duckdb
-- data: technical (time stamps)
-- parameter: from date 1970-01-01 First day, inclusive
-- parameter: to date 9999-12-31 Last day, inclusive
WITH delays AS (
  SELECT SECONDS_BETWEEN(e.occurred_at, e.received_at) AS seconds
  FROM silver_events e
  WHERE e.date BETWEEN :from AND :to
),
placed AS (
  SELECT
    CASE WHEN seconds < 60 THEN 1 WHEN seconds < 3600 THEN 2 WHEN seconds < 86400 THEN 3 ELSE 4 END AS place
  FROM delays
)
SELECT
  CASE place WHEN 1 THEN 'under a minute' WHEN 2 THEN 'under an hour' WHEN 3 THEN 'under a day' ELSE 'a day or more' END
    AS delay,
  COUNT(*) AS events,
  ROUND(CAST(COUNT(*) AS DOUBLE PRECISION) / NULLIF(SUM(COUNT(*)) OVER (), 0), 4) AS share
FROM placed
GROUP BY place
ORDER BY place
