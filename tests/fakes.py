"""Stand-ins with clocks of their own, for conversations that run in milliseconds.

Nothing here is random, sleeps or opens anything. `Conversation` is the media clock, the leg and the caller.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import numpy as np

from mediaserver.errors import EngineError
from mediaserver.media.background import Background
from mediaserver.media.leg import Digit, Ended, EndedBy, Frame, LegStats, Termination, Voice, Why
from mediaserver.media.line_condition import Cleaner
from mediaserver.media.time import FRAME_SAMPLES
from mediaserver.storage.records import EventHappened, OutcomeMade, Record, TurnSaid
from pipelines.conversation.agent import Act, Agent, AgentInput, Context, End, Listen, Say
from pipelines.conversation.machine_care import NO_VOICEMAIL, Voicemail
from pipelines.conversation.message_desk import MessageFiles
from pipelines.conversation.session import AgentSession
from pipelines.conversation.turn import Turn
from pipelines.conversation.voice_notes import VoiceNotes
from pipelines.engines.protocols import (
    Grammar,
    Kind,
    LlmEvent,
    LlmMessage,
    LlmTool,
    Manifest,
    SttResult,
    TtsChunk,
    WordMark,
)
from pipelines.spoken.dictionary import EMPTY, Dictionary
from pipelines.spoken.pronunciation import NONE, Pronunciations

CALL_ID = UUID(int=7)
SILENCE = np.zeros(FRAME_SAMPLES, dtype=np.int16)
WORD_SAMPLES = 3200
"""A word of the fake voice lasts 200 ms."""


def tone(samples: int, amplitude: int = 6000) -> Frame:
    wave = np.sin(np.arange(samples) * (2 * np.pi * 200 / 16_000)) * amplitude
    return np.asarray(wave, dtype=np.int16)


def voice(samples: int, amplitude: int = 6000) -> Frame:
    """A caller's voice: harmonics of 125 Hz under a formant that moves, the same in every frame of 20 ms."""
    at = np.arange(samples) % FRAME_SAMPLES / 16_000
    waves = [np.sin(2 * np.pi * 125 * k * at + k) / (1 + ((125 * k - 900) / 500) ** 2) for k in range(1, 26)]
    wave = np.sum(waves, axis=0)
    return np.asarray(wave / np.abs(wave).max() * amplitude, dtype=np.int16)


@dataclass
class FakeCall:
    """What a session needs from its call, kept in lists."""

    id: UUID = CALL_ID
    records: list[Record] = field(default_factory=list)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def elapsed_ms(self) -> int:
        return 0

    def put(self, record: Record) -> None:
        self.records.append(record)

    def publish(self, kind: str, **data: Any) -> None:
        self.events.append((kind, data))

    def lines(self) -> list[TurnSaid]:
        """The transcript as the database would have it: the last version of each line."""
        latest = {record.index: record for record in self.records if isinstance(record, TurnSaid)}
        return [latest[index] for index in sorted(latest)]

    def outcomes(self) -> list[OutcomeMade]:
        return [record for record in self.records if isinstance(record, OutcomeMade)]

    def happened(self, kind: str) -> list[EventHappened]:
        return [
            record for record in self.records if isinstance(record, EventHappened) and record.kind == kind
        ]


@dataclass
class FakeUtterance:
    """What a recogniser was told of one utterance."""

    epoch: int
    grammar: Grammar | None
    frames: list[Frame] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """Names of the calls, but for `feed`."""
    noise_db: float | None = None
    flushed: int | None = None
    """The epoch of the last flush."""


class FakeSttSession:
    """One call's recogniser. Results come even of utterances that were abandoned, as from a slow worker."""

    def __init__(self, stt: FakeStt, on_result: Callable[[SttResult], None], language: str) -> None:
        self.stt = stt
        self.on_result = on_result
        self.language = language
        self.present: FakeUtterance | None = None
        self.closed = False

    def begin(self, epoch: int, grammar: Grammar | None = None, *, noise_db: float | None = None) -> None:
        self.present = FakeUtterance(epoch, grammar, noise_db=noise_db)
        self.stt.utterances.append(self.present)
        self.stt.began(self, epoch)

    def feed(self, frame: Frame) -> None:
        assert self.present is not None, "fed outside an utterance"
        self.present.frames.append(frame)

    def flush(self, epoch: int) -> None:
        assert self.present is not None
        self.present.told.append("flush")
        self.present.flushed = epoch
        self.stt.finished(self, epoch)

    def resume(self, epoch: int) -> None:
        assert self.present is not None
        self.present.told.append("resume")
        self.present.epoch = epoch
        self.stt.began(self, epoch)

    def abandon(self) -> None:
        self.present = None

    def close(self) -> None:
        self.present, self.closed = None, True


