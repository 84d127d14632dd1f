"""Text messages that come in: kept, judged, and told to the agent that answers their number; its answers go
back the same way.

A message is kept before its provider may forget it. Who wrote STOP is written to no more; machines are not
answered for long; a conversation ends after a silence, and the next one begins with what was written before.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from mediaserver.calls.call import Call
from mediaserver.calls.protocols import Switchboard
from mediaserver.calls.routes import AgentSpec, Refused, Routes, ToAgent
from mediaserver.calls.texting import TextOrder, TextRefusedError, TextTaken, TextWhy
from mediaserver.errors import VoiceForgeError
from mediaserver.storage import provider_messages as table
from mediaserver.storage.provider_messages import NewText
from mediaserver.storage.sql import Database, Row
from providers.accounts.board import ProviderBoard
from providers.accounts.served import Standing
from providers.messages.budgets import PeopleBudget
from providers.messages.keywords import Keyword, keyword_of
from providers.messages.segments import segments
from providers.messages.sending import Outgoing, Sent, TextSender
from providers.messages.thread import GATHER_S, TextThread, told
from providers.provider import MessageReport, TextMessage

log = logging.getLogger(__name__)

IDLE_S = 1800.0
"""A conversation in which nobody writes for so long is over."""
EARLIER = timedelta(days=7)
"""So far back the next one is told what was written."""
MOST_EARLIER, LONGEST_EARLIER = 20, 280
"""Messages, and characters of each."""
ANSWERED_WITHIN = timedelta(days=1)
"""So long an answer to a text goes to the agent whose call has sent it."""
MOST_THREADS = 500
"""Conversations that are open at once."""
LATE = timedelta(hours=1)
"""What came in so long before a start of the server, and nobody was told of, is still answered."""
STARTING_S = 20.0
"""So long an account may take to be started."""
STOPPED = "You will get no more messages from this number. Write START to get them again."
STARTED = "You will get messages from this number again. Write STOP to end them."
HELP = "You write with an automatic assistant. Write STOP to get no more messages."
STATES = frozenset(("queued", "sent", "delivered", "undelivered", "failed"))
_TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Whom:
    """Who writes with us, and by what."""

    account: str
    number: str
    ours: str

    def __str__(self) -> str:
        return f"{self.account}:{self.ours}:{self.number}"


class TextDesk:
    """Of one server: `providers.calls.desk.Messages`, and `mediaserver.calls.texting.Texting`."""

    def __init__(
        self,
        database: Database,
        board: ProviderBoard,
        sender: TextSender,
        switchboard: Switchboard,
        routes: Routes,
        *,
        idle_s: float = IDLE_S,
        gather_s: float = GATHER_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sender = sender
        self._database = database
        self._board = board
        self._switchboard = switchboard
        self._routes = routes
        self._idle_s = idle_s
        self._gather_s = gather_s
        self._clock = clock
        self._people = PeopleBudget()
        self._threads: dict[Whom, TextThread] = {}
        self._locks: dict[Whom, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._last: dict[Whom, asyncio.Task[None]] = {}
        """The last answer that is being sent."""
        self._sweeping: asyncio.TimerHandle | None = None
        self._accounts_changed = asyncio.Event()
        board.on_change(self._accounts_changed.set)

    def __len__(self) -> int:
        """Conversations that are open."""
        return len(self._threads)

    async def start(self) -> None:
        """Go on with what came in and nobody was told of, as far as it is not too old. Raises asyncpg
        errors."""
        rows = await table.unclaimed(self._database, datetime.now(UTC) - LATE)
        if rows:
            self._keep(self._go_on(rows))

    async def _go_on(self, rows: Sequence[Row]) -> None:
        """As soon as their accounts have somebody who can answer."""
        accounts = {row["account"] for row in rows}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STARTING_S):
                while any(self._is_starting(each) for each in accounts):
                    self._accounts_changed.clear()
                    await self._accounts_changed.wait()
        for row in rows:
            await self._handle(row)

    def _is_starting(self, account: str) -> bool:
        served = self._board.served(account)
        return served is not None and served.standing is Standing.STARTING

    async def close(self) -> None:
        """Take nothing more; what is being sent is waited for. Idempotent."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
        for thread in list(self._threads.values()):
            thread.close("the server was stopped")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        for task in self._tasks:
            task.cancel()

    async def idle(self) -> None:
        """Return once nothing is being handled or sent."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    # -- providers.calls.desk.Messages

    async def received(self, account: str, message: TextMessage) -> None:
        """Kept when it returns. Raises asyncpg errors: the provider tells it again."""
        made = await table.add(
            self._database,
            NewText(
                account, "in", message.sender, message.to, message.text, segments(message.text), "received",
                ref=message.ref,
            ),
        )  # fmt: skip
        if made is None:
            return  # it was told before
        row = await table.one(self._database, made)
        if row is not None:
            self._keep(self._handle(row))

    def reported(self, account: str, report: MessageReport) -> None:
        if report.state in STATES:
            self._keep(self._note(account, report))

    # -- Texting

    async def send(self, order: TextOrder) -> TextTaken:
        """See `Texting.send`."""
        served = self.sender.account_for(order.to, order.account)
        ours = order.sender if served.account.name == order.account else ""
        outgoing = Outgoing(
            order.to,
            order.text,
            served.account.name,
            ours,
            order.agent,
            order.call_id,
            order.owner,
            order.key,
        )
        try:
            sent = await self.sender.send(served, outgoing)
        except _TROUBLE as error:
            log.warning("a text could not be kept: %r", error)
            raise TextRefusedError("the text could not be kept, and was not sent", TextWhy.FAILED) from None
        return TextTaken(str(sent.id), sent.sender)

    def agent(self, name: str) -> AgentSpec | None:
        """An agent that may answer; None when there is none of that name."""
        return self._routes.agent(name)

    async def write(self, outgoing: Outgoing) -> Sent:
        """For whoever asks by the API. Raises TextRefusedError and asyncpg errors."""
        served = self.sender.account_for(outgoing.to, outgoing.account, other=not outgoing.account)
        return await self.sender.send(served, outgoing)

    # -- what came in

    async def _handle(self, row: Row) -> None:
        whom = Whom(row["account"], row["number"], row["ours"])
        lock = self._locks.setdefault(whom, asyncio.Lock())
        async with lock:  # in the order in which they came
            if not await table.claim(self._database, row["id"]):
                return
            try:
                why = await self._judge(whom, row)
                if why:
                    await table.settled(self._database, row["id"], state="kept", detail=why)
            except VoiceForgeError as error:
                await table.settled(self._database, row["id"], state="kept", detail=str(error))
                log.warning("a text to %s is not answered: %s", whom.ours or whom.account, error)
        if whom not in self._threads and self._locks.get(whom) is lock and not lock.locked():
            del self._locks[whom]

    async def _judge(self, whom: Whom, row: Row) -> str:
        """Why nobody answers it; empty when somebody does."""
        body: str = row["body"]
        word = keyword_of(body)
        if word is not None:
            return await self._keyword(whom, word, body)
        if await table.opted_out(self._database, whom.account, whom.number):
            return "who wrote it wants no texts from us"
        served = self._board.served(whom.account)
        if served is None:
            return "its account is gone"
        if why := self.sender.against(served, whom.number):
            return f"it cannot be answered: {why}"
        if why := self._people.against(str(whom), body, self._clock()):
            log.warning("a text by %s is not answered: %s", whom.account, why)
            return why
        return await self._tell(whom, row)

    async def _keyword(self, whom: Whom, word: Keyword, body: str) -> str:
        account, number = whom.account, whom.number
        if word is Keyword.STOP:
            before = await table.opted_out(self._database, account, number)
            await table.opt_out(self._database, account, number, body)
            if (thread := self._threads.get(whom)) is not None:
                thread.close("it was asked to stop")
            text = "" if before else STOPPED
        elif word is Keyword.START:
            text = STARTED if await table.opt_in(self._database, account, number) else ""
            if not text:  # nothing was stopped: it is a word like any other
                return "it asks for what it has"
        else:
            text = HELP
        served = self._board.served(account)
        if text and served is not None and not self._people.against(str(whom), body, self._clock()):
            notice = Outgoing(number, text, account, whom.ours)
            if word is not Keyword.HELP or not await table.opted_out(self._database, account, number):
                await self.sender.notice(served, notice)
        return f"understood as {word}"

    async def _tell(self, whom: Whom, row: Row) -> str:
        text: str = row["body"]
        thread = self._threads.get(whom)
        if thread is None or thread.call is None or not self._told(thread, text):
            earlier = await self._earlier(whom, row)
            found = self._agent_of(whom, earlier)
            if isinstance(found, str):
                return found
            if len(self._threads) >= MOST_THREADS:
                return f"{MOST_THREADS} conversations by text are open already"
            thread = await self._open(whom, found, earlier)
            if not self._told(thread, text):
                return "the agent does not listen"
        call = thread.call
        kept = None if call is None or call.redactor is None else _redacted(call, text)
        await table.settled(
            self._database, row["id"], state="taken", agent="" if call is None else call.agent,
            call_id=None if call is None else call.id, body=kept,
        )  # fmt: skip
        return ""

    def _told(self, thread: TextThread, text: str) -> bool:
        call = thread.call
        return call is not None and told(lambda: self._switchboard.steering(call.id), thread, text)

    def _agent_of(self, whom: Whom, earlier: Sequence[Row]) -> AgentSpec | str:
        """Who answers: whose call has sent the last text of late, else who answers our number; else why
        nobody does."""
        sent = next((each for each in reversed(earlier) if each["direction"] == "out"), None)
        if sent is not None and sent["key"] and sent["at"] >= datetime.now(UTC) - ANSWERED_WITHIN:
            if (agent := self._routes.agent(sent["agent"])) is not None:
                return agent
        match self._routes.resolve(whom.ours, datetime.now(UTC)):
            case ToAgent(agent=agent):
                return agent
            case Refused(why=why):
                return f"no agent answers {whom.ours}: {why}"
            case _:
                return f"no agent answers {whom.ours}, but a phone: texts need an agent"

    async def _open(self, whom: Whom, agent: AgentSpec, earlier: Sequence[Row]) -> TextThread:
        """Raises CallError, CapacityError and other errors of ours."""
        about: dict[str, Any] = {"channel": "sms", "account": whom.account, **_told_of(earlier)}
        thread = TextThread(
            str(whom), lambda text: self._answer(whom, text), lambda: self._closed(whom, thread),
            gather_s=self._gather_s,
        )  # fmt: skip
        call = self._switchboard.join(
            thread.leg, agent, owner=None, about=about, from_uri=f"tel:{whom.number}",
            to_uri=f"tel:{whom.ours}", words_only=True,
        )  # fmt: skip
        thread.begin(call)
        self._threads[whom] = thread
        self._sweep_later()
        return thread

    async def _earlier(self, whom: Whom, row: Row) -> list[Row]:
        """What was written with this person of late, but this one."""
        since = datetime.now(UTC) - EARLIER
        rows = await table.earlier(
            self._database, whom.account, whom.number, since, MOST_EARLIER, before=row["id"]
        )
        return [each for each in rows if each["ours"] == whom.ours]

    # -- what goes back

    def _answer(self, whom: Whom, text: str) -> None:
        thread = self._threads.get(whom)
        call = None if thread is None else thread.call
        before = self._last.get(whom)
        self._last[whom] = self._keep(self._send(whom, text, call, before))

    async def _send(
        self, whom: Whom, text: str, call: Call | None, before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:  # in the order in which they were said, however long one is tried
            await asyncio.wait([before])
        try:
            await self._send_now(whom, text, call)
        finally:
            if self._last.get(whom) is asyncio.current_task():
                del self._last[whom]

    async def _send_now(self, whom: Whom, text: str, call: Call | None) -> None:
        served = self._board.served(whom.account)
        if served is None:
            log.warning("an answer by text is lost: the account %s is gone", whom.account)
            return
        agent, call_id = ("", None) if call is None else (call.agent, call.id)
        for part in self.sender.parts(text):
            try:
                await self.sender.send(
                    served, Outgoing(whom.number, part, whom.account, whom.ours, agent, call_id)
                )
            except TextRefusedError as error:
                log.warning("an answer by text is not sent by %s: %s", whom.account, error)
                return

    def _closed(self, whom: Whom, thread: TextThread) -> None:
        if self._threads.get(whom) is thread:
            del self._threads[whom]

    async def _note(self, account: str, report: MessageReport) -> None:
        for tried in range(3):
            if await table.reported(self._database, account, report.ref, report.state, report.detail):
                return
            # It may have come before its message's id was kept.
            await asyncio.sleep(0.5 * tried)

    # -- inside

    def _sweep_later(self) -> None:
        if self._sweeping is None and self._threads:
            loop = asyncio.get_running_loop()
            self._sweeping = loop.call_later(min(30.0, self._idle_s), self._sweep)

    def _sweep(self) -> None:
        """End what was silent for long enough."""
        self._sweeping = None
        now = asyncio.get_running_loop().time()
        for thread in list(self._threads.values()):
            if now - thread.heard_at >= self._idle_s:
                thread.close("nobody wrote for a while")
        self._sweep_later()

    def _keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._minded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _minded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except _TROUBLE as error:
            log.warning("a text message could not be handled: %r", error)
        except Exception:
            log.exception("a text message could not be handled")


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
