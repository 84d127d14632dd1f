"""The hearing side of one call: gives the recogniser each utterance, from a little before it was noticed.

It must never decide when an utterance begins or ends; it is told.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.line_condition import LineCondition
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.agent import Listen
from pipelines.conversation.caller_level import CallerLevel
from pipelines.conversation.commands import (
    CloseStt,
    FinishStt,
    MarkStt,
    RestartStt,
    ResumeStt,
    SpotWords,
    StartStt,
    SttCommand,
)
from pipelines.conversation.own_words import own_words
from pipelines.conversation.spotting import Spotter
from pipelines.conversation.voice_notes import VoiceNotes
from pipelines.engines.protocols import Grammar, Stt, SttResult, SttSession, TurnModel

log = logging.getLogger(__name__)

PRE_ROLL_FRAMES = 22
"""440 ms kept from before an onset, so that the first word is not clipped."""

MARKED_FRAMES = 1_500
"""30 s, the most that is kept to be heard once more: a piece of a monologue is shorter."""


JUDGED_FRAMES = 400
"""8 s, of which a turn model judges the end, and which tell how it was said."""


class Listening:
    """`on_result` gets what was recognised; `failed` the engine's kind and the reason."""

    def __init__(
        self,
        stt: Stt,
        on_result: Callable[[SttResult], None],
        failed: Callable[[str, str], None],
        language: str,
        among: tuple[str, ...] = (),
    ) -> None:
        """`among`: in which languages the caller may speak; fewer than two leave nothing to be detected."""
        self._on_result = on_result
        self._failed = failed
        self._ring: deque[Frame] = deque(maxlen=PRE_ROLL_FRAMES)
        self._among = among
        self._stt, self._language = stt, language
        self._session = self._opened()
        self._open = False
        self._grammar: Grammar | None = None
        """Of the present utterance."""
        self._marked: list[Frame] | None = None
        """What was heard since the mark; None without one."""
        self.line: LineCondition | None = None
        """What is known of the line that it listens to."""
        self.listen = Listen()
        """How the agent wants the next utterance to be heard."""
        self._model: TurnModel | None = None
        self._on_judged: Callable[[int, float], None] = _unjudged
        self._notes: VoiceNotes | None = None
        self._next_language = language
        self._spotter: Spotter | None = None
        self._awaited: Callable[[], Grammar | None] = _unawaited
        self._level = CallerLevel()
        self._said: deque[Frame] = deque(maxlen=JUDGED_FRAMES)
        """The end of the present utterance; kept for a turn model, and for who notes the voice."""
        self.began = 0
        """Position of the first audio of the present or last utterance."""

    def have_ends_judged(self, model: TurnModel, on_judged: Callable[[int, float], None]) -> None:
        """Where the recogniser is asked for a final, the model is asked whether the caller has finished;
        `on_judged` gets the epoch and the probability."""
        self._model, self._on_judged = model, on_judged

    def have_voice_noted(self, notes: VoiceNotes) -> None:
        """Where the recogniser is asked for a final, `notes` hears the utterance."""
        self._notes = notes

    def have_words_spotted(self, on_spotted: Callable[[SttResult], None]) -> None:
        """Short sounds may be asked about (`SpotWords`); `on_spotted` gets the answers."""
        self._spotter = Spotter(self._stt, own_words(self._language), on_spotted, self._language)

    def have_word_awaited(self, awaited: Callable[[], Grammar | None]) -> None:
        """An utterance for which `awaited` gives a grammar is heard by that, whatever the agent asked."""
        self._awaited = awaited

    def hear(self, frame: Frame) -> None:
        self._ring.append(frame)
        if self._spotter is not None:
            self._spotter.hear(frame)
        if self._open:
            self._session.feed(self._level.raised(frame))
            if self._keeps:
                self._said.append(frame)
            if self._marked is not None and len(self._marked) < MARKED_FRAMES:
                self._marked.append(frame)

    def overhear(self, frame: Frame) -> None:
        """What is heard while nobody is listened to: it counts where an utterance begins soon after it."""
        self._ring.append(frame)

    def carry_out(self, t: int, command: SttCommand) -> None:
        match command:
            case StartStt(epoch=epoch):
                self.start(t, epoch)
            case ResumeStt(epoch=epoch):
                self.resume(epoch)
            case FinishStt(epoch=epoch):
                self.finish(epoch)
            case MarkStt(frames=frames):
                self.mark(frames)
            case RestartStt(epoch=epoch):
                self.restart(epoch)
            case CloseStt(recent=recent):
                self.close(recent)
            case SpotWords(epoch=epoch, frames=frames):
                if self._spotter is not None:
                    self._spotter.ask(epoch, frames, self._noise_db, self._level.raised)

    def go_on_in(self, language: str) -> None:
        """From the next utterance on the caller is heard in this language (BCP 47)."""
        self._next_language = language

    def start(self, t: int, epoch: int) -> None:
        """An utterance began shortly before `t`."""
        if self._next_language != self._language:
            self._language = self._next_language
            self._session.close()
            self._session = self._opened()
        self.began = max(0, t - len(self._ring) * FRAME_SAMPLES)
        self._open, self._marked = True, None
        echoes = self.line is not None and self.line.echo_loss_db is not None
        self._level.begin(list(self._ring), echoes=echoes)
        self._said.clear()
        if self._keeps:
            self._said.extend(self._ring)
        self._grammar = self._awaited() or self.listen.grammar
        self._begin(epoch, self._ring)

    def resume(self, epoch: int) -> None:
        """It goes on, or is to be tried again, under a new epoch."""
        self._session.resume(epoch)

    def finish(self, epoch: int) -> None:
        """The caller may have finished: a final is wanted."""
        self._session.flush(epoch)
        if self._keeps and self._said:
            said = np.concatenate(list(self._said))
            if self._notes is not None:
                self._notes.heard(said)
            self._ask_model(epoch, said)

    def mark(self, frames: int) -> None:
        """What is heard from so many frames ago on is kept for `restart`."""
        self._marked = list(self._ring)[-frames:] if frames else []

    def restart(self, epoch: int) -> None:
        """What was heard since the mark is an utterance of its own, with the same grammar."""
        marked, self._marked = self._marked or [], None
        self._begin(epoch, marked)

    def close(self, recent: bool = False) -> None:
        """The utterance is over: forget its audio. `recent`: so long ago that what was heard last is no part
        of it."""
        self._open, self._marked = False, None
        self._said.clear()
        self._session.abandon()
        if not recent:
            self._ring.clear()

    def end(self) -> None:
        """The call is over. Whom it told and who told it are let go of: they point back at each other, and
        nothing of a call is to wait for the garbage collector."""
        self._open, self._marked = False, None
        session, self._session = self._session, _SILENT
        self._on_result, self._failed, self._on_judged = _unheard, _unnoticed, _unjudged
        self._awaited = _unawaited
        self._model = self._notes = None
        spotter, self._spotter = self._spotter, None
        session.close()
        if spotter is not None:
            spotter.end()

    def _opened(self) -> SttSession:
        others = tuple(each for each in self._among if each != self._language)
        if others:
            return self._stt.session(self._result, language=self._language, among=others)
        return self._stt.session(self._result, language=self._language)

    def _begin(self, epoch: int, frames: Iterable[Frame]) -> None:
        self._session.begin(epoch, self._grammar, noise_db=self._noise_db)
        for frame in frames:
            self._session.feed(self._level.raised(frame))

    @property
    def _noise_db(self) -> float | None:
        """Of what the recogniser hears."""
        return self.line.left_db + self._level.gain_db if self.line is not None else None

    @property
    def _keeps(self) -> bool:
        """Somebody wants to hear the utterance as a whole."""
        return self._model is not None or self._notes is not None

    def _ask_model(self, epoch: int, said: Frame) -> None:
        if self._model is None or not self._model.manifest.speaks(self._language):
            return
        try:
            self._model.judge(said, partial(self._judged, epoch))
        except Exception:  # a foreign engine may raise anything
            log.exception("the turn model failed; it is not asked again in this call")
            self._model = None

    def _judged(self, epoch: int, probability: float | None) -> None:
        if probability is not None:
            self._on_judged(epoch, probability)

    def _result(self, result: SttResult) -> None:
        if result.failed:
            why = str(result.error or "the recogniser failed")
            log.warning("the recogniser failed: %s", why)
            self._failed("stt", why)
        elif result.instead_of:
            self._failed("stt", result.instead_of)
        if result.final and result.understood:
            self._level.understood()
        self._on_result(result)


class _Silent:
    """The recogniser's session of a call that is over."""

    def begin(self, epoch: int, grammar: Grammar | None = None, *, noise_db: float | None = None) -> None: ...

    def feed(self, frame: Frame) -> None: ...

    def flush(self, epoch: int) -> None: ...

    def resume(self, epoch: int) -> None: ...

    def abandon(self) -> None: ...

    def close(self) -> None: ...


_SILENT = _Silent()


def _unawaited() -> Grammar | None:
    """No word is."""
    return None


def _unheard(result: SttResult) -> None:
    """The call is over."""


def _unjudged(epoch: int, probability: float) -> None:
    """The call is over."""


def _unnoticed(engine: str, reason: str) -> None:
    """The call is over."""
