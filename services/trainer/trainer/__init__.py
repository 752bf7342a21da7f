"""Training of Meridian's recommendation model: data, algorithm, scores and the model package."""

import os

# Before NumPy loads: several BLAS threads would add up in another order from one run to the next.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
