"""Puts the training job's folder on the path, as running it does."""

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "services" / "trainer"))
# Limits the threads of BLAS before a test loads NumPy.
import_module("trainer")
