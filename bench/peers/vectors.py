"""Peers of the search by vectors: one command a line in, one JSON answer a line out. All on one thread.

Arguments: folder with items.f32 and users.f32, width, k.
"""

import json
import sys
import time
from collections.abc import Callable

import faiss
import numpy as np

folder, width, k = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
items = np.fromfile(folder + "/items.f32", np.float32).reshape(-1, width)
users = np.fromfile(folder + "/users.f32", np.float32).reshape(-1, width)
faiss.omp_set_num_threads(1)
flat = faiss.IndexFlatIP(width)
flat.add(items)
graph: faiss.IndexHNSWFlat | None = None


def by_numpy(user: np.ndarray) -> np.ndarray:
    scores = items @ user[0]
    best = np.argpartition(-scores, k)[:k]
    return best[np.argsort(-scores[best], kind="stable")]


def by_flat(user: np.ndarray) -> np.ndarray:
    return flat.search(user, k)[1][0]


def by_graph(user: np.ndarray) -> np.ndarray:
    assert graph is not None
    return graph.search(user, k)[1][0]


def timed(search: Callable[[np.ndarray], np.ndarray]) -> dict[str, object]:
    rows = [users[n : n + 1] for n in range(len(users))]
    search(rows[0])
    started = time.perf_counter()
    found = [search(row) for row in rows]
    ms = (time.perf_counter() - started) * 1000 / len(rows)
    return {"ms": ms, "found": [list(map(int, one)) for one in found]}


for line in sys.stdin:
    command, *numbers = line.split()
    if command == "build":
        neighbours, effort = map(int, numbers)
        faiss.omp_set_num_threads(2)
        started = time.perf_counter()
        graph = faiss.IndexHNSWFlat(width, neighbours, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = effort
        graph.add(items)
        faiss.omp_set_num_threads(1)
        answer: dict[str, object] = {"ms": (time.perf_counter() - started) * 1000, "found": []}
    elif command == "graph":
        assert graph is not None
        graph.hnsw.efSearch = int(numbers[0])
        answer = timed(by_graph)
    else:
        answer = timed({"numpy": by_numpy, "flat": by_flat}[command])
    print(json.dumps(answer), flush=True)
