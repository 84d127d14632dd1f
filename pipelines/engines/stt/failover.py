"""Recognisers in order of preference behind the protocol of one: who fails is replaced in mid-utterance.

The audio of the present utterance is kept here, so that the next of the list hears all of it. Whatever a
foreign recogniser raises ends here: the media clock calls these methods and must never see it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from mediaserver.errors import EngineError
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from pipelines.engines.circuits import EngineCircuits, all_failed, reason
from pipelines.engines.counting import SpeechCounter
from pipelines.engines.failover import REASK_S, Preferred, taken_over
from pipelines.engines.protocols import (
    FAILED,
    FINAL_WITHIN_S,
    Grammar,
    Kind,
    Manifest,
    Stt,
    SttResult,
    SttSession,
)
from pipelines.engines.stt.heard_language import with_language, without_language
from pipelines.workers.urgency import with_patience

log = logging.getLogger(__name__)

KEPT_BYTES = 60 * SAMPLE_RATE * 2
"""Of one utterance: a minute, as much as a worker listens to."""


class PreferredStt(Preferred[Stt]):
    """See pipelines.engines.protocols.Stt."""

    def __init__(
        self,
        there: Callable[[], Sequence[Stt | None]],
        counter: SpeechCounter | None = None,
        circuits: EngineCircuits | None = None,
    ) -> None:
        super().__init__(Kind.STT, there, circuits)
        self.counter = counter

    def counted(self, counter: SpeechCounter) -> PreferredStt:
        """The same engines, for one that is told what each was given to hear."""
        counted = PreferredStt(self._there, counter)
        counted.same(self)
        return counted

    @property
    def manifest(self) -> Manifest:
        """Of the first that is there; its final may take as long as that of any, for any may be in use."""
        longest = max((each.manifest.final_within_s for each in self._engines), default=FINAL_WITHIN_S)
        return replace(super().manifest, final_within_s=longest)

    def session(
        self,
        on_result: Callable[[SttResult], None],
        *,
        language: str = "en",
        among: tuple[str, ...] = (),
    ) -> SttSession:
        return _FailoverSession(self, on_result, language, among)


class _FailoverSession:
    """A call's recogniser, whichever of the list it is; see pipelines.engines.protocols.SttSession."""

    def __init__(
        self,
        engines: PreferredStt,
        on_result: Callable[[SttResult], None],
        language: str,
        among: tuple[str, ...],
    ) -> None:
        self._engines = engines
        self._fed = 0
        """Samples that the present engine was given and nobody has counted."""
        self._on_result = on_result
        self._language = language
        self._among = among
        self._engine: Stt | None = None
        self._session: SttSession | None = None
        self._opened = object()
        """Stands for the present session; what another one says counts no more."""
        self._open = False
        """There is an utterance."""
        self._epoch = 0
        """Of the last `begin` or `resume`."""
        self._asked: int | None = None
        """The epoch of a flush that has no final yet."""
        self._deadline: asyncio.TimerHandle | None = None
        self._grammar: Grammar | None = None
        self._noise_db: float | None = None
        self._audio = bytearray()
        self._tried: list[Stt] = []
        """For the present utterance."""
        self._failures: list[tuple[Stt, Exception]] = []
        """Who failed and why, as far as the call has not been told."""

    def begin(self, epoch: int, grammar: Grammar | None = None, *, noise_db: float | None = None) -> None:
        self._forget()
        self._open, self._epoch, self._grammar, self._noise_db = True, epoch, grammar, noise_db
        self._listen()

    def feed(self, frame: Frame) -> None:
        if self._open and len(self._audio) < KEPT_BYTES:
            self._audio += frame.tobytes()
            if self._session is not None:
                self._fed += len(frame)
        self._do(lambda session: session.feed(frame))

    def flush(self, epoch: int) -> None:
        self._asked = epoch
        if self._session is None:  # all have failed; once more, with all that was said
            self._tried.clear()
            self._listen()
        else:
            self._await_final()
            self._do(lambda session: session.flush(epoch))

    def resume(self, epoch: int) -> None:
        self._epoch = epoch
        self._answered()
        if self._session is None:
            self._tried.clear()
            self._listen()
        else:
            self._do(lambda session: session.resume(epoch))

    def abandon(self) -> None:
        self._forget()
        self._do(lambda session: session.abandon())

    def close(self) -> None:
        self._forget()
        self._drop()

    # -- inside ----------------------------------------------------------------------------------------

    def _listen(self) -> None:
        """Have the utterance heard, from its start, by the first engine that was not tried for it."""
        order = [each for each in self._engines.order(self._language) if each not in self._tried]
        for engine in order:
            self._tried.append(engine)
            try:
                self._engines.asked(engine)
                with with_patience(None if engine is order[-1] else REASK_S):
                    self._hear(self._session_of(engine))
                # Who hears it after all has not been replaced.
                self._failures = [each for each in self._failures if each[0] is not engine]
                return
            except Exception as error:  # a foreign engine may raise anything
                self._left(engine, error)
                self._drop()
        if self._asked is not None:  # said on the next turn of the loop, as an engine would
            asyncio.get_running_loop().call_soon(self._give_up, self._asked)

    def _session_of(self, engine: Stt) -> SttSession:
        if self._session is None or engine is not self._engine:
            self._drop()
            result = partial(self._result, self._opened)
            language = engine.manifest.nearest(self._language)
            if among := self._heard_by(engine):
                self._session = engine.session(result, language=language, among=among)
            else:  # one that knows no `among` may be anybody's
                self._session = engine.session(result, language=language)
            self._engine = engine
        return self._session

    def _hear(self, session: SttSession) -> None:
        session.begin(self._epoch, self._grammar, noise_db=self._noise_db)
        for frame in _frames(self._audio):
            session.feed(frame)
        self._fed += len(self._audio) // 2
        if self._asked is not None:
            self._await_final()
            session.flush(self._asked)

    def _do(self, act: Callable[[SttSession], None]) -> None:
        if self._session is None or self._engine is None:
            return
        try:
            act(self._session)
        except Exception as error:  # likewise
            self._left(self._engine, error)
            self._drop()
            if self._open:
                self._listen()

    def _result(self, opened: object, result: SttResult) -> None:
        if opened is not self._opened:
            return
        if result.failed:
            # Not from within the recogniser's own call: it may be in the middle of `begin` or `feed`.
            asyncio.get_running_loop().call_soon(self._lost, opened, result.error)
            return
        if result.final and result.epoch == self._asked:
            self._answered()
        result = self._noted(result)
        among = self._heard_by(self._engine) if self._engine is not None else ()
        spoken = (self._language, *among)
        self._on_result(with_language(result, spoken) if among else without_language(result))

    def _noted(self, result: SttResult) -> SttResult:
        """With who failed before it, and why. One that was late takes over from nobody when its final comes
        all the same: that is told when another one hears."""
        present, own = self._engine, [each for each in self._failures if each[0] is self._engine]
        if present is None or len(own) == len(self._failures):
            return result
        others = [_told(*each) for each in self._failures if each[0] is not present]
        self._failures = own
        return replace(result, instead_of=taken_over(others, present))

    def _heard_by(self, engine: Stt) -> tuple[str, ...]:
        """Which other languages it can tell from that of the call."""
        manifest = engine.manifest
        return tuple(each for each in self._among if manifest.speaks(each)) if manifest.detects else ()

    def _left(self, engine: Stt, error: Exception) -> None:
        """It failed; the call is told with the next result."""
        self._engines.failed(engine, reason(error), error)
        self._failures.append((engine, error))

    def _lost(self, opened: object, error: EngineError | None) -> None:
        """The present session failed: the next engine hears the utterance, or the call is told."""
        if opened is not self._opened or self._engine is None:
            return
        self._left(self._engine, error or EngineError("an utterance was lost"))
        if not self._open:
            return
        if any(engine not in self._tried for engine in self._engines.order(self._language)):
            self._listen()
            return
        epoch = self._epoch if self._asked is None else self._asked
        self._answered()
        self._on_result(self._nothing(epoch))

    def _nothing(self, epoch: int) -> SttResult:
        """Nobody could hear it, and why."""
        failures, self._failures = self._failures, []
        if not failures:
            return replace(FAILED, epoch=epoch)
        why = "; ".join(_told(*each) for each in failures)
        return replace(FAILED, epoch=epoch, error=all_failed(why, [error for _, error in failures]))

    def _await_final(self) -> None:
        if self._deadline is None and self._engine is not None:
            within_s = self._engine.manifest.final_within_s
            self._deadline = asyncio.get_running_loop().call_later(within_s, self._late, self._opened)

    def _late(self, opened: object) -> None:
        """Turn-taking has given the final up; the next utterance is another engine's."""
        if opened is self._opened and self._engine is not None:
            self._left(self._engine, TimeoutError())

    def _give_up(self, epoch: int) -> None:
        if self._asked == epoch:
            self._answered()
            self._on_result(self._nothing(epoch))

    def _answered(self) -> None:
        """No final is waited for."""
        self._asked = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _forget(self) -> None:
        """No utterance."""
        self._count()
        self._answered()
        self._open = False
        self._audio = bytearray()
        self._tried.clear()

    def _count(self) -> None:
        """What the present engine heard."""
        fed, self._fed = self._fed, 0
        if fed and self._engine is not None and self._engines.counter is not None:
            self._engines.counter.heard(self._engine.manifest.name, fed / SAMPLE_RATE)

    def _drop(self) -> None:
        self._count()
        session, self._session, self._engine = self._session, None, None
        self._opened = object()
        if session is not None:
            try:
                session.close()
            except Exception:
                log.warning("a recogniser failed to close", exc_info=True)


def _told(engine: Stt, error: Exception) -> str:
    return f"{engine.manifest.name}: {reason(error)}"


def _frames(audio: bytearray) -> Iterator[Frame]:
    samples = np.frombuffer(bytes(audio), np.int16)
    for start in range(0, len(samples), FRAME_SAMPLES):
        yield samples[start : start + FRAME_SAMPLES]
