"""One conversation over WebSocket: what its client says to the call, and what the call says to its client.

Sans-I/O: messages and live events in, messages and audio into the outbox. A session outlives its sockets; who
has it just now is the outbox's line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from api.access.asker import Asker
from api.gateway.close_codes import CloseCode, GatewayRefusal
from api.gateway.message_budget import MessageBudget
from api.gateway.messages import (
    Cancel,
    ClientPing,
    Commit,
    Discard,
    EndOfSession,
    NetworkReport,
    PlayedSoFar,
    PressedKey,
    Respond,
    TurnsWanted,
    TypedWords,
    later_message,
)
from api.gateway.outbox import Outbox, SocketLine
from api.gateway.quality import quality_of
from mediaserver.calls.call import Call
from mediaserver.calls.events import LiveEvent
from mediaserver.calls.protocols import Steering
from mediaserver.calls.turn_latency import whole_of
from mediaserver.errors import CallError
from mediaserver.media.leg import Direction, EndedBy, Termination, Why
from mediaserver.media.socket_leg import SocketLeg, WrittenLeg
from pipelines.spoken.sentences import split_sentences

ANSWER_COST = 20
"""Messages more that words that are typed, and a wish to be answered, count as: a model is asked, and each is
a turn of the transcript."""
WARN_EVERY_S = 1.0
_PARTS = {
    "endpoint_ms": "endpoint",
    "stt_ms": "stt",
    "agent_ms": "llm_first_token",
    "tts_ms": "tts_first_audio",
}
"""What a client is told of the time of a turn, and as what a call has it."""
_AS_IT_IS = frozenset({"operator", "heard", "language", "hold", "ending_soon"})
"""Live events that a client is told under their own names."""


class GatewaySession:
    """Implements mediaserver.media.socket_leg.SocketPeer. `now`: monotonic seconds."""

    def __init__(
        self,
        id: str,
        token: str,
        asker: Asker,
        mode: str,
        steering: Callable[[UUID], Steering],
        now: Callable[[], float],
    ) -> None:
        """`steering`: of a call; raises CallError."""
        self.id = id
        self.token = token
        self.asker = asker
        self.mode = mode
        self.outbox = Outbox()
        self.leg: WrittenLeg | None = None
        self.call: Call | None = None
        self.away_since: float | None = now()
        """Since when no socket has it."""
        self.is_over = False
        self.stored: UUID | None = None
        """The session of the database that it belongs to."""
        self.push_to_talk = False
        """Nothing is heard of its client but between `press` and `release`."""
        self._pressed = False
        self._steering = steering
        self._now = now
        self._budget = MessageBudget(now())
        self._refused_ms = 0
        self._warn_after = 0.0
        self._taken = 0
        """Messages of its client, audio among them, that did what they are for."""

    # ---- its beginning

    def begin(self, call: Call) -> None:
        """The call is up; its events from now on are told."""
        self.call = call
        call.listen(self.event)

    def attach(self, line: SocketLine) -> None:
        """This socket has it from now on, in place of any other."""
        before, self.outbox.line, self.away_since = self.outbox.line, line, None
        if before is not None:
            before.finish(CloseCode.TAKEN_OVER, "Another socket has taken this conversation over.")

    def resume(self, line: SocketLine, received: int) -> None:
        """Its client is back, and has had all messages up to this number."""
        self.attach(line)
        outbox = self.outbox
        outbox.mention(
            "resumed",
            session=self.id,
            call=self.call.id if self.call is not None else None,
            last=outbox.last,
            missed=outbox.missed(received),
            taken=self._taken,
            audio_ms=self.leg.stream.sent_ms if isinstance(self.leg, SocketLeg) else 0,
        )
        outbox.send_again(received)
        self._close_if_over()

    def detach(self, line: SocketLine, *, deliberately: bool) -> None:
        """This socket is gone; `deliberately`: its client has closed it as one closes what is done with."""
        if self.outbox.line is not line:
            return
        self.outbox.line, self.away_since = None, self._now()
        if deliberately:
            self.leave()

    def let_go(self) -> None:
        """Of its leg and call, which have it: nothing of a conversation is to wait for the garbage
        collector. It is over, and nobody may come back to it."""
        self.leg = self.call = None

    def leave(self, why: Why = Why.HANGUP, detail: str = "") -> None:
        """Its client has left for good."""
        if self.leg is not None:
            self.leg.left(why, detail)

    # ---- what its client says

    def text(self, raw: str) -> None:
        """Raises GatewayRefusal."""
        self._budget.spend(self._now())
        said = later_message(raw)
        if isinstance(said, TypedWords | Respond):
            self._budget.spend(self._now(), ANSWER_COST)
        match said:
            case TypedWords(content=content):
                self._typed(content)
            case Commit():
                self._pressed = False
                self._in_order(lambda: self._steer(lambda steering: steering.commit()))
            case Cancel(type=kind):
                self._pressed = self._pressed or kind == "press"
                self._steer(lambda steering: steering.cancel())
            case Discard():
                self._pressed = False
                if isinstance(self.leg, SocketLeg):
                    self.leg.forget()
                self._in_order(lambda: self._steer(lambda steering: steering.forget()))
            case Respond():
                self._in_order(lambda: self._steer(lambda steering: steering.ask()))
            case TurnsWanted() as wanted:
                if wanted.turns is not None:
                    self.push_to_talk = wanted.turns == "manual" and self.stored is not None
                self._in_order(lambda: self._steer(wanted.steer))
            case PressedKey(digit=digit):
                if self.leg is not None:
                    self.leg.press(digit)
            case PlayedSoFar(ms=ms):
                if isinstance(self.leg, SocketLeg):
                    self.leg.stream.played_to(ms)
            case NetworkReport() as report:
                if self.leg is not None:
                    self.leg.network = report.model_dump(exclude={"type"}, exclude_none=True)
            case ClientPing(at=at):
                self.outbox.mention("pong", at=at)
            case EndOfSession():
                self.leave()
        self._taken += 1

    def sound(self, octets: bytes) -> bool:
        """A message of audio. False: some of it was refused, and no more should be read for a moment. Raises
        GatewayRefusal."""
        now = self._now()
        self._budget.spend(now)
        if not isinstance(self.leg, SocketLeg):
            raise GatewayRefusal(CloseCode.PROTOCOL, "A conversation in mode text takes no audio.")
        if self.push_to_talk and not self._pressed:
            self._taken += 1
            return True
        try:
            refused = self.leg.push(octets)
        except ValueError as error:
            raise GatewayRefusal(
                CloseCode.PROTOCOL, f"This is no audio as init has named it: {error}"
            ) from None
        self._taken += 1
        if refused:
            self._refused_ms += refused
            if now >= self._warn_after:
                self.outbox.mention(
                    "warning",
                    code="audio_refused",
                    message="Too much audio waits to be heard: the rest was not taken.",
                    ms=self._refused_ms,
                )
                self._refused_ms, self._warn_after = 0, now + WARN_EVERY_S
        return not refused

    # ---- what the call says

    def event(self, event: LiveEvent) -> None:
        outbox, data = self.outbox, event.data
        match event.kind:
            case "partial":
                outbox.mention("transcript", final=False, **data)
            case "final":
                outbox.tell("transcript", final=True, **data)
            case "agent":
                for sentence in split_sentences(data["text"]):
                    outbox.tell("agent", **{**data, "text": sentence})
            case "latency":
                self._measured(data)
            case "voice" | "unheard" as kind:
                outbox.mention(kind, **data)
            case kind if kind in _AS_IT_IS:
                outbox.tell(kind, **data)
            case _:
                """It is for operators."""

    # ---- SocketPeer

    def audio(self, octets: bytes) -> None:
        self.outbox.audio(octets)

    def cleared(self, heard_ms: int) -> None:
        self.outbox.drop_audio()
        audio_ms = self.leg.stream.sent_ms if isinstance(self.leg, SocketLeg) else 0
        self.outbox.tell("interrupted", heard_ms=heard_ms, audio_ms=audio_ms)

    def digit(self, digit: str, duration_ms: int) -> None:
        self.outbox.tell("digit", digit=digit, duration_ms=duration_ms)

    def over(self, why: Termination) -> None:
        self.is_over = True
        told = why.on_call(Direction.INBOUND)
        self.outbox.tell(
            "ended", by=str(told.by), why=str(told.why), code=told.code, detail=told.detail, text=str(told)
        )
        self._close_if_over()

    # ---- inside

    def _typed(self, content: str) -> None:
        if self.mode == "voice":
            self._error(
                "wrong_mode", "A conversation in mode voice takes no typed words: begin it as hybrid."
            )
            return
        self._steer(lambda steering: steering.hear(content))

    def _in_order(self, do: Callable[[], None]) -> None:
        """Behind the audio that came before."""
        if isinstance(self.leg, SocketLeg) and self.leg.termination is None:
            self.leg.after(do)
        else:
            do()

    def _steer(self, do: Callable[[Steering], None]) -> None:
        if self.call is None:
            return
        try:
            do(self._steering(self.call.id))
        except CallError as error:
            self._error("not_now", str(error))

    def _error(self, code: str, message: str) -> None:
        """Something could not be done; the conversation goes on."""
        self.outbox.mention("error", code=code, message=message)

    def _measured(self, latency: dict[str, Any]) -> None:
        figures = {name: latency.get(part, 0.0) for name, part in _PARTS.items()}
        _, figures["end_to_end_ms"] = whole_of(latency) or ("", 0.0)
        network = self.leg.network if self.leg is not None else {}
        self.outbox.tell("metrics", **figures, quality=quality_of(figures | network))

    def _close_if_over(self) -> None:
        line = self.outbox.line
        if self.is_over and line is not None:
            why = self.leg.termination if self.leg is not None else None
            shut = why is not None and why.why is Why.SHUTDOWN
            line.finish(CloseCode.GOING_AWAY if shut else CloseCode.DONE, "The conversation is over.")

    def revoke(self) -> None:
        """Its key is good no more."""
        line = self.outbox.line
        if line is not None:
            line.finish(CloseCode.INACTIVE_KEY, "The key of this conversation was switched off.")
        if self.leg is not None and self.leg.termination is None:
            self.leg.ended(Termination(EndedBy.SERVER, Why.REJECTED, detail="its key was switched off"))
