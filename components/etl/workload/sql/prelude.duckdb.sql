-- The macro layer. The pipeline's SQL is Spark's; where DuckDB has the same thing under another name, a macro gives it
-- Spark's. Nothing else differs between the engines.
--   unix_micros(t)   microseconds since 1970-01-01 UTC, an integer
--   max_by, concat, substr, coalesce, pow, round, lag, row_number: the same in both
CREATE OR REPLACE MACRO unix_micros(t) AS epoch_us(t);
