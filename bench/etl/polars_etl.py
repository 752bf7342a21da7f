"""The ETL's tables by polars, as its documentation would write them: `polars_etl.py BRONZE OUT`; prints what it took.

One copy of each event, late ones set aside, events by day, visits, interactions, features of items and users, popular
items. No quality gate, no incremental run, no settled order among copies. POLARS_MAX_THREADS sets its threads.
"""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path

import polars as pl

TEXTS = (
    *("event_id", "event_type", "occurred_at", "received_at", "user_key", "item_id", "session_id", "page"),
    *("referrer_host", "device", "ip_prefix", "variant", "model_version", "region"),
)
SCHEMA = {
    **dict.fromkeys(TEXTS, pl.String),
    "schema_version": pl.Int32,
    "value": pl.Float64,
    "consent_analytics": pl.Boolean,
    "consent_personalisation": pl.Boolean,
}
WEIGHTS = {"view": 1, "click": 2, "add_to_cart": 4, "purchase": 8}
INSTANT = "%Y-%m-%dT%H:%M:%S%.fZ"


def count(kind: str) -> pl.Expr:
    """Events of a type."""
    return (pl.col("event_type") == kind).sum()


def revenue() -> pl.Expr:
    """Sum of the purchases' values, added up in cents."""
    cents = (pl.col("value") * 100).round().cast(pl.Int64)
    return cents.filter(pl.col("event_type") == "purchase").sum() / 100


def span(first: str, last: str) -> list[pl.Expr]:
    """First and last event."""
    return [pl.col("occurred_at").min().alias(first), pl.col("occurred_at").max().alias(last)]


def by_day(frame: pl.DataFrame, folder: Path, order: list[str]) -> None:
    """Writes a table as sorted Parquet by day."""
    for (day,), rows in frame.group_by("date"):
        target = folder / f"date={day}"
        target.mkdir(parents=True)
        write(rows.drop("date").sort(order), target / "part-00000.parquet")


def write(frame: pl.DataFrame, file: Path) -> None:
    """Writes one file with the row groups and the compression of the ETL."""
    file.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(file, compression="zstd", compression_level=1, row_group_size=122_880)


def run(bronze: Path, out: Path) -> dict[str, int]:
    """Computes and writes all tables; rows of each."""
    files = sorted(bronze.glob("verified/events/**/*.ndjson.gz"))
    events = (
        pl.scan_ndjson(files, schema=SCHEMA)
        .with_columns(pl.col("occurred_at", "received_at").str.to_datetime(INSTANT, time_unit="us"))
        .with_columns(pl.col("occurred_at").dt.strftime("%Y-%m-%d").alias("date"))
        .collect(engine="streaming")
        .sort("received_at")
        .unique("event_id", keep="first", maintain_order=False)
    )
    is_late = pl.col("received_at") - pl.col("occurred_at") > timedelta(days=3)
    write(events.filter(is_late).sort("occurred_at", "event_id"), out / "late_events" / "part-00000.parquet")
    silver = events.filter(~is_late)
    del events
    by_day(silver, out / "events", ["user_key", "occurred_at", "event_id"])
    facts = silver.select(
        *("user_key", "item_id", "event_type", "device", "region", "value", "occurred_at", "consent_personalisation"),
    )
    del silver
    acts = facts.filter(pl.col("event_type") != "exposure").sort("user_key", "occurred_at")
    pause = pl.col("occurred_at").diff().over("user_key") > timedelta(minutes=30)
    sessions = (
        acts.with_columns(pause.fill_null(True).cum_sum().over("user_key").alias("visit"))
        .group_by("user_key", "visit")
        .agg(
            pl.col("region").min(),
            *span("started_at", "ended_at"),
            pl.len().alias("events"),
            count("view").alias("views"),
            count("click").alias("clicks"),
            count("add_to_cart").alias("add_to_carts"),
            count("purchase").alias("purchases"),
            pl.col("item_id").n_unique().alias("items"),
            revenue().alias("revenue"),
            pl.col("device").min(),
        )
        .drop("visit")
        .with_columns(
            pl.concat_str("user_key", pl.lit("-"), pl.col("started_at").dt.epoch("us")).alias("session_key"),
            (pl.col("ended_at") - pl.col("started_at")).dt.total_microseconds().truediv(1e6).alias("duration_seconds"),
            pl.col("started_at").dt.strftime("%Y-%m-%d").alias("date"),
        )
    )
    by_day(sessions, out / "sessions", ["user_key", "started_at"])
    newest = facts["occurred_at"].max()
    consented = acts.filter("consent_personalisation")
    age = (pl.lit(newest) - pl.col("occurred_at")).dt.total_microseconds() / 8.64e10 / 14
    weight = pl.col("event_type").replace_strict(WEIGHTS) * pl.lit(0.5).pow(age)
    interactions = (
        consented.with_columns((weight * 1e6).round().cast(pl.Int64).alias("millionths"))
        .group_by("user_key", "item_id")
        .agg(
            pl.col("region").min(),
            pl.col("millionths").sum() / 1e6,
            pl.len().alias("events"),
            count("purchase").alias("purchases"),
            *span("first_occurred_at", "last_occurred_at"),
        )
        .sort("user_key", "item_id")
    )
    write(interactions, out / "interactions" / "part-00000.parquet")
    items = (
        facts.group_by("item_id")
        .agg(
            *(count(kind).alias(f"{kind}s") for kind in (*WEIGHTS, "exposure")),
            pl.col("user_key").n_unique().alias("users"),
            revenue().alias("revenue"),
            *span("first_seen_at", "last_seen_at"),
        )
        .with_columns((pl.col("purchases") / pl.col("views")).alias("purchases_per_view"))
        .sort("item_id")
    )
    write(items, out / "item_features" / "part-00000.parquet")
    users = (
        consented.group_by("user_key")
        .agg(
            pl.col("region").min(),
            pl.len().alias("events"),
            pl.col("item_id").n_unique().alias("items"),
            count("view").alias("views"),
            count("purchase").alias("purchases"),
            revenue().alias("revenue"),
            *span("first_seen_at", "last_seen_at"),
        )
        .join(sessions.group_by("user_key").agg(pl.len().alias("sessions")), on="user_key", how="left")
        .sort("user_key")
    )
    write(users, out / "user_features" / "part-00000.parquet")
    popular = (
        interactions.group_by("region", "item_id")
        .agg(pl.col("millionths").sum().alias("score"), pl.len().alias("users"))
        .sort("region", "score", "item_id", descending=[False, True, False])
        .group_by("region", maintain_order=True)
        .head(200)
    )
    write(popular, out / "popular" / "part-00000.parquet")
    tables = {"silver_sessions": sessions, "gold_interactions": interactions, "gold_item_features": items}
    return {name: frame.height for name, frame in {**tables, "gold_user_features": users}.items()}


started = time.perf_counter()
rows = run(Path(sys.argv[1]), Path(sys.argv[2]))
print(json.dumps({"seconds": time.perf_counter() - started, "rows": rows}))
