"""Conversations by text: who answers whom, what is told of before, how many may be open, and what goes back.

A conversation belongs to whoever began it: a key of the API whose text is answered, or the owner of the agent
that answers the number. Nobody else's agent is told what is written in it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from mediaserver.calls.call import Call
from mediaserver.calls.protocols import Switchboard
from mediaserver.calls.routes import AgentSpec, Refused, Routes, ToAgent
from mediaserver.calls.texting import TextRefusedError, TextWhy
from mediaserver.storage import provider_messages as table
from mediaserver.storage import text_conversations as written
from mediaserver.storage.sql import Database, Row
from providers.accounts.board import ProviderBoard
from providers.messages.belonging import ANSWERED_WITHIN
from providers.messages.errands import Errands, insisted
from providers.messages.sending import Outgoing, TextSender
from providers.messages.thread import TextThread, told
from providers.provider import Capability

log = logging.getLogger(__name__)

EARLIER = timedelta(days=7)
"""So far back the next one is told what was written."""
MOST_EARLIER, LONGEST_EARLIER = 20, 280
"""Messages, and characters of each."""
MOST_THREADS = 500
"""Conversations that are open at once. Half of them are shared out evenly: so many each account has room for,
whatever the others do."""


@dataclass(frozen=True, slots=True)
class Whom:
    """Who writes with us, and by what."""

    account: str
    number: str
    ours: str

    def __str__(self) -> str:
        return f"{self.account}:{self.ours}:{self.number}"


@dataclass(frozen=True, slots=True)
class _Party:
    """Who talks for us."""

    owner: UUID | None
    """The key whose conversation it is; None: the operator's."""
    agent: AgentSpec


@dataclass(slots=True)
class _Open:
    """A conversation that goes on."""

    thread: TextThread
    owner: UUID | None
    agent: str
    begun: UUID | None
    """The text of a call's or the API's that it began with."""

    def is_of(self, party: _Party) -> bool:
        return self.owner == party.owner and self.agent == party.agent.name


