"""What a server process writes, as lines of our log: cut to a length, without keys, and never a flood.

A machine without I/O. Progress bars write `\\r` between their states, which end lines as `\\n` does.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Iterable, Sequence

from mediaserver.printable import printable

MOST_LINE = 600
"""Characters of a line that are kept."""
MOST_LINES_S = 200
"""Lines passed on in a second; the rest is counted. Of one fault three processes of vLLM write 130."""
KEPT = 400
"""Last lines, in which the reason of an end is looked for: the first of those traces has it."""
_ENDS = re.compile(rb"[\r\n]+")
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_BEARER = re.compile(r"(?i)(bearer\s+)[^\s\"']+")
_LEVELS = (
    (logging.ERROR, re.compile(r"\b(?:ERROR|CRITICAL|FATAL|Traceback)\b|^[\d.]+ E |\w+Error: ")),
    (logging.WARNING, re.compile(r"\bWARN(?:ING)?\b|^[\d.]+ W ")),
    (logging.INFO, re.compile(r"\b(?:INFO|DEBUG)\b")),
)
HIDDEN = "***"


class ServerLog:
    """Of one process. `secrets`: what must not be seen."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = [secret for secret in secrets if secret]
        self._open = b""
        self._skips = False
        """The rest of the line that is being read is more than is kept."""
        self.last: deque[str] = deque(maxlen=KEPT)
        self._second = 0
        self._in_second = 0
        self.left_out = 0
        """Lines that were not passed on since the last that was."""

    def feed(self, data: bytes) -> list[str]:
        """The lines that have become whole; at the end give `b"\\n"`."""
        *whole, rest = _ENDS.split(self._open + data)
        if whole and self._skips:
            whole, self._skips = whole[1:], False
        if len(rest) > 4 * MOST_LINE:
            if not self._skips:
                whole.append(rest)
            rest, self._skips = b"", True
        self._open = rest
        lines = [line for line in map(self._clean, whole) if line]
        self.last += lines
        return lines

    def passes(self, now: float) -> bool:
        """Whether one more line may be passed on in this second."""
        if int(now) != self._second:
            self._second, self._in_second = int(now), 0
        self._in_second += 1
        if self._in_second > MOST_LINES_S:
            self.left_out += 1
            return False
        return True

    def _clean(self, raw: bytes) -> str:
        line = printable(_COLOURS.sub("", raw.decode(errors="replace"))).strip()
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        line = _BEARER.sub(rf"\1{HIDDEN}", line)
        return line if len(line) <= MOST_LINE else line[:MOST_LINE] + "…"


def level(line: str) -> int:
    """The level of logging that a line seems to have: by the first word of it that tells one."""
    found = [(match.start(), number) for number, pattern in _LEVELS if (match := pattern.search(line))]
    return min(found)[1] if found else logging.INFO


def explained(lines: Sequence[str], mended: Iterable[tuple[re.Pattern[str], str]]) -> str:
    """Why it ended: what is said of the first of these patterns that a line has, else the `reason`."""
    for pattern, mend in mended:
        if any(pattern.search(line) for line in lines):
            return mend
    return reason(lines)


def reason(lines: Iterable[str]) -> str:
    """Of the last lines, the one that most likely says why it ended."""
    kept = list(lines)
    errors = [line for line in kept if level(line) == logging.ERROR and "Traceback" not in line]
    return (errors or kept or ["it said nothing"])[-1]
