"""The conversations over WebSocket of one server: who may begin one, who comes back to one, and their ends.

It knows no socket: a driver hands messages over. One sweep a second ends what nobody came back to; no
conversation has a timer or a task of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from api.access.access import AccessControl, KeyRefusal, KeyRefused
from api.access.asker import OPERATOR, Asker, How
from api.access.scopes import Scope, scopes_of
from api.gateway.close_codes import CloseCode, GatewayRefusal, NoLanguageModel
from api.gateway.messages import Init, Resume
from api.gateway.opening import AgentWanted, FindAgent, FlowOwner, agent_for
from api.gateway.outbox import SocketLine
from api.gateway.session import GatewaySession
from mediaserver.calls.protocols import Switchboard
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import CallError, EngineError, VoiceForgeError
from mediaserver.media.leg import Why
from mediaserver.media.socket_leg import SocketLeg, WrittenLeg
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.stream_wire import StreamWire
from mediaserver.settings.gateway import GatewaySettings

log = logging.getLogger(__name__)

SWEEP_S = 1.0
"""How long a conversation may outlive its time, or its key: one timer serves all of them."""
HEARTBEAT_S = 15.0
"""A socket is asked for a sign of life so often (:rfc:`6455` 5.5.2), and is dead when none comes within half
of it."""


WARM_S = 10.0
"""Where nobody knows how long an engine loads its model, try again after this."""


class Gateway:
    """Of one server. `now`: monotonic seconds."""

    def __init__(
        self,
        settings: GatewaySettings,
        access: AccessControl,
        board: Switchboard,
        find: FindAgent,
        flow_owner: FlowOwner,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`find`: an agent of the directory by name; `flow_owner`: whose flow one is."""
        self.settings = settings
        self.wire = StreamWire()
        self._access = access
        self._board = board
        self._find = find
        self._flow_owner = flow_owner
        self._now = now
        self._sessions: dict[str, GatewaySession] = {}
        self._sweeping: asyncio.Task[None] | None = None
        self.faults: Callable[[AgentSpec], Mapping[str, str]] = lambda spec: {}
        """What is wrong with an agent, by column."""
        self.usual_llms: Sequence[str] = ()
        """The language models of agents that name none."""
        self.others: Callable[[], Iterable[Asker]] = tuple
        """Whose conversations by another protocol count, too."""

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[GatewaySession]:
        return iter(list(self._sessions.values()))

    def away(self) -> int:
        """Conversations that no socket has just now."""
        return sum(each.away_since is not None for each in self._sessions.values())

    def start(self) -> None:
        self._sweeping = asyncio.create_task(self._sweep_on())

    async def close(self) -> None:
        """Idempotent. The conversations are ended by whoever ends all calls."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeping

    # -- who asks

    def recognise(self, secret: str | None, known: Asker, source: str) -> Asker:
        """Who begins a conversation: by the key in the message, or as the socket's request has said. Raises
        GatewayRefusal."""
        asker = known
        if secret is not None:
            try:
                asker = self._access.recognise(secret, source)
            except KeyRefused as refused:
                raise GatewayRefusal(_CODES[refused.why], str(refused)) from None
        if asker.how is How.NOTHING:
            raise GatewayRefusal(
                CloseCode.INVALID_KEY, "Give a key: apiKey of init, or the header Authorization: Bearer."
            )
        if not asker.may(Scope.SESSIONS):
            raise GatewayRefusal(CloseCode.INACTIVE_KEY, "This key is not made for sessions.")
        return asker

    # -- conversations

    async def begin(self, init: Init, asker: Asker, remote: str, line: SocketLine) -> GatewaySession:
        """Raises GatewayRefusal."""
        return self.open(
            await self.agent_for(init.wanted, asker),
            asker,
            line,
            mode=init.mode,
            fmt=init.audio.stream,
            remote=remote,
            queue_ms=init.audio.queue_ms,
            acks=init.audio.acks,
            manual=init.turns == "manual",
            about=init.about,
        )

    def open(
        self,
        spec: AgentSpec,
        asker: Asker,
        line: SocketLine,
        *,
        mode: str,
        fmt: StreamFormat,
        remote: str,
        queue_ms: int = 0,
        acks: bool = False,
        manual: bool = False,
        about: Mapping[str, Any],
        stored: UUID | None = None,
    ) -> GatewaySession:
        """A conversation with this agent, which this socket has. `stored`: the session of the database that
        it belongs to. Raises GatewayRefusal."""
        self.check_room(asker)
        self._check_quota(asker)
        session = GatewaySession(
            uuid4().hex, secrets.token_urlsafe(24), asker, mode, self._board.steering, self._now
        )
        session.stored = stored
        try:
            leg: WrittenLeg
            if mode == "text":
                leg = WrittenLeg(session, ref=session.id, remote=remote)
            else:
                limit = min(queue_ms, self.settings.queue_ms)
                leg = SocketLeg(self.wire, fmt, session, ref=session.id, remote=remote, queue_ms=limit)
                leg.stream.acknowledged = acks
            session.leg = leg
            session.attach(line)
            call = self._board.join(
                leg,
                spec,
                owner=asker.key,
                about=about,
                from_uri=f"websocket:{remote}",
                to_uri=f"agent:{spec.name}",
                words_only=mode == "text",
            )
        except VoiceForgeError as error:
            if isinstance(session.leg, SocketLeg):
                session.leg.stream.close()
            session.let_go()
            raise _unavailable(error) from None
        self._sessions[session.id] = session
        session.outbox.tell(
            "ready",
            session=session.id,
            call=call.id,
            token=session.token,
            agent=spec.name,
            mode=mode,
            audio=None if mode == "text" else {"format": fmt.coding, "rate": fmt.rate},
            resume_s=self.settings.resume_s,
            heartbeat_s=HEARTBEAT_S,
        )
        session.begin(call)
        if manual:
            with contextlib.suppress(CallError):  # an agent that goes by the voice alone
                self._board.steering(call.id).manual(True)
        return session

    def owner_of(self, key: UUID | None) -> Asker:
        """For whom a stored session acts: the key that made it, as it is now; None: the operator. Raises
        GatewayRefusal."""
        if key is None:
            return Asker(None, "operator", OPERATOR, How.TOKEN)
        known = self._access.ring.get(key)
        if known is None or not known.active:
            raise GatewayRefusal(CloseCode.INACTIVE_KEY, "The key of this session was switched off.")
        return Asker(known.id, known.name, scopes_of(known.scopes), How.KEY)

    def of_session(self, session_id: UUID) -> GatewaySession | None:
        """The conversation that a stored session has just now."""
        return next(
            (each for each in self._sessions.values() if each.stored == session_id and not each.is_over), None
        )

    async def agent_for(self, wanted: AgentWanted, asker: Asker) -> AgentSpec:
        """Raises GatewayRefusal."""
        try:
            spec = await agent_for(wanted, asker, self._find, self._flow_owner)
        except GatewayRefusal:
            raise
        except VoiceForgeError as error:
            raise _unavailable(error) from None
        if spec.kind == "llm" and not (spec.llm or self.usual_llms):
            raise NoLanguageModel
        faults = self.faults(spec)
        for column, named in (("voice", wanted.voice), ("language", wanted.language)):
            if named and column in faults:  # nothing would be heard of the agent
                raise GatewayRefusal(CloseCode.UNAVAILABLE, f"{column}: {faults[column]}")
        return spec

    def resume(self, resume: Resume, line: SocketLine) -> GatewaySession:
        """Raises GatewayRefusal."""
        session = self._sessions.get(resume.session)
        given = resume.token.get_secret_value().encode()
        if session is None or not hmac.compare_digest(session.token.encode(), given):
            raise GatewayRefusal(
                CloseCode.GONE, "There is no such conversation to go on with: begin with init."
            )
        if not self._access.still_good(session.asker):
            session.revoke()
            raise GatewayRefusal(CloseCode.INACTIVE_KEY, "The key of this conversation was switched off.")
        session.resume(line, resume.received)
        return session

    def gone(self, session: GatewaySession, line: SocketLine, *, deliberately: bool) -> None:
        """A session's socket is gone."""
        session.detach(line, deliberately=deliberately)
        if session.is_over and session.away_since is not None and (deliberately or line.ending is not None):
            self._forget(session)

    def sweep(self) -> None:
        """End what nobody came back to, and what belongs to a key that is good no more."""
        now = self._now()
        for session in list(self._sessions.values()):
            away = session.away_since
            if away is not None and (session.is_over or now - away >= self.settings.resume_s):
                if session.is_over and now - away < self.settings.resume_s:
                    continue  # its client may still come to hear how it ended
                session.leave(Why.LOST, "its client did not come back")
                self._forget(session)
            elif not session.is_over and not self._access.still_good(session.asker):
                session.revoke()

    def _forget(self, session: GatewaySession) -> None:
        """It is over, and nobody may come back to it."""
        self._sessions.pop(session.id, None)
        session.let_go()

    async def _sweep_on(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                self.sweep()
            except Exception:
                log.exception("the sweep over conversations failed")

    def _check_quota(self, asker: Asker) -> None:
        """A conversation is a request and a call of its key's, whichever way the key was told. Raises
        GatewayRefusal."""
        try:
            self._access.within_quota(asker, "call_minutes")
            self._access.count(asker)
        except KeyRefused as refused:
            raise GatewayRefusal(_CODES[refused.why], str(refused)) from None

    def check_room(self, asker: Asker) -> None:
        """Raises GatewayRefusal."""
        settings, others = self.settings, [each.key for each in self.others()]
        if len(self._sessions) + len(others) >= settings.max_sessions:
            raise GatewayRefusal(
                CloseCode.RATE_LIMIT, f"There are {settings.max_sessions} conversations already."
            )
        own = sum(1 for each in self._sessions.values() if each.asker.key == asker.key and not each.is_over)
        own += others.count(asker.key)
        if asker.key is not None and own >= settings.max_sessions_per_key:
            raise GatewayRefusal(
                CloseCode.RATE_LIMIT, f"This key has {settings.max_sessions_per_key} conversations already."
            )


def _unavailable(error: VoiceForgeError) -> GatewayRefusal:
    """An agent that cannot talk now; when it may be worth to ask again, where anybody knows."""
    after_s = None
    if isinstance(error, EngineError):
        after_s = error.after_s if error.after_s is not None or not error.warming else WARM_S
    return GatewayRefusal(CloseCode.UNAVAILABLE, str(error), after_s)


_CODES = {
    KeyRefusal.UNKNOWN: CloseCode.INVALID_KEY,
    KeyRefusal.INACTIVE: CloseCode.INACTIVE_KEY,
    KeyRefusal.TOO_OFTEN: CloseCode.RATE_LIMIT,
    KeyRefusal.TOO_MANY_WRONG: CloseCode.RATE_LIMIT,
    KeyRefusal.SPENT: CloseCode.RATE_LIMIT,
    KeyRefusal.STARTING: CloseCode.UNAVAILABLE,
}
