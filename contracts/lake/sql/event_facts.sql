-- Silver events with what the tables below are computed from, and nothing else.
SELECT
  user_key, item_id, event_type, device, region, date, value, occurred_at, received_at, consent_personalisation
FROM silver_events
