"""Draws the matrices of the docs: `python -m tests.matrices --write`, unless one of their tests did not pass
when it was last run in this checkout. tests/test_docs.py holds the pages to what is declared."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from tests.matrices.every import MATRICES
from tests.matrices.matrix import Matrix
from tests.matrices.results import results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the tables into the docs")
    args = parser.parse_args()
    return max([_draw(matrix, write=args.write) for matrix in MATRICES])


def _draw(matrix: Matrix[Any, Any], *, write: bool) -> int:
    cells, ended = matrix.declared(), results()
    tests = sorted(f"{matrix.folder}/{each}" for each in set().union(*cells.values()))
    wrong = matrix.faults(cells)
    wrong += [f"{name}: {ended[name]}" for name in tests if ended.get(name, "passed") != "passed"]
    unseen = [name for name in tests if name not in ended]
    for line in (*wrong, *(f"{name}: not run in this checkout yet" for name in unseen)):
        print(line)  # noqa: T201 - a command
    if write and not wrong:
        matrix.write(cells)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
