"""Spark entry point of the ETL on EMR: the same SQL files and steps as the embedded engine runs.

    spark-submit etl.py --run-date 2026-01-31 --bronze s3://<bucket> --silver s3://<bucket> \
        --gold s3://<bucket>/<region> --profiles-table <table> [--pipeline /opt/meridian/etl] [--late-days 3 ...] \
        [--limit drift_refuse=1 ...]

`--pipeline` is the folder on the nodes with `steps.json` and `sql/`. Equal input gives equal rows, however often it is
run and wherever an earlier run was killed. A run builds on the last one: it reads only the verified objects that came
since, and rewrites only the days of silver that they touch; `--full` computes everything anew, with the same rows.

`_quality/run_date=<date>/report.json` in the folder of gold says what the quality gate saw. When it refuses, nothing
but the report is published, and the exit code is still 0: the workflow's own gate reads the report and tells people.
`--strict` makes that 1.

With `--handover-queue`, what the verifier handed over must be among what the run read: see handover.py.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

PROGRAMS = "/opt/meridian/etl"
"""Where a cluster's nodes have the programs: a driver that YARN starts stands in a folder of its own, without them."""

sys.path.append(PROGRAMS)

from pyspark import StorageLevel  # type: ignore[import-not-found,unused-ignore]  # noqa: E402
from pyspark.sql import DataFrame, SparkSession  # type: ignore[import-not-found,unused-ignore]  # noqa: E402

from handover import Queue  # noqa: E402 -- found by the path above
from profiles import write_profiles  # noqa: E402
from report import Outcome, readable, report  # noqa: E402
from sources import SOURCE_COLUMNS, VERIFIED_PREFIX, kept_events, verified_events  # noqa: E402
from steps import FIGURES, Step, figures_of, sql_of, steps_of  # noqa: E402
from store import (  # noqa: E402
    EVENTS_PREFIX,
    KEPT_PREFIXES,
    State,
    delete,
    files_below,
    kept_files,
    read_text,
    save_text,
    state_of,
    usable_state,
    version_of,
    write,
)


def run(spark: SparkSession, arguments: argparse.Namespace) -> Outcome:
    """Runs every step, writes the kept ones unless a gate refuses, and says what the gates saw."""
    steps, defaults = steps_of((arguments.pipeline / "steps.json").read_text())
    figures = figures_of(defaults, arguments)
    sources = files_below(spark, f"{arguments.bronze}/{VERIFIED_PREFIX}", "*.{ndjson,ndjson.gz,parquet}")
    state = usable_state(spark, arguments, sources)
    fresh = sorted(sources.keys() - (set() if state is None else state.sources.keys()))
    verified_events(spark, fresh).createOrReplaceTempView("verified_events")
    frames: dict[str, DataFrame] = {}
    checks: list[dict[str, Any]] = []
    for step in steps:
        frame = spark.sql(sql_of((arguments.pipeline / "sql" / f"{step.name}.sql").read_text(), figures))
        if step.gate:
            checks += [row.asDict() for row in frame.collect()]
            if any(check["verdict"] == "refuse" for check in checks):
                return Outcome(passed=False, ledger=None, checks=checks)
            continue
        frames[step.name] = frame if step.view else frame.persist(StorageLevel.MEMORY_AND_DISK)
        frames[step.name].createOrReplaceTempView(step.name)
        if step.name == "typed_events":
            like = frame.select(*SOURCE_COLUMNS, "date")
            kept = like.limit(0) if state is None else kept_events(spark, arguments, like)
            # The run overwrites what it reads here.
            kept.persist(StorageLevel.MEMORY_AND_DISK).createOrReplaceTempView("kept_events")
    ledger = {
        "verified": (0 if state is None else state.verified) + frames["typed_events"].count(),
        "silver": frames["silver_events"].count(),
        "duplicates": (0 if state is None else state.duplicates) + frames["repeated_events"].where("copy > 1").count(),
        "late": frames["late_events"].count(),
    }
    publish(spark, arguments, steps, frames, days=None if state is None else touched_days(frames))
    left = State(
        version=version_of(spark, arguments),
        sources=sources,
        files=kept_files(spark, arguments),
        verified=ledger["verified"],
        duplicates=ledger["duplicates"],
    )
    save_text(spark, state_of(arguments), json.dumps(asdict(left)))
    if arguments.profiles_table is not None:
        per_second = arguments.profiles_per_second
        write_profiles(frames["gold_user_features"], arguments.profiles_table, per_second, arguments.pipeline)
    return Outcome(passed=True, ledger=ledger, checks=checks)


