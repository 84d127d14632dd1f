"""Takes a session's messages: the caller's frames go into a file, and to the recogniser where a transcript is
wanted.

It must never decide when a message begins or ends; it is told. What was said is kept whatever happens.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.message_machine import MessageEnding
from pipelines.conversation.message_text import MessageText
from pipelines.conversation.taking_messages import MessageTaken
from pipelines.engines.protocols import Stt

EARLY_FRAMES = 10
"""Frames of the caller's that may come ahead of the clock before the oldest is dropped."""
TEXT_WAIT = 3_000 * SAMPLES_PER_MS
"""The agent waits so long for the transcript of a message."""
TEXT_LATE_S = 30.0
"""Where nobody waits for it (the caller has hung up), it may come so much later."""

_SILENCE: Frame = np.zeros(FRAME_SAMPLES, np.int16)
_SILENCE.setflags(write=False)


class MessageFile(Protocol):
    """Where one message goes."""

    index: int
    lost: bool
    """Nothing of it could be written."""

    @property
    def path(self) -> Path: ...

    def hear(self, frame: Frame) -> None:
        """One frame of its time."""

    def begin_again(self, at_ms: int) -> None:
        """What was heard so far is thrown away."""

    def close(self) -> None:
        """It is complete, and kept."""

    def drop(self) -> None:
        """Nothing of it is kept."""

    def transcribed(self, text: str) -> None:
        """What was understood of it; also when it is closed."""


class MessageFiles(Protocol):
    """Of one call."""

    @property
    def most_s(self) -> float:
        """No message may be longer."""

    def open(self) -> MessageFile | None:
        """Begin one; None: no more of them are kept."""


class MessageDesk:
    """Of one session. `elapsed_ms`: since the answer."""

    def __init__(self, files: MessageFiles | None, stt: Stt, elapsed_ms: Callable[[], int]) -> None:
        """`files`: None keeps none; messages are taken all the same."""
        self._files = files
        self._stt = stt
        self._elapsed_ms = elapsed_ms
        self._file: MessageFile | None = None
        self._text: MessageText | None = None
        self._early: deque[Frame] = deque(maxlen=EARLY_FRAMES)
        self._ending: MessageEnding | None = None
        """Of a message that is over, and whose text is waited for."""
        self._until = 0

    @property
    def most_s(self) -> float:
        """The longest message."""
        return self._files.most_s if self._files is not None else float("inf")

    def begin(self, transcribes: str) -> None:
        """From the next frame on. `transcribes`: in which language it is written down; empty: it is not."""
        self._early.clear()
        if self._file is not None:
            self._file.begin_again(self._elapsed_ms())
        elif self._files is not None:
            self._file = self._files.open()
        if transcribes and self._stt.manifest.speaks(transcribes):
            self._text = MessageText(self._stt, transcribes)

    def begin_again(self) -> None:
        """What was heard of it is thrown away; `begin` follows."""
        text, self._text = self._text, None
        if text is not None:
            text.close()

    def hear(self, frame: Frame) -> None:
        """The caller said this."""
        self._early.append(frame)

    def tick(self, silence: int) -> None:
        """One frame of the message's time; `silence`: samples since the last voice in it."""
        frame = self._early.popleft() if self._early else _SILENCE
        if self._file is not None:
            self._file.hear(frame)
        if self._text is not None:
            self._text.hear(frame, silence)

    def end(self, t: int, ending: MessageEnding) -> MessageTaken | None:
        """It is over at position `t`; None: what was said is being written down, and `due` tells."""
        if not ending.seconds or self._text is None:
            return self.cut(ending)
        self._ending, self._until = ending, t + TEXT_WAIT
        if self._file is not None:
            self._file.close()
        self._text.finish()
        return self.due(t)

    def due(self, t: int) -> MessageTaken | None:
        """The message that is over, once its text is there, or was waited for long enough."""
        ending, text = self._ending, self._text
        if ending is None or text is None or not (text.complete or t >= self._until):
            return None
        return self.cut(ending)

    def cut(self, ending: MessageEnding) -> MessageTaken:
        """It is over, and nobody waits for its text: that is kept when it comes."""
        file, text = self._file, self._text
        self._file = self._text = self._ending = None
        self._early.clear()
        if not ending.seconds:
            if file is not None:
                file.drop()
            if text is not None:
                text.close()
            return MessageTaken(0.0, ending.ended_by, key=ending.key)
        if file is not None:
            file.close()
        if text is not None:
            text.finish()
            if file is not None:
                text.then(file.transcribed)
            if not text.complete:
                asyncio.get_running_loop().call_later(TEXT_LATE_S, text.close)
        known = "" if text is None else text.text
        if file is None or file.lost:
            return MessageTaken(ending.seconds, ending.ended_by, text=known, key=ending.key)
        return MessageTaken(ending.seconds, ending.ended_by, file.index, str(file.path), known, ending.key)
