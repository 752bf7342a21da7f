"""Runs a command on so many processors and tells what it took.

    python peak.py PROCESSORS COMMAND ...

Prints the command's last line of output, if it is JSON, with its seconds and the most memory that its processes held
together. Ends as the command does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

PAGE = os.sysconf("SC_PAGESIZE")
LOOK_SECONDS = 0.1


def held(root: int) -> int:
    """Bytes in memory of a process and all that it started."""
    parents, pages = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)], pages[int(folder.name)] = int(fields[1]), int(fields[21])
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(pages.get(pid, 0) for pid in family) * PAGE


def main() -> int:
    processors, *command = sys.argv[1:]
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(processors)])
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    most = 0
    while child.poll() is None:
        most = max(most, held(child.pid))
        time.sleep(LOOK_SECONDS)
    seconds = time.perf_counter() - started
    assert child.stdout is not None
    lines = child.stdout.read().strip().splitlines()
    said = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    print(json.dumps({**said, "seconds": seconds, "peakMib": most / 2**20}))
    return child.returncode


if __name__ == "__main__":
    sys.exit(main())