def touched_days(frames: dict[str, DataFrame]) -> set[str]:
    """Days whose events may differ from what stands in silver: those of every copy of an event that came now.

    What earlier runs kept holds each event once, so that an event which is there twice came now.
    """
    days = frames["typed_events"].select("date").union(frames["repeated_events"].select("date")).distinct()
    return {row["date"] for row in days.collect()}


def publish(
    spark: SparkSession,
    arguments: argparse.Namespace,
    steps: list[Step],
    frames: dict[str, DataFrame],
    *,
    days: set[str] | None,
) -> None:
    """Writes the kept tables; `days` are those of silver events that need it, all when it is None.

    The kept events come last: until then, what this run reads still stands, and a run that was killed can be repeated
    from the same state.
    """
    kept = [step for step in steps if step.store is not None]
    for step in sorted(kept, key=lambda step: step.prefix in KEPT_PREFIXES):
        location = f"{getattr(arguments, step.store or '')}/{step.prefix}"
        if days is None or step.prefix != EVENTS_PREFIX:
            write(frames[step.name], step, location, arguments.format)
            continue
        if days:
            write(frames[step.name], step, location, arguments.format, days=days)
        present = {row["date"] for row in frames[step.name].select("date").distinct().collect()}
        for day in days - present:
            delete(spark, f"{location}date={day}")


def parse(argv: list[str]) -> argparse.Namespace:
    """The command line; figures left out are those of `steps.json`."""
    parser = argparse.ArgumentParser(description="Verified events to silver and gold, on Spark.")
    parser.add_argument("--run-date", required=True, help="day of the run, YYYY-MM-DD: names its report")
    for store in ("bronze", "silver"):
        parser.add_argument(f"--{store}", required=True, help="s3://bucket")
    parser.add_argument("--gold", required=True, help="s3://bucket/region: the region's folder of what the zone shares")
    parser.add_argument("--format", choices=("parquet", "orc"), default="parquet", help="of the tables' files")
    parser.add_argument("--profiles-table", help="DynamoDB table of users' key points")
    parser.add_argument("--handover-queue", metavar="URL", help="SQS queue where the verifier tells what it verified")
    parser.add_argument("--profiles-per-second", type=int, default=2000, help="items a second into that table")
    parser.add_argument("--pipeline", type=Path, default=Path(PROGRAMS), help="folder of steps.json and sql/")
    for figure in FIGURES:
        parser.add_argument(f"--{figure.replace('_', '-')}", type=int)
    parser.add_argument("--limit", action="append", default=[], metavar="NAME=VALUE", help="a bound of the gate")
    parser.add_argument("--full", action="store_true", help="read all verified events, whatever earlier runs read")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when the gate refuses")
    return parser.parse_args(argv)


def session() -> SparkSession:
    """The session, with all that decides what the rows are."""
    return (
        SparkSession.builder.appName("meridian-etl")
        .config("spark.sql.session.timeZone", "UTC")
        # Text that is no number becomes null, as the gate wants to see it.
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.sql.parquet.compression.codec", "zstd")
        .config("spark.sql.orc.compression.codec", "zstd")
        # INT96, which is Spark's own default, has no order, so that row groups could not be skipped by time.
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        # Instants before 1582 are what the calendar of ISO 8601 says.
        .config("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED")
        .config("spark.sql.sources.partitionOverwriteMode", "static")
        .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        .getOrCreate()
    )


def job(spark: SparkSession, arguments: argparse.Namespace) -> int:
    """One run and its report; the exit code."""
    queue = None if arguments.handover_queue is None else Queue(arguments.handover_queue)
    # Before anything is listed: what is handed over later may be listed or not.
    handovers = None if queue is None else queue.take(lambda key: read_text(spark, f"{arguments.bronze}/{key}"))
    outcome = run(spark, arguments)
    folder = f"{arguments.gold}/_quality/run_date={arguments.run_date}"
    save_text(spark, f"{folder}/report.json", report(outcome))
    save_text(spark, f"{folder}/report.txt", readable(outcome))
    spark.catalog.clearCache()
    print(readable(outcome))
    if queue is not None and handovers is not None and outcome.passed:
        queue.settle(handovers, json.loads(read_text(spark, state_of(arguments)) or "{}").get("sources", {}))
    return 1 if arguments.strict and not outcome.passed else 0


def main(argv: list[str]) -> int:
    """Entry point of spark-submit."""
    arguments = parse(argv)
    spark = session()
    try:
        return job(spark, arguments)
    finally:
        spark.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
