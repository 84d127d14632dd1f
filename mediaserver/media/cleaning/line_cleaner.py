"""Cleans what comes from one leg: our own voice that the far end gives back is taken off.

Driven by the media clock, frame by frame; no clock, thread or socket is read or waited for. A line on which
nothing is heard while we speak costs a level and two entries in a ring. One on which something is heard is
compared with what went out (`EchoFinder`); one that echoes gets a canceller while there is one, and until it
is ready, or where none is left, a gate. What a canceller leaves is compared in its turn: what it could not
take off (it is young, the echo has moved) is muted, and a caller, however quiet, is let through.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mediaserver.media.cleaning.canceller import LEAD_MS, Canceller, Cancellers, aligned
from mediaserver.media.cleaning.echo_finder import DELAYS, LEAST_FRAMES, STRETCH_FRAMES, EchoFinder
from mediaserver.media.cleaning.echo_gate import EchoGate, hushed
from mediaserver.media.cleaning.line_noise import LineNoise
from mediaserver.media.cleaning.noise_suppressor import NoiseSuppressor, faded
from mediaserver.media.leg import Frame
from mediaserver.media.level import level_db
from mediaserver.media.line_condition import USUAL_NOISE_DB, LineCondition
from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES, SAMPLES_PER_MS

RING = 64
"""Frames of the past that are kept of both directions (1.28 s)."""
TAIL_FRAMES = 25
"""How long a room goes on after us."""
ABOVE_NOISE_DB, QUIETEST_DB = 4.0, -62.0
"""Something is heard when it is so far above the noise floor, and louder than that."""
BELIEVED = 0.5
"""From this belief on a frame is taken for an echo: two or three frames before it is certain."""
AFTER_FRAMES = 4
"""For so long after an echo was found, what the voice detector says may be about what came before."""
YOUNG_FRAMES = 50
"""A canceller that has seen so little of the line leaves more of us, and is not yet replaced by another."""
STRANGE_FRAMES = 6
"""In a row that have nothing of ours are somebody else's."""
PAST_FRAMES = 30
"""By so many a suppressor learns the noise when it begins."""
ONCE_MORE_FRAMES = 150
"""So long (3 s) after there was none for it, or after a rest, a line that echoes asks for one again."""
FORGOTTEN_FRAMES = 1_500
"""A line that gave no echo for so long (30 s) while we spoke is given no more."""
SPOKEN_DB = -45.0
"""What we say is louder. Of a background fainter than that no echo is to be expected on most lines."""
MOST_GAIN_DB = 10.0
"""No line gives back more than it got, by more than that."""
FAINT_DB = -38.0
"""What went out lately and was nowhere louder comes back below what anybody takes for speech: to look for it
in all that a caller says would cost more than the rest of the call."""

_SILENCE: Frame = np.zeros(FRAME_SAMPLES, np.int16)
_SILENCE.setflags(write=False)


