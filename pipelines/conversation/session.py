"""One agent call: carries out the commands of its `Turn` between the leg, the engines and the agent.

`on_frame`, `next_frame` and `on_event` are plain cheap calls from the media clock. Only the agent's thinking
and the voice run as tasks. An engine that fails costs words, never the call.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from mediaserver.errors import EngineError
from mediaserver.media.leg import (
    FRAME_SAMPLES,
    Digit,
    Ended,
    EndedBy,
    Frame,
    Heard,
    Hold,
    LegEvent,
    Termination,
    Voice,
    Why,
)
from mediaserver.storage.records import EventHappened, OutcomeMade, Record, TurnSaid
from pipelines.conversation.agent import Agent, AgentInput, Listen, Pressed, Reply, Utterance
from pipelines.conversation.endpointing import MS, level_db
from pipelines.conversation.playout import Line, Playout
from pipelines.conversation.spoken_forms import Spoken, speak_form, split_sentences
from pipelines.conversation.turn import (
    CancelPlayout,
    CancelThinking,
    CloseStt,
    Command,
    Ear,
    End,
    FinishStt,
    PausePlayout,
    ResumePlayout,
    Speak,
    StartStt,
    State,
    Think,
    Turn,
)
from pipelines.engines.protocols import Stt, SttResult, SttStream, Tts

log = logging.getLogger(__name__)

PRE_ROLL_FRAMES = 22
"""440 ms kept from before an onset, so that the first word is not clipped."""
AHEAD_SAMPLES = 3_000 * MS
"""The next sentence is synthesised once less than this is left to play."""
FIRST_CHUNK_S = 2.5
"""A voice that has given nothing after this long has failed."""
UTTERANCE_FRAMES = 800
"""16 s: what a new recogniser can be given again."""
STALLED_INPUT_SAMPLES = 60 * MS
APOLOGY = "Sorry, I lost my thread. Could you say that again?"
GOODBYE = "Sorry, we have to stop here. Goodbye."


class CallPort(Protocol):
    """What a session needs from its call."""

    @property
    def id(self) -> UUID: ...

    def elapsed_ms(self) -> int:
        """Milliseconds since answer."""

    def put(self, record: Record) -> None: ...

    def publish(self, kind: str, **data: Any) -> None: ...


class _Said:
    """Book-keeping of one agent line: its place in the transcript and where its time went."""

    def __init__(self, index: int, line: Line, think: Think | None, times: dict[str, float]) -> None:
        self.index = index
        self.line = line
        self.think = think
        self.times = times
        """Readings of the session's clock in seconds, by name."""
        self.latency: dict[str, float] = {}


