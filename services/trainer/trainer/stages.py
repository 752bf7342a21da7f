"""Finished stages of a training, kept as files, so that a job that is killed goes on after them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from .data import Interactions


class Stages:
    """A folder of finished stages of one training: equal data and equal options, or they do not count."""

    def __init__(self, folder: Path | None, data: Interactions, options: dict[str, object]) -> None:
        self._folder = folder
        self._key = _fingerprint(data, options)

    def read(self, name: str) -> Any:
        """What the stage came to, or None when it is not finished for this data."""
        if self._folder is None or not (path := self._folder / f"{name}.json").is_file():
            return None
        kept = json.loads(path.read_text())
        return kept["value"] if kept["key"] == self._key else None

    def write(self, name: str, value: object) -> None:
        """Keeps a stage. Aside and renamed: a file of this name is whole."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = self._folder / f"{name}.tmp"
        aside.write_text(json.dumps({"key": self._key, "value": value}, sort_keys=True))
        aside.rename(self._folder / f"{name}.json")


def _fingerprint(data: Interactions, options: dict[str, object]) -> str:
    digest = hashlib.sha256(json.dumps(options, sort_keys=True, default=str).encode())
    for names in (data.users, data.items):
        digest.update("\n".join(names).encode())
    for column in (data.user, data.item, data.weight, data.purchased, data.last_occurred_us):
        digest.update(column.tobytes())
    return digest.hexdigest()
