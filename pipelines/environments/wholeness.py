"""Whether all files of an environment are there still, as its packages' own lists have them (RECORD).

Compares sizes, thousands of them: for who looks for a fault, never for the start of a server.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from pipelines.environments.places import environment
from pipelines.environments.stamp import read_stamp


def missing_file(home: Path, lock: str) -> str:
    """The first file of a recipe's environment, or of the layer below it, that is gone or of another size;
    empty when there is none such."""
    folder = environment(home, lock)
    stamp = read_stamp(folder)
    if stamp is None:
        return ""
    layer = folder.parent / stamp.layer if stamp.layer else None
    return missing_in(folder) or (missing_in(layer) if layer is not None else "")


def missing_in(folder: Path) -> str:
    """Likewise, of one folder."""
    for packages in folder.glob("lib/python*/site-packages"):
        for record in packages.glob("*.dist-info/RECORD"):
            for name, size in _listed(record):
                try:
                    there = os.stat(f"{packages}/{name}").st_size  # a Path of each takes as long again
                except OSError:
                    return f"{name} is gone"
                if size not in ("", str(there)):
                    return f"{name} has {there:,} of {int(size):,} bytes"
    return ""


def _listed(record: Path) -> Iterator[tuple[str, str]]:
    """Path and size, as far as they are told; compiled files, which may go at any time, are left out."""
    with record.open(newline="") as file:
        for row in csv.reader(file):
            if len(row) == 3 and not row[0].endswith(".pyc"):
                yield row[0], row[2]
