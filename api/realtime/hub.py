"""The realtime sessions of one server: with whom one may be had, how its call begins, and the ends of all.

It knows no socket. One sweep a second looks after all of them; no session has a timer of its own but for
sound.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from api.access.access import AccessControl
from api.access.asker import Asker
from api.gateway.gateway import SWEEP_S, Gateway
from api.gateway.opening import FindAgent
from api.gateway.outbox import SocketLine
from api.realtime.leading import LedEngines, MakeLed
from api.realtime.machine import RealtimeServer
from api.realtime.refusals import SessionRefused
from api.realtime.session import RealtimeSession
from api.realtime.session_settings import USUAL_SILENCE_MS, USUAL_THRESHOLD, RealtimeSettings, stream_of
from mediaserver.calls.call import Call
from mediaserver.calls.protocols import Steering, Switchboard
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import CapacityError, VoiceForgeError
from mediaserver.media.socket_leg import SocketLeg
from pipelines.conversation.agent import Agent
from pipelines.conversation.timing import Waits
from pipelines.voices.catalogue import catalogue

log = logging.getLogger(__name__)

USUAL_VOICES = frozenset(
    (
        *("alloy", "ash", "ballad", "coral", "echo", "fable", "onyx"),
        *("nova", "sage", "shimmer", "verse", "marin", "cedar"),
    )
)
"""OpenAI's, which clients name without being asked: here they are the agent's own."""
_WAITS = {
    "whole_ms": Waits().whole,
    "open_ms": Waits().open,
    "nothing_ms": Waits().nothing,
    "hanging_ms": Waits().hanging,
}
"""Of silence, by what was said, as they are usually."""
KINDS = frozenset({"llm", "flow", "python"})
"""Of agents that a session can be had with."""
THINKING_MS = 120_000
"""A client knows how long it waits; turn-taking gives up no answer of a model that streams."""


class RealtimeHub:
    """Of one server. `now`: monotonic seconds."""

    def __init__(
        self,
        gateway: Gateway,
        access: AccessControl,
        board: Switchboard,
        find: FindAgent,
        models: Callable[[], Sequence[str]],
        make_led: MakeLed,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`gateway`: whose wire and limits these sessions share; `find`: an agent by name; `models`: language
        models that may be asked."""
        self.gateway = gateway
        self._access = access
        self._board = board
        self._find = find
        self._models = models
        self._make_led = make_led
        self._now = now
        self._sessions: set[RealtimeSession] = set()
        self._sweeping: asyncio.Task[None] | None = None
        gateway.others = lambda: [each.asker for each in self._sessions]

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[RealtimeSession]:
        return iter(list(self._sessions))

    def start(self) -> None:
        self._sweeping = asyncio.create_task(self._sweep_on())

    async def close(self) -> None:
        """Idempotent. The calls are ended by whoever ends all calls."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeping

    # ---- before there is a socket

    def agent_for(self, model: str, asker: Asker) -> AgentSpec:
        """An agent that who asks may use, by its name, or one made of a language model for one session.
        Raises SessionRefused."""
        spec = self._find(model)
        if spec is not None and asker.may_use(spec.owner):
            if spec.kind not in KINDS:
                raise SessionRefused(
                    400,
                    "unsupported_model",
                    f"The agent {model!r} is of kind {spec.kind}: sessions are had with agents of the kinds"
                    f" {', '.join(sorted(KINDS))}, and with language models.",
                )
            return spec
        if model in self._models():
            return AgentSpec(uuid4(), model[:100], 0, "llm", llm=(model,), owner=asker.owner)
        raise SessionRefused(
            404,
            "model_not_found",
            f"There is no agent and no language model {model[:100]!r}; see GET /api/agents and"
            " GET /v1/models.",
        )

    def check(self, spec: AgentSpec, asker: Asker) -> None:
        """Whether a session may be had now. Raises VoiceForgeError."""
        if self._board.draining:
            raise CapacityError("the server is being stopped")
        self.gateway.check_room(asker)
        self._access.within_quota(asker, "call_minutes")
        if spec.kind == "llm":
            self._access.within_quota(asker, "tokens")
        self._make_led(_nobody).check(spec)

    # ---- sessions

    def open(self, spec: AgentSpec, asker: Asker, line: SocketLine, remote: str) -> RealtimeSession:
        """A session, which this socket has."""
        led = spec.kind == "llm"
        settings = RealtimeSettings.model_validate({"type": "realtime", "model": spec.name})
        machine = RealtimeServer(settings, knows_voice=_knows_voice, led=led)

        def join() -> tuple[SocketLeg, Call]:
            wanted = session.machine.settings
            leg = SocketLeg(
                self.gateway.wire,
                stream_of(wanted.audio.input.format),
                session,
                ref=machine.id,
                remote=remote,
                queue_ms=self.gateway.settings.queue_ms,
                out=stream_of(wanted.audio.output.format),
            )
            try:
                call = self._board.join(
                    leg,
                    as_wanted(spec, wanted),
                    owner=asker.key,
                    about={},
                    from_uri=f"websocket:{remote}",
                    to_uri=f"agent:{spec.name}",
                    maker=self._make_led(session.lead),
                )
            except VoiceForgeError:
                leg.stream.close()
                raise
            return leg, call

        session = RealtimeSession(
            machine,
            asker,
            line,
            join,
            self._steering,
            partial(turns_wanted, spec),
            partial(self._access.within_quota, asker, "tokens"),
            self._now,
            spec.prompt if led else None,
        )
        self._sessions.add(session)
        session.begin()
        return session

    def gone(self, session: RealtimeSession) -> None:
        """Its socket is gone."""
        session.left()
        self._sessions.discard(session)

    def sweep(self) -> None:
        for session in list(self._sessions):
            try:
                if not self._access.still_good(session.asker):
                    session.revoke()
                else:
                    session.look()
            except Exception:  # one session's failure is not to keep the keys of all others good
                log.exception("the sweep over a realtime session failed")

    def _steering(self, call: Call) -> Steering:
        return self._board.steering(call.id)

    async def _sweep_on(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                self.sweep()
            except Exception:
                log.exception("the sweep over realtime sessions failed")


def as_wanted(spec: AgentSpec, settings: RealtimeSettings) -> AgentSpec:
    """The agent, as a session that begins wants it. Pure."""
    changes: dict[str, Any] = {"turn": MappingProxyType({**spec.turn, **turns_wanted(spec, settings)})}
    voice = settings.audio.output.voice
    if voice and voice not in USUAL_VOICES:
        changes["voice"] = voice
    words = settings.audio.input.transcription
    if words is not None and words.language:
        changes["language"] = words.language
    return replace(spec, **changes)


def turns_wanted(spec: AgentSpec, settings: RealtimeSettings) -> dict[str, Any]:
    """How turns are taken, as an agent's `turn` has it: its own waits, all longer or shorter as the client
    wants the pause that ends a turn. Pure."""
    silence_ms, threshold = settings.turn_ends or (USUAL_SILENCE_MS, USUAL_THRESHOLD)
    turn: dict[str, Any] = {
        name: max(40, min(10_000, round(spec.turn.get(name, usual) * silence_ms / USUAL_SILENCE_MS)))
        for name, usual in _WAITS.items()
    }
    turn["sensitivity"] = spec.turn.get("sensitivity", "medium")
    if abs(threshold - USUAL_THRESHOLD) > 0.15:
        turn["sensitivity"] = "low" if threshold > USUAL_THRESHOLD else "high"
    if spec.kind == "llm":
        turn |= {"filler_ms": 0, "thinking_ms": THINKING_MS}
    return turn


def _knows_voice(voice: str) -> bool:
    return voice in USUAL_VOICES or catalogue().find(voice) is not None


def _nobody(call: Call, engines: LedEngines, own: Callable[[], Agent]) -> Agent:
    """Nobody talks: it is only asked whether somebody could."""
    raise AssertionError("an agent that was to be checked was made")
