"""A message that the caller leaves, as an agent asks for it and is told of it.

It is a file of its own beside the call's recording; who keeps it is the server's business. See `agent`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

KEYS = "0123456789*#ABCD"


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Record what the caller says from now on, once what was said is heard; the last act of a reply. Nobody
    answers meanwhile: no word ends it and none is told. It ends in a `MessageTaken`."""

    most_s: float = 120.0
    """The longest message; never longer than the server's `recording.message_s`."""
    silence_s: float = 4.0
    """Silence behind something said that ends it."""
    nothing_s: float = 8.0
    """Silence at its beginning that ends it without a message."""
    finish: str = "#"
    """Keys that end it."""
    again: str = "*"
    """Keys that throw away what was said so far, and begin again."""
    beep: bool = True
    """The caller hears a tone before it begins."""
    transcribe: bool = False
    """It is written down, where a recogniser knows open speech."""

    def __post_init__(self) -> None:
        """Raises ValueError: the agent is to hear of its mistake, not the caller."""
        for name in ("most_s", "silence_s", "nothing_s"):
            if not 0.5 <= getattr(self, name) <= 3_600:
                raise ValueError(f"{name} of a message is from 0.5 to 3600 s, not {getattr(self, name):g}")
        wrong = sorted(set(self.finish + self.again) - set(KEYS))
        if wrong or set(self.finish) & set(self.again):
            fault = f"{wrong[0]!r} is none" if wrong else "one key cannot both finish it and begin it again"
            raise ValueError(f"keys of a message are of {KEYS}: {fault}")


EndedMessage: TypeAlias = Literal[
    "silence",
    "key",
    "length",
    "nothing",  # nothing was said, and nothing is kept
    "hang-up",
    "cut off",  # somebody else took the caller, the line broke down, or the server stops
]


@dataclass(frozen=True, slots=True)
class MessageTaken:
    """The message that `TakeMessage` asked for has come to its end."""

    seconds: float
    """0 where nothing was said."""
    ended_by: EndedMessage
    index: int | None = None
    """Under which it is kept, from 0 in each call; None: nothing is kept."""
    path: str = ""
    """Of the file on the server: 16-bit mono WAV at 16 kHz, complete within a moment; empty: no file."""
    text: str = ""
    """What was understood of it by now, where that was asked for. What comes later stands in the call's
    record alone."""
    key: str = ""
    """That ended it."""


@runtime_checkable
class HearsOfMessages(Protocol):
    """An Agent that wants to know of a message that it is not told of as an input: most callers hang up."""

    def message_taken(self, said: MessageTaken) -> None:
        """It was ended by "hang-up" or "cut off", and what was said by then is kept; nothing is told of one
        in which nobody spoke. Before `hung_up`, or before the input that came in its place. Must not
        block."""
