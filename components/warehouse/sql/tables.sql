-- What is asked for: the lake's tables as they lie in S3, and the events of the last days in the cluster itself.
CREATE EXTERNAL SCHEMA IF NOT EXISTS lake FROM DATA CATALOG DATABASE '${glue_database}' IAM_ROLE DEFAULT;

CREATE SCHEMA IF NOT EXISTS mart;

-- Loads the day before a run, and again what late events may have changed, each day once: all of it or nothing. A day that
-- was never loaded is not tried again here: S3 may not have it, and COPY of nothing is an error.
CREATE OR REPLACE PROCEDURE mart.load_events(run_date IN DATE) AS $$
DECLARE
  loaded BIGINT;
  one_day DATE;
BEGIN
  FOR back IN 1..${late_days} LOOP
    one_day := run_date - back;
    SELECT INTO loaded COUNT(*) FROM mart.events WHERE occurred_at >= one_day AND occurred_at < one_day + 1;
    IF back = 1 OR loaded > 0 THEN
      DELETE FROM mart.events WHERE occurred_at >= one_day AND occurred_at < one_day + 1;
      EXECUTE 'COPY mart.events FROM ''s3://${silver_bucket}/${events_prefix}date='
        || TO_CHAR(one_day, 'YYYY-MM-DD')
        || '/'' IAM_ROLE DEFAULT FORMAT AS PARQUET';
    END IF;
  END LOOP;
  DELETE FROM mart.events WHERE occurred_at < run_date - ${hot_days};
END;
$$ LANGUAGE plpgsql;
