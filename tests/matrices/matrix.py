"""Tables in the docs that say what works with whom, drawn from what tests declare to show.

`@shows(Peer.BARESIP, Feature.HOLD)` on a test says that it fails when baresip's hold does not go with ours. A
cell without a test has a reason, or a dot.
"""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeAlias, TypeVar

ROOT = Path(__file__).resolve().parents[2]
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

C = TypeVar("C", bound=StrEnum)
R = TypeVar("R", bound=StrEnum)
Cells: TypeAlias = dict[tuple[C, R], set[str]]


@dataclass(frozen=True, slots=True)
class Note(Generic[C, R]):
    """Why cells hold no test: one reason, for each of these rows at each of these columns."""

    columns: tuple[C, ...]
    rows: tuple[R, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Matrix(Generic[C, R]):
    columns: type[C]
    rows: type[R]
    notes: Sequence[Note[C, R]]
    folder: str
    """Below tests/: where its tests are."""
    page: str
    """Below docs/: where it stands, between the lines `begin` and `end`."""
    begin: str
    end: str

    def declared(self) -> Cells[C, R]:
        """The tests of each cell, as FILE::TEST, the file below `folder`."""
        cells: Cells[C, R] = defaultdict(set)
        home = ROOT / "tests" / self.folder
        for path in sorted(home.rglob("test_*.py")):
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for name, test in _tests(module):
                for mark in _marks(test):
                    if isinstance(mark.args[0], self.columns):
                        for row in mark.args[1:]:
                            cells[mark.args[0], row].add(f"{path.relative_to(home).as_posix()}::{name}")
        return dict(cells)

    def faults(self, cells: Cells[C, R]) -> list[str]:
        """What does not go together: rows that nobody shows, and cells with both a test and a reason."""
        reasons = [(column, row) for note in self.notes for column in note.columns for row in note.rows]
        shown = {row for _, row in cells}
        return [
            *(f"{row}: nobody shows it" for row in self.rows if row not in shown),
            *(
                f"{column}, {row}: shown and explained away"
                for column, row in reasons
                if (column, row) in cells
            ),
            *(
                f"{column}, {row}: explained twice"
                for column, row in {*reasons}
                if reasons.count((column, row)) > 1
            ),
        ]

    def drawn(self, cells: Cells[C, R]) -> str:
        """The table, with its marks and notes."""
        used: list[Note[C, R]] = []
        lines = [f"| | {' | '.join(self.columns)} | shown by |", "| --- " * (len(self.columns) + 2) + "|"]
        for row in self.rows:
            line = [self._cell(cells, column, row, used) for column in self.columns]
            tests = {test for column in self.columns for test in cells.get((column, row), ())}
            files = sorted({test.partition("::")[0] for test in tests})
            lines.append(f"| {row} | {' | '.join(line)} | {', '.join(f'`{name}`' for name in files)} |")
        notes = [f"{number}. {note.reason}" for number, note in enumerate(used, 1)]
        return "\n".join([self.begin, "", *lines, "", *notes, "", self.end])

    def _cell(self, cells: Cells[C, R], column: C, row: R, used: list[Note[C, R]]) -> str:
        """`used` grows by the notes in the order in which they are come by."""
        if (column, row) in cells:
            return "yes"
        for note in self.notes:
            if column in note.columns and row in note.rows:
                if note not in used:
                    used.append(note)
                return "–" + str(used.index(note) + 1).translate(SUPERSCRIPT)
        return "·"

    @property
    def path(self) -> Path:
        return ROOT / "docs" / self.page

    def on_the_page(self) -> str:
        """What stands there now."""
        text = self.path.read_text()
        return text[text.index(self.begin) : text.index(self.end) + len(self.end)]

    def write(self, cells: Cells[C, R]) -> None:
        self.path.write_text(self.path.read_text().replace(self.on_the_page(), self.drawn(cells)))


def _tests(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Its own tests, those in classes, too: by the name that `noting` keeps."""
    for name, each in vars(module).items():
        if getattr(each, "__module__", None) == module.__name__:
            if isinstance(each, type) and name.startswith("Test"):
                yield from (pair for pair in vars(each).items() if pair[0].startswith("test_"))
            elif name.startswith("test_"):
                yield name, each


def _marks(test: Any) -> Iterator[Any]:
    """All `shows` of a test, those of its parameters, too."""
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == "shows":
            yield mark
        elif mark.name == "parametrize":
            # `pytest.param` makes a tuple; a value of its own may have `marks`, too (a dialect).
            for values in (each for each in mark.args[1] if isinstance(each, tuple)):
                yield from (each for each in getattr(values, "marks", ()) if each.name == "shows")
