"""What must hold of the packages that a training instance installs: those that the trainer needs, as locked here."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
NEEDED = ["implicit", "numpy", "optuna", "pyarrow", "scipy", "threadpoolctl"]
"""What the trainer's modules import."""


def blocks(path: Path) -> dict[str, str]:
    """Packages of a lock file: name to its version and hashes."""
    lines = (line for line in path.read_text().splitlines() if not line.strip().startswith("#"))
    found = re.split(r"\n(?=\S)", "\n".join(lines).strip())
    return {re.split("==", block)[0]: re.sub(r"[\s\\]+", " ", block).strip() for block in found}


def normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(names: list[str]) -> set[str]:
    """Packages and what they need, without extras and without what is for other systems or Pythons."""
    found: set[str] = set()
    open_names = [normal(name) for name in names]
    while open_names:
        name = open_names.pop()
        if name in found:
            continue
        found.add(name)
        for requirement in requires(name) or []:
            wanted, _, marker = requirement.partition(";")
            if marker.strip() == "":
                open_names.append(normal(re.split(r"[\s<>=!~\[(]", wanted.strip())[0]))
    return found


def test_the_instance_installs_what_is_locked_and_nothing_is_missing() -> None:
    """The same versions and digests as everywhere, and each package's own needs among them."""
    here = blocks(ROOT / "services" / "trainer" / "requirements.txt")
    locked = blocks(ROOT / "local" / "toolchain" / "requirements.lock")
    assert here == {name: locked[name] for name in here}
    assert set(here) == closure(NEEDED)
