-- The macro layer. The pipeline's SQL is Spark's; where DuckDB has the same thing under another name, a macro gives it
-- Spark's. Nothing else differs between the engines, and Spark needs no prelude.
--   unix_micros(t)        microseconds since 1970-01-01 UTC, an integer
--   collect_set(t)        the distinct values of a group, in no order
--   size(a)               how many an array has
--   xxhash64(t)           a digest of 64 bits; the two engines give different ones, and no row shows any
--   try_to_timestamp(t)   the instant that a text names, UTC; its offset counts, where DuckDB's own cast drops it
CREATE OR REPLACE MACRO unix_micros(t) AS epoch_us(t);
CREATE OR REPLACE MACRO try_to_timestamp(t) AS make_timestamp(epoch_us(TRY_CAST(t AS TIMESTAMPTZ)));
CREATE OR REPLACE MACRO xxhash64(t) AS hash(t);
CREATE OR REPLACE MACRO collect_set(t) AS list_distinct(list(t));
CREATE OR REPLACE MACRO size(a) AS len(a);
