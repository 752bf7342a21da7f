"""What must hold of the search and its record: a budget kept, work taken up again, files that MLflow reads."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from test_training import tastes, train
from trainer.als import Parameters
from trainer.als import train as als
from trainer.data import Interactions, read_interactions
from trainer.search import Search
from trainer.stages import Stages
from trainer.tracking import tracker_of


def search(data: Interactions, folder: Path | None) -> Search:
    """A search over the generated tastes."""
    return Search(data, als, 0.2, 10, Stages(folder, data, {}))


def test_a_budget_is_kept_and_the_given_parameters_are_the_first_trial(tmp_path: Path) -> None:
    """As many trials as asked for, the same ones every time, and never worse than what was given."""
    data = read_interactions([tastes(tmp_path / "gold.parquet")])
    base = Parameters(iterations=3)
    first, second = search(data, None), search(data, None)
    assert first.study(base, 6, most_factors=24) == second.study(base, 6, most_factors=24)
    assert first.trials == second.trials
    assert len(first.trials) == 6
    assert first.trials[0].parameters == base
    assert max(trial.recall for trial in first.trials) >= first.trials[0].recall


def test_a_search_that_died_measures_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after four trials of six: the next one measures two, and comes to the same end."""
    data = read_interactions([tastes(tmp_path / "gold.parquet")])
    base = Parameters(iterations=3)
    whole = search(data, None).study(base, 6, most_factors=24)
    search(data, tmp_path / "stages").study(base, 4, most_factors=24)
    measured = []

    def counting(*arguments: object) -> object:
        measured.append(arguments)
        return recall_of(*arguments)

    from trainer import search as module  # noqa: PLC0415 -- the module is patched

    recall_of = module.recall_of  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "recall_of", counting)
    assert search(data, tmp_path / "stages").study(base, 6, most_factors=24) == whole
    assert len(measured) == 2


def test_the_job_searches_and_leaves_a_run_for_each_trial_and_the_model(tmp_path: Path) -> None:
    """MLflow's file store: an experiment for the algorithm, a run each, its parameters and metrics one a file."""
    source = tastes(tmp_path / "gold.parquet")
    options = ["--factors", "8", "12", "--iterations", "3", "--search-budget", "3", "--tracking", str(tmp_path / "ml")]
    assert train(source, tmp_path / "model", *options) == 0
    (experiment,) = (tmp_path / "ml").iterdir()
    assert 'name: "implicit-als-cg"' in (experiment / "meta.yaml").read_text()
    runs = [folder for folder in experiment.iterdir() if folder.is_dir()]
    names = sorted((run / "tags" / "mlflow.runName").read_text() for run in runs)
    assert names == ["model", "trial", "trial", "trial"]
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    for run in runs:
        meta = dict(line.split(": ", 1) for line in (run / "meta.yaml").read_text().splitlines())
        assert json.loads(meta["run_id"]) == run.name
        assert json.loads(meta["status"]) == 3
        if (run / "tags" / "mlflow.runName").read_text() == "model":
            _, value, step = (run / "metrics" / "recall_at_10").read_text().split()
            assert (float(value), step) == (manifest["evaluation"]["recall@10"], "0")
        else:
            assert sorted(file.name for file in (run / "params").iterdir()) == sorted(Parameters().as_dict())


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, object]]]]:
    """A tracking server on loopback that knows no experiment yet; what it was told."""
    told: list[tuple[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.append((self.path, None))
            self.answer(404, {"error_code": "RESOURCE_DOES_NOT_EXIST"})

        def do_POST(self) -> None:
            told.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            answers = {"experiments/create": {"experiment_id": "7"}, "runs/create": {"run": {"info": {"run_id": "r"}}}}
            self.answer(200, answers.get(self.path.removeprefix("/api/2.0/mlflow/"), {}))

        def answer(self, status: int, body: object) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    httpd = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}", told
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def test_a_tracking_server_is_told_the_same_by_its_api(server: tuple[str, list[tuple[str, object]]]) -> None:
    """The experiment is made once it is missing, the run is created, filled and finished."""
    address, told = server
    assert tracker_of(address, "als").record("model", {"k": 10}, {"recall@10": 0.5}) == "r"
    paths = [path.removeprefix("/api/2.0/mlflow/") for path, _ in told]
    assert paths == [
        "experiments/get-by-name?experiment_name=als",
        "experiments/create",
        "runs/create",
        "runs/log-batch",
        "runs/update",
    ]
    batch = told[3][1]
    assert isinstance(batch, dict)
    assert batch["params"] == [{"key": "k", "value": "10"}]
    assert [(metric["key"], metric["value"]) for metric in batch["metrics"]] == [("recall_at_10", 0.5)]
