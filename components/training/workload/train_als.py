"""Trains the recommendation model of one residency zone and writes its package.

    python train_als.py --interactions gold-a/ --interactions gold-b/ --out package/ [--k 10] [--holdout 0.2]

Prints the manifest as JSON. Exit codes: 0 a model was written; 2 the input cannot be trained on; 3 the gate refused
the model, since its held-out recall is no better than that of the most popular items (nothing is written).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import fields
from pathlib import Path

from trainer.als import Parameters, train
from trainer.assessment import assess, choose
from trainer.data import DataError, read_interactions
from trainer.package import Model, write_package

EXIT_BAD_INPUT = 2
EXIT_REFUSED = 3

FACTORS = (8, 12, 16, 24, 32)
"""Numbers of factors to choose from when none is given."""


def run(arguments: argparse.Namespace) -> int:
    candidates = [candidate(arguments, factors) for factors in arguments.factors]
    try:
        data = read_interactions(arguments.interactions)
        parameters = choose(data, candidates, arguments.holdout, arguments.k)
        assessment = assess(data, parameters, arguments.holdout, arguments.k)
    except DataError as error:
        print(f"train_als: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    evaluation = assessment.as_dict()
    if not assessment.accepted:
        print(json.dumps({"refused": True, "evaluation": evaluation}, sort_keys=True))
        print(f"train_als: refused: {assessment.verdict()}", file=sys.stderr)
        return EXIT_REFUSED
    user_factors, item_factors = train(data.matrix(), parameters)
    model = Model(data, user_factors, item_factors, parameters)
    manifest = write_package(arguments.out, model, evaluation, arguments.popular)
    print(json.dumps(manifest, sort_keys=True))
    return 0


def candidate(arguments: argparse.Namespace, factors: int) -> Parameters:
    chosen = {field.name: getattr(arguments, field.name) for field in fields(Parameters)}
    return Parameters(**{**chosen, "factors": factors})


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the recommendation model of one residency zone.")
    parser.add_argument("--interactions", type=Path, action="append", required=True, help="Parquet file or folder")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model package")
    parser.add_argument("--holdout", type=_fraction, default=0.2, help="part held out for evaluation, by time")
    parser.add_argument("--k", type=int, default=10, help="length of the lists that are scored")
    parser.add_argument("--popular", type=int, default=200, help="popular items kept in the package")
    parser.add_argument("--factors", type=int, nargs="+", default=FACTORS, help="numbers of factors to choose from")
    defaults = Parameters()
    for field in fields(Parameters):
        if field.name == "factors":
            continue
        default = getattr(defaults, field.name)
        parser.add_argument(f"--{field.name}", type=type(default), default=default)
    return parser.parse_args(argv)


def _fraction(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"want a number between 0 and 1, got {text}")
    return value


if __name__ == "__main__":
    sys.exit(run(parse(sys.argv[1:])))
