"""Spark entry point of the ETL on EMR: the same SQL files and steps as the embedded engine runs.

    spark-submit etl.py --run-date 2026-01-31 --bronze s3://<bucket> --silver s3://<bucket> --gold s3://<bucket> \
        --profiles-table <table> [--pipeline /opt/meridian/etl] [--late-days 3 ...] [--limit drift_refuse=1 ...]

`--pipeline` is the folder on the nodes with `steps.json` and `sql/`. Equal input gives equal rows, however often it is
run and wherever an earlier run was killed. `_quality/run_date=<date>/report.json` in the gold bucket says what the
quality gate saw; when it refuses, nothing but the report is published, and the exit code is still 0: the workflow's own
gate reads the report and tells people. `--strict` makes that 1.
"""

from __future__ import annotations

import argparse
import json
import string
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from pyspark import StorageLevel  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql import DataFrame, Row, SparkSession  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import col as column  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import date_format  # type: ignore[import-not-found,unused-ignore]

VERIFIED_PREFIX = "verified/events/"
"""Where verified events stand in the bronze bucket."""

BATCH_ITEMS = 25
"""Most items in one BatchWriteItem."""

ISO_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"

PROFILE_COLUMNS = (
    *("user_key", "region", "events", "sessions", "items", "purchases", "revenue"),
    *("first_seen_at", "last_seen_at"),
)
"""A user's key points; a test compares them with the embedded engine's."""

SOURCE_COLUMNS = (
    *("event_id", "schema_version", "event_type", "occurred_at", "received_at", "user_key", "item_id", "session_id"),
    *("value", "page", "referrer_host", "device", "ip_prefix", "consent_analytics", "consent_personalisation"),
    *("variant", "model_version", "region"),
)
"""Columns of verified events, read as text, for the SQL to cast. A test compares them with the event contract."""

AGE_HOURS_REFUSE = 72
"""Age of the newest event that a run on a cluster refuses: there data comes in all day."""


@dataclass(frozen=True)
class Step:
    """One SELECT of the pipeline: kept when it has a store, a judgement on the run when it is a gate."""

    name: str
    gate: bool
    store: str | None
    prefix: str
    partition_by: str | None
    sort_by: tuple[str, ...]


def steps_of(description: str) -> tuple[list[Step], dict[str, float]]:
    """The steps and default figures in `steps.json`."""
    parsed = json.loads(description)
    steps = [
        Step(
            name=step["name"],
            gate=step.get("gate", False),
            store=step.get("store"),
            prefix=step.get("prefix", ""),
            partition_by=step.get("partitionBy"),
            sort_by=tuple(step.get("sortBy", ())),
        )
        for step in parsed["steps"]
    ]
    return steps, {**parsed["parameters"], **parsed["limits"]}


def sql_of(template: str, figures: dict[str, float]) -> str:
    """A step's SQL with the figures filled in; an unknown figure is a KeyError."""
    return string.Template(template).substitute(figures)


def figures_of(defaults: dict[str, float], arguments: argparse.Namespace) -> dict[str, float]:
    """Defaults, then what the command line says; a limit that no SQL knows is a ValueError."""
    named = {name: value for name in defaults if (value := getattr(arguments, name, None)) is not None}
    limits = dict(limit.split("=", 1) for limit in arguments.limit)
    if unknown := sorted(limits.keys() - defaults.keys()):
        raise ValueError(f"want --limit of {', '.join(sorted(defaults))}, got {', '.join(unknown)}")
    epoch_day = (date.fromisoformat(arguments.run_date) - date(1970, 1, 1)).days
    given = {name: float(value) if "." in value else int(value) for name, value in limits.items()}
    return {**defaults, "age_hours_refuse": AGE_HOURS_REFUSE, **named, **given, "run_epoch_day": epoch_day}


def write(frame: DataFrame, step: Step, location: str, form: str) -> None:
    """Overwrites one kept table there, as Parquet or ORC.

    Rows are spread by ranges of the sort order and sorted within each file, so that files and their row groups carry
    narrow ranges; Spark joins small ranges until a file has the size that it is told to aim at.
    """
    order = (*([] if step.partition_by is None else [step.partition_by]), *step.sort_by)
    writer = frame.repartitionByRange(*order).sortWithinPartitions(*order).write.mode("overwrite")
    if step.partition_by is not None:
        writer = writer.partitionBy(step.partition_by)
    writer.format(form).save(location)


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    passed: bool
    ledger: dict[str, int] | None
    checks: list[dict[str, Any]]


