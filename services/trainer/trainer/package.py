"""The model package: a folder that serving and batch scoring read without Python.

| File | Content |
|---|---|
| `item_factors.f32`, `user_factors.f32` | row-major little-endian float32, `items x factors` and `users x factors` |
| `items.txt`, `users.txt` | the id of each row, one a line |
| `purchased.indptr.u32`, `purchased.items.u32` | what each user has bought, compressed rows, little-endian uint32 |
| `popular.json` | the zone's most popular items, `[{"item_id", "score"}]`, best first |
| `cold_start.json` | the same of each region, and new items that do well: `{"popular_by_region", "fresh"}` |
| `report.json` | all metrics of the model and the baselines, with intervals |
| `manifest.json` | version, digest, parameters, data window, scores |
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .als import Factors, Parameters
from .data import Interactions
from .ranking import popularity_order, totals_of

FORMAT = "meridian-model/1"
VERSION_LENGTH = 16
"""Hex digits of the digest that name a version: 64 bits, enough to tell a model a day apart for ever."""


@dataclass(frozen=True)
class Model:
    """A trained model and what it was trained on."""

    data: Interactions
    user_factors: Factors
    item_factors: Factors
    parameters: Parameters
    algorithm: str = "implicit-als-cg"


@dataclass(frozen=True)
class Extras:
    """What goes with the model."""

    evaluation: dict[str, float | int | str]
    """For the manifest: one level of numbers and texts."""
    report: dict[str, Any]
    cold_start: dict[str, Any]


def write_package(folder: Path, model: Model, extras: Extras, popular_items: int) -> dict[str, object]:
    """Writes the package and returns its manifest. The version is content-addressed: equal content, equal version."""
    data = model.data
    matrix = data.matrix()
    bought = data.matrix(data.purchased)
    totals = totals_of(matrix)
    contents = {
        "item_factors.f32": model.item_factors.astype("<f4").tobytes(),
        "user_factors.f32": model.user_factors.astype("<f4").tobytes(),
        "items.txt": "".join(f"{item}\n" for item in data.items).encode(),
        "users.txt": "".join(f"{user}\n" for user in data.users).encode(),
        "purchased.indptr.u32": bought.indptr.astype("<u4").tobytes(),
        "purchased.items.u32": bought.indices.astype("<u4").tobytes(),
        "popular.json": _json(
            [
                {"item_id": data.items[item], "score": round(float(totals[item]), 6)}
                for item in popularity_order(matrix)[:popular_items]
            ]
        ),
        "cold_start.json": _json(extras.cold_start),
        "report.json": _json(extras.report),
    }
    described = {
        "format": FORMAT,
        "algorithm": model.algorithm,
        "parameters": model.parameters.as_dict(),
        "users": len(data.users),
        "items": len(data.items),
        "factors": int(model.item_factors.shape[1]),
        "interactions": len(data),
        "window": {
            "from": _iso(int(data.last_occurred_us.min())),
            "to": _iso(int(data.last_occurred_us.max())),
        },
        "evaluation": extras.evaluation,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(contents.items())},
    }
    digest = hashlib.sha256(_json(described)).hexdigest()
    manifest = {"version": digest[:VERSION_LENGTH], "digest": f"sha256:{digest}", **described}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    # Last, so that a package without a manifest is known to be torn.
    (folder / "manifest.json").write_bytes(_json(manifest))
    return manifest


def _json(value: object) -> bytes:
    return (json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n").encode()


def _iso(micros: int) -> str:
    return str(np.datetime64(micros, "us").astype("datetime64[ms]")) + "Z"
