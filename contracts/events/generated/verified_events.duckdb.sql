-- Generated from the event contract by contracts/events/emit.ts.
CREATE OR REPLACE VIEW "verified_events" AS
SELECT
  "event_id",
  "schema_version",
  "event_type",
  CAST(rtrim("occurred_at", 'Z') AS TIMESTAMP) AS "occurred_at",
  CAST(rtrim("received_at", 'Z') AS TIMESTAMP) AS "received_at",
  "user_key",
  "item_id",
  "session_id",
  "value",
  "page",
  "referrer_host",
  "device",
  "ip_prefix",
  "consent_analytics",
  "consent_personalisation",
  "variant",
  "model_version",
  "region"
FROM read_json(
  'verified/events/**/*.ndjson.gz',
  format = 'newline_delimited',
  hive_partitioning = false,
  columns = {
    "event_id": 'VARCHAR',
    "schema_version": 'INTEGER',
    "event_type": 'VARCHAR',
    "occurred_at": 'VARCHAR',
    "received_at": 'VARCHAR',
    "user_key": 'VARCHAR',
    "item_id": 'VARCHAR',
    "session_id": 'VARCHAR',
    "value": 'DOUBLE',
    "page": 'VARCHAR',
    "referrer_host": 'VARCHAR',
    "device": 'VARCHAR',
    "ip_prefix": 'VARCHAR',
    "consent_analytics": 'BOOLEAN',
    "consent_personalisation": 'BOOLEAN',
    "variant": 'VARCHAR',
    "model_version": 'VARCHAR',
    "region": 'VARCHAR'
  }
);