class Conversations:
    """Of one server."""

    def __init__(
        self,
        database: Database,
        board: ProviderBoard,
        sender: TextSender,
        switchboard: Switchboard,
        routes: Routes,
        errands: Errands,
        *,
        idle_s: float,
        gather_s: float,
        most: int = MOST_THREADS,
    ) -> None:
        self._database = database
        self._board = board
        self._sender = sender
        self._switchboard = switchboard
        self._routes = routes
        self._errands = errands
        self._idle_s = idle_s
        self._gather_s = gather_s
        self.most = most
        self._open: dict[Whom, _Open] = {}
        self._last: dict[Whom, asyncio.Task[None]] = {}
        """The last answer that is being sent."""
        self._sweeping: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """That are open."""
        return len(self._open)

    @property
    def threads(self) -> list[TextThread]:
        return [each.thread for each in self._open.values()]

    def close(self) -> None:
        """All end. Idempotent."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
        for thread in self.threads:
            thread.close("the server was stopped")

    def end(self, whom: Whom, why: str) -> None:
        """Where there is one."""
        if (found := self._open.get(whom)) is not None:
            found.thread.close(why)

    async def tell(self, whom: Whom, row: Row) -> tuple[UUID | None, str]:
        """Tell a message that came in to whoever answers it. Whose it is, and why nobody does; empty:
        somebody does. Raises CallError, CapacityError and other errors of ours; asyncpg errors."""
        text: str = row["body"]
        begun = await written.begun(
            self._database, whom.account, whom.number, whom.ours, datetime.now(UTC) - ANSWERED_WITHIN
        )
        found = self._open.get(whom)
        if found is not None and begun is not None and begun["id"] != found.begun:
            # Somebody has written to them since: what comes now is the answer to that.
            party = self._party(whom, begun)
            if isinstance(party, str) or not found.is_of(party):
                found.thread.close("another conversation with this number was begun")
                found = None
            else:
                found.begun = begun["id"]
        if found is None or not self._told(found.thread, text):
            party = self._party(whom, begun)
            if isinstance(party, str):
                return None if begun is None else begun["owner"], party
            if not self._has_room(whom.account):
                return party.owner, f"so many conversations by text are open already: {len(self)}"
            found = await self._begin(whom, party, begun, row)
            if not self._told(found.thread, text):
                return party.owner, "the agent does not listen"
        call = found.thread.call
        kept = None if call is None or call.redactor is None else _redacted(call, text)
        owner, agent = found.owner, "" if call is None else call.agent
        call_id = None if call is None else call.id
        # The agent was told: whatever becomes of this, it is not told again.
        await insisted(
            lambda: table.settled(
                self._database, row["id"], state="taken", agent=agent, call_id=call_id, owner=owner, body=kept
            )
        )
        return owner, ""

    # -- who answers

    def _party(self, whom: Whom, begun: Row | None) -> _Party | str:
        """Who answers: whom the last text of a call or the API was sent for, else who answers our number;
        else why nobody does."""
        if begun is not None and (agent := self._routes.agent(begun["agent"])) is not None:
            if _may_have(agent, begun["owner"]):
                return _Party(begun["owner"], agent)
        match self._routes.resolve(whom.ours, datetime.now(UTC)):
            case ToAgent(agent=agent):
                # As with calls in: they are the key's whose agent takes them.
                mine = begun is not None and begun["owner"] is not None and _may_have(agent, begun["owner"])
                return _Party(begun["owner"] if begun is not None and mine else agent.owner, agent)
            case Refused(why=why):
                return f"no agent answers {whom.ours}: {why}"
            case _:
                return f"no agent answers {whom.ours}, but a phone: texts need an agent"

    def _has_room(self, account: str) -> bool:
        """For one more of this account, without what is kept for others."""
        used = Counter(whom.account for whom in self._open)
        others = {
            each.account.name
            for each in self._board.accounts
            if Capability.RECEIVE_MESSAGE in each.capabilities and each.account.name != account
        }
        share = self.most // (2 * (len(others) + 1))
        return len(self) + sum(max(0, share - used[each]) for each in others) < self.most

    async def _begin(self, whom: Whom, party: _Party, begun: Row | None, row: Row) -> _Open:
        """Raises CallError, CapacityError and other errors of ours."""
        earlier = await written.earlier(
            self._database, whom.account, whom.number, whom.ours, datetime.now(UTC) - EARLIER, MOST_EARLIER,
            owner=party.owner, but=row["id"],
        )  # fmt: skip
        about: dict[str, Any] = {"channel": "sms", "account": whom.account, **_told_of(earlier)}
        thread = TextThread(
            str(whom), lambda text: self._answer(whom, opened, text), lambda: self._closed(whom, opened),
            gather_s=self._gather_s,
        )  # fmt: skip
        opened = _Open(thread, party.owner, party.agent.name, None if begun is None else begun["id"])
        call = self._switchboard.join(
            thread.leg, party.agent, owner=party.owner, about=about, from_uri=f"tel:{whom.number}",
            to_uri=f"tel:{whom.ours}", words_only=True,
        )  # fmt: skip
        thread.begin(call)
        self._open[whom] = opened
        self._sweep_later()
        return opened

    def _told(self, thread: TextThread, text: str) -> bool:
        call = thread.call
        return call is not None and told(lambda: self._switchboard.steering(call.id), thread, text)

    # -- what goes back

    def _answer(self, whom: Whom, opened: _Open, text: str) -> None:
        before = self._last.get(whom)
        self._last[whom] = self._errands.run(self._send(whom, opened, opened.thread.call, text, before))

    async def _send(
        self, whom: Whom, opened: _Open, call: Call | None, text: str, before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:  # in the order in which they were said, however long one is tried
            await asyncio.wait([before])
        try:
            await self._send_now(whom, opened, call, text)
        finally:
            if self._last.get(whom) is asyncio.current_task():
                del self._last[whom]

    async def _send_now(self, whom: Whom, opened: _Open, call: Call | None, text: str) -> None:
        served = self._board.served(whom.account)
        agent, call_id = (opened.agent, None) if call is None else (call.agent, call.id)
        why = "" if served is not None else f"the account {whom.account} is gone"
        for part in self._sender.parts(text):
            outgoing = Outgoing(whom.number, part, whom.account, whom.ours, agent, call_id, opened.owner)
            if served is not None and not why:
                try:
                    await self._sender.send(served, outgoing)
                    continue
                except TextRefusedError as error:
                    log.warning("an answer by text is not sent by %s: %s", whom.account, error)
                    why = str(error)
                    if error.why is TextWhy.FAILED:
                        continue  # the provider was asked, so that it is kept already
            # What follows a part that did not go is not sent either: half an answer says something else.
            await self._sender.refused(outgoing, why)

    def _closed(self, whom: Whom, opened: _Open) -> None:
        if self._open.get(whom) is opened:
            del self._open[whom]

    # -- silence

    def _sweep_later(self) -> None:
        if self._sweeping is None and self._open:
            loop = asyncio.get_running_loop()
            self._sweeping = loop.call_later(min(30.0, self._idle_s), self._sweep)

    def _sweep(self) -> None:
        """End what was silent for long enough."""
        self._sweeping = None
        now = asyncio.get_running_loop().time()
        for thread in self.threads:
            if now - thread.heard_at >= self._idle_s:
                thread.close("nobody wrote for a while")
        self._sweep_later()


def _may_have(agent: AgentSpec, owner: UUID | None) -> bool:
    """Whether an agent may talk for somebody: the operator's for all, a key's for that key alone; all for the
    operator (None)."""
    return owner is None or agent.owner in (None, owner)


def _told_of(earlier: Sequence[Row]) -> dict[str, str]:
    """What was written before, the oldest first, for whoever talks to them now: one by one, since of each
    that is given along no more than a few hundred characters are told to a model."""
    lines = [f"{'they' if each['direction'] == 'in' else 'we'}: {each['body']}" for each in earlier]
    kept = [line if len(line) <= LONGEST_EARLIER else f"{line[:LONGEST_EARLIER]}..." for line in lines]
    return {f"earlier_message_{number}": line for number, line in enumerate(kept, 1)}


def _redacted(call: Call, text: str) -> str:
    """As the call's agent has it kept."""
    assert call.redactor is not None
    return str(call.redactor.event("final", {"text": text})["text"])
