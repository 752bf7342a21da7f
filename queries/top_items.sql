-- question: Which items sell best, and how well do their views convert?
-- engines: athena, redshift, duckdb
-- data: behaviour (of items, not of people)
-- parameter: limit integer 10 Number of items, at least 1
SELECT
  i.item_id,
  i.views,
  i.clicks,
  i.purchases,
  i.revenue,
  ROUND(i.purchases_per_view, 4) AS purchases_per_view
FROM gold_item_features i
ORDER BY i.purchases DESC, i.views DESC, i.item_id
LIMIT :limit