class LineCleaner:
    """mediaserver.media.line_condition.Cleaner."""

    __slots__ = (
        "_canceller", "_cancellers", "_cancelled", "_delay", "_far", "_finder", "_floor", "_gate", "_guards",
        "_left", "_loudest", "_near", "_since", "_spoke", "_strange", "_suppressor", "_tick", "_without",
        "condition", "raw", "resting",
    )  # fmt: skip

    def __init__(
        self, cancellers: Cancellers, suppressor: NoiseSuppressor | None = None, guards: bool = True
    ) -> None:
        """Unless it `guards` it looks for no echo; without `suppressor` it leaves noise alone."""
        self.condition = LineCondition()
        self.raw = _SILENCE
        self.resting = True
        self._cancellers = cancellers
        self._suppressor = suppressor
        self._guards = guards
        self._near: list[Frame] = [_SILENCE] * RING
        self._far: list[Frame | None] = [None] * RING
        self._tick = 0
        self._spoke = -RING
        """The last tick at which we said something."""
        self._loudest = (-96.0, -96.0)
        """The loudest frame that went out in the present round of the ring, and in the one before."""
        self._floor = LineNoise(USUAL_NOISE_DB)
        self._finder: EchoFinder | None = None
        self._gate: EchoGate | None = None
        """Since an echo was found."""
        self._since = 0
        """The tick at which it was found."""
        self._delay = 0
        """Frames from handing over to hearing, rounded down."""
        self._canceller: Canceller | None = None
        self._cancelled = False
        """The last frame went through it."""
        self._left = _SILENCE
        """What it left of the last frame."""
        self._strange = 0
        """Frames in a row of what it left in which there was nothing of ours."""
        self._without = 0
        """Frames in a row, while we spoke, in which there was no echo."""

    def hear(self, frame: Frame) -> Frame:
        tick = self._tick = self._tick + 1
        self.raw = frame
        self.resting = False
        self._near[tick % RING] = frame
        condition = self.condition
        level = condition.level_db = level_db(frame)
        since = tick - self._spoke
        if not self._guards:
            cleaned = frame
        elif since > DELAYS + TAIL_FRAMES or (self._gate is not None and since > self._delay + TAIL_FRAMES):
            condition.echo = 0.0
            condition.suspect = False
            cleaned = self._undisturbed(frame)
        elif self._gate is None:
            cleaned = self._watch(frame, level)
        else:
            cleaned = self._guard(frame, level, self._gate)
        if condition.echo >= BELIEVED:
            condition.echo_ms += FRAME_MS
        else:
            self._floor.add(level)
            condition.noise_db = condition.left_db = self._floor.db
        suppressor = self._suppressor
        if suppressor is not None and suppressor.wanted(condition.noise_db):
            cleaned = suppressor.clean(cleaned, condition.noise_db, self._past(PAST_FRAMES))
            if suppressor.left_db is not None:
                condition.left_db = suppressor.left_db
        return cleaned

    def _past(self, count: int) -> Iterator[Frame]:
        """The frames before this one as they came, oldest first."""
        return (self._near[tick % RING] for tick in range(self._tick - count, self._tick))

    def spoke(self, frame: Frame | None) -> None:
        tick = self._tick
        self._far[tick % RING] = frame
        now, before = self._loudest
        if tick % RING == 0:
            now, before = -96.0, now
        if frame is not None:
            self._spoke = tick
            now = max(now, level_db(frame))
        self._loudest = now, before

    def rest(self) -> None:
        self.resting = True
        condition = self.condition
        condition.echo, condition.suspect = 0.0, False
        # What came last may have been the music of a hold, which is no noise of the caller's.
        self._floor = LineNoise(USUAL_NOISE_DB)
        condition.noise_db = condition.left_db = USUAL_NOISE_DB
        self._near = [_SILENCE] * RING
        if self._suppressor is not None:
            self._suppressor.forget()
        self._far = [None] * RING
        self._spoke = self._tick - RING
        self._loudest = (-96.0, -96.0)
        self._cancelled = False
        self._since = self._tick
        self.close()  # two others may talk for hours: the gate will do until there is another
        if self._finder is not None:
            self._finder.forget()

    def close(self) -> None:
        if self._canceller is not None:
            self._cancellers.give_back(self._canceller)
            self._canceller = None

    # -- while no echo is known

    def _watch(self, frame: Frame, level: float) -> Frame:
        """Look for one where something is heard."""
        condition = self.condition
        if not self._sounds(level) or not self._may_be_ours(level):
            condition.echo = 0.0
            condition.suspect = False
            return frame
        finder = self._finder
        if finder is None:
            finder = self._finder = EchoFinder()
        self._look(finder, frame)
        belief = condition.echo = finder.belief
        condition.suspect = belief >= BELIEVED or finder.undecided
        if belief < BELIEVED:
            return frame
        if belief >= 1.0:
            self._found(finder)
        return hushed(frame, level, condition.noise_db)

    def _sounds(self, level: float) -> bool:
        return level > max(QUIETEST_DB, self.condition.noise_db + ABOVE_NOISE_DB)

    def _may_be_ours(self, level: float) -> bool:
        """A caller who is so much louder than all that went out lately is no echo, and what was faint comes
        back fainter: under a background that never ends nobody has to prove that they are not us."""
        loudest = max(self._loudest)
        return FAINT_DB < loudest and level <= loudest + MOST_GAIN_DB

    def _look(self, finder: EchoFinder, frame: Frame) -> None:
        tick = self._tick
        finder.look(tick, self._near[(tick - 1) % RING], frame, self._went_out)

    def _went_out(self, tick: int) -> Frame | None:
        return self._far[tick % RING] if tick >= 0 else None

    def _found(self, finder: EchoFinder) -> None:
        """This line echoes, and so late."""
        delay = finder.delay
        self._delay = delay // FRAME_SAMPLES
        condition = self.condition
        condition.echo_delay_ms = delay / SAMPLES_PER_MS
        if self._gate is None:
            self._cancellers.echoing += 1
        self._gate = EchoGate(self._loss())
        condition.echo_loss_db = self._gate.loss_db
        self._since = self._tick
        self._without = 0
        self._prime(delay)

    def _loss(self) -> float:
        """Of the last frames: how much lower they came back than they went out, rather less than more: a room
        gives back with its delay only a part, and the rest later."""
        losses = []
        for tick in range(self._tick - 11, self._tick + 1):
            out = self._went_out(tick - self._delay)
            if out is not None:
                losses.append(level_db(out) - level_db(self._near[tick % RING]))
        return sorted(losses)[len(losses) // 3] if losses else 10.0

    def _prime(self, delay: int) -> None:
        """Get a canceller that knows the past."""
        if self._canceller is not None:
            self._cancellers.give_back(self._canceller)
        self._cancelled = False
        lag = self._lag()
        lead = delay - lag * FRAME_SAMPLES
        oldest = max(1 + lag, self._tick - RING + 2 + lag)
        while oldest < self._tick and self._went_out(oldest - lag) is None:
            oldest += 1  # from silence there is nothing to learn
        past = range(oldest, self._tick + 1)
        near = aligned(past, lambda tick: self._near[tick % RING], _SILENCE)
        far = aligned(past, lambda tick: self._went_out(tick - lag), _SILENCE)
        self._canceller = self._cancellers.take(near, far, lead // SAMPLES_PER_MS + FRAME_MS)

    def _lag(self) -> int:
        """Frames by which what goes out is held back for the canceller."""
        return max(1, self._delay - LEAD_MS // FRAME_MS)

    # -- on a line that echoes

    def _guard(self, frame: Frame, level: float, gate: EchoGate) -> Frame:
        """We speak, or just did."""
        condition = self.condition
        out = self._went_out(self._tick - self._delay)
        gate.expect(level_db(out) if out is not None else -96.0)
        condition.suspect = self._tick - self._since < AFTER_FRAMES
        canceller = self._canceller
        if canceller is None or not canceller.ready:
            cleaned = self._gated(frame, level, gate)
            if canceller is None and self._tick - self._since >= ONCE_MORE_FRAMES and self._cancellers.free:
                self._since = self._tick
                self._prime(round((condition.echo_delay_ms or 0.0) * SAMPLES_PER_MS))
        else:
            cleaned = self._cancel(canceller, frame)
            after = level_db(cleaned)
            condition.echo = 1.0 - 10.0 ** (min(after - level, 0.0) / 10.0) if self._sounds(level) else 0.0
            left, self._left = self._left, cleaned
            ours = self._sounds(after) and self._may_be_ours(after)
            if ours and self._is_ours(left, cleaned, gate.holds(level)):
                cleaned = hushed(cleaned, after, condition.noise_db)
                condition.echo = 1.0
        if condition.echo > 0.75:
            gate.learn(level)
            condition.echo_loss_db = gate.loss_db
            self._without = 0
        elif gate.due_db > SPOKEN_DB:
            self._without += 1
            if self._without > FORGOTTEN_FRAMES:
                self._let_go()
        return cleaned

    def _gated(self, frame: Frame, level: float, gate: EchoGate) -> Frame:
        condition = self.condition
        echo = self._sounds(level) and gate.holds(level)
        condition.echo = 1.0 if echo else 0.0
        return hushed(frame, level, condition.noise_db) if echo else frame

    def _is_ours(self, before: Frame, left: Frame, as_loud: bool) -> bool:
        """Whether what a canceller has left of a frame is still our own voice, and not a caller. `as_loud`:
        the frame is no louder than our voice would come back."""
        finder = self._finder
        if finder is None:
            return False
        if self._tick - finder.looked >= STRETCH_FRAMES:
            finder.forget()  # what it found before the present stretch of sound is old
            self._strange = 0
        finder.look(self._tick, before, left, self._went_out)
        self._strange = self._strange + 1 if finder.belief == 0.0 else 0
        young = self._tick - self._since < YOUNG_FRAMES
        moved = abs(finder.delay // FRAME_SAMPLES - self._delay) > 1
        if moved and finder.belief >= 1.0 and not young:
            self._found(finder)
        doubtful = as_loud and self._strange < (STRANGE_FRAMES if young else LEAST_FRAMES)
        believed = finder.belief >= BELIEVED
        ours = believed and (as_loud or moved or finder.belief >= 1.0)
        self.condition.suspect |= believed or doubtful or finder.fresh
        return ours or (doubtful and young)

    def _cancel(self, canceller: Canceller, frame: Frame) -> Frame:
        far = self._went_out(self._tick - self._lag())
        cleaned = canceller.process(frame, far if far is not None else _SILENCE)
        if not self._cancelled:  # its output comes a little later than the frame: no click where they meet
            self._cancelled = True
            return faded(frame, cleaned)
        return cleaned

    def _undisturbed(self, frame: Frame) -> Frame:
        """We are silent: there is nothing to take off."""
        if not self._cancelled:
            return frame
        self._cancelled = False
        canceller = self._canceller
        return faded(canceller.process(frame, _SILENCE), frame) if canceller is not None else frame

    def _let_go(self) -> None:
        """It echoes no more: others may need the canceller."""
        self.close()
        self._gate = None
        self._cancelled = False
        self._without = 0
        if self._finder is not None:
            self._finder.forget()
