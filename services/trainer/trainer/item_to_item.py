"""Item-to-item, the B variant: where a walk from what the user has met leads, as factors, served like any model.

From an item to a user who met it, chosen at random, and on to another item of that user: with A the users x items
matrix of who met what, and Du and Di the degrees of both sides, S = Di^-1/2 A' Du^-1 A Di^-1/2 is that walk made
symmetric, so that neither busy users nor well-known items outweigh the rest. Of its eigenvectors V with the largest
eigenvalues, a user's factors are Du^-1/2 A Di^-1/2 V, and the item factors are Di^1/2 V: their product is the walk from
the user's items taken at that rank, which keeps what many paths agree on (graph filters: Shen et al., "How Powerful is
Graph Convolution for Recommendation?", CIKM 2021). It has no parameters but the rank, and takes a few sparse products.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]
from scipy.sparse.linalg import svds  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from .als import Pair, Parameters


def train(matrix: sparse.csr_matrix, parameters: Parameters) -> Pair:
    """User and item factors; equal input gives equal bytes on one kind of processor. Only rank and seed play a part."""
    users, items = matrix.shape
    met = sparse.csr_matrix((np.ones(matrix.nnz, dtype=np.float32), matrix.indices, matrix.indptr), shape=matrix.shape)
    of_user = np.diff(met.indptr).astype(np.float64)
    of_item = np.bincount(met.indices, minlength=items).astype(np.float64)
    walk = (_diagonal(_power(of_user, -0.5)) @ met @ _diagonal(_power(of_item, -0.5))).tocsr()
    directions = np.zeros((items, parameters.factors), dtype=np.float32)
    rank = min(parameters.factors, min(users, items) - 1)
    if rank >= 1 and walk.nnz > 0:
        start = np.random.default_rng(parameters.seed).standard_normal(min(users, items)).astype(np.float32)
        with threadpool_limits(limits=1, user_api="blas"):
            _, values, vectors = svds(walk, k=rank, v0=start, solver="arpack")
        vectors = vectors[np.argsort(-values, kind="stable")].T
        # A singular vector's sign is arbitrary: the largest entry is made positive.
        signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(rank)])
        directions[:, :rank] = vectors * signs
    user_factors = np.ascontiguousarray(walk @ directions, dtype=np.float32)
    return user_factors, np.ascontiguousarray(_diagonal(_power(of_item, 0.5)) @ directions, dtype=np.float32)


def _power(degrees: npt.NDArray[np.float64], exponent: float) -> npt.NDArray[np.float32]:
    """Of what nobody met, 0."""
    return np.where(degrees > 0, np.maximum(degrees, 1) ** exponent, 0).astype(np.float32)


def _diagonal(values: npt.NDArray[np.float32]) -> sparse.dia_matrix:
    return sparse.diags(values)
