"""One realtime session: does what its machine wants done, and tells the machine what its call does.

It has the call's far end (`SocketPeer`) and is what the call's agent tells (`AnswerDesk`). All of it is plain
cheap calls on the event loop's thread. What the media clock tells within its tick is only noted: events are
made of it behind the tick, or as soon as the client or the agent says something, in the order in which it
came.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from api.access.asker import Asker
from api.answers import dumps
from api.gateway.close_codes import CloseCode
from api.gateway.message_budget import MessageBudget
from api.gateway.outbox import SocketLine
from api.realtime.client_agent import ClientAgent
from api.realtime.commands import (
    CancelAnswer,
    ClearInput,
    CommitInput,
    DropPlayout,
    HearAudio,
    KnowTruncated,
    RealtimeCommand,
    TellClient,
    ThinkOfAnswer,
    UseSettings,
)
from api.realtime.leading import LedEngines
from api.realtime.machine import RealtimeServer
from api.realtime.self_led_agent import SelfLedAgent
from api.realtime.session_settings import RealtimeSettings, ServerVad
from api.realtime.sound_out import SoundOut
from mediaserver.calls.call import Call
from mediaserver.calls.events import LiveEvent
from mediaserver.calls.protocols import Steering
from mediaserver.errors import CallError, VoiceForgeError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.media.socket_leg import SocketLeg
from pipelines.conversation.agent import Agent, Utterance
from pipelines.engines.protocols import LlmToolCall, LlmUsage

log = logging.getLogger(__name__)

NO_RESPONSE = ""
"""In the place of a response's id: it is told to nobody."""
NEVER_MS = 3_600_000
"""In the place of a silence after which something is to be done."""
WORDS_WITHIN_S = 8.0
"""The words of a turn that is over are here by then, or are not waited for any more."""
SETTLED_S = 1.0
"""A client has so long to say how it wants the session, before an agent that speaks first does."""
WARN_EVERY_S = 1.0
MOST_LINES = 8
"""Of the call, whose responses are remembered."""
MOST_TURNS = 64
OCTETS_A_MESSAGE = 8 << 10
"""A longer event counts as several: reading it takes as long."""
RESPONSE_COST = 20
"""Messages that a response counts as: a model is asked."""

_SAID = frozenset({"agent", "operator"})
_TOLD = _SAID | {"partial", "voice", "unheard"}
"""Live events that the client is told of."""

JoinCall = Callable[["RealtimeSession"], tuple[SocketLeg, Call]]
"""Begins the session's call. Raises VoiceForgeError."""


