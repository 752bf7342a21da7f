"""A record of every training in MLflow's terms, without its library: its file store, or its server's REST API.

Both are documented formats (mlflow.org/docs/latest/ml/tracking/backend-stores, .../api_reference/rest-api.html):
`mlflow ui --backend-store-uri <folder>` shows the one, a tracking server on AWS keeps the other.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

TIMEOUT_SECONDS = 30
FINISHED = 3
"""RunStatus.FINISHED of MLflow's protocol."""
LOCAL_SOURCE = 4
"""SourceType.LOCAL likewise."""


class Tracker(Protocol):
    """Where runs are recorded."""

    def record(self, name: str, parameters: Mapping[str, object], metrics: Mapping[str, float]) -> str:
        """Records a finished run and returns its id."""


def tracker_of(where: str, experiment: str) -> Tracker:
    """A server for an http(s) address, a folder otherwise."""
    if re.match(r"https?://", where):
        return Server(where.rstrip("/"), experiment)
    return FileStore(Path(where), experiment)


def metric_name(name: str) -> str:
    """MLflow takes letters, digits and `_ - . /` and blanks: `recall@10` becomes `recall_at_10`."""
    return re.sub(r"[^\w\-. /]", "_at_", name)


class FileStore:
    """MLflow's file store: a folder an experiment, in it a folder a run, in it a file a parameter or metric."""

    def __init__(self, folder: Path, experiment: str) -> None:
        self._folder = folder / str(uuid.uuid5(uuid.NAMESPACE_URL, experiment).int % 10**18)
        self._experiment = experiment

    def record(self, name: str, parameters: Mapping[str, object], metrics: Mapping[str, float]) -> str:
        now = time.time_ns() // 1_000_000
        self._create(now)
        run_id = uuid.uuid4().hex
        run = self._folder / run_id
        for part in ("params", "metrics", "tags", "artifacts"):
            (run / part).mkdir(parents=True)
        for key, value in parameters.items():
            (run / "params" / key).write_text(str(value))
        for key, number in metrics.items():
            (run / "metrics" / metric_name(key)).write_text(f"{now} {number} 0\n")
        (run / "tags" / "mlflow.runName").write_text(name)
        # Last: a run without it is not listed.
        _write_yaml(
            run / "meta.yaml",
            {
                "artifact_uri": (run / "artifacts").absolute().as_uri(),
                "end_time": now,
                "entry_point_name": "",
                "experiment_id": self._folder.name,
                "lifecycle_stage": "active",
                "run_id": run_id,
                "run_name": name,
                "run_uuid": run_id,
                "source_name": "train_als.py",
                "source_type": LOCAL_SOURCE,
                "source_version": "",
                "start_time": now,
                "status": FINISHED,
                "tags": [],
                "user_id": "meridian",
            },
        )
        return run_id

    def _create(self, now: int) -> None:
        meta = self._folder / "meta.yaml"
        if meta.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        _write_yaml(
            meta,
            {
                "artifact_location": self._folder.absolute().as_uri(),
                "creation_time": now,
                "experiment_id": self._folder.name,
                "last_update_time": now,
                "lifecycle_stage": "active",
                "name": self._experiment,
            },
        )


class Server:
    """MLflow's tracking server by its REST API."""

    def __init__(self, address: str, experiment: str) -> None:
        self._address = address
        self._experiment = experiment

    def record(self, name: str, parameters: Mapping[str, object], metrics: Mapping[str, float]) -> str:
        now = time.time_ns() // 1_000_000
        created = self._post(
            "runs/create", {"experiment_id": self._experiment_id(), "run_name": name, "start_time": now}
        )
        run_id = str(created["run"]["info"]["run_id"])
        self._post(
            "runs/log-batch",
            {
                "run_id": run_id,
                "params": [{"key": key, "value": str(value)} for key, value in parameters.items()],
                "metrics": [
                    {"key": metric_name(key), "value": value, "timestamp": now, "step": 0}
                    for key, value in metrics.items()
                ],
            },
        )
        self._post("runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": now})
        return run_id

    def _experiment_id(self) -> str:
        query = urllib.parse.urlencode({"experiment_name": self._experiment})
        try:
            found = self._send(urllib.request.Request(f"{self._url('experiments/get-by-name')}?{query}"))
            return str(found["experiment"]["experiment_id"])
        except urllib.error.HTTPError as error:
            if error.code != 404:  # noqa: PLR2004 -- "not found"
                raise
        return str(self._post("experiments/create", {"name": self._experiment})["experiment_id"])

    def _post(self, method: str, body: Mapping[str, object]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        return self._send(
            urllib.request.Request(self._url(method), data=json.dumps(body).encode(), headers=headers, method="POST")
        )

    def _url(self, method: str) -> str:
        return f"{self._address}/api/2.0/mlflow/{method}"

    def _send(self, request: urllib.request.Request) -> dict[str, Any]:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            body: dict[str, Any] = json.loads(answer.read() or b"{}")
            return body


def _write_yaml(path: Path, values: Mapping[str, object]) -> None:
    """JSON values are YAML values."""
    text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in values.items())
    aside = path.with_suffix(".tmp")
    aside.write_text(text)
    aside.rename(path)
