-- Every copy of every event with its number. Few events come twice: only theirs had to be ranked.
SELECT *, 1 AS copy
FROM event_copies e
ANTI JOIN repeated_ids r ON r.digest = xxhash64(e.event_id)
UNION ALL
SELECT * FROM repeated_events
