"""Trains the recommendation model of one residency zone and writes its package.

    python train_als.py --interactions gold-a/ --interactions gold-b/ --out package/ [--k 10] [--holdout 0.2]

Prints the manifest as JSON. Exit codes: 0 a model was written; 2 the input cannot be trained on; 3 the gate refused
the model (nothing is written): its held-out recall is no better than that of the most popular items, or clearly worse
than that of the model in force.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import fields, replace
from pathlib import Path

from trainer.als import Parameters
from trainer.assessment import Assessment, assess
from trainer.cold_start import fresh_items, popular_by_region
from trainer.data import DataError, Interactions, read_interactions
from trainer.engines import Engine, engine_of
from trainer.gate import refusals
from trainer.package import Extras, Model, write_package
from trainer.search import Search, Trial
from trainer.stages import Stages
from trainer.tracking import tracker_of

EXIT_BAD_INPUT = 2
EXIT_REFUSED = 3

FACTORS = (8, 12, 16, 24, 32)
"""Numbers of factors to choose from when none is given."""


def run(arguments: argparse.Namespace) -> int:
    engine = engine_of(arguments.algorithm, arguments.engine)
    try:
        data = read_interactions(arguments.interactions)
        parameters, trials = choose(data, engine, arguments)
        assessment = assess_once(data, engine, parameters, arguments)
    except DataError as error:
        print(f"train_als: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    track(arguments, engine, trials, assessment)
    reasons = refusals(assessment, incumbent_evaluation(arguments.incumbent), arguments.tolerance)
    if reasons:
        print(json.dumps({"refused": True, "evaluation": assessment.as_evaluation()}, sort_keys=True))
        print(f"train_als: refused: {'; '.join(reasons)}", file=sys.stderr)
        return EXIT_REFUSED
    user_factors, item_factors = engine.train(data.matrix(), parameters)
    model = Model(data, user_factors, item_factors, parameters, engine.algorithm)
    extras = Extras(
        evaluation=assessment.as_evaluation(),
        report=assessment.as_report(),
        cold_start={
            "popular_by_region": popular_by_region(arguments.interactions, arguments.popular),
            "fresh": fresh_items(arguments.item_features, arguments.popular),
        },
    )
    manifest = write_package(arguments.out, model, extras, arguments.popular)
    print(json.dumps(manifest, sort_keys=True))
    return 0


def choose(data: Interactions, engine: Engine, arguments: argparse.Namespace) -> tuple[Parameters, list[Trial]]:
    base = Parameters(
        **{field.name: getattr(arguments, field.name) for field in fields(Parameters) if field.name != "factors"}
    )
    base = replace(base, factors=arguments.factors[0] if len(arguments.factors) == 1 else base.factors)
    if len(arguments.factors) == 1 and arguments.search_budget == 0:
        return base, []
    search = Search(data, engine.train, arguments.holdout, arguments.k, stages_of(data, engine, arguments))
    if arguments.search_budget > 0:
        return search.study(base, arguments.search_budget), search.trials
    return search.grid(base, arguments.factors), search.trials


def assess_once(
    data: Interactions, engine: Engine, parameters: Parameters, arguments: argparse.Namespace
) -> Assessment:
    stages = stages_of(data, engine, arguments)
    kept = stages.read("assessment")
    if kept is not None and kept["parameters"] == parameters.as_dict():
        return Assessment.from_report(kept["report"])
    assessment = assess(data, parameters, engine.train, arguments.holdout, arguments.k)
    stages.write("assessment", {"parameters": parameters.as_dict(), "report": assessment.as_report()})
    return assessment


def stages_of(data: Interactions, engine: Engine, arguments: argparse.Namespace) -> Stages:
    """Stages depend on what they are measured by, not on which candidates are."""
    options = {"algorithm": engine.algorithm, "holdout": arguments.holdout, "k": arguments.k}
    return Stages(arguments.checkpoints, data, options)


def incumbent_evaluation(manifest: Path | None) -> dict[str, float | int | str] | None:
    if manifest is None:
        return None
    evaluation: dict[str, float | int | str] = json.loads(manifest.read_text())["evaluation"]
    return evaluation


def track(arguments: argparse.Namespace, engine: Engine, trials: list[Trial], assessment: Assessment) -> None:
    if arguments.tracking is None:
        return
    tracker = tracker_of(arguments.tracking, engine.algorithm)
    for trial in trials:
        tracker.record("trial", trial.parameters.as_dict(), {"validation_recall": trial.recall})
    evaluation = assessment.as_evaluation()
    numbers = {name: float(value) for name, value in evaluation.items() if not isinstance(value, str)}
    tracker.record("model", {"k": arguments.k, "holdout": arguments.holdout}, numbers)


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the recommendation model of one residency zone.")
    parser.add_argument("--interactions", type=Path, action="append", required=True, help="Parquet file or folder")
    parser.add_argument("--item-features", type=Path, action="append", default=[], help="likewise, for new items")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model package")
    parser.add_argument("--engine", choices=("implicit", "spark"), default="implicit")
    parser.add_argument("--algorithm", choices=("als", "item-to-item"), default="als")
    parser.add_argument("--holdout", type=_fraction, default=0.2, help="part held out for evaluation, by time")
    parser.add_argument("--k", type=int, default=10, help="length of the lists that are scored")
    parser.add_argument("--popular", type=int, default=200, help="popular items kept in the package")
    parser.add_argument("--factors", type=int, nargs="+", default=FACTORS, help="numbers of factors to choose from")
    parser.add_argument("--search-budget", type=int, default=0, help="trials over all parameters instead, by Optuna")
    parser.add_argument("--incumbent", type=Path, help="manifest of the model in force")
    parser.add_argument("--tolerance", type=_fraction, default=0.1, help="part by which recall may fall behind it")
    parser.add_argument("--checkpoints", type=Path, help="folder of finished stages, to go on after them")
    parser.add_argument("--tracking", help="folder of an MLflow file store, or address of an MLflow server")
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
