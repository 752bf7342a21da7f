-- question: How did the users of each variant behave, by the day on which they first saw it?
-- engines: athena, redshift, duckdb
-- data: behaviour (users are counted, no pseudonym is shown)
-- parameter: from date 1970-01-01 First day of the experiment, inclusive
-- parameter: to date 9999-12-31 The look: days before this one count
-- parameter: window_seconds integer 86400 How long a user is watched from the first exposure on
-- parameter: revenue_cap integer 1000 Most that one user's revenue counts, so that no single order decides
-- A user belongs to the first variant seen and is watched for the same time wherever and whenever that was. A day is
-- shown when the last of its users has been watched to the end, and never changes after that: the last day that has
-- events is taken as not over.
WITH known AS (
  SELECT e.user_key, e.event_id, e.event_type, e.variant, e.occurred_at, e.value, e.date
  FROM silver_events e
  WHERE e.date >= :from AND e.date < :to
),
look AS (
  SELECT CAST(MAX(k.date) AS TIMESTAMP) AS moment FROM known k
),
exposures AS (
  SELECT
    k.user_key,
    k.variant,
    k.occurred_at AS exposed_at,
    k.date AS day,
    CAST(k.date AS TIMESTAMP) AS midnight,
    ROW_NUMBER() OVER (PARTITION BY k.user_key ORDER BY k.occurred_at, k.event_id) AS place
  FROM known k
  WHERE k.event_type = 'exposure' AND k.variant IS NOT NULL
),
enrolled AS (
  SELECT x.user_key, x.variant, x.exposed_at, x.day
  FROM exposures x
  CROSS JOIN look l
  WHERE x.place = 1 AND SECONDS_BETWEEN(x.midnight, l.moment) >= 86400 + :window_seconds
),
outcomes AS (
  SELECT
    n.user_key,
    n.variant,
    n.day,
    MAX(CASE WHEN k.event_type = 'exposure' AND k.variant <> n.variant THEN 1 ELSE 0 END) AS crossed,
    MAX(CASE WHEN k.event_type = 'click' THEN 1 ELSE 0 END) AS clicked,
    MAX(CASE WHEN k.event_type = 'purchase' THEN 1 ELSE 0 END) AS converted,
    SUM(CASE WHEN k.event_type = 'purchase' THEN COALESCE(k.value, 0) ELSE 0 END) AS spent
  FROM enrolled n
  INNER JOIN known k ON k.user_key = n.user_key
  WHERE k.occurred_at >= n.exposed_at AND SECONDS_BETWEEN(n.exposed_at, k.occurred_at) < :window_seconds
  GROUP BY n.user_key, n.variant, n.day
),
capped AS (
  SELECT
    o.variant,
    o.day,
    o.crossed,
    o.clicked,
    o.converted,
    CASE WHEN o.spent > :revenue_cap THEN CAST(:revenue_cap AS DOUBLE PRECISION) ELSE o.spent END AS revenue
  FROM outcomes o
)
SELECT
  day,
  variant,
  COUNT(*) AS users,
  CAST(SUM(crossed) AS BIGINT) AS crossed,
  CAST(SUM(clicked) AS BIGINT) AS clickers,
  CAST(SUM(converted) AS BIGINT) AS converters,
  SUM(revenue) AS revenue,
  SUM(revenue * revenue) AS revenue_squares
FROM capped
GROUP BY day, variant
ORDER BY day, variant
