-- question: Which part of the people, and of their events, may we personalise for?
-- engines: athena, redshift, duckdb
-- data: technical (consent flags; people are counted)
-- parameter: from date 1970-01-01 First day, inclusive
-- parameter: to date 9999-12-31 Last day, inclusive
SELECT
  e.region,
  COUNT(*) AS events,
  COUNT(DISTINCT e.user_key) AS users,
  COUNT(DISTINCT CASE WHEN e.consent_personalisation THEN e.user_key END) AS users_personalised,
  ROUND(
    CAST(COUNT(CASE WHEN e.consent_personalisation THEN 1 END) AS DOUBLE PRECISION) / COUNT(*), 4
  ) AS share_of_events
FROM silver_events e
WHERE e.date BETWEEN :from AND :to
GROUP BY e.region
ORDER BY e.region
