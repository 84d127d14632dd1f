"""What a realtime session's machine wants done, and how it is done: by the socket, and by the session's call,
which begins when it is first needed.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from api.access.asker import Asker
from api.answers import dumps
from api.gateway.close_codes import CloseCode, GatewayRefusal
from api.gateway.message_budget import MessageBudget
from api.gateway.outbox import SocketLine
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
from api.realtime.machine import RealtimeServer
from api.realtime.session_settings import RealtimeSettings
from api.realtime.sound_out import SoundOut
from mediaserver.calls.call import Call
from mediaserver.calls.events import LiveEvent
from mediaserver.calls.protocols import Steering
from mediaserver.errors import CallError, VoiceForgeError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.media.socket_leg import SocketLeg
from pipelines.engines.protocols import LlmUsage

log = logging.getLogger(__name__)

WORDS_WITHIN_S = 8.0
"""The words of a turn that is over are here by then, or are not waited for any more."""
SETTLED_S = 1.0
"""A client has so long to say how it wants the session, before an agent that speaks first does."""
WARN_EVERY_S = 1.0
MOST_TURNS = 64
OCTETS_A_MESSAGE = 8 << 10
"""A longer event counts as several: reading it takes as long."""
VALUES_A_MESSAGE = 50
"""Likewise one of many lists, objects and members: a megabyte of empty lists takes a third of a second."""
RESPONSE_COST = 20
"""Messages that a response counts as: a model is asked."""


def work_of(event: str) -> int:
    """So many messages more than one an event counts as, by what it takes to read it or to make it; looked at
    before it is parsed."""
    values = event.count("[") + event.count("{") + event.count(":") + event.count(",") // 8
    return len(event) // OCTETS_A_MESSAGE + values // VALUES_A_MESSAGE


JoinCall = Callable[[], tuple[SocketLeg, Call]]
"""Begins the session's call. Raises VoiceForgeError."""


class SessionCommands:
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
        self._budget.spend(self._now(), 1 + work_of(raw))
        self._catch_up()
        commands = self.machine.receive(raw)
        cost = RESPONSE_COST * sum(isinstance(each, ThinkOfAnswer) for each in commands)
        self._budget.spend(self._now(), cost + self._do(commands))

    def left(self) -> None:
        """Its socket is gone, and with it the conversation. It lets go of its call: nothing of one is to wait
        for the garbage collector."""
        if self.leg is not None:
            self.leg.left()
        self._catch_up()
        self._sound.close()
        self._sound = SoundOut(_nobody_hears)
        self._join = _gone
        self.machine.over()
        self.is_over, self.leg, self.call = True, None, None

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
            self.leg, self.call = self._join()
        except VoiceForgeError as error:
            self.is_over = True
            self._do(self.machine.trouble(str(error)))
            reason = GatewayRefusal(CloseCode.UNAVAILABLE, str(error)).reason.decode()
            self.line.finish(CloseCode.UNAVAILABLE, reason)
            return False
        self.call.listen(self.event)
        self.machine.up()
        self._use(self.machine.settings)
        return True

    @property
    def _greets(self) -> bool:
        """Its agent speaks first."""
        return self._prompt is None

    # ---- what the machine wants

    def _do(self, commands: Sequence[RealtimeCommand]) -> int:
        """What telling the client of it took: a short event may have a long answer."""
        work = 0
        for command in commands:
            match command:
                case TellClient(event=event):
                    told = dumps(event)
                    work += work_of(told)
                    self.line.put(told)
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
        return work

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
        except VoiceForgeError as error:
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

    def event(self, event: LiveEvent) -> None:
        """Something has happened in the call."""
        raise NotImplementedError

    def _told_sound(self, octets: bytes) -> None:
        """What is said sounds so."""
        raise NotImplementedError


def _nobody_hears(octets: bytes) -> None:
    """The session is over."""


def _gone() -> tuple[SocketLeg, Call]:
    raise CallError("the session is over")