class AgentSession:
    """An App. `hangup` is called once, when the agent has said its last word or `shutdown` runs out of time.

    `now` reads a monotonic clock in seconds and serves latency figures only; turn-taking runs on the media
    clock's positions.
    """

    def __init__(
        self,
        call: CallPort,
        agent: Agent,
        stt: Stt,
        tts: Tts,
        hangup: Callable[[Termination], None],
        *,
        now: Callable[[], float] = time.perf_counter,
        path_delay_ms: int = 80,
        voice: str = "",
        rate: float = 1.0,
        turn: Turn | None = None,
    ) -> None:
        self.turn = turn or Turn()
        self.playout = Playout(path_delay_ms * MS)
        self._call = call
        self._agent = agent
        self._stt = stt
        self._tts = tts
        self._hangup: Callable[[Termination], None] | None = hangup
        self._now = now
        self._voice = voice
        self._rate = rate
        self._base_ms: int | None = None
        self._t = 0
        self._heard_at = 0
        self._held_since: int | None = None
        self._on_hold = 0
        self._listen = Listen()
        self._ring: deque[Frame] = deque(maxlen=PRE_ROLL_FRAMES)
        self._utterance: deque[Frame] = deque(maxlen=UTTERANCE_FRAMES)
        self._stream: SttStream | None = None
        self._began = 0
        self._index = 0
        self._inputs: deque[Think] = deque()
        self._thinking: asyncio.Task[None] | None = None
        self._speaking: asyncio.Task[None] | None = None
        self._thought: dict[int, tuple[Think, dict[str, float]]] = {}
        self._said: dict[int, _Said] = {}
        self._last_line: Line | None = None
        self._room = asyncio.Event()
        self._over = asyncio.Event()
        self._termination = Termination(EndedBy.AGENT, Why.COMPLETED)

    # ---- App

    def on_frame(self, frame: Frame) -> None:
        if self._held_since is not None:
            return
        self._ring.append(frame)
        self._feed(frame)
        if self.turn.ear is not Ear.QUIET:
            self._utterance.append(frame)
        self._heard_at = self._t
        self._run(self.turn.frame(self._t, level_db(frame)))

    def next_frame(self, t: int) -> Frame | None:
        if self._held_since is not None:
            self._on_hold += FRAME_SAMPLES
            return None
        t -= self._on_hold
        if self._base_ms is None:
            self._base_ms = self._call.elapsed_ms() - t // MS
            self._run(self.turn.answered(t))
        self._t = t + FRAME_SAMPLES
        if t - self._heard_at >= STALLED_INPUT_SAMPLES:
            self._run(self.turn.frame(t, -96.0))  # nothing arrives: for turn-taking that is silence
        self._run(self.turn.tick(t))
        frame = self.playout.next_frame(t)
        if frame is not None or self.turn.state is not State.SPEAKING:
            self.turn.progress(t)
        line = self.playout.line
        if frame is not None and line is not None and line.began == t:
            self._first_audio(line)
        if self.playout.ahead < AHEAD_SAMPLES:
            self._room.set()
        if self.playout.drained and line is not None:
            self._drained(t, line)
        for done in self.playout.settled():
            self._settle(done)
        return frame

    def on_event(self, event: LegEvent) -> None:
        match event:
            case Voice(probability=probability):
                self._run(self.turn.voice(self._t, probability))
            case Digit(digit=digit, duration_ms=duration_ms):
                self._call.put(self._event("dtmf", digit=digit, duration_ms=duration_ms))
                self._call.publish("digit", digit=digit)
                self._run(self.turn.digit(self._t, digit))
            case Hold(held=held):
                self._hold(held)
            case Heard():
                pass  # a leg counts marks in `played`
            case Ended():
                self._ended()

    # ---- ending

    def say_goodbye(self, text: str = GOODBYE, termination: Termination | None = None) -> None:
        """Interrupt whatever goes on, say this, and hang up once it was heard."""
        self._termination = termination or Termination(EndedBy.SERVER, Why.SHUTDOWN)
        if self._held_since is not None:
            self._hold(False)
        self._run(self.turn.interject(self._t, Reply(text, self._listen, end=True)))

    async def shutdown(self, text: str = GOODBYE, within_s: float = 3.0) -> None:
        """`say_goodbye`, but hung up after `within_s` at the latest. Returns when the call has ended."""
        self.say_goodbye(text)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), within_s)
        self._finish()

    def _finish(self) -> None:
        """Hang up, once."""
        hangup, self._hangup = self._hangup, None
        self._over.set()
        if hangup is not None:
            hangup(self._termination)

    def _ended(self) -> None:
        """The leg is gone: settle what was heard, ask the agent for its last records."""
        self._hangup = None
        self._run(self.turn.end())
        self.playout.abandon(self._t)
        for line in self.playout.settled():
            self._settle(line)
        try:
            self._keep(self._agent.hung_up(self._last_line.heard if self._last_line is not None else ""))
        except Exception:
            log.exception("the agent failed while the call ended")
        self._over.set()

    def _hold(self, held: bool) -> None:
        """On hold nobody listens: the session's time stands still."""
        if held and self._held_since is None:
            self._held_since = self._t
            self.playout.pause()
        elif not held and self._held_since is not None:
            self._held_since = None
            if self.turn.state is not State.YIELDING:
                self.playout.resume()
        self._call.publish("hold", held=held)
        self._call.put(self._event("hold", held=held))

    # ---- carrying out commands

    def _run(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case StartStt(epoch=epoch, again=again):
                    self._open_stream(epoch, again)
                case FinishStt():
                    if self._stream is not None:
                        self._stream.finish()
                case CloseStt():
                    self._close_stream()
                case PausePlayout():
                    self._call.publish("barge_in", ms=(self._t - self.turn.onset) / MS)
                    self.playout.pause()
                case ResumePlayout():
                    self._call.put(self._event("barge_in", outcome="resumed"))
                    self.playout.resume()
                case CancelPlayout():
                    self._silence()
                case CancelThinking():
                    self._stop_thinking()
                case Think():
                    self._think(command)
                case Speak(epoch=epoch, reply=reply):
                    self._speak(epoch, reply)
                case End():
                    self._finish()

    def _open_stream(self, epoch: int, again: bool) -> None:
        if again:
            if self._stream is not None:
                self._stream.cancel()
        else:
            self._utterance.clear()
            self._utterance.extend(self._ring)
            self._began = max(0, self._t - len(self._ring) * FRAME_SAMPLES)
        try:
            self._stream = self._stt.open(lambda result: self._heard(epoch, result), self._listen.grammar)
        except EngineError as error:
            log.warning("no recogniser: %s", error)
            self._stream = None
            self._call.put(self._event("engine_failed", engine="stt", reason=str(error)))
            return
        for frame in self._utterance:
            self._feed(frame)

    def _feed(self, frame: Frame) -> None:
        if self._stream is not None:
            self._stream.feed(frame)

    def _close_stream(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
        self._utterance.clear()
        self._ring.clear()

    def _heard(self, epoch: int, result: SttResult) -> None:
        if result.final:
            self._run(self.turn.final(self._t, epoch, result))
            return
        if result.text:
            self._call.publish(
                "partial", text=result.text, confidence=result.confidence, understood=result.understood
            )
        self._run(self.turn.partial(self._t, epoch, result))

    def _silence(self) -> None:
        line = self.playout.line
        by_caller = self.turn.state in (State.LISTENING, State.THINKING)
        if by_caller and line is not None and line.began is not None:
            self._call.put(self._event("barge_in", outcome="taken", after_ms=(self._t - line.began) // MS))
        self.playout.cancel()
        if self._speaking is not None:
            self._speaking.cancel()
            self._speaking = None

    # ---- thinking

    def _think(self, think: Think) -> None:
        times = {"committed": self._now()}
        self._thought = {think.epoch: (think, times)}
        if isinstance(think.said, Utterance):
            self._caller_line(think, think.said)
        self._inputs.append(think)
        if self._thinking is None or self._thinking.done():
            self._thinking = asyncio.create_task(self._serve_inputs())

    async def _serve_inputs(self) -> None:
        """The agent gets its inputs one at a time and in order; digits may come faster than it answers."""
        while self._inputs:
            think = self._inputs.popleft()
            reply = await self._respond(think.said)
            _, times = self._thought.get(think.epoch, (think, {}))
            times["replied"] = self._now()
            self._listen = reply.listen
            self._keep(reply.records)
            self._run(self.turn.reply(self._t, think.epoch, reply))

    async def _respond(self, said: AgentInput) -> Reply:
        try:
            return await self._agent.respond(said)
        except Exception as error:
            log.exception("the agent failed on %s", type(said).__name__)
            self._call.put(self._event("agent_failed", reason=f"{type(error).__name__}: {error}"))
            return Reply(APOLOGY, self._listen)

    def _stop_thinking(self) -> None:
        """Digits already pressed are kept; a thought about speech is dropped."""
        self._inputs = deque(think for think in self._inputs if isinstance(think.said, Pressed))
        if self._thinking is None or self._thinking is asyncio.current_task():
            return
        self._thinking.cancel()
        self._thinking = None
        if self._inputs:
            self._thinking = asyncio.create_task(self._serve_inputs())

    def _keep(self, records: tuple[Record, ...]) -> None:
        for record in records:
            self._call.put(record)
            if isinstance(record, OutcomeMade):
                self._call.publish("outcome", flow=record.flow, status=record.status, data=record.data)

    # ---- speaking

    def _speak(self, epoch: int, reply: Reply) -> None:
        sentences = [speak_form(sentence) for sentence in split_sentences(reply.text)]
        line = self.playout.open(reply.text, sentences)
        think, times = self._thought.get(epoch, (None, {"committed": self._now()}))
        times.setdefault("replied", self._now())
        said = _Said(self._next_index(), line, think, times)
        self._said[id(line)] = said
        self._last_line = line
        self._call.publish("agent", text=reply.text)
        self._put_line(said)
        if self._speaking is not None:
            self._speaking.cancel()
        self._speaking = asyncio.create_task(self._voice_line(line, sentences, said))

    async def _voice_line(self, line: Line, sentences: list[Spoken], said: _Said) -> None:
        for index, sentence in enumerate(sentences):
            if index:
                while self.playout.line is line and self.playout.ahead >= AHEAD_SAMPLES:
                    self._room.clear()
                    await self._room.wait()
            for attempt in (1, 2):
                begun = self.playout.ahead
                try:
                    await self._voice_sentence(line, index, sentence, said)
                    self.playout.close(line, index)
                    break
                except (EngineError, TimeoutError) as error:
                    reason = str(error) or "no audio in time"
                    log.warning("the voice failed (try %d): %s", attempt, reason)
                    self._call.put(self._event("engine_failed", engine="tts", reason=reason))
                    if attempt == 2 or self.playout.ahead > begun:
                        self.playout.lose(line, index)
                        break

    async def _voice_sentence(self, line: Line, index: int, sentence: Spoken, said: _Said) -> None:
        stream = self._tts.speak(sentence.spoken, voice=self._voice, rate=self._rate)
        try:
            limit: float | None = FIRST_CHUNK_S
            while True:
                try:
                    async with asyncio.timeout(limit):
                        chunk = await anext(stream)
                except StopAsyncIteration:
                    return
                limit = 2 * FIRST_CHUNK_S
                said.times.setdefault("voiced", self._now())
                self.playout.feed(line, index, chunk)
        finally:
            await stream.aclose()

    def _first_audio(self, line: Line) -> None:
        """The first frame of a line goes out now: where did the time since the caller's last voice go?"""
        said = self._said.get(id(line))
        if said is None or said.think is None or not isinstance(said.think.said, Utterance):
            return
        think, times, now = said.think, said.times, self._now()
        waited = think.silence / MS
        asked = think.finished_after / MS
        stt = min(waited - asked, think.result.stt_ms) if think.result is not None else 0.0
        committed = times["committed"]
        replied = times.get("replied", committed)
        voiced = times.get("voiced", replied)
        parts = {
            "endpoint": waited - stt,
            "stt": stt,
            "llm_first_token": 1000 * (replied - committed),
            "tts_first_audio": 1000 * (voiced - replied),
            "transport": 1000 * (now - voiced),
            "voice_to_voice": waited + 1000 * (now - committed),
        }
        said.latency = {name: round(value, 1) for name, value in parts.items()}
        self._call.publish("latency", **said.latency)
        self._put_line(said)

    def _drained(self, t: int, line: Line) -> None:
        """All was sent. A last word is given the time to arrive before the hangup."""
        closing = self.turn.closing
        if closing and t < line.ended + self.playout.path_samples:
            self.turn.progress(t)
            return
        if self.turn.state is State.SPEAKING:
            self.playout.finish()
            self._run(self.turn.played(t))

    def _settle(self, line: Line) -> None:
        said = self._said.pop(id(line), None)
        if said is not None:
            self._put_line(said)
            self._call.publish("heard", text=line.heard, interrupted=line.interrupted)

    # ---- the transcript

    def _next_index(self) -> int:
        index, self._index = self._index, self._index + 1
        return index

    def _ms(self, t: int) -> int:
        return max(0, (self._base_ms or 0) + (t + self._on_hold) // MS)

    def _caller_line(self, think: Think, said: Utterance) -> None:
        silence = think.silence / MS
        stt = think.result.stt_ms if think.result is not None else 0.0
        self._call.publish("final", text=said.text, confidence=said.confidence, understood=said.understood)
        self._call.put(
            TurnSaid(
                self._call.id,
                self._next_index(),
                "caller",
                said.text,
                said.text,
                self._ms(self._began),
                self._ms(self._t - think.silence),
                confidence=said.confidence,
                understood=said.understood,
                latency={"endpoint": round(silence, 1), "stt": round(stt, 1)},
            )
        )

    def _put_line(self, said: _Said) -> None:
        line = said.line
        began = line.began if line.began is not None else self._t
        self._call.put(
            TurnSaid(
                self._call.id,
                said.index,
                "agent",
                line.text,
                line.heard,
                self._ms(began),
                self._ms(max(began, line.ended)),
                interrupted=line.interrupted,
                latency=dict(said.latency),
            )
        )

    def _event(self, kind: str, **data: Any) -> EventHappened:
        return EventHappened(self._call.id, self._ms(self._t), kind, data)
