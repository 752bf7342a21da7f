-- The gate before anything is computed: no verified event may lack, garble or exceed what its contract says.
WITH wanted AS (
  SELECT * FROM (VALUES
    ('unreadable', 'line'),
    ('missing', 'event_id'), ('missing', 'schema_version'), ('missing', 'event_type'), ('missing', 'occurred_at'),
    ('missing', 'received_at'), ('missing', 'user_key'), ('missing', 'item_id'), ('missing', 'consent_analytics'),
    ('missing', 'consent_personalisation'), ('missing', 'region'),
    ('unreadable', 'schema_version'), ('unreadable', 'occurred_at'), ('unreadable', 'received_at'),
    ('unreadable', 'value'), ('unreadable', 'consent_analytics'), ('unreadable', 'consent_personalisation'),
    ('range', 'schema_version'), ('range', 'event_type'), ('range', 'value'), ('range', 'occurred_at')
  ) AS listed (rule, subject)
),
found AS (
  SELECT fault, COUNT(*) AS events FROM typed_events WHERE fault IS NOT NULL GROUP BY fault
)
SELECT
  rule,
  subject,
  CAST(COALESCE(events, 0) AS DOUBLE) AS observed,
  CAST(0 AS DOUBLE) AS bound,
  CASE WHEN events IS NULL THEN 'pass' ELSE 'refuse' END AS verdict
FROM wanted
LEFT JOIN found ON found.fault = concat(wanted.rule, ' ', wanted.subject)
ORDER BY rule, subject
