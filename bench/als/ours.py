"""The trainer's own way from gold to scores; prints the seconds of each part.

python ours.py WORKLOAD DATA.parquet FACTORS ITERATIONS K [PACKAGE]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

workload, source, factors, iterations, k, *package = sys.argv[1:]
sys.path.insert(0, workload)

started = time.perf_counter()
parts: dict[str, float] = {}


def lap(name: str) -> None:
    global started
    now = time.perf_counter()
    parts[name] = now - started
    started = now


from trainer.als import Parameters, train  # noqa: E402 -- timed
from trainer.assessment import assess  # noqa: E402
from trainer.data import read_interactions  # noqa: E402
from trainer.package import Extras, Model, write_package  # noqa: E402

lap("import")
data = read_interactions([Path(source)])
lap("read")
parameters = Parameters(factors=int(factors), iterations=int(iterations))
trained = []


def once(matrix: object, given: Parameters) -> object:
    begun = time.perf_counter()
    trained.append(train(matrix, given))
    parts["train"] = time.perf_counter() - begun
    parts["worked"] = time.process_time()
    return trained[0]


assessment = assess(data, parameters, once, 0.2, int(k))
lap("assess")
parts["assess"] -= parts["train"]
if package:
    # Of the past alone: what is scored is how fast, not how well.
    extras = Extras(assessment.as_evaluation(), assessment.as_report(), {})
    model = Model(data, *trained[0], parameters)
    write_package(Path(package[0]), model, extras, 200)
print(json.dumps({**parts, "recall": assessment.recall["model"].mean}))
