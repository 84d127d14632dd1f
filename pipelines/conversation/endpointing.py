"""Follows one utterance of the caller after the other, and knows when each is over. Sans-I/O.

After a short silence the recogniser is asked for its final at once, on suspicion; the final then says how
much silence is needed (`Waits`). Speech that goes on takes the suspicion back: the utterance is recognised
again from its start under a new epoch.

    QUIET --onset--> HEARING --pause--> WAITING --final--> HELD --over--> QUIET
                     HEARING <--again-- WAITING, HELD
    HELD --taken--> LINGERING --over--> QUIET
    HEARING <--onset-- LINGERING

An utterance that was taken lingers for a while (`Limits.tail`) with the grammar it was heard with: speech
that begins then is the rest of it, never an answer to what the agent asked meanwhile. All of it is
recognised again, and ends as an amendment of what was taken. Where the whole makes no sense the tail is heard
alone: a caller who says "today ... no, tomorrow" has changed his mind.

A long utterance is recognised in pieces, each ended by a pause, which come out as one when it is over.

It must never decide whose turn it is, nor what an utterance means for it.
"""

from __future__ import annotations

import logging
from collections import Counter

from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.agent import Finality, Listen
from pipelines.conversation.commands import (
    CloseStt,
    Command,
    FinishStt,
    MarkStt,
    RestartStt,
    ResumeStt,
    StartStt,
    VoiceBegan,
    VoiceEnded,
)
from pipelines.conversation.ear import EAR, FOLLOWED, EarState, Sound
from pipelines.conversation.ended_utterance import EndedUtterance
from pipelines.conversation.finality import finality_of, with_ear
from pipelines.conversation.machine import Machine
from pipelines.conversation.pauses import Pauses
from pipelines.conversation.pieces import as_one
from pipelines.conversation.speech_detector import Edge, SpeechDetector, SpeechState
from pipelines.conversation.timing import Limits, Waits
from pipelines.engines.protocols import SttResult

log = logging.getLogger(__name__)

NOTICED_WITHIN_MS = 200
"""Speech is noticed so long after it began, at most."""
BEFORE_TAIL = 160 * SAMPLES_PER_MS
"""What is kept from before the tail of an utterance was noticed, so that its first sound is not clipped."""
TALKS_ON = 3
"""Who went on so often behind what seemed a whole answer is not giving answers."""
PIECE_MOST = 1.4
"""A piece in which nobody pauses is cut when it is so much longer than it should be."""


