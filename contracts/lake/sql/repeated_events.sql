-- The copies of each repeated event, numbered: the survivor is copy 1, the copy that was received first. Ties are broken by
-- every column that can differ, so that the survivor never depends on the order of the files.
SELECT
  *,
  ROW_NUMBER() OVER (
    PARTITION BY event_id
    ORDER BY
      received_at, occurred_at, user_key, event_type, item_id, region,
      COALESCE(session_id, ''), COALESCE(value, -1), COALESCE(page, ''), COALESCE(referrer_host, ''),
      COALESCE(device, ''), COALESCE(ip_prefix, ''), COALESCE(variant, ''), COALESCE(model_version, ''),
      schema_version, consent_analytics, consent_personalisation,
      session_id IS NULL, page IS NULL, referrer_host IS NULL, device IS NULL, ip_prefix IS NULL, variant IS NULL, model_version IS NULL
  ) AS copy
FROM event_copies e
SEMI JOIN repeated_ids r ON r.digest = xxhash64(e.event_id)
