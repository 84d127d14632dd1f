"""The conversation set's table for docs/conversation.md and for the terminal, today's figures beside those of
before where they are given. It must never round a miss into a hit.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mediaserver.errors import VoiceForgeError

BEGIN, END = "<!-- conversation -->", "<!-- /conversation -->"
LARGEST = 4 * 1024 * 1024
"""Bytes of a result file."""

Row = dict[str, Any]


def _percent(value: float | None) -> str:
    return "" if value is None else f"{int(value * 1000) / 10:g} %"


def _percent_up(value: float | None) -> str:
    """Of faults: rounded up."""
    return "" if value is None else f"{-int(-value * 1000 // 1) / 10:g} %"


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _count(value: int) -> str:
    return str(value)


COLUMNS: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("passed", lambda r: f"{r['passed']}/{r['cases']}"),
    ("taken", lambda r: _percent(r["taken"])),
    ("wrongly taken", lambda r: _percent_up(r["wrongly_taken"])),
    ("resumed ≤ 300 ms", lambda r: _percent(r["resumed_soon"])),
    ("cut answers", lambda r: _percent_up(r["cut_answers"])),
    ("dead air, s", lambda r: f"{r['dead_air_max_ms'] / 1000:.1f}"),
    ("self-interruptions", lambda r: _count(r["self_interruptions"])),
    ("self-answers", lambda r: _count(r["self_answers"])),
    ("booked right / none / wrong", lambda r: _bookings(r)),
    ("voice to voice p50 / p95, ms", lambda r: _pair(r, "voice_to_voice_p50_ms", "voice_to_voice_p95_ms")),
    ("duck p95, ms", lambda r: _ms(r["duck_p95_ms"])),
    ("decision p95, ms", lambda r: _ms(r["decision_p95_ms"])),
)


def _bookings(row: Row) -> str:
    counts = [row["booked_right"], row["booked_none"], row["booked_wrong"]]
    return " / ".join(map(str, counts)) if any(counts) else ""


def _pair(row: Row, first: str, second: str) -> str:
    return "" if row[first] is None else f"{_ms(row[first])} / {_ms(row[second])}"


def read_result(path: Path) -> dict[str, Any]:
    """A result file of `--save`. Raises VoiceForgeError."""
    try:
        if path.stat().st_size > LARGEST:
            raise VoiceForgeError(f"{path} is no result of this bench: it is too large")
        value = json.loads(path.read_text())
        if not isinstance(value, dict) or not isinstance(value.get("families"), dict):
            raise ValueError("it holds no families")
        for row in value["families"].values():
            for _, show in COLUMNS:
                show(row)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VoiceForgeError(f"{path} is no result of this bench: {error}") from None
    return value


def table(now: dict[str, Any], before: dict[str, Any] | None) -> str:
    """Markdown. Where there are figures of before, a cell is `before → now`."""
    heads = ["family", *(title for title, _ in COLUMNS)]
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    old = {} if before is None else before["families"]
    names = [name for name in now["families"] if name != "all"] + ["all"]
    for name in names:
        row = now["families"][name]
        cells = [_cell(show, row, old.get(name)) for _, show in COLUMNS]
        lines.append(f"| {f'**{name}**' if name == 'all' else name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(show: Callable[[Row], str], row: Row, old: Row | None) -> str:
    new = show(row)
    was = "" if old is None else show(old)
    return f"{was} → {new}" if was and new and was != new else new or was


def read_page(path: Path) -> str:
    """A page that the table can be drawn into. Raises VoiceForgeError."""
    try:
        text = path.read_text()
    except (OSError, ValueError) as error:
        raise VoiceForgeError(f"{path} is no page: {error}") from None
    begin, end = text.find(BEGIN), text.find(END)
    if begin < 0 or end < begin:
        raise VoiceForgeError(f"{path} has no place for the table: {BEGIN} and {END}")
    return text


def written(text: str, drawn: str) -> str:
    """The page with this between its marks."""
    begin, end = text.index(BEGIN), text.index(END)
    return text[: begin + len(BEGIN)] + "\n" + drawn + "\n" + text[end:]
