"""What the model says: its audio as it comes, how much of it was sent and heard, and what is cut off.

Pure: positions in 16 kHz samples of the session's time. Audio comes far faster than it is played.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.speech_to_speech.audio_format import AudioFormat, AudioReader
from pipelines.speech_to_speech.fields import MOST_TEXT

MOST_WAITING_MS = 180_000
"""Of audio that was not played. Nobody listens for so long; a broken model sends for ever."""


MOST_ITEMS = 300
"""That are not settled."""
MOST_DROPPED = 1_000
"""That are remembered."""


@dataclass(eq=False)
class SpokenItem:
    """One part of an item of the model's that is heard: a line of the transcript."""

    item: str
    content: int
    reader: AudioReader
    text: str = ""
    """The model's own transcript of it, as far as it came."""
    complete: bool = False
    """No more audio of it comes."""
    cut: bool = False
    """The rest was thrown away."""
    runs: list[tuple[int, int]] = field(default_factory=list)
    """Where it was sent: position of the first sample, and how many."""
    heard: int = 0
    """Samples."""
    index: int = -1
    """Of the line in the transcript."""
    latency: Mapping[str, float] = field(default_factory=dict)
    """How long it was waited for, in ms; empty where nobody had asked."""
    octets: int = 0
    """Of its audio that came."""
    length: int = 0
    """Samples that it had, as far as is known, when it was cut."""

    @property
    def sent(self) -> int:
        return sum(count for _, count in self.runs)

    @property
    def began(self) -> int | None:
        return self.runs[0][0] if self.runs else None

    @property
    def ended(self) -> int:
        return self.runs[-1][0] + self.runs[-1][1] if self.runs else 0

    @property
    def over(self) -> bool:
        """All of it was sent, or will never be."""
        return self.cut or (self.complete and not self.reader.waiting_ms)

    @property
    def settled(self) -> bool:
        """What was heard of it does not change any more."""
        return self.over and self.heard >= self.sent

    @property
    def heard_text(self) -> str:
        """The words that were heard, by proportion: the model does not mark them."""
        whole = self.length if self.cut else self.sent + self.reader.waiting_ms * SAMPLES_PER_MS
        if self.heard >= whole:
            return self.text
        letters = len(self.text) * self.heard // whole
        if self.text[letters : letters + 1].isspace():
            return self.text[:letters]
        return self.text[: self.text.rfind(" ", 0, letters) + 1].rstrip()

    def send(self, t: int) -> None:
        """A frame of it goes out at this position."""
        if self.runs and self.ended == t:
            start, count = self.runs[-1]
            self.runs[-1] = start, count + FRAME_SAMPLES
        else:
            self.runs.append((t, FRAME_SAMPLES))

    def hear(self, played: int) -> None:
        """The caller has heard all up to this position."""
        heard = sum(min(count, max(0, played - start)) for start, count in self.runs)
        self.heard = max(self.heard, heard)

    def cut_at(self, position: int) -> int:
        """Nothing is sent from this position on. Returns the milliseconds that were sent, and no more than
        came: the last frame is filled up with silence, of which the model knows nothing."""
        self.length = self.sent + self.reader.waiting_ms * SAMPLES_PER_MS
        self.runs = [(start, min(count, position - start)) for start, count in self.runs if start < position]
        self.reader.drop()
        self.cut = True
        self.heard = min(self.heard, self.sent)
        return min(self.sent // SAMPLES_PER_MS, self.reader.ms(self.octets))


class Playback:
    """All that the model says in one call."""

    def __init__(self, fmt: AudioFormat) -> None:
        self._format = fmt
        self._queue: deque[SpokenItem] = deque()
        """Not sent to its end."""
        self._settling: list[SpokenItem] = []
        """Sent, and not heard to its end as far as is known."""
        self._dropped: dict[tuple[str, int], None] = {}
        """What was cut while more of it was on its way."""
        self.paused = False

    @property
    def playing(self) -> bool:
        """Something is being said, or about to be."""
        return any(speech.reader.waiting_ms for speech in self._queue)

    @property
    def unfinished(self) -> bool:
        """The model is in the middle of something: where there is no frame, no more of it has come."""
        return bool(self._queue)

    @property
    def drained(self) -> bool:
        """All was sent, and heard as far as is known."""
        return not self._queue and not self._settling

    @property
    def overfull(self) -> bool:
        """More waits than anybody can listen to."""
        return len(self._queue) + len(self._settling) > MOST_ITEMS or self.waiting_ms > MOST_WAITING_MS

    @property
    def waiting_ms(self) -> int:
        return sum(speech.reader.waiting_ms for speech in self._queue)

    def sound(self, item: str, content: int, octets: bytes) -> None:
        """More audio; that of what was cut off is dropped."""
        speech = self._of(item, content)
        if speech is not None and not speech.complete and not speech.cut:
            speech.reader.add(octets)
            speech.octets += len(octets)

    def words(self, item: str, content: int, text: str) -> None:
        """More of the transcript, which may come before the audio or after it."""
        speech = self._of(item, content)
        if speech is not None:
            speech.text += text[: MOST_TEXT - len(speech.text)]

    def complete(self, item: str, content: int) -> None:
        """No more audio of this comes."""
        for speech in self._queue:
            if (speech.item, speech.content) == (item, content):
                speech.complete = True
                speech.reader.complete()

    def complete_all(self) -> None:
        """No more audio of anything that is there."""
        for speech in self._queue:
            speech.complete = True
            speech.reader.complete()

    def next_frame(self, t: int) -> tuple[Frame, SpokenItem] | None:
        """What goes out at position `t`, and what it is of."""
        if self.paused:
            return None
        while self._queue:
            speech = self._queue[0]
            frame = speech.reader.frame()
            if frame is not None:
                speech.send(t)
                return frame, speech
            if not speech.over:
                return None  # the model is late
            self._settling.append(self._queue.popleft())
        return None

    def hear(self, played: int) -> list[SpokenItem]:
        """The caller has heard all up to this position. Returns what is settled by that."""
        for speech in (*self._settling, *list(self._queue)[:1]):
            speech.hear(played)
        settled = [speech for speech in self._settling if speech.settled]
        if settled:
            self._settling = [speech for speech in self._settling if not speech.settled]
        return settled

    def cut(self, position: int) -> list[tuple[SpokenItem, int]]:
        """The caller interrupts: nothing is sent from this position on. Returns what was cut, with how many
        milliseconds of it were sent."""
        self.paused = False
        late = [speech for speech in self._settling if speech.ended > position]
        cut = [(speech, speech.cut_at(position)) for speech in (*late, *self._queue)]
        for speech in self._queue:
            if not speech.complete:
                self._dropped[speech.item, speech.content] = None
        for known in list(self._dropped)[:-MOST_DROPPED]:
            del self._dropped[known]
        self._settling += self._queue
        self._queue.clear()
        return cut

    def end(self, position: int, played: int) -> list[SpokenItem]:
        """The call is over: what was sent until this position and heard up to `played` is all there will
        be. Returns whatever was not settled before."""
        self.cut(position)
        left, self._settling = self._settling, []
        for speech in left:
            speech.hear(played)
        return left

    def _of(self, item: str, content: int) -> SpokenItem | None:
        if (item, content) in self._dropped:
            return None
        for speech in (*self._queue, *self._settling):
            if (speech.item, speech.content) == (item, content):
                return speech
        speech = SpokenItem(item, content, AudioReader(self._format))
        self._queue.append(speech)
        return speech
