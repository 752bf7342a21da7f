"""Implicit-feedback ALS (Hu, Koren, Volinsky 2008): its parameters, and the engine for one machine."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import implicit.als  # type: ignore[import-untyped]
import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from .processors import usable

Factors = npt.NDArray[np.float32]
Pair = tuple[Factors, Factors]
"""User and item factors, one row a user or item."""


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


INTERACTIONS_A_THREAD = 1_000_000
"""Below, threads wait for one another longer than they work."""


def threads(interactions: int) -> int:
    """Threads that pay for this many interactions, of the processors that this process may use."""
    return max(1, min(usable(), interactions // INTERACTIONS_A_THREAD))


EARLY_STEPS, LATE_STEPS = 1, 3
"""Steps of conjugate gradient in an iteration, in the first half of the iterations and in the second. A row's system is
one of another side that still moves far while it is early: to solve it well is work thrown away. A fifth faster than
three steps throughout, which is the library's way, and its recall is the same or better (bench/als.ts)."""


def train(matrix: sparse.csr_matrix, parameters: Parameters) -> Pair:
    """User and item factors by conjugate gradient, from the `implicit` library.

    Equal input gives equal bytes on one kind of processor, however many threads there are: each row is solved by one
    thread, from what all read.
    """
    model = implicit.als.AlternatingLeastSquares(
        factors=parameters.factors,
        regularization=parameters.regularization,
        alpha=1.0,
        use_gpu=False,
        use_cg=True,
        num_threads=threads(matrix.nnz),
        random_state=parameters.seed,
        dtype=np.float32,
    )
    confidence = matrix.log1p()
    # The library takes the values for confidences, 1 being that of what was never met.
    confidence.data = 1 + np.float32(parameters.alpha) * confidence.data
    early = parameters.iterations // 2
    with threadpool_limits(limits=1, user_api="blas"):
        for steps, iterations in ((EARLY_STEPS, early), (LATE_STEPS, parameters.iterations - early)):
            model.cg_steps, model.iterations = steps, iterations
            # Goes on from the factors that it has.
            model.fit(confidence, show_progress=False)
    return np.ascontiguousarray(model.user_factors), np.ascontiguousarray(model.item_factors)
