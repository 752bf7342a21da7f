"""Implicit-feedback ALS (Hu, Koren, Volinsky 2008) by conjugate gradient, from the `implicit` library."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import implicit.als  # type: ignore[import-untyped]
import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

Factors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Parameters:
    """What the model is trained with; written into the manifest."""

    factors: int = 16
    iterations: int = 15
    regularization: float = 1.0
    alpha: float = 5.0
    """Confidence of an interaction = 1 + alpha * log(1 + weight): equation 6 of the paper. A heavy buyer's weight,
    taken as it is, would drown what all others say of the item."""
    seed: int = 7

    def as_dict(self) -> dict[str, int | float]:
        return asdict(self)


def train(matrix: sparse.csr_matrix, parameters: Parameters) -> tuple[Factors, Factors]:
    """User and item factors. One thread, fixed seed: equal input gives equal bytes on one kind of processor."""
    model = implicit.als.AlternatingLeastSquares(
        factors=parameters.factors,
        regularization=parameters.regularization,
        alpha=parameters.alpha,
        iterations=parameters.iterations,
        use_gpu=False,
        use_cg=True,
        num_threads=1,
        random_state=parameters.seed,
        dtype=np.float32,
    )
    with threadpool_limits(limits=1, user_api="blas"):
        model.fit(matrix.log1p(), show_progress=False)
    return np.ascontiguousarray(model.user_factors), np.ascontiguousarray(model.item_factors)


def rank(
    factors: tuple[Factors, Factors], seen: sparse.csr_matrix, users: npt.NDArray[np.int64], k: int
) -> npt.NDArray[np.int32]:
    """Exact top-K items for each user, without those in `seen`; ties by index."""
    user_factors, item_factors = factors
    ranked = np.full((len(users), k), -1, dtype=np.int32)
    for start in range(0, len(users), 1024):
        block = users[start : start + 1024]
        scores = user_factors[block] @ item_factors.T
        for row, user in enumerate(block):
            scores[row, seen.indices[seen.indptr[user] : seen.indptr[user + 1]]] = -np.inf
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        reachable = np.take_along_axis(scores, best, axis=1) > -np.inf
        ranked[start : start + len(block), : best.shape[1]] = np.where(reachable, best, -1)
    return ranked
