-- question: How many items did each variant show how often?
-- engines: athena, redshift, duckdb
-- data: behaviour (items are counted, neither they nor people are shown)
-- parameter: from date 1970-01-01 First day, inclusive
-- parameter: to date 9999-12-31 First day that does not count any more
-- Counts of counts: how much of the catalogue a variant shows can be held against another variant's at equal numbers of
-- exposures, whatever the catalogue's size.
WITH shown AS (
  SELECT e.variant, e.item_id, COUNT(*) AS times
  FROM silver_events e
  WHERE e.date >= :from AND e.date < :to AND e.event_type = 'exposure' AND e.variant IS NOT NULL
  GROUP BY e.variant, e.item_id
)
SELECT
  s.variant,
  s.times,
  COUNT(*) AS items
FROM shown s
GROUP BY s.variant, s.times
ORDER BY s.variant, s.times
