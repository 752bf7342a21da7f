"""What stands in the buckets: files, and the state that a run leaves for the next one."""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, SparkSession  # type: ignore[import-not-found,unused-ignore]
from pyspark.sql.functions import col as column  # type: ignore[import-not-found,unused-ignore]

from steps import FIGURES, Step

EVENTS_PREFIX = "events/"
KEPT_PREFIXES = (EVENTS_PREFIX, "late_events/")
"""Tables of the silver bucket whose rows stand for the events that earlier runs read."""


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
    for path in (
        *sorted(arguments.pipeline.glob("*.py")),
        *sorted(arguments.pipeline.glob("*.json")),
        *sorted((arguments.pipeline / "sql").iterdir()),
    ):
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
