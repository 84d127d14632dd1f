"""The matrix in docs/interop.md, drawn from what the peer tests declare and from how they ended.

Each run of peer tests notes their ends in build/interop.json. `python -m tests.peers.matrix_page --write`
draws the table unless one of these tests did not pass when it was last run in this checkout;
tests/test_docs.py holds the page to what is declared.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from tests.peers.matrix import Feature, Peer
from tests.peers.matrix_notes import NOTES, Note

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "interop.md"
RESULTS = ROOT / "build" / "interop.json"
BEGIN, END = "<!-- matrix: drawn by tests/peers/matrix_page.py -->", "<!-- end of the matrix -->"
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

Cell: TypeAlias = tuple[Peer, Feature]


def declared() -> dict[Cell, set[str]]:
    """The tests of each cell, as FILE::TEST."""
    cells: dict[Cell, set[str]] = defaultdict(set)
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        module = importlib.import_module(f"tests.peers.{path.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_") and test.__module__ == module.__name__:
                for mark in _marks(test):
                    for feature in mark.args[1:]:
                        cells[mark.args[0], feature].add(f"{path.name}::{name}")
    return dict(cells)


def _marks(test: Any) -> Iterator[Any]:
    """All `shows` of a test, those of its parameters, too."""
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == "shows":
            yield mark
        elif mark.name == "parametrize":
            for values in mark.args[1]:
                yield from (each for each in getattr(values, "marks", ()) if each.name == "shows")


def faults(cells: dict[Cell, set[str]]) -> list[str]:
    """What does not go together: rows that nobody shows, and cells with both a test and a reason."""
    reasons = [(peer, feature) for note in NOTES for peer in note.peers for feature in note.features]
    shown = {feature for _, feature in cells}
    return [
        *(f"{feature}: no peer shows it" for feature in Feature if feature not in shown),
        *(
            f"{peer}, {feature}: shown and explained away"
            for peer, feature in reasons
            if (peer, feature) in cells
        ),
        *(
            f"{peer}, {feature}: explained twice"
            for peer, feature in {*reasons}
            if reasons.count((peer, feature)) > 1
        ),
    ]


def drawn(cells: dict[Cell, set[str]]) -> str:
    """The table, with its marks and notes."""
    used: list[Note] = []
    rows = [f"| | {' | '.join(Peer)} | shown by |", "| --- " * (len(Peer) + 2) + "|"]
    for feature in Feature:
        row = [_cell(cells, peer, feature, used) for peer in Peer]
        files = sorted({test.partition("::")[0] for peer in Peer for test in cells.get((peer, feature), ())})
        rows.append(f"| {feature} | {' | '.join(row)} | {', '.join(f'`{name}`' for name in files)} |")
    notes = [f"{number}. {note.reason}" for number, note in enumerate(used, 1)]
    return "\n".join([BEGIN, "", *rows, "", *notes, "", END])


def _cell(cells: dict[Cell, set[str]], peer: Peer, feature: Feature, used: list[Note]) -> str:
    """`used` grows by the notes in the order in which they are come by."""
    if (peer, feature) in cells:
        return "yes"
    for note in NOTES:
        if peer in note.peers and feature in note.features:
            if note not in used:
                used.append(note)
            return "–" + str(used.index(note) + 1).translate(SUPERSCRIPT)
    return "·"


def on_the_page() -> str:
    """What stands there now."""
    text = PAGE.read_text()
    return text[text.index(BEGIN) : text.index(END) + len(END)]


def note_results(ended: dict[str, str]) -> None:
    """Keep how tests ended (FILE::TEST to "passed", "failed" or "skipped"), beside those of earlier runs."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(_results() | ended, indent=1, sort_keys=True) + "\n")


def _results() -> dict[str, str]:
    if not RESULTS.exists():
        return {}
    found: dict[str, str] = json.loads(RESULTS.read_text())
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into docs/interop.md")
    args = parser.parse_args()
    cells, ended = declared(), _results()
    tests = sorted(set().union(*cells.values()))
    wrong = faults(cells)
    wrong += [f"{name}: {ended[name]}" for name in tests if ended.get(name, "passed") != "passed"]
    unseen = [name for name in tests if name not in ended]
    for line in (*wrong, *(f"{name}: not run in this checkout yet" for name in unseen)):
        print(line)  # noqa: T201 - a command
    if args.write and not wrong:
        PAGE.write_text(PAGE.read_text().replace(on_the_page(), drawn(cells)))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
