"""What a run came to, for the workflow and for a person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    passed: bool
    ledger: dict[str, int] | None
    checks: list[dict[str, Any]]


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
