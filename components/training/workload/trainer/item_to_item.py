"""Item-to-item, the B variant: what is like what the user has met, as factors, so that it is served like any model.

The similarity of items (cosine over users) is a symmetric matrix S; of its eigenvectors V with the largest eigenvalues
L, the item factors are V * sqrt(L), and a user's are the weighted sum of the factors of what the user has met. Their
product is history x S, S taken at that rank. A user's own row needs no training: a session that is minutes old is the
sum of its items' factors.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from scipy.sparse.linalg import eigsh  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from .als import Pair, Parameters
from .ranking import item_similarity

NEIGHBOURS = 200
"""Nearest items that are kept of each: beyond, chance meetings outweigh likeness."""


def train(matrix: sparse.csr_matrix, parameters: Parameters) -> Pair:
    """User and item factors; equal input gives equal bytes on one kind of processor. Only rank and seed play a part."""
    items = matrix.shape[1]
    similar = item_similarity(matrix, min(NEIGHBOURS, items))
    # Kept by either side, so that the matrix is symmetric.
    symmetric = similar.maximum(similar.T).astype(np.float64)
    rank = min(parameters.factors, items - 1)
    start = np.random.default_rng(parameters.seed).standard_normal(items)
    item_factors = np.zeros((items, parameters.factors), dtype=np.float32)
    if rank >= 1 and symmetric.nnz > 0:
        with threadpool_limits(limits=1, user_api="blas"):
            values, vectors = eigsh(symmetric, k=rank, which="LA", v0=start)
        order = np.argsort(-values, kind="stable")
        values, vectors = np.maximum(values[order], 0), vectors[:, order]
        # An eigenvector's sign is arbitrary: the largest entry is made positive.
        signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(rank)])
        item_factors[:, :rank] = vectors * signs * np.sqrt(values)
    history = matrix.log1p().astype(np.float32)
    lengths = np.asarray(history.sum(axis=1)).ravel()
    weights = sparse.diags(np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0))
    return np.ascontiguousarray((weights @ history) @ item_factors, dtype=np.float32), item_factors
