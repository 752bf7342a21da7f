"""Gold interactions of a generated world with latent tastes, equal for equal arguments.

    python world.py OUT.parquet USERS ITEMS PAIRS

Items and tastes are points in a space of a few dimensions; a taste likes what is near it, and known items more. A user
has a few tastes, in shares of his own, and meets items by them; some users are much busier than others.
"""

from __future__ import annotations

import hashlib
import sys

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

SEED, TASTES, WIDTH, TASTES_A_USER = 5, 40, 16, 3
NEARNESS = 0.55
"""How much a taste prefers what is near it."""
POPULARITY_EXPONENT = 0.7
SPARE = 1.35
"""Draws for each pair that is wanted: some meet again what they have met."""
DAYS = 14
FIRST_US = 1_772_000_000_000_000
DAY_US = 86_400_000_000

Int = npt.NDArray[np.int64]


def meetings(users: int, items: int, pairs: int, random: np.random.Generator) -> tuple[Int, Int]:
    """Pairs of user and item that met, in order, and how often."""
    places = random.standard_normal((items, WIDTH), dtype=np.float32)
    tastes = random.standard_normal((TASTES, WIDTH), dtype=np.float32)
    popularity = -POPULARITY_EXPONENT * np.log1p(random.permutation(items))
    liking = np.exp(tastes @ places.T * NEARNESS + popularity)
    sums = np.cumsum(liking, axis=1)
    sums /= sums[:, -1:]
    own = random.integers(0, TASTES, (users, TASTES_A_USER))
    shares = np.cumsum(random.dirichlet([1, 0.6, 0.3], users), axis=1)
    busy = random.lognormal(0, 0.8, users)
    count = np.maximum(5, busy / busy.mean() * pairs * SPARE / users).astype(np.int64)
    user = np.repeat(np.arange(users), count)
    which = (random.random(len(user))[:, None] > shares[user]).sum(axis=1)
    taste = own[user, np.minimum(which, TASTES_A_USER - 1)]
    draw = random.random(len(user))
    item = np.empty(len(user), dtype=np.int64)
    for one in range(TASTES):
        rows = np.flatnonzero(taste == one)
        item[rows] = np.minimum(np.searchsorted(sums[one], draw[rows]), items - 1)
    met, times = np.unique(user * items + item, return_counts=True)
    kept = np.sort(random.permutation(len(met))[:pairs])
    return met[kept], times[kept]


def write(path: str, users: int, items: int, pairs: int) -> None:
    random = np.random.default_rng(SEED)
    met, times = meetings(users, items, pairs, random)
    user, item = met // items, met % items
    kind = random.choice([1.0, 2.0, 4.0, 8.0], len(met), p=[0.6, 0.25, 0.1, 0.05])
    keys = [hashlib.sha256(b"%d" % n).hexdigest() for n in range(users)]
    names = [f"item-{n:06}" for n in range(items)]
    when = FIRST_US + random.integers(0, DAYS * DAY_US, len(met))
    columns = {
        "user_key": pa.DictionaryArray.from_arrays(user, keys).cast(pa.string()),
        "item_id": pa.DictionaryArray.from_arrays(item, names).cast(pa.string()),
        "weight": times * kind,
        "purchases": (kind >= 8).astype(np.int64),
        "last_occurred_at": pa.array(when, pa.timestamp("us")),
    }
    pq.write_table(pa.table(columns), path)


if __name__ == "__main__":
    write(sys.argv[1], *map(int, sys.argv[2:5]))
