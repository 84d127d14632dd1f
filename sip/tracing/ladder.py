"""A call's signalling as a ladder: who said what to whom, when, and what was said again. Pure.

All legs of a call stand in one ladder, each of the other sides in a column of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from mediaserver.host_port import host_port
from mediaserver.printable import printable, printable_lines
from sip.tracing.kept import CallTrace
from sip.tracing.traced import TracedMessage

WIDTH = 30
"""Characters from one column to the next."""
_US = "voiceforge"
_MOST_COLUMNS = 6
"""Other sides with a column; what is beyond them shares the last."""
_TIME = 11


@dataclass(frozen=True, slots=True)
class Mark:
    """Something else that happened in the call, to be read beside its messages."""

    at: float
    """Seconds of time.time."""
    words: str


@dataclass(frozen=True, slots=True)
class Rung:
    message: TracedMessage
    ms: float
    """Since the first message."""
    again: bool
    """The very same was sent the same way before."""


@dataclass(frozen=True, slots=True)
class Ladder:
    call: UUID
    live: bool
    call_ids: tuple[str, ...]
    peers: tuple[str, ...]
    """The other sides, host:port, in the order in which they came."""
    rungs: tuple[Rung, ...]
    marks: tuple[tuple[float, Mark], ...]
    """With ms since the first message."""
    left_out: tuple[int, int]
    """After so many rungs, so many messages are missing."""

    @classmethod
    def of(cls, call: UUID, trace: CallTrace, live: bool, marks: Sequence[Mark] = ()) -> Ladder:
        messages = list(trace)
        first = messages[0] if messages else None
        seen: set[tuple[bool, tuple[str, int], bytes]] = set()
        rungs: list[Rung] = []
        for message in messages:
            key = message.sent, message.remote, message.data
            since = message.t - first.t if first is not None else 0.0
            rungs.append(Rung(message, since * 1000, key in seen))
            seen.add(key)
        began = first.at if first is not None else 0.0
        gap = trace.latest[0].t if trace.latest else 0.0
        return cls(
            call,
            live,
            tuple(trace.call_ids),
            tuple(dict.fromkeys(host_port(*message.remote) for message in messages)),
            tuple(rungs),
            tuple(((mark.at - began) * 1000, mark) for mark in sorted(marks, key=lambda mark: mark.at)),
            (sum(message.t < gap for message in messages), trace.left_out),
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "call": str(self.call),
            "live": self.live,
            "call_ids": [printable(each) for each in self.call_ids],
            "peers": list(self.peers),
            "left_out": self.left_out[1],
            "messages": [
                {"ms": round(rung.ms, 1), "again": rung.again} | rung.message.as_dict() for rung in self.rungs
            ],
            "marks": [{"ms": round(ms, 1), "what": printable(mark.words)} for ms, mark in self.marks],
        }

    def text(self, *, full: bool = False) -> str:
        """For a terminal: nothing in it acts on one. `full`: with each message as a whole."""
        places = _columns(len(self.peers))
        lines = self._head(places)
        marks = list(self.marks)
        for i, rung in enumerate(self.rungs):
            while marks and marks[0][0] <= rung.ms:
                lines.append(_marked(places, *marks.pop(0)))
            if self.left_out[1] and i == self.left_out[0]:
                lines.append(f"{'':{_TIME}}... {self.left_out[1]} messages were not kept ...")
            lines.append(self._rung(places, rung))
            if full:
                indent = " " * _TIME + "    "
                lines += ["", indent + printable_lines(rung.message.text.rstrip("\n"), indent), ""]
        lines += [_marked(places, *mark) for mark in marks]
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def _head(self, places: list[int]) -> list[str]:
        began = self.rungs[0].message.at if self.rungs else 0.0
        at = datetime.fromtimestamp(began, UTC).isoformat(sep=" ", timespec="milliseconds")
        state = "live" if self.live else "over"
        lines = [f"call {self.call} ({state}), from {at}"]
        lines += [f"leg {i}: Call-ID {printable(each)}" for i, each in enumerate(self.call_ids, 1)]
        names = [_US] + [self._name(i) for i in range(len(places) - 1)]
        row = [" "] * (max(places) + WIDTH)
        for place, name in zip(places, names, strict=True):
            name = name[: WIDTH - 2]
            begin = max(0, place - len(name) // 2)
            row[begin : begin + len(name)] = name
        return [*lines, "", " " * _TIME + "".join(row), " " * _TIME + _lifelines(places)]

    def _name(self, column: int) -> str:
        if column == _MOST_COLUMNS - 1 and len(self.peers) > _MOST_COLUMNS:
            return f"{len(self.peers) - _MOST_COLUMNS + 1} others"
        peer = self.peers[column]
        transports = {
            rung.message.transport for rung in self.rungs if host_port(*rung.message.remote) == peer
        }
        return f"{peer} {'/'.join(sorted(transports))}"

    def _rung(self, places: list[int], rung: Rung) -> str:
        message = rung.message
        column = min(self.peers.index(host_port(*message.remote)), _MOST_COLUMNS - 1) + 1
        us, peer = places[0], places[column]
        left, right = sorted((us, peer))
        row = list(_lifelines(places))
        width = right - left - 1
        words = f" {message.label}{' (again)' if rung.again else ''} "
        if len(words) > width - 4:
            words = f"{words[: width - 8]}... "
        arrow = list(words.center(width, "-"))
        to_right = message.sent == (peer > us)
        if to_right:
            arrow[-1] = ">"
        else:
            arrow[0] = "<"
        row[left + 1 : right] = arrow
        return f"{_offset(rung.ms)}{''.join(row)}{self._leg(message.call_id)}"

    def _leg(self, call_id: str) -> str:
        """Which one it is, where there are several: two of them may have the same other side."""
        if len(self.call_ids) < 2 or call_id not in self.call_ids:
            return ""
        return f"  leg {self.call_ids.index(call_id) + 1}"


def _columns(peers: int) -> list[int]:
    """Where the lifelines are: ours first, then those of the other sides, the first of them to our left."""
    begin = WIDTH // 2
    right = range(begin + 2 * WIDTH, begin + WIDTH * (min(peers, _MOST_COLUMNS) + 1), WIDTH)
    return [begin + WIDTH, begin, *right][: 1 + min(peers, _MOST_COLUMNS)]


def _lifelines(places: list[int]) -> str:
    row = [" "] * (max(places) + 1)
    for place in places:
        row[place] = "|"
    return "".join(row)


def _marked(places: list[int], ms: float, mark: Mark) -> str:
    return f"{_offset(ms)}{_lifelines(places)}  * {printable(mark.words)}"


def _offset(ms: float) -> str:
    return f"{ms:>{_TIME - 2}.1f}  "
