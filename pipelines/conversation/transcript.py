"""What was said by whom, when, how it was heard, and where the time of each answer went.

A line is put again under its index whenever more of it is known.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Protocol
from uuid import UUID

from mediaserver.media.time import SAMPLES_PER_MS
from mediaserver.storage.records import EventHappened, Record, TurnSaid
from pipelines.conversation.agent import Utterance
from pipelines.conversation.commands import Think
from pipelines.conversation.contest import ContestFigures, ContestOutcome
from pipelines.conversation.line import Line
from pipelines.conversation.timeline import Timeline


class CallPort(Protocol):
    """What a session needs from its call."""

    @property
    def id(self) -> UUID: ...

    def elapsed_ms(self) -> int:
        """Milliseconds since answer."""

    def put(self, record: Record) -> None: ...

    def publish(self, kind: str, **data: Any) -> None: ...


@dataclass(slots=True, eq=False)
class Thought:
    """One question to the agent and when it got how far, in seconds of the session's clock."""

    think: Think | None
    """None: said in the agent's name, without asking it."""
    committed: float
    replied: float | None = None
    voiced: float | None = None
    speaker: str = "agent"
    """In whose name it is said: the agent's or the operator's."""


@dataclass(slots=True, eq=False)
class SpokenLine:
    """One line in the agent's voice."""

    index: int
    epoch: int
    line: Line
    thought: Thought
    latency: dict[str, float] = field(default_factory=dict)


class Transcript:
    """Positions are the session's, in 16 kHz samples; what is kept is in ms since answer."""

    def __init__(self, call: CallPort, timeline: Timeline) -> None:
        self._call = call
        self._timeline = timeline
        self._index = 0

    def event(self, kind: str, **data: Any) -> None:
        """Keep that something happened now."""
        now = self._timeline.began_ms(self._timeline.t)
        self._call.put(EventHappened(self._call.id, now, kind, data))

    def contested(self, outcome: ContestOutcome, figures: ContestFigures | None, began: int | None) -> None:
        """What came of a sound of the caller's while our line, which `began` at this position, was heard."""
        data: dict[str, Any] = {"outcome": str(outcome)}
        if began is not None:
            data["after_ms"] = (self._timeline.t - began) // SAMPLES_PER_MS
        if figures is not None:
            data |= {"duck_ms": round(figures.duck_ms, 1), "decision_ms": round(figures.decision_ms, 1)}
            self._call.publish("barge_in", ms=data["decision_ms"], **data)
        self.event("barge_in", **data)

    def caller(self, think: Think, said: Utterance, began: int) -> None:
        """The caller's line, `began` at this position."""
        silence = think.silence / SAMPLES_PER_MS
        stt = think.result.stt_ms if think.result is not None else 0.0
        text = said.text if think.result is None else think.result.text  # not what it was joined to
        index = self._next()
        spoken: dict[str, Any] = {"language": said.language} if said.language else {}
        if said.mood is not None:
            spoken["mood"] = {**asdict(said.mood), "hint": said.mood.hint}
        self._call.publish(
            "final", text=text, confidence=said.confidence, understood=said.understood, line=index, **spoken
        )
        self._call.put(
            TurnSaid(
                self._call.id,
                index,
                "caller",
                text,
                text,
                self._timeline.began_ms(began),
                self._timeline.ended_ms(self._timeline.t - think.silence),
                confidence=said.confidence,
                understood=said.understood,
                latency={"endpoint": round(silence, 1), "stt": round(stt, 1)},
            )
        )

    def agent(self, epoch: int, line: Line, thought: Thought) -> SpokenLine:
        """The agent begins a line."""
        return SpokenLine(self._next(), epoch, line, thought)

    def says(self, said: SpokenLine, text: str) -> None:
        """The agent sets out to say this piece of a line."""
        self._call.publish(said.thought.speaker, text=text, line=said.index)
        self.put(said)

    def put(self, said: SpokenLine, *, over: bool = False) -> None:
        """Keep what is known of an agent line. `over`: it is all that will be."""
        line = said.line
        began = self._timeline.began_ms(line.spoke if line.spoke is not None else self._timeline.t)
        self._call.put(
            TurnSaid(
                self._call.id,
                said.index,
                said.thought.speaker,
                line.text,
                line.heard,
                began,
                max(began, self._timeline.ended_ms(line.ended)),
                interrupted=line.interrupted,
                latency=dict(said.latency),
                open=not over,
            )
        )

    def first_audio(self, said: SpokenLine, now: float) -> None:
        """The first frame of a line goes out: where did the time since the caller's last voice go, or since
        it has typed?"""
        thought = said.thought
        think = thought.think
        if think is None or not isinstance(think.said, Utterance):
            return
        waited = think.silence / SAMPLES_PER_MS
        asked = think.finished_after / SAMPLES_PER_MS
        stt = min(waited - asked, think.result.stt_ms) if think.result is not None else 0.0
        replied = thought.replied if thought.replied is not None else thought.committed
        voiced = thought.voiced if thought.voiced is not None else replied
        parts = {
            "endpoint": waited - stt,
            "stt": stt,
            "llm_first_token": 1000 * (replied - thought.committed),
            "tts_first_audio": 1000 * (voiced - replied),
            "transport": 1000 * (now - voiced),
            "voice_to_voice": waited + 1000 * (now - thought.committed),
        }
        if think.result is None and not think.silence:  # it was typed: nothing of it was spoken
            del parts["endpoint"], parts["stt"]
            parts["text_to_voice"] = parts.pop("voice_to_voice")
        said.latency = {name: round(value, 1) for name, value in parts.items()}
        self._call.publish("latency", **said.latency)
        self.put(said)

    def settled(self, said: SpokenLine) -> None:
        """Every word of a line has met its end."""
        self.put(said, over=True)
        self._call.publish("heard", text=said.line.heard, interrupted=said.line.interrupted, line=said.index)

    def _next(self) -> int:
        index, self._index = self._index, self._index + 1
        return index
