"""Engines and algorithms behind one contract: a users x items matrix of weights and parameters in, factors out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from scipy import sparse  # type: ignore[import-untyped]

from . import als, item_to_item
from .als import Pair, Parameters

Train = Callable[[sparse.csr_matrix, Parameters], Pair]


@dataclass(frozen=True)
class Engine:
    """Something that trains."""

    algorithm: str
    """Its name in the manifest."""
    train: Train


def engine_of(algorithm: str, engine: str) -> Engine:
    """The engine for what the command line says. Spark is loaded only when it is asked for."""
    if algorithm == "item-to-item":
        return Engine("item-to-item", item_to_item.train)
    if engine == "spark":
        return Engine("spark-als", import_module(".spark", __package__).train)
    return Engine("implicit-als-cg", als.train)