def run(spark: SparkSession, arguments: argparse.Namespace) -> Outcome:
    """Runs every step, writes the kept ones unless a gate refuses, and says what the gates saw."""
    steps, defaults = steps_of((arguments.pipeline / "steps.json").read_text())
    figures = figures_of(defaults, arguments)
    text = ", ".join(f"{name} STRING" for name in SOURCE_COLUMNS)
    source = spark.read.schema(text).option("recursiveFileLookup", "true").option("pathGlobFilter", "*.ndjson*")
    source.json(f"{arguments.bronze}/{VERIFIED_PREFIX}").createOrReplaceTempView("verified_events")
    frames: dict[str, DataFrame] = {}
    checks: list[dict[str, Any]] = []
    for step in steps:
        frame = spark.sql(sql_of((arguments.pipeline / "sql" / f"{step.name}.sql").read_text(), figures))
        if step.gate:
            checks += [row.asDict() for row in frame.collect()]
            if any(check["verdict"] == "refuse" for check in checks):
                return Outcome(passed=False, ledger=None, checks=checks)
            continue
        frames[step.name] = frame.persist(StorageLevel.MEMORY_AND_DISK)
        frames[step.name].createOrReplaceTempView(step.name)
        if step.name == "typed_events":
            frame.limit(0).createOrReplaceTempView("kept_events")
    ledger = {
        "verified": frames["typed_events"].count(),
        "silver": frames["silver_events"].count(),
        "duplicates": frames["ranked_events"].where("copy > 1").count(),
        "late": frames["late_events"].count(),
    }
    for step in steps:
        if step.store is not None:
            location = f"{getattr(arguments, step.store)}/{step.prefix}"
            write(frames[step.name], step, location, arguments.format)
    if arguments.profiles_table is not None:
        write_profiles(frames["gold_user_features"], arguments.profiles_table, arguments.profiles_per_second)
    return Outcome(passed=True, ledger=ledger, checks=checks)


def report(outcome: Outcome) -> str:
    """The gate's report, as the embedded engine writes it."""
    ledger = {} if outcome.ledger is None else {"ledger": outcome.ledger}
    return json.dumps({"passed": outcome.passed, **ledger, "checks": outcome.checks})


def readable(outcome: Outcome) -> str:
    """The report for a person: refusals first, then warnings, then the rest."""
    counts = [] if outcome.ledger is None else [", ".join(f"{name} {count}" for name, count in outcome.ledger.items())]
    order = ["refuse", "warn", "pass"]
    lines = [
        f"{check['verdict']:7} {described(check)}"
        for check in sorted(outcome.checks, key=lambda check: order.index(check["verdict"]))
    ]
    verdict = "passed" if outcome.passed else "REFUSED: nothing of this run was published"
    return "\n".join([verdict, *counts, "", *lines, ""])


def described(check: dict[str, Any]) -> str:
    """One judgement in words."""
    seen = "too little to judge" if check["observed"] is None else f"{check['observed']:.15g}"
    side = "least" if check["rule"] == "rows" else "most"
    return f"{check['rule']} {check['subject']}: {seen}, want at {side} {check['bound']:.15g}"


def write_profiles(features: DataFrame, table: str, per_second: int) -> None:
    """Puts users' key points into the profiles table, from a few writers that share the rate between them."""
    writers = 4
    instants = ("first_seen_at", "last_seen_at")
    types = dict.fromkeys(("user_key", "region", *instants), "S")
    rows = features.select(
        [
            (date_format(name, ISO_FORMAT) if name in instants else column(name).cast("string")).alias(name)
            for name in PROFILE_COLUMNS
        ]
    )

    def put(partition: Iterator[Row]) -> None:
        import boto3  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 -- on the executors only

        client = boto3.client("dynamodb")
        while batch := list(islice(partition, BATCH_ITEMS)):
            started = time.monotonic()
            requests = [
                {"PutRequest": {"Item": {name: {types.get(name, "N"): value} for name, value in row.asDict().items()}}}
                for row in batch
            ]
            pause = 0.05
            while requests:
                answer = client.batch_write_item(RequestItems={table: requests})
                requests = answer["UnprocessedItems"].get(table, [])
                if requests:
                    time.sleep(pause)
                    pause = min(20.0, pause * 2)
            time.sleep(max(0.0, len(batch) * writers / per_second - (time.monotonic() - started)))

    rows.coalesce(writers).foreachPartition(put)


def save_text(spark: SparkSession, uri: str, text: str) -> None:
    """Writes one object of exactly that name, through the cluster's file system."""
    jvm = spark.sparkContext._jvm
    path = jvm.org.apache.hadoop.fs.Path(uri)
    stream = path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).create(path, True)
    try:
        stream.write(bytearray(text, "utf-8"))
    finally:
        stream.close()


def parse(argv: list[str]) -> argparse.Namespace:
    """The command line; figures left out are those of `steps.json`."""
    parser = argparse.ArgumentParser(description="Verified events to silver and gold, on Spark.")
    parser.add_argument("--run-date", required=True, help="day of the run, YYYY-MM-DD: names its report")
    for store in ("bronze", "silver", "gold"):
        parser.add_argument(f"--{store}", required=True, help="s3://bucket")
    parser.add_argument("--format", choices=("parquet", "orc"), default="parquet", help="of the tables' files")
    parser.add_argument("--profiles-table", help="DynamoDB table of users' key points")
    parser.add_argument("--profiles-per-second", type=int, default=2000, help="items a second into that table")
    parser.add_argument(
        "--pipeline", type=Path, default=Path("/opt/meridian/etl"), help="folder of steps.json and sql/"
    )
    for figure in ("late-days", "session-gap-minutes", "half-life-days", "popular-items"):
        parser.add_argument(f"--{figure}", type=int)
    parser.add_argument("--limit", action="append", default=[], metavar="NAME=VALUE", help="a bound of the gate")
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


def main(argv: list[str]) -> int:
    """Entry point of spark-submit."""
    arguments = parse(argv)
    spark = session()
    try:
        outcome = run(spark, arguments)
        folder = f"{arguments.gold}/_quality/run_date={arguments.run_date}"
        save_text(spark, f"{folder}/report.json", report(outcome))
        save_text(spark, f"{folder}/report.txt", readable(outcome))
    finally:
        spark.stop()
    print(readable(outcome))
    return 1 if arguments.strict and not outcome.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
