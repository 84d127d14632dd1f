"""One agent call in writing: words in, sentences out as they are thought of. No voice, no clock, no audio.

The same agent, records and live events as of a call by voice. What was shown counts as heard; a message that
comes while the agent answers cuts the answer off, as speech would. Nothing here waits for the caller: in
writing nobody is asked whether they are still there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from mediaserver.errors import CallError
from mediaserver.media.leg import Digit, Ended, EndedBy, Frame, LegEvent, Termination, Why
from mediaserver.storage.records import NOW_MS, EventHappened, Record, TurnSaid
from pipelines.conversation.agent import (
    Act,
    Agent,
    AgentInput,
    Answered,
    AskedToSpeak,
    Context,
    End,
    Keep,
    Play,
    Pressed,
    Returned,
    Say,
    Switch,
    Transfer,
    Utterance,
)
from pipelines.conversation.failures import Failures
from pipelines.conversation.own_words import own_words
from pipelines.conversation.text import TextConversation
from pipelines.conversation.transcript import CallPort
from pipelines.conversation.turn_settings import TurnSettings
from pipelines.spoken.sentences import split_sentences

log = logging.getLogger(__name__)

THINKING_S = 60.0
"""The longest silence of an agent that answers: who reads waits longer than who listens."""
MOST_RETURNS = 3
"""Times that an agent which wants to hand over is told that nobody can be called from here."""
MOST_PENDING = 50
"""Keys and messages that wait for an agent which is not done with the one before; more are forgotten."""
MOST_CHARS = 4_000
"""Of one piece of a reply, as in speech."""


class TypedSession:
    """An App that the clock never asks for anything, and its own Steering. `hangup` is called once, when the
    agent has said its last; `now` reads a monotonic clock in seconds, for latency figures."""

    def __init__(
        self,
        call: CallPort,
        agent: Agent,
        hangup: Callable[[Termination], None],
        *,
        context: Context,
        language: str = "en",
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._call = call
        self._agent = agent
        self._hangup: Callable[[Termination], None] | None = hangup
        self._talk = TextConversation(
            agent,
            context.call_id,
            direction=context.direction,
            from_uri=context.from_uri,
            about=context.about,
        )
        self._words = own_words(language)
        self._language = language
        self._now = now
        self._index = 0
        self._failures = Failures()
        self._returned = 0
        self._is_over = False
        self._pending: list[AgentInput] = [Answered()]
        """What the agent was not told yet."""
        self._asked = False
        """The agent is to speak, unless what it is at comes to words."""
        self._task: asyncio.Task[None] = asyncio.create_task(self._serve(None))
        self._closing: asyncio.Task[None] | None = None

    # ---- Steering

    def hear(self, text: str) -> None:
        self._check()
        at = self._call.elapsed_ms()
        line = self._put("caller", text, at, confidence=1.0)
        self._call.publish("final", text=text, confidence=1.0, understood=True, line=line)
        self._tell(Utterance(text, 1.0))

    def commit(self) -> None:
        """A message is whole as it comes."""

    def ask(self) -> None:
        self._check()
        if self._talk.apart is not None:
            raise CallError("the agent does not listen now")
        self._asked = True
        if self._task.done():
            self._task = asyncio.create_task(self._serve(None))

    def cancel(self) -> None:
        self._asked = False
        self._task.cancel()
        if self._pending:  # it was not told yet, and is to be
            self._task = asyncio.create_task(self._serve(self._task))

    def take_turns(self, settings: Mapping[str, Any]) -> None:
        TurnSettings.of(settings)  # whoever writes waits for nobody

    def forget(self) -> None:
        """A message is whole as it comes."""

    def manual(self, on: bool) -> None:
        """A message is whole as it comes."""

    # ---- App

    def on_frame(self, frame: Frame) -> None:
        """Nobody speaks."""

    def next_frame(self, t: int) -> Frame | None:
        return None

    def on_event(self, event: LegEvent) -> None:
        match event:
            case Digit(digit=digit, duration_ms=duration_ms) if not self._is_over:
                self._event("dtmf", digit=digit, duration_ms=duration_ms)
                self._call.publish("digit", digit=digit)
                self._tell(Pressed(digit))
            case Ended():
                self._end()
            case _:
                """It means nothing in writing."""

    # ---- what its owner asks of it

    def say(self, text: str) -> None:
        """Show this for the operator. Raises CallError when the conversation is over."""
        self._check()
        self._event("say", text=text)
        line = self._put("operator", text, self._call.elapsed_ms())
        self._call.publish("operator", text=text, line=line)

    async def shutdown(self, text: str, within_s: float) -> None:
        """Show this as the last, and hang up."""
        if self._is_over:
            return
        self.cancel()
        self._show(self._words.goodbye or text, self._call.elapsed_ms())
        self._leave(Termination(EndedBy.SERVER, Why.SHUTDOWN))

    # ---- inside

    def _check(self) -> None:
        if self._is_over:
            raise CallError("the conversation is over")

    def _tell(self, said: AgentInput) -> None:
        """The agent is told, in place of what it is answering. Messages in a row are one."""
        last = self._pending[-1] if self._pending else None
        if isinstance(last, Utterance) and isinstance(said, Utterance):
            self._pending[-1] = Utterance(f"{last.text}\n{said.text}", 1.0)
        elif len(self._pending) < MOST_PENDING:
            self._pending.append(said)
        self._task.cancel()
        self._task = asyncio.create_task(self._serve(self._task))

    async def _serve(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:  # what was shown of the answer before is told to the agent first
            await asyncio.gather(before, return_exceptions=True)
        while (self._pending or self._asked) and not self._is_over:
            said: AgentInput | None = self._pending.pop(0) if self._pending else AskedToSpeak()
            self._asked = self._asked and not isinstance(said, AskedToSpeak)
            while said is not None and not self._is_over:
                said = await self._answer(said)

    async def _answer(self, said: AgentInput) -> AgentInput | None:
        """One reply. Returns what the agent is told next, if anything."""
        began, at = self._now(), self._call.elapsed_ms()
        line = _TypedLine(self._take_index())
        acts = self._talk.acts(said)
        try:
            while True:
                try:
                    async with asyncio.timeout(THINKING_S):
                        act = await anext(acts)
                except StopAsyncIteration:
                    break
                if isinstance(act, Say | Play) and not line.pieces and isinstance(said, Utterance):
                    line.latency = self._measured(1_000 * (self._now() - began))
                self._do(act, line, at)
            self._failures.replied()
        except asyncio.CancelledError:
            line.cut = True
            raise
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            reason = f"nothing came for {THINKING_S:g} s" if isinstance(error, TimeoutError) else repr(error)
            log.warning("the agent failed in a conversation of text: %s", reason, exc_info=error)
            self._failed(reason, at)
            return None
        finally:
            with contextlib.suppress(Exception):
                await acts.aclose()
            if line.pieces:
                self._asked = False
                self._put_line(line, at)
        return self._after()

    def _after(self) -> AgentInput | None:
        """What the agent wanted to follow its reply."""
        match self._talk.last:
            case End():
                self._leave(Termination(EndedBy.AGENT, Why.COMPLETED))
            case Transfer(to=to):
                self._event("transfer_failed", to=to)
                self._returned += 1
                if self._returned <= MOST_RETURNS:
                    self._talk.last = None
                    return Returned("failed", to, "a conversation in writing cannot be handed over")
                self._leave(Termination(EndedBy.SERVER, Why.FAILED, detail="nobody to transfer to"))
            case None:
                """It listens."""
        return None

    def _do(self, act: Act, line: _TypedLine, at: int) -> None:
        match act:
            case Say(text=text) | Play(text=text) if text.strip():
                line.pieces.append(text[:MOST_CHARS].strip())
                for sentence in split_sentences(line.pieces[-1]):
                    self._call.publish("agent", text=sentence, line=line.index)
                self._put_line(line, at)
            case Keep(record=record):
                self._keep((record,))
            case Switch(language=language) if language != self._language:
                self._event("language", language=language, before=self._language)
                self._call.publish("language", language=language, before=self._language)
                self._language, self._words = language, own_words(language)
            case _:
                """`TextConversation` minds it, or it is of the voice alone."""

    def _failed(self, reason: str, at: int) -> None:
        self._event("agent_failed", reason=reason)
        given_up = self._failures.agent()
        words = self._words.apology if given_up is None else self._words.surrender
        if words:
            self._show(words, at)
        if given_up is not None:
            self._leave(given_up)

    def _measured(self, ms: float) -> dict[str, float]:
        """Where the time of a reply went. It is no figure of how fast a voice is answered."""
        agent = round(ms, 1)
        latency = {"llm_first_token": agent, "text_to_text": agent}
        self._call.publish("latency", **latency)
        return latency

    def _show(self, text: str, at: int) -> None:
        """Words of our own, in the agent's name."""
        line = _TypedLine(self._take_index(), [text])
        self._call.publish("agent", text=text, line=line.index)
        self._put_line(line, at)

    def _put_line(self, line: _TypedLine, at: int) -> None:
        text = " ".join(line.pieces)
        self._call.put(
            TurnSaid(
                self._call.id,
                line.index,
                "agent",
                text,
                text,
                at,
                self._call.elapsed_ms(),
                interrupted=line.cut,
                latency=dict(line.latency),
            )
        )

    def _put(self, speaker: str, text: str, at: int, confidence: float | None = None) -> int:
        """Returns its place in the transcript."""
        index = self._take_index()
        self._call.put(TurnSaid(self._call.id, index, speaker, text, text, at, at, confidence=confidence))
        return index

    def _take_index(self) -> int:
        index, self._index = self._index, self._index + 1
        return index

    def _event(self, kind: str, **data: Any) -> None:
        self._call.put(EventHappened(self._call.id, self._call.elapsed_ms(), kind, data))

    def _keep(self, records: tuple[Record, ...]) -> None:
        for record in records:
            if isinstance(record, EventHappened) and record.at_ms == NOW_MS:
                record = EventHappened(self._call.id, self._call.elapsed_ms(), record.kind, record.data)
            self._call.put(record)

    def _leave(self, why: Termination) -> None:
        hangup, self._hangup = self._hangup, None
        if hangup is not None:
            hangup(why)

    def _end(self) -> None:
        """The leg is gone: the agent gives its last records, once it was told what was shown."""
        if self._is_over:
            return
        self._is_over, self._hangup = True, None
        own = self._task is asyncio.current_task()
        if not own:
            self._task.cancel()
        self._closing = asyncio.create_task(self._close(None if own else self._task))

    async def _close(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.gather(before, return_exceptions=True)
        try:
            self._keep(self._talk.hang_up())
        except (Exception, SystemExit, KeyboardInterrupt):
            log.exception("the agent failed at the end of a conversation of text")


class _TypedLine:
    """What the agent says in one reply."""

    def __init__(self, index: int, pieces: list[str] | None = None) -> None:
        self.index = index
        self.pieces = pieces or []
        self.cut = False
        self.latency: dict[str, float] = {}
