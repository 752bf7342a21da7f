"""The steps of the pipeline and the figures in their SQL, as `steps.json` and the command line have them."""

from __future__ import annotations

import argparse
import json
import string
from dataclasses import dataclass
from datetime import date

FIGURES = ("late_days", "session_gap_minutes", "half_life_days", "popular_items")
"""Figures that have an option of their own."""

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
