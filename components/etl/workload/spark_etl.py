"""Spark entry point of the ETL on EMR: the same SQL files and steps as the embedded engine runs.

    spark-submit spark_etl.py --pipeline s3://<code>/etl --bronze <bucket> --silver <bucket> --gold <bucket> \
        --quarantine <bucket> [--late-days 3 ...]

`--pipeline` is the folder of `steps.json` and `sql/`. Kept tables are overwritten: equal input gives equal rows. The
last line on stdout is the ledger as JSON; exit code 1 when it does not balance.
"""

from __future__ import annotations

import argparse
import json
import string
import sys
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession  # type: ignore[import-not-found,unused-ignore]

VERIFIED_PREFIX = "verified/events/"
"""Where verified events stand in the bronze bucket."""

SOURCE_SCHEMA = (
    "event_id STRING, schema_version INT, event_type STRING, occurred_at STRING, received_at STRING, "
    "user_key STRING, item_id STRING, session_id STRING, value DOUBLE, page STRING, referrer_host STRING, "
    "device STRING, ip_prefix STRING, consent_analytics BOOLEAN, consent_personalisation BOOLEAN, "
    "variant STRING, model_version STRING, region STRING"
)
"""Verified events as read; instants stay text, for the SQL to cast. A test compares it with the event contract."""


@dataclass(frozen=True)
class Step:
    """One SELECT of the pipeline; kept when it has a store."""

    name: str
    store: str | None
    prefix: str
    partition_by: str | None
    sort_by: tuple[str, ...]


def steps_of(description: str) -> tuple[list[Step], dict[str, int]]:
    """The steps and default figures in `steps.json`."""
    parsed = json.loads(description)
    steps = [
        Step(
            name=step["name"],
            store=step.get("store"),
            prefix=step.get("prefix", ""),
            partition_by=step.get("partitionBy"),
            sort_by=tuple(step.get("sortBy", ())),
        )
        for step in parsed["steps"]
    ]
    return steps, {str(name): int(value) for name, value in parsed["parameters"].items()}


def sql_of(template: str, figures: dict[str, int]) -> str:
    """A step's SQL with the figures filled in; an unknown figure is a KeyError."""
    return string.Template(template).substitute(figures)


def write(frame: DataFrame, step: Step, bucket: str) -> None:
    """Overwrites one kept table, rows sorted within each file."""
    location = f"s3://{bucket}/{step.prefix}"
    if step.partition_by is None:
        frame.coalesce(1).sortWithinPartitions(*step.sort_by).write.mode("overwrite").parquet(location)
        return
    (
        frame.repartition(step.partition_by)
        .sortWithinPartitions(step.partition_by, *step.sort_by)
        .write.mode("overwrite")
        .partitionBy(step.partition_by)
        .parquet(location)
    )


def run(spark: SparkSession, arguments: argparse.Namespace) -> dict[str, int]:
    """Runs every step, writes the kept ones, and returns the ledger."""
    steps, figures = steps_of(_text(spark, f"{arguments.pipeline}/steps.json"))
    figures |= {name: value for name in figures if (value := getattr(arguments, name)) is not None}
    source = spark.read.schema(SOURCE_SCHEMA).option("recursiveFileLookup", "true")
    source.json(f"s3://{arguments.bronze}/{VERIFIED_PREFIX}").createOrReplaceTempView("verified_events")
    frames: dict[str, DataFrame] = {}
    for step in steps:
        frame = spark.sql(sql_of(_text(spark, f"{arguments.pipeline}/sql/{step.name}.sql"), figures)).persist()
        frame.createOrReplaceTempView(step.name)
        frames[step.name] = frame
    ledger = {
        "verified": spark.table("verified_events").count(),
        "silver": frames["silver_events"].count(),
        "duplicates": frames["ranked_events"].where("copy > 1").count(),
        "late": frames["late_events"].count(),
    }
    if ledger["verified"] == ledger["silver"] + ledger["duplicates"] + ledger["late"]:
        for step in steps:
            if step.store is not None:
                write(frames[step.name], step, getattr(arguments, step.store))
    return ledger


def _text(spark: SparkSession, path: str) -> str:
    return "\n".join(row.value for row in spark.read.text(path, wholetext=True).collect())


def parse(argv: list[str]) -> argparse.Namespace:
    """The command line; figures left out are those of `steps.json`."""
    parser = argparse.ArgumentParser(description="Verified events to silver and gold, on Spark.")
    parser.add_argument("--pipeline", required=True, help="folder of steps.json and sql/")
    for bucket in ("bronze", "silver", "gold", "quarantine"):
        parser.add_argument(f"--{bucket}", required=True, help="bucket name")
    for figure in ("late-days", "session-gap-minutes", "half-life-days", "popular-items"):
        parser.add_argument(f"--{figure}", type=int)
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Entry point of spark-submit."""
    spark = (
        SparkSession.builder.appName("meridian-etl")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.compression.codec", "zstd")
        .config("spark.sql.sources.partitionOverwriteMode", "static")
        # `date` and other words that are reserved under ANSI rules are column names here.
        .config("spark.sql.ansi.enforceReservedKeywords", "false")
        .getOrCreate()
    )
    try:
        ledger = run(spark, parse(argv))
    finally:
        spark.stop()
    print(json.dumps(ledger, sort_keys=True))
    return 0 if ledger["verified"] == ledger["silver"] + ledger["duplicates"] + ledger["late"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