class Endpointer:
    """Positions (`t`) are the session's, in 16 kHz samples. What has no row in the table is counted in
    `ignored`."""

    def __init__(self, waits: Waits, limits: Limits, ignored: Counter[str], language: str) -> None:
        self.language = language
        """Of the words that are heard (BCP 47); set from outside when the call goes on in another."""
        self._waits = waits
        self._limits = limits
        self._ignored = ignored
        self._machine = Machine(EAR, EarState.QUIET, ignored)
        self._detector = SpeechDetector(waits.suspect)
        self._epoch = 0
        self._asked_at = 0
        """When the recogniser was last asked for a final."""
        self._held: SttResult | None = None
        self._wait = 0
        self._partial: SttResult | None = None
        """What the recogniser has made out of the present utterance so far, where that tells."""
        self._finality = Finality.NOTHING
        """Of the final, or of that while the final is due."""
        self._interrupting = False
        """The caller spoke into the agent's words when the final came."""
        self._finished: float | None = None
        """How likely the caller has finished, by a turn model that heard the present pause."""
        self._retries = 0
        self._pauses = Pauses()
        self._began = 0
        """Where the utterance began, ..."""
        self._piece_began = 0
        """... and the piece of it that the recogniser hears."""
        self._pieces: list[SttResult] = []
        """What was understood before that."""
        self._taken: SttResult | None = None
        """What the agent was told of this utterance; None: nothing yet."""
        self._taken_until = 0
        """Where the last voice of that was."""
        self._tails = 0
        """How often the caller went on after it was taken."""
        self._marked = False
        """The tail can be heard alone."""
        self._heard_with = Listen()
        """How the agent wanted the caller to be heard when the utterance began."""
        self._committed = False
        """The caller says that the present utterance is over."""
        self.manual = False
        """No silence ends an utterance: it is over when the caller says so (`commit`), or too long."""
        self.listen = Listen()
        """How the agent wants the caller to be heard."""
        self.onset = 0
        """Where the caller's present or last speech began."""

    @property
    def state(self) -> EarState:
        return self._machine.state

    @property
    def resumed(self) -> int:
        """Where the caller went on after the last pause in it."""
        return self._detector.resumed

    @property
    def speaking(self) -> int:
        """Samples of voice in the utterance while the caller speaks on; 0 when not."""
        return self._detector.voiced if self.state is EarState.HEARING else 0

    @property
    def voiced(self) -> int:
        """Samples of voice in the present utterance; 0 when there is none."""
        return 0 if self.state in (EarState.QUIET, EarState.LINGERING) else self._detector.voiced

    @property
    def sounds(self) -> bool:
        """Speech is heard, or was a moment ago, whether an utterance is followed or not."""
        return self._detector.speech is not SpeechState.NONE

    @property
    def last_voiced(self) -> int:
        """The position just after the last voiced frame."""
        return self._detector.last_voiced

    @property
    def amending(self) -> bool:
        """The present utterance goes on with one that was taken."""
        return self._taken is not None and self.state not in (EarState.QUIET, EarState.LINGERING)

    @property
    def committed(self) -> bool:
        """The caller has said that the present utterance is over, and it is not decided what it was."""
        return self._committed

    @property
    def in_pieces(self) -> bool:
        """The present utterance is so long that a part of it was recognised by itself."""
        return bool(self._pieces)

    @property
    def floor_db(self) -> float:
        """The noise floor, in dBFS."""
        return self._detector.floor_db

    def use(self, waits: Waits, limits: Limits) -> None:
        """Wait so from the next pause on."""
        self._waits, self._limits = waits, limits
        self._detector.wait(waits.suspect)

    # ---- what is heard

    def line_noise(self, db: float) -> None:
        self._detector.line_noise_db = db

    def frame(self, t: int, level: float) -> Edge | None:
        return self._detector.frame(t, level)

    def voice(self, t: int, probability: float) -> Edge | None:
        return self._detector.voice(t, probability)

    def follow(self, t: int, edge: Edge) -> list[Command]:
        """What the detector saw; nothing when it means nothing here."""
        if not self._machine.takes(Sound(edge.value)):
            return self._late(edge.value)
        match edge:
            case Edge.ONSET if self.state is EarState.LINGERING:
                return self._tail(t)
            case Edge.ONSET:
                return self._begin()
            case Edge.PAUSE:
                return self._ask(t)
            case Edge.AGAIN:
                return self._again(t)

    # ---- what is recognised

    def knows(self, result: SttResult) -> bool:
        """The result is about the present utterance."""
        return result.epoch == self._epoch and self.state not in (EarState.QUIET, EarState.LINGERING)

    def partial(self, result: SttResult) -> None:
        """A partial result, of a recogniser whose partial results tell."""
        self._partial = result

    def final(self, t: int, result: SttResult, *, interrupting: bool) -> list[Command]:
        """A final; one that understood nothing is soon believed of a caller who is `interrupting`."""
        if result.epoch != self._epoch or not self._machine.takes(Sound.FINAL):
            return self._late("final")
        if self.state is EarState.HEARING:
            # One that finds ends by itself gives finals unasked; what it said comes again with the flush.
            return self._died(t, result) if result.failed else []
        if self._marked and not result.understood and not result.failed:
            return self._hear_tail_alone(t)
        self._machine.move(Sound.FINAL)
        self._held, self._interrupting = result, interrupting
        self._finality = self._finality_of(result)
        self._wait = self._wait_for(result) * SAMPLES_PER_MS
        return self._next_piece(t) if self._spoke_on(t) else []

    def judged(self, epoch: int, probability: float) -> None:
        """A turn model has heard how likely it is that the caller has finished, at the pause in which the
        final of this epoch was asked for."""
        if epoch != self._epoch or self.state not in (EarState.WAITING, EarState.HELD):
            self._late("judgement")
            return
        self._finished = probability
        if self._held is not None:
            self._finality = self._finality_of(self._held)
            self._wait = self._wait_for(self._held) * SAMPLES_PER_MS

    # ---- the end of an utterance

    def tick(self, t: int) -> list[Command]:
        """Time passes."""
        match self.state:
            case EarState.WAITING if t - self._asked_at >= self._limits.final * SAMPLES_PER_MS:
                self._ignored["recogniser silent"] += 1
                self._machine.move(Sound.FINAL)
                self._held, self._wait = None, 0
                return self._next_piece(t) if self._spoke_on(t) else []
            case EarState.HEARING if self._overlong(t) or self._is_long(t, PIECE_MOST):
                return self._ask(t)
            case EarState.LINGERING if t - self._taken_until >= self._tail_noticed:
                return self.close(recent=True)
            case _:
                return []

    def ended(self, t: int) -> EndedUtterance | None:
        """The utterance, once it is over: `linger` or `close` is to follow."""
        waits = self.manual or self._detector.silence(t) < self._wait
        if self.state is not EarState.HELD or (waits and not self._committed and not self._overlong(t)):
            return None
        return self._over_with(t, self._held or SttResult("", final=True, understood=False))

    def commit(self, t: int) -> list[Command] | None:
        """The caller says that the utterance is over: only its final is waited for. None: there is none."""
        if self.state in (EarState.QUIET, EarState.LINGERING):
            return None
        self._committed = True
        return self._ask(t) if self.state is EarState.HEARING else []

    def supposed(self, t: int) -> EndedUtterance | None:
        """The utterance as it will be if nothing more comes, while that is not known; None: it breaks off, or
        nothing was understood."""
        match self.state:
            case EarState.HELD:
                result = self._held
            case EarState.WAITING if not self._spoke_on(t):
                result = self._partial
            case _:
                return None
        if result is None or not result.text or not result.understood or self._finality is Finality.HANGING:
            return None
        return self._over_with(t, result)

    def linger(self, t: int, ended: EndedUtterance) -> list[Command]:
        """The agent is told of the utterance; its tail may still come, unless it was too long already."""
        if not self._limits.tail or self._pieces or self._overlong(t) or not self._machine.move(Sound.TAKEN):
            return self.close(told=True)
        if ended.amends and ended.result.understood:
            self._pauses.paused((self.onset - self._taken_until) // SAMPLES_PER_MS)
        over = VoiceEnded(self._detector.last_voiced, True, self._committed)
        self._taken, self._taken_until = ended.result, self._detector.last_voiced
        self._held, self._committed = None, False
        self._detector.reset()
        return [over]

    def close(self, recent: bool = False, *, told: bool = False) -> list[Command]:
        """The utterance is decided upon, or of no interest. `recent`: and long over. `told`: the agent is
        told of it, now or later."""
        self._detector.reset()
        return self._over(recent, told) if self.state is not EarState.QUIET else []

    def forget(self) -> list[Command]:
        """What was heard lately is no part of what comes next, though no utterance was followed."""
        self._detector.reset()
        self._machine.move(Sound.OVER)
        return [CloseStt()]

    # ---- inside

    def _over_with(self, t: int, result: SttResult) -> EndedUtterance:
        """The utterance, if it ends here with this result."""
        silence = self._detector.silence(t)
        result = as_one(self._pieces, result)
        return EndedUtterance(
            result,
            self._detector.voiced,
            silence,
            max(0, silence - (t - self._asked_at)),
            amends=self._taken is not None,
            noisy=self._detector.drowned,
            repeats=self._repeats(result),
        )

    def _over(self, recent: bool, told: bool = False) -> list[Command]:
        """Forget the utterance."""
        ended: list[Command] = []
        if self.state in FOLLOWED:
            ended.append(VoiceEnded(self._detector.last_voiced, told, self._committed))
        self._machine.move(Sound.OVER)
        self._epoch += 1
        self._held = self._taken = None
        self._marked = self._committed = False
        self._tails = 0
        self._pieces.clear()
        return [CloseStt(recent), *ended]

    def _next_epoch(self) -> int:
        self._epoch += 1
        self._partial = None
        return self._epoch

    def _begin(self) -> list[Command]:
        self._machine.move(Sound.ONSET)
        self.onset = self._began = self._piece_began = self._detector.began
        self._heard_with = self.listen
        self._retries = 0
        return [StartStt(self._next_epoch()), VoiceBegan(self.onset)]

    def _ask(self, t: int) -> list[Command]:
        self._machine.move(Sound.PAUSE)
        self._asked_at = t
        self._finished = None
        partial = self._partial
        # Under an epoch of its own: what comes with an older one is an end that the recogniser found.
        finish = FinishStt(self._next_epoch())
        if partial is not None:
            self._partial, self._finality = partial, self._finality_of(partial)
        if not self._is_long(t):
            return [finish]
        self._marked = False
        return [finish, MarkStt(0)]

    def _again(self, t: int) -> list[Command]:
        """Speech goes on after a pause."""
        if self._overlong(t) or self._committed:
            return self._late("again")
        self._pauses.paused(self._detector.paused // SAMPLES_PER_MS)
        if self._is_long(t):
            # The piece is cut here; while its final is due the rest is kept behind the mark.
            return self._next_piece(t) if self.state is EarState.HELD else []
        self._machine.move(Sound.AGAIN)
        self._held = None
        return [ResumeStt(self._next_epoch())]

    def _died(self, t: int, result: SttResult) -> list[Command]:
        """The recogniser is gone in mid-utterance. Try again once with all that was heard."""
        self._retries += 1
        if self._retries == 1:
            return [ResumeStt(self._next_epoch())]
        self._machine.move(Sound.LOST)
        self._held, self._asked_at = result, t
        self._wait = self._waits.nothing * SAMPLES_PER_MS
        return []

    def _wait_for(self, result: SttResult) -> int:
        """How much silence ends the utterance, in ms."""
        if self._interrupting and not result.understood:
            return self._waits.dismiss  # do not keep the agent waiting for a cough
        return self._waits.of(self._finality, self._pauses.stretch)

    def _finality_of(self, result: SttResult) -> Finality:
        """How likely it is that no more words come behind these."""
        try:
            finality = finality_of(result, self._heard_with, self.language)
        except Exception:  # the judge is the agent's
            log.exception("the agent's judge of what was heard failed")
            self._ignored["judge failed"] += 1
            finality = Finality.NOTHING
        finality = with_ear(finality, result, self._finished)
        if self._tails >= TALKS_ON and finality is Finality.WHOLE:
            finality = Finality.OPEN  # do not cut in again
        return finality

    def _overlong(self, t: int) -> bool:
        return t - self._began >= self._limits.monologue * SAMPLES_PER_MS

    def _late(self, name: str) -> list[Command]:
        self._ignored[f"late {name}"] += 1
        return []

    # ---- the tail of an utterance that was taken

    @property
    def _tail_noticed(self) -> int:
        return (self._limits.tail + NOTICED_WITHIN_MS) * SAMPLES_PER_MS

    def _tail(self, t: int) -> list[Command]:
        """Speech while the last utterance lingers: the rest of it, if it began soon enough."""
        began = self._detector.began
        if began - self._taken_until > self._limits.tail * SAMPLES_PER_MS:
            return self._over(recent=True) + self._begin()
        self._machine.move(Sound.ONSET)
        self.onset = began
        self._retries = 0
        self._tails += 1
        self._marked = True
        since = min(t - began + BEFORE_TAIL, t - self._taken_until)
        return [ResumeStt(self._next_epoch()), MarkStt(since // FRAME_SAMPLES), VoiceBegan(self.onset)]

    def _repeats(self, whole: SttResult) -> bool:
        taken = self._taken
        return taken is not None and taken.understood and whole.understood and whole.text == taken.text

    def _hear_tail_alone(self, t: int) -> list[Command]:
        """The whole makes no sense; perhaps the caller began anew."""
        self._marked = False
        self._asked_at = t
        return [RestartStt(self._next_epoch()), FinishStt(self._next_epoch())]

    # ---- pieces of a long utterance

    def _is_long(self, t: int, times: float = 1.0) -> bool:
        """The piece that the recogniser hears is to end at the next pause."""
        return t - self._piece_began >= times * self._limits.utterance * SAMPLES_PER_MS

    def _spoke_on(self, t: int) -> bool:
        """The caller went on while the recogniser was asked for a piece."""
        went_on = self._detector.speech is SpeechState.RUNNING or self._detector.last_voiced > self._asked_at
        return went_on and not self._overlong(t) and not self._committed

    def _next_piece(self, t: int) -> list[Command]:
        if self._held is not None:
            self._pieces.append(self._held)
        self._held = None
        self._piece_began = self._asked_at
        self._machine.move(Sound.AGAIN)
        restart: list[Command] = [RestartStt(self._next_epoch())]
        return restart if self._detector.speech is SpeechState.RUNNING else restart + self._ask(t)
