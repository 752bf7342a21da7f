"""The gate: which models may be published at all."""

from __future__ import annotations

from collections.abc import Mapping

from .assessment import Assessment


def refusals(assessment: Assessment, incumbent: Mapping[str, float | int | str] | None, tolerance: float) -> list[str]:
    """Why a model must not be published; empty when it may.

    It must find more than the most popular items do, by more than chance can give: the whole interval of the gain lies
    above zero. And it must not be clearly worse than the model in force: the days' data differ, so that a fall counts
    only when even the upper end of its interval is more than `tolerance` (a part, 0..1) below. The model in force is
    that of the same variant, measured alike: in lists of the same length, about the same part of the data.
    """
    found = []
    k, recall, gain = assessment.k, assessment.recall, assessment.gain["popular"]
    if gain.low <= 0:
        found.append(
            f"recall@{k} {recall['model'].mean:.4f}, want more than {recall['popular'].mean:.4f}, which the most "
            f"popular items reach on the same {assessment.users} users: the gain is {gain.mean:.4f}, "
            f"95 % interval {gain.low:.4f} to {gain.high:.4f}, want all of it above 0"
        )
    # Of another part held out it would say something else.
    alike = incumbent is not None and incumbent.get("holdout") == assessment.holdout
    before = incumbent.get(f"recall@{k}") if incumbent is not None and alike else None
    if isinstance(before, int | float) and recall["model"].high < (1 - tolerance) * before:
        found.append(
            f"recall@{k} {recall['model'].mean:.4f}, 95 % interval up to {recall['model'].high:.4f}, want at least "
            f"{(1 - tolerance) * before:.4f}: the model in force reached {before:.4f}"
        )
    return found