class RealtimeSession:
    """Of one socket. `now`: monotonic seconds."""

    def __init__(
        self,
        machine: RealtimeServer,
        asker: Asker,
        line: SocketLine,
        join: JoinCall,
        steering: Callable[[Call], Steering],
        turns: Callable[[RealtimeSettings], Mapping[str, Any]],
        may_think: Callable[[], None],
        now: Callable[[], float],
        prompt: str | None,
    ) -> None:
        """`prompt`: what the model is told before the client's instructions; None: an agent answers that goes
        by its own lights. `steering`: raises CallError. `turns`: how they are taken, as an agent's row has
        it. `may_think`: raises VoiceForgeError for a key that may have no more of a model."""
        self.asker = asker
        self.line = line
        self.machine = machine
        self.leg: SocketLeg | None = None
        self.call: Call | None = None
        self.is_over = False
        self._join = join
        self._steering = steering
        self._turns = turns
        self.may_think = may_think
        self._now = now
        self._prompt = prompt
        self._began_with = machine.settings
        self._since = now()
        self._noted: deque[Callable[[], None]] = deque()
        """What the media clock has told."""
        self._sound = SoundOut(self._told_sound)
        self._wanted: ThinkOfAnswer | None = None
        """What the agent is to answer next."""
        self._answering = False
        """The agent is being told what was said: it takes up at once what is wanted for that."""
        self._current: str | None = None
        """The response that is thought of, or said."""
        self._lines: dict[int, str] = {}
        """Which response a line of the call belongs to."""
        self._spoke: set[str] = set()
        """Responses of which something is said aloud."""
        self._thought: dict[str, LlmUsage | None] = {}
        """Those that are thought of to the end."""
        self._ours = False
        """What the call says now is of a response, and is told by its agent."""
        self._typed: deque[str] = deque()
        """Words that were typed, which come back as an utterance."""
        self._before = ""
        """What was understood last."""
        self._ended: deque[int] = deque(maxlen=MOST_TURNS)
        """The caller's turns that are over and whose words were not told yet."""
        self._unheard: set[int] = set()
        """Of these, those without words."""
        self._first_ms: int | None = None
        """When the first audio came, as the call counts."""
        self._awaited_since: float | None = None
        self._budget = MessageBudget(now())
        self._refused_ms = 0
        self._warn_after = 0.0

    # ---- what its client does

    def begin(self) -> None:
        self._do(self.machine.start())

    def receive(self, raw: str) -> None:
        """A message of the socket. Raises GatewayRefusal."""
        self._budget.spend(self._now(), 1 + len(raw) // OCTETS_A_MESSAGE)
        self._catch_up()
        commands = self.machine.receive(raw)
        if any(isinstance(each, ThinkOfAnswer) for each in commands):
            self._budget.spend(self._now(), RESPONSE_COST)
        self._do(commands)

    def left(self) -> None:
        """Its socket is gone, and with it the conversation."""
        if self.leg is not None:
            self.leg.left()
        self._sound.close()

    def revoke(self) -> None:
        """Its key is good no more."""
        self.line.finish(CloseCode.INACTIVE_KEY, "The key of this conversation was switched off.")
        if self.leg is not None:
            self.leg.ended(Termination(EndedBy.SERVER, Why.REJECTED, detail="its key was switched off"))

    def look(self) -> None:
        """Now and then: words that do not come are not waited for for ever."""
        if self._greets and self.call is None and self._now() - self._since >= SETTLED_S:
            self.begin_call()
        if not self.machine.awaited:
            self._awaited_since = None
        elif self._awaited_since is None:
            self._awaited_since = self._now()
        elif self._now() - self._awaited_since > WORDS_WITHIN_S and not self._waits:
            self._awaited_since = None
            self._ended.clear()
            self._do(self.machine.not_recognised("Nothing was recognised."))

    @property
    def _waits(self) -> bool:
        """What was sent ahead is not heard yet."""
        return self.leg is not None and self.leg.stream.waiting > 0

    def begin_call(self) -> bool:
        """Idempotent. False: there is none, and the client was told."""
        if self.call is not None:
            return not self.is_over
        if self.is_over:
            return False
        try:
            self.leg, self.call = self._join(self)
        except VoiceForgeError as error:
            self.is_over = True
            self._do(self.machine.trouble(str(error)))
            self.line.finish(CloseCode.UNAVAILABLE, str(error)[:120])
            return False
        self.call.listen(self._event)
        self.machine.up()
        self._use(self.machine.settings)
        return True

    @property
    def _greets(self) -> bool:
        """Its agent speaks first."""
        return self._prompt is None

    # ---- what the machine wants

    def _do(self, commands: Sequence[RealtimeCommand]) -> None:
        for command in commands:
            match command:
                case TellClient(event=event):
                    self.line.put(dumps(event))
                case HearAudio(octets=octets):
                    self._hear(octets)
                case CommitInput():
                    self._in_order(lambda: self._steer(lambda steering: steering.commit()))
                case ClearInput():
                    self._clear()
                case ThinkOfAnswer():
                    self._wanted = command
                    if not self._answering:
                        self._ask(command)
                case CancelAnswer(response=id):
                    self._cancel(id)
                case DropPlayout():
                    self._steer(lambda steering: steering.cancel())
                case UseSettings(settings=settings):
                    self._use(settings)
                case KnowTruncated():
                    """The history is the machine's."""

    def _hear(self, octets: bytes) -> None:
        if not self.begin_call() or self.leg is None or self.call is None:
            return
        if self._first_ms is None:
            self._first_ms = self.call.elapsed_ms()
        refused, now = self.leg.push(octets), self._now()
        if refused:
            self._refused_ms += refused
            if now >= self._warn_after:
                told, self._refused_ms, self._warn_after = self._refused_ms, 0, now + WARN_EVERY_S
                self._do(self.machine.refused_audio(told))

    def _clear(self) -> None:
        if self.leg is not None:
            self.leg.forget()
            self._in_order(lambda: self._steer(lambda steering: steering.forget()))

    def _ask(self, wanted: ThinkOfAnswer) -> None:
        """Have the agent answer."""
        if not self.begin_call():
            return
        typed = wanted.typed.strip()
        try:
            steering = self._steers()
            if typed:
                self._typed.append(typed)
                steering.hear(typed)
            else:
                steering.ask()
        except CallError as error:
            self._wanted = None
            self._typed.clear()
            self._do(self.machine.failed(wanted.response, str(error)))

    def _cancel(self, id: str) -> None:
        if self._wanted is not None and self._wanted.response == id:
            self._wanted = None
            self._typed.clear()
        elif self._current != id:
            return  # the call has dropped it before
        self._current = None
        self._steer(lambda steering: steering.cancel())

    def _use(self, settings: RealtimeSettings) -> None:
        if self.call is None:
            if self._greets and settings is not self._began_with:
                self.begin_call()
            return
        self._steer(lambda steering: steering.manual(settings.turn_detection is None))
        self._steer(lambda steering: steering.take_turns(self._turns(settings)))

    def _in_order(self, do: Callable[[], None]) -> None:
        """Behind the audio that came before."""
        if self.leg is not None and self.leg.termination is None:
            self.leg.after(do)

    def _steer(self, do: Callable[[Steering], None]) -> None:
        if self.call is None or self.is_over:
            return
        try:
            do(self._steers())
        except CallError as error:
            log.info("a realtime session could not steer its call: %s", error)

    def _steers(self) -> Steering:
        """Raises CallError."""
        if self.call is None:
            raise CallError("the conversation has not begun")
        return self._steering(self.call)

    # ---- what the media clock tells

    def _later(self, do: Callable[[], None]) -> None:
        if not self._noted:
            asyncio.get_running_loop().call_soon(self._catch_up)
        self._noted.append(do)

    def _catch_up(self) -> None:
        while self._noted:
            do = self._noted.popleft()
            try:
                do()
            except Exception:
                log.exception("a realtime session failed on what its call has told")

    # ---- what the call says

    def _event(self, event: LiveEvent) -> None:
        if event.kind in _TOLD and not (self._ours and event.kind in _SAID):
            self._later(lambda: self._tell(event))

    def _tell(self, event: LiveEvent) -> None:
        data = event.data
        match event.kind:
            case "partial":
                self._do(self.machine.partial(data["text"]))
            case "voice" if "began" in data:
                self._do(self.machine.speech_began(self._ms(data["began"])))
            case "voice":
                if data["committed"] or self.machine.settings.turn_detection is not None:
                    self._ended.append(data["turn"])
                self._do(self.machine.speech_ended(self._ms(data["ended"])))
            case "unheard" if "turn" in data:
                if data["turn"] in self._ended:
                    self._unheard.add(data["turn"])
                    self._settle()
            case "unheard":
                self._do(self.machine.final(""))  # a commit of nothing
            case _:
                self._announced(data["text"])

    def _settle(self) -> None:
        """Turns without words are told behind those whose words the agent has not been told yet."""
        while self._ended and self._ended[0] in self._unheard:
            self._unheard.discard(self._ended.popleft())
            self._do(self.machine.final(""))

    def _ms(self, ms: int) -> int:
        """Since the first audio, for what is told in milliseconds since the answer."""
        return max(0, ms - (self._first_ms or 0))

    def _announced(self, text: str) -> None:
        """Something is said that is no answer of the agent's: an apology, an operator's words, a goodbye."""
        id = self.machine.active
        if id is None or id in self._spoke:
            id = self.speak_up()
            self._thought[id] = None
        self._current = id
        self._spoke.add(id)
        self._do(self.machine.words(id, text))

    # ---- SocketPeer: within the media clock's tick

    def audio(self, octets: bytes) -> None:
        self._sound.put(octets)

    def cleared(self, heard_ms: int) -> None:
        """How much was heard of it is told with the line's end."""

    def digit(self, digit: str, duration_ms: int) -> None:
        """The protocol has no keys."""

    def over(self, why: Termination) -> None:
        self.is_over = True
        self._later(lambda: self._finish(why))

    def _finish(self, why: Termination) -> None:
        self._sound.flush()
        shut = why.why is Why.SHUTDOWN
        code = CloseCode.GOING_AWAY if shut else CloseCode.DONE
        self.line.finish(code, "The conversation is over.")

    # ---- LeadAgent

    def lead(self, call: Call, engines: LedEngines, own: Callable[[], Agent]) -> Agent:
        if self._prompt is None:
            return SelfLedAgent(self, own())
        return ClientAgent(self, call, engines, self._prompt)

    # ---- AnswerDesk

    @property
    def silence_ms(self) -> int:
        turns = self.machine.settings.turn_detection
        idle = turns.idle_timeout_ms if isinstance(turns, ServerVad) else None
        return idle or NEVER_MS

    @property
    def interruptible(self) -> bool:
        turns = self.machine.settings.turn_detection
        return turns is None or turns.interrupt_response

    @property
    def by_itself(self) -> bool:
        turns = self.machine.settings.turn_detection
        return turns is not None and turns.create_response

    @property
    def spoken(self) -> bool:
        return self.machine.settings.output_modalities == ["audio"]

    @property
    def speed(self) -> float:
        return self.machine.settings.audio.output.speed

    def understood(self, said: Utterance) -> ThinkOfAnswer | None:
        self._catch_up()
        self._current = None  # whatever the agent was at, the call has dropped it
        if self._typed and said.text == self._typed[0]:
            self._typed.popleft()
            return self._take()
        if not self._ended:
            return self._take()  # a sound that was told of before, as none
        self._ended.popleft()
        before, self._before = self._before, said.text
        text = said.text if said.understood else ""
        if said.amends and before and text.startswith(f"{before} "):
            text = text[len(before) + 1 :]  # the machine has had the rest as a turn of its own
        self._answering = True
        try:
            self._do(self.machine.final(text))
            self._settle()
        finally:
            self._answering = False
        return self._take()

    def asked(self) -> ThinkOfAnswer | None:
        self._catch_up()
        return None if self._typed else self._take()

    def silent(self) -> ThinkOfAnswer | None:
        self._catch_up()
        turns, call = self.machine.settings.turn_detection, self.call
        if not isinstance(turns, ServerVad) or turns.idle_timeout_ms is None or call is None:
            return None
        now = self._ms(call.elapsed_ms())
        self._answering = True
        try:
            self._do(self.machine.silence(max(0, now - turns.idle_timeout_ms), now))
        finally:
            self._answering = False
        return self._take()

    def speak_up(self) -> str:
        self._catch_up()
        if self._wanted is not None:
            return NO_RESPONSE
        id, commands = self.machine.speak_up()
        self._do(commands)
        return id

    def begins(self, response: str, line: int) -> None:
        self._current = response
        self._lines = {**dict(list(self._lines.items())[1 - MOST_LINES :]), line: response}

    @contextmanager
    def saying(self, response: str, text: str) -> Iterator[None]:
        self._ours = True
        try:
            yield
        finally:
            self._ours = False
        self._spoke.add(response)
        self._do(self.machine.words(response, text))

    def words(self, response: str, text: str, *, whole: bool) -> None:
        self._do(self.machine.words(response, text, whole=whole))

    def tool(self, response: str, call: LlmToolCall) -> None:
        self._do(self.machine.tool(response, call))

    def thought(self, response: str, usage: LlmUsage | None, *, complete: bool) -> None:
        if response in self._spoke:
            self._thought[response] = usage  # it is over when all was heard
            return
        if complete:
            self._do(self.machine.done(response, usage))
        elif self.machine.active == response:
            self._do(self.machine.cut(response, ""))
        self._over(response)

    def failed(self, response: str, message: str) -> None:
        self._do(self.machine.failed(response, message))
        if response in self._spoke:
            asyncio.get_running_loop().call_soon(self._steer, lambda steering: steering.cancel())

    def heard(self, line: int, text: str, cut: bool) -> None:
        self._later(lambda: self._heard(line, text, cut))

    def _heard(self, line: int, text: str, cut: bool) -> None:
        response = self._lines.get(line, self._current)
        if response is None or response not in self._spoke:
            return
        self._sound.flush()
        if cut:
            self._do(self.machine.cut(response, text))
        elif response in self._thought:
            self._do(self.machine.done(response, self._thought[response]))
        else:
            return
        self._over(response)

    # ---- inside

    def _take(self) -> ThinkOfAnswer | None:
        wanted, self._wanted = self._wanted, None
        return None if wanted is None else self.machine.as_of_now(wanted)

    def _over(self, response: str) -> None:
        self._spoke.discard(response)
        self._thought.pop(response, None)
        if self._current == response:
            self._current = None

    def _told_sound(self, octets: bytes) -> None:
        if self._current is not None:
            self._do(self.machine.sound(self._current, octets))
