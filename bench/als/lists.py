"""Lists by `implicit` from a model package, on one thread, without what each user has bought.

    python lists.py PACKAGE USERS LENGTH

Prints users a second of processor time.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy import sparse

folder, users, length = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
width = json.loads((folder / "manifest.json").read_text())["factors"]
model = AlternatingLeastSquares(factors=width, num_threads=1)
model.item_factors = np.fromfile(folder / "item_factors.f32", np.float32).reshape(-1, width)
model.user_factors = np.fromfile(folder / "user_factors.f32", np.float32).reshape(-1, width)
starts = np.fromfile(folder / "purchased.indptr.u32", np.uint32).astype(np.int64)
items = np.fromfile(folder / "purchased.items.u32", np.uint32).astype(np.int32)
shape = (len(model.user_factors), len(model.item_factors))
bought = sparse.csr_matrix((np.ones(len(items), np.float32), items, starts), shape=shape)
asked = np.arange(users)
model.recommend(asked[:100], bought[:100], N=length)
begun = time.process_time()
model.recommend(asked, bought[asked], N=length, filter_already_liked_items=True)
print(json.dumps({"usersPerSecond": users / (time.process_time() - begun)}))