class FakeStt:
    """Hears whatever `text` says at the moment of `flush`; empty is not understood. Results come
    `delay_ticks` ticks later."""

    manifest = Manifest("fake", Kind.STT, "scripted", ("en",), "none")
    ready = True
    restarts = 0
    load = 0

    def __init__(self) -> None:
        self.text = ""
        self.extensible: set[str] = set()
        """Texts to which more words could be added."""
        self.doubtful: dict[str, tuple[str, ...]] = {}
        """Texts that are not surely heard, and what else they may be."""
        self.unbelieved: set[str] = set()
        """Texts that fit too badly to be understood."""
        self.confidence = 0.9
        self.delay_ticks = 2
        self.mute = False
        self.broken = False
        self.utterances: list[FakeUtterance] = []
        self.sessions: list[FakeSttSession] = []
        self.among: list[tuple[str, ...]] = []
        """Of each session: the other languages that may be spoken."""
        self._due: list[tuple[int, FakeSttSession, SttResult]] = []
        self._tick = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def session(
        self,
        on_result: Callable[[SttResult], None],
        *,
        language: str = "en",
        among: tuple[str, ...] = (),
    ) -> FakeSttSession:
        session = FakeSttSession(self, on_result, language)
        self.sessions.append(session)
        self.among.append(among)
        return session

    def began(self, session: FakeSttSession, epoch: int) -> None:
        if self.broken:
            self.post(SttResult("", True, understood=False, failed=True, epoch=epoch), session)

    def finished(self, session: FakeSttSession, epoch: int) -> None:
        if not self.mute:
            more = self.text in self.extensible
            known = bool(self.text) and self.text not in self.unbelieved
            result = SttResult(self.text, True, self.confidence, known, known, more, stt_ms=40.0, epoch=epoch)
            others = self.doubtful.get(self.text)
            result = replace(result, doubtful=others is not None, alternatives=others or ())
            self.post(replace(result, failed=self.broken), session)

    def post(self, result: SttResult, session: FakeSttSession | None = None) -> None:
        """A result that comes `delay_ticks` later."""
        self._due.append((self._tick + self.delay_ticks, session or self.sessions[0], result))

    def tick(self) -> None:
        self._tick += 1
        due = [entry for entry in self._due if entry[0] <= self._tick]
        self._due = [entry for entry in self._due if entry[0] > self._tick]
        for _, session, result in due:
            session.on_result(result)


class FakeTts:
    """Speaks each word as a 200 ms tone, one chunk a word, all at once unless `gate` is closed."""

    manifest = Manifest("fake", Kind.TTS, "tones", ("en",), "none")
    ready = True
    restarts = 0
    load = 0

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.languages: list[str] = []
        self.voices: list[str] = []
        self.rates: list[float] = []
        self.failures = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.marks = True
        self.chunks: asyncio.Semaphore | None = None
        """How many words can be spoken before the voice waits; None: all."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.spoken.append(text)
        self.languages.append(language)
        self.voices.append(voice)
        self.rates.append(rate)
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise EngineError("the voice is gone")
        at = 0
        for index, word in enumerate(text.split()):
            mark = WordMark(at, at + len(word), index * WORD_SAMPLES)
            at += len(word) + 1
            if self.chunks is not None:
                await self.chunks.acquire()
            yield TtsChunk(tone(WORD_SAMPLES), (mark,) if self.marks else ())


class FakeLlm:
    """Gives its answers in order, event by event; keeps what it was asked. An error in a script is raised."""

    manifest = Manifest("fake", Kind.LLM, "scripted", ("*",), "none")
    ready = True
    restarts = 0

    def __init__(self, *answers: Sequence[LlmEvent | EngineError]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[tuple[LlmMessage, ...], tuple[LlmTool, ...]]] = []
        self.cancelled = 0
        """Answers that were closed before their end."""
        self.load = 0
        self.gates: dict[int, asyncio.Event] = {}
        """By the number of events given before in one answer: what the next one waits for."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def stream(
        self,
        messages: Sequence[LlmMessage],
        tools: Sequence[LlmTool] = (),
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> AsyncGenerator[LlmEvent, None]:
        self.asked.append((tuple(messages), tuple(tools)))
        script = self.answers.pop(0) if self.answers else ()
        done = False
        self.load += 1
        try:
            for index, event in enumerate(script):
                if index in self.gates:
                    await self.gates[index].wait()
                if isinstance(event, EngineError):
                    raise event
                yield event
            done = True
        finally:
            self.load -= 1
            self.cancelled += not done


@dataclass(frozen=True)
class Reply:
    """All acts of one answer; an empty text says nothing."""

    text: str = ""
    listen: Listen = field(default_factory=Listen)
    end: bool = False


