-- question: How often do people come back: how many had one visit, two, three, ...?
-- engines: athena, redshift, duckdb
-- data: behaviour (people are counted, no pseudonym is shown)
-- parameter: from date 1970-01-01 First day, inclusive
-- parameter: to date 9999-12-31 Last day, inclusive
WITH visitors AS (
  SELECT s.user_key, COUNT(*) AS visits, SUM(s.duration_seconds) AS seconds
  FROM silver_sessions s
  WHERE s.date BETWEEN :from AND :to
  GROUP BY s.user_key
)
SELECT
  CASE WHEN visits < 10 THEN visits ELSE 10 END AS visits_up_to_10,
  COUNT(*) AS users,
  ROUND(SUM(seconds) / SUM(visits) / 60, 1) AS minutes_per_visit
FROM visitors
GROUP BY CASE WHEN visits < 10 THEN visits ELSE 10 END
ORDER BY visits_up_to_10
