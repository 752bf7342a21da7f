"""Spark entry point of the ETL on EMR: the same SQL files and steps as the embedded engine runs.

    spark-submit etl.py --run-date 2026-01-31 --bronze s3://<bucket> --silver s3://<bucket> --gold s3://<bucket> \
        --profiles-table <table> [--pipeline /opt/meridian/etl] [--late-days 3 ...] [--limit drift_refuse=1 ...]

`--pipeline` is the folder on the nodes with `steps.json` and `sql/`. Equal input gives equal rows, however often it is
run and wherever an earlier run was killed. A run builds on the last one: it reads only the verified objects that came
since, and rewrites only the days of silver that they touch; `--full` computes everything anew, with the same rows.

`_quality/run_date=<date>/report.json` in the gold bucket says what the quality gate saw. When it refuses, nothing but
the report is published, and the exit code is still 0: the workflow's own gate reads the report and tells people.
`--strict` makes that 1.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import string
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark import StorageLevel  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql import DataFrame, Row, SparkSession  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import col as column  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import date_format  # type: ignore[import-not-found,unused-ignore]

VERIFIED_PREFIX = "verified/events/"
"""Where verified events stand in the bronze bucket."""

PROFILE_WRITERS = 4
"""Tasks that write key points at the same time."""

ISO_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"

PROFILE_COLUMNS = (
    *("user_key", "region", "events", "sessions", "items", "purchases", "revenue"),
    *("first_seen_at", "last_seen_at"),
)
"""A user's key points; a test compares them with the embedded engine's."""

EVENTS_PREFIX = "events/"
KEPT_PREFIXES = (EVENTS_PREFIX, "late_events/")
"""Tables of the silver bucket whose rows stand for the events that earlier runs read."""

FIGURES = ("late_days", "session_gap_minutes", "half_life_days", "popular_items")
"""Figures that have an option of their own."""

SOURCE_COLUMNS = (
    *("event_id", "schema_version", "event_type", "occurred_at", "received_at", "user_key", "item_id", "session_id"),
    *("value", "page", "referrer_host", "device", "ip_prefix", "consent_analytics", "consent_personalisation"),
    *("variant", "model_version", "region"),
)
"""Columns of verified events, read as text, for the SQL to cast. A test compares them with the event contract."""

INSTANTS = ("occurred_at", "received_at")
ISO_MICROS = "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"

AGE_HOURS_REFUSE = 72
"""Age of the newest event that a run on a cluster refuses: there data comes in all day."""


@dataclass(frozen=True)
class Step:
    """One SELECT of the pipeline: kept when it has a store, a judgement on the run when it is a gate."""

    name: str
    gate: bool
    view: bool
    """Rows of an earlier step picked out: not worth a copy of its own."""
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
            view=step.get("view", False),
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


def write(frame: DataFrame, step: Step, location: str, form: str, *, days: set[str] | None = None) -> None:
    """Overwrites one kept table there, as Parquet or ORC; of a partitioned one only `days`, when they are named.

    Rows are spread by ranges of the sort order and sorted within each file, so that files and their row groups carry
    narrow ranges; Spark joins small ranges until a file has the size that it is told to aim at.
    """
    order = (*([] if step.partition_by is None else [step.partition_by]), *step.sort_by)
    if days is not None and step.partition_by is not None:
        frame = frame.where(column(step.partition_by).isin(sorted(days)))
    writer = frame.repartitionByRange(*order).sortWithinPartitions(*order).write.mode("overwrite")
    if step.partition_by is not None:
        writer = writer.partitionBy(step.partition_by)
    if days is not None:
        writer = writer.option("partitionOverwriteMode", "dynamic")
    writer.format(form).save(location)


@dataclass(frozen=True)
class State:
    """What a run leaves for the next one."""

    version: str
    """Digest of programs, figures and engine: another version computes everything anew."""
    sources: dict[str, str]
    """Verified objects that were read, with what tells a changed one."""
    files: dict[str, str]
    """Files of the kept events, as they were left."""
    verified: int
    duplicates: int


def usable_state(spark: SparkSession, arguments: argparse.Namespace, sources: dict[str, str]) -> State | None:
    """The last run's state, when this run may build on it; everything is computed anew otherwise.

    Same programs and figures, every object that was read still there and unchanged, and the kept events as they were
    left: not so after an erasure, or after a run that was killed while it wrote.
    """
    text = None if arguments.full else read_text(spark, state_of(arguments))
    try:
        state = None if text is None else State(**json.loads(text))
    except (TypeError, ValueError):
        return None
    if state is None or state.version != version_of(spark, arguments):
        return None
    if any(sources.get(path) != mark for path, mark in state.sources.items()):
        return None
    return state if state.files == kept_files(spark, arguments) else None


def state_of(arguments: argparse.Namespace) -> str:
    """Where the state stands: beside the tables in the silver bucket."""
    return f"{arguments.silver}/_state/etl-spark.json"


def version_of(spark: SparkSession, arguments: argparse.Namespace) -> str:
    """Digest of all that decides what a run computes."""
    digest = hashlib.sha256(f"{spark.version} {arguments.format}".encode())
    for path in (Path(__file__), arguments.pipeline / "steps.json", *sorted((arguments.pipeline / "sql").iterdir())):
        digest.update(path.read_bytes())
    for name, value in sorted(vars(arguments).items()):
        if name in FIGURES or name == "limit":
            digest.update(f"{name}={value}".encode())
    return digest.hexdigest()


def files_below(spark: SparkSession, uri: str, pattern: str = "*") -> dict[str, str]:
    """Files below a folder by path, with time and size; hidden ones are none. Listed by the whole cluster."""
    if not exists(spark, uri):
        return {}
    files = spark.read.format("binaryFile").option("recursiveFileLookup", "true").option("pathGlobFilter", pattern)
    listed = files.load(uri).selectExpr("path", "concat_ws('/', unix_micros(modificationTime), length) AS mark")
    return {row["path"]: row["mark"] for row in listed.toLocalIterator()}


def kept_files(spark: SparkSession, arguments: argparse.Namespace) -> dict[str, str]:
    """Files of the tables whose rows stand for the events that earlier runs read."""
    return {
        path: mark
        for prefix in KEPT_PREFIXES
        for path, mark in files_below(spark, f"{arguments.silver}/{prefix}").items()
    }


def verified_events(spark: SparkSession, paths: list[str]) -> DataFrame:
    """Verified events as text, of files in NDJSON and of those that the verifier converted to Parquet."""
    text = ", ".join(f"{name} STRING" for name in SOURCE_COLUMNS)
    converted = [path for path in paths if path.endswith(".parquet")]
    lines = [path for path in paths if not path.endswith(".parquet")]
    events = spark.read.schema(text).json(lines) if lines else spark.createDataFrame([], text)
    if not converted:
        return events
    typed = spark.read.parquet(*converted)
    return events.unionByName(
        typed.select(
            [
                (date_format(name, ISO_MICROS) if name in INSTANTS else column(name).cast("string")).alias(name)
                for name in SOURCE_COLUMNS
            ]
        )
    )


def kept_events(spark: SparkSession, arguments: argparse.Namespace, like: DataFrame) -> DataFrame:
    """The survivors among what earlier runs read."""
    kept = like.limit(0)
    for prefix in KEPT_PREFIXES:
        if files_below(spark, f"{arguments.silver}/{prefix}"):
            table = spark.read.format(arguments.format).load(f"{arguments.silver}/{prefix}")
            kept = kept.unionByName(table.select(*SOURCE_COLUMNS))
    return kept


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
            like = frame.select(*SOURCE_COLUMNS)
            kept = like.limit(0) if state is None else kept_events(spark, arguments, like)
            kept.createOrReplaceTempView("kept_events")
    ledger = {
        "verified": (0 if state is None else state.verified) + frames["typed_events"].count(),
        "silver": frames["silver_events"].count(),
        "duplicates": (0 if state is None else state.duplicates) + frames["ranked_events"].where("copy > 1").count(),
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
    """Days whose events may differ from what stands in silver: those of every copy of an event that came now."""
    came = frames["typed_events"].select("event_id").distinct()
    days = frames["ranked_events"].join(came, "event_id", "left_semi").select("date").distinct()
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


def write_profiles(features: DataFrame, table: str, per_second: int, pipeline: Path) -> None:
    """Puts users' key points into the profiles table, from a few writers that share the rate between them."""
    instants = ("first_seen_at", "last_seen_at")
    types = dict.fromkeys(("user_key", "region", *instants), "S")
    rows = features.select(
        [
            (date_format(name, ISO_FORMAT) if name in instants else column(name).cast("string")).alias(name)
            for name in PROFILE_COLUMNS
        ]
    )

    def put(partition: Iterator[Row]) -> None:
        # On the executors, whose path does not have the folder.
        sys.path.insert(0, str(pipeline))
        from dynamo import Table  # noqa: PLC0415 -- found by the path above

        items = ({name: {types.get(name, "N"): value} for name, value in row.asDict().items()} for row in partition)
        Table(table).write(items, per_second / PROFILE_WRITERS)

    rows.coalesce(PROFILE_WRITERS).foreachPartition(put)


def hadoop(spark: SparkSession, uri: str) -> tuple[Any, Any]:
    """The cluster's file system of a URI, and the path in it."""
    path = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(uri)
    return path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()), path


def exists(spark: SparkSession, uri: str) -> bool:
    """Whether there is a file or folder."""
    system, path = hadoop(spark, uri)
    return bool(system.exists(path))


def delete(spark: SparkSession, uri: str) -> None:
    """Deletes a folder, if it is there."""
    system, path = hadoop(spark, uri)
    system.delete(path, True)


def read_text(spark: SparkSession, uri: str) -> str | None:
    """One object's text; None when there is none."""
    if not exists(spark, uri):
        return None
    return "\n".join(row["value"] for row in spark.read.text(uri).collect())


def save_text(spark: SparkSession, uri: str, text: str) -> None:
    """Writes one object of exactly that name."""
    system, path = hadoop(spark, uri)
    stream = system.create(path, True)
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
    outcome = run(spark, arguments)
    folder = f"{arguments.gold}/_quality/run_date={arguments.run_date}"
    save_text(spark, f"{folder}/report.json", report(outcome))
    save_text(spark, f"{folder}/report.txt", readable(outcome))
    spark.catalog.clearCache()
    print(readable(outcome))
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
