"""One realtime session: tells its machine what its call does; what the machine wants done is in
`session_commands`.

It has the call's far end (`SocketPeer`) and is what the call's agent tells (`AnswerDesk`). All of it is plain
cheap calls on the event loop's thread. What the media clock tells within its tick is only noted: events are
made of it behind the tick, or as soon as the client or the agent says something, in the order in which it
came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.gateway.close_codes import CloseCode
from api.realtime.client_agent import ClientAgent
from api.realtime.commands import ThinkOfAnswer
from api.realtime.leading import LedEngines
from api.realtime.self_led_agent import SelfLedAgent
from api.realtime.session_commands import SessionCommands
from api.realtime.session_settings import ServerVad
from mediaserver.calls.call import Call
from mediaserver.calls.events import LiveEvent
from mediaserver.media.leg import Termination, Why
from pipelines.conversation.agent import Agent, Utterance
from pipelines.engines.protocols import LlmToolCall, LlmUsage

NO_RESPONSE = ""
"""In the place of a response's id: it is told to nobody."""
NEVER_MS = 3_600_000
"""In the place of a silence after which something is to be done."""
MOST_LINES = 8
"""Of the call, whose responses are remembered."""

_SAID = frozenset({"agent", "operator"})
_TOLD = _SAID | {"partial", "voice", "unheard"}
"""Live events that the client is told of."""


class RealtimeSession(SessionCommands):
    """Of one socket."""

    # ---- what the call says

    def event(self, event: LiveEvent) -> None:
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
