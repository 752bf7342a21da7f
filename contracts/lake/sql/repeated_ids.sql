-- Ids that more than one copy carries, by their digest: a number takes a fifth of an id's memory. Two ids that share a
-- digest by chance are ranked below like all others, each by itself.
SELECT xxhash64(event_id) AS digest
FROM event_copies
GROUP BY xxhash64(event_id)
HAVING COUNT(*) > 1
