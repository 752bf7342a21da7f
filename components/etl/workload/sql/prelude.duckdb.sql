-- The macro layer. The pipeline's SQL is Spark's; where DuckDB has the same thing under another name, a macro gives it
-- Spark's. Nothing else differs between the engines, and Spark needs no prelude.
--   unix_micros(t)        microseconds since 1970-01-01 UTC, an integer
--   try_to_timestamp(t)   the instant that a text names, UTC; its offset counts, where DuckDB's own cast drops it
CREATE OR REPLACE MACRO unix_micros(t) AS epoch_us(t);
CREATE OR REPLACE MACRO try_to_timestamp(t) AS make_timestamp(epoch_us(TRY_CAST(t AS TIMESTAMPTZ)));