class ScriptedAgent:
    """Gives its replies in order, then nothing more; keeps what it was told."""

    def __init__(self, *replies: Reply | Exception, silence_ms: int = 7_000) -> None:
        self.replies = list(replies)
        self.inputs: list[AgentInput] = []
        self.listen = Listen(silence_ms=silence_ms)
        self.told: list[tuple[int, str, bool]] = []
        """What was heard, as it was told."""
        self.is_over = False

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        reply = self.replies.pop(0) if self.replies else Reply("", self.listen)
        if isinstance(reply, Exception):
            raise reply
        yield reply.listen
        if reply.text:
            yield Say(reply.text)
        if reply.end:
            yield End()

    def heard(self, line: int, text: str, cut: bool) -> None:
        self.told.append((line, text, cut))

    def hung_up(self) -> tuple[Record, ...]:
        self.is_over = True
        return ()


@dataclass
class FakeOutlet:
    """A leg whose peer hears all a while after it was written."""

    position: Callable[[], int]
    """Samples written so far."""
    unheard: int = 1280
    """Samples that are on their way to the peer's ear: 80 ms."""
    cleared: int = 0

    def written(self) -> int:
        return self.position()

    def played(self) -> int:
        return self.position() - self.unheard

    def clear(self) -> int:
        self.cleared += 1
        return self.position()


class Conversation:
    """Runs a session tick by tick: a media clock with one call whose caller follows a script."""

    def __init__(
        self,
        agent: Agent,
        *,
        language: str = "en",
        stt: FakeStt | None = None,
        tts: FakeTts | None = None,
        context: Context | None = None,
        cleaner: Cleaner | None = None,
        turn: Turn | None = None,
        stats: Callable[[], LegStats] | None = None,
        voice_notes: VoiceNotes | None = None,
        pronunciations: Pronunciations = NONE,
        dictionary: Dictionary = EMPTY,
        voice: str = "",
        background: Background | None = None,
        messages: MessageFiles | None = None,
        passed_over: Callable[[str], Iterable[tuple[str, str]]] | None = None,
        voicemail: Voicemail = NO_VOICEMAIL,
        outlet: type[FakeOutlet] = FakeOutlet,
    ) -> None:
        self.call = FakeCall()
        self.stt = stt or FakeStt()
        self.tts = tts or FakeTts()
        self.ended: list[Termination] = []
        self.t = 0
        self.outlet = outlet(lambda: self.t)
        self.transferred: list[str] = []
        self.session = AgentSession(
            self.call,
            agent,
            self.stt,
            self.tts,
            self.ended.append,
            self.outlet,
            transfer=lambda last: self.transferred.append(last.to),
            context=context,
            cleaner=cleaner,
            now=lambda: self.t / 16_000,
            language=language,
            turn=turn,
            stats=stats,
            voice_notes=voice_notes,
            pronunciations=pronunciations,
            dictionary=dictionary,
            voice=voice,
            background=background,
            messages=messages,
            passed_over=passed_over,
            voicemail=voicemail,
        )
        self.sent: list[Frame | None] = []
        self._vad_at = 512

    async def tick(self, frame: Frame = SILENCE, probability: float = 0.02) -> Frame | None:
        self.stt.tick()
        self.session.on_frame(frame)
        while self._vad_at <= self.t + FRAME_SAMPLES:
            self.session.on_event(Voice(self._vad_at, probability))
            self._vad_at += 512
        out = self.session.next_frame(self.t)
        self.sent.append(out)
        self.t += FRAME_SAMPLES
        for _ in range(8):
            await asyncio.sleep(0)
        return out

    async def silence(self, ms: int) -> None:
        for _ in range(ms // 20):
            await self.tick()

    async def say(self, text: str, ms: int = 700) -> None:
        """Speech of `ms` that will be recognised as `text`; it ends with the last loud frame."""
        self.stt.text = text
        for _ in range(ms // 20):
            await self.tick(voice(FRAME_SAMPLES), 0.97)

    async def cough(self, ms: int = 240) -> None:
        """A noise that the voice detector half believes in and that nobody understands."""
        self.stt.text = ""
        noise = np.random.default_rng(ms).normal(0, 3000, (ms // 20, FRAME_SAMPLES))
        for frame in noise.astype(np.int16):
            await self.tick(frame, 0.4)

    async def press(self, digits: str) -> None:
        for digit in digits:
            self.session.on_event(Digit(digit, self.t, 100))
            await self.silence(200)

    async def until_quiet(self, limit_ms: int = 30_000) -> None:
        """Wait until the agent has spoken and come to an end."""
        for _ in range(limit_ms // 20):
            if await self.tick() is not None:
                break
        else:
            raise AssertionError("the agent never spoke")
        quiet = 0
        for _ in range(limit_ms // 20):
            quiet = 0 if await self.tick() is not None else quiet + 1
            if quiet >= 10 or self.ended:
                return
        raise AssertionError("the agent never fell silent")

    def speaking(self) -> bool:
        """The last frame sent had a voice in it."""
        last = self.sent[-1] if self.sent else None
        return last is not None and bool(np.abs(last[-80:]).max() > 500)

    async def hang_up(self) -> None:
        self.session.on_event(Ended(Termination(EndedBy.CALLER, Why.HANGUP)))
        await asyncio.sleep(0)
