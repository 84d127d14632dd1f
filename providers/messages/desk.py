"""Text messages that come in: kept, judged, and told to the agent that answers their number; what a call or
the API wants written goes out.

A message is kept before its provider may forget it. Who wrote STOP is written to no more; machines are not
answered for long. How a conversation goes is `conversations`'.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from mediaserver.calls.protocols import Switchboard
from mediaserver.calls.routes import AgentSpec, Routes, ToAgent
from mediaserver.calls.texting import TextOrder, TextRefusedError, TextTaken, TextWhy
from mediaserver.errors import VoiceForgeError
from mediaserver.storage import opt_outs
from mediaserver.storage import provider_messages as table
from mediaserver.storage.provider_messages import NewText
from mediaserver.storage.sql import Database, Row
from providers.accounts.board import ProviderBoard
from providers.accounts.served import ServedAccount, Standing
from providers.messages.belonging import IDLE_S
from providers.messages.budgets import PeopleBudget
from providers.messages.conversations import Conversations, Whom
from providers.messages.errands import TROUBLE, Errands, insisted
from providers.messages.keywords import Keyword, keyword_of
from providers.messages.segments import segments
from providers.messages.sending import Outgoing, Sent, TextSender
from providers.messages.thread import GATHER_S
from providers.messages.turns import Turns
from providers.provider import MessageReport, TextMessage

log = logging.getLogger(__name__)

LATE = timedelta(hours=1)
"""What came in so long before a start of the server, and nobody was told of, is still answered."""
STARTING_S = 20.0
"""So long an account may take to be started."""
AGAIN_S = 5.0
"""After trouble with the database somebody is told of a message so much later."""
STOPPED = "You will get no more messages from this number. Write START to get them again."
STARTED = "You will get messages from this number again. Write STOP to end them."
HELP = "You write with an automatic assistant. Write STOP to get no more messages."
STATES = frozenset(("queued", "sent", "delivered", "undelivered", "failed"))
NOT_KNOWN_YET_S = (0.2, 1.0, 5.0, 10.0, 20.0)
"""A report that comes before its message's id was kept is tried again after these: the answer to the order
may be slow, and an order is given up only after some 30 s."""


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
        self._digests = sender.digests
        self._database = database
        self._board = board
        self._routes = routes
        self._clock = clock
        self._errands = Errands()
        self.conversations = Conversations(
            database, board, sender, switchboard, routes, self._errands, idle_s=idle_s, gather_s=gather_s
        )
        self._people = PeopleBudget()
        self.turns: Turns[Whom] = Turns()
        self._accounts_changed = asyncio.Event()
        board.on_change(self._accounts_changed.set)

    async def start(self) -> None:
        """Go on with what came in and nobody was told of, as far as it is not too old. Raises asyncpg
        errors."""
        rows = await table.unclaimed(self._database, datetime.now(UTC) - LATE)
        if rows:
            self._errands.run(self._go_on(rows))

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
        self.conversations.close()
        await self._errands.close()

    async def idle(self) -> None:
        """Return once nothing is being handled or sent."""
        await self._errands.idle()

    # -- providers.calls.desk.Messages

    async def received(self, account: str, message: TextMessage) -> None:
        """Kept when it returns. Raises asyncpg errors: the provider tells it again."""
        made = await table.add(
            self._database,
            NewText(
                account, "in", message.sender, message.to, message.text, segments(message.text), "received",
                ref=message.ref,
            ),
            self._digests,
        )  # fmt: skip
        if made is None:
            return  # it was told before
        row = await table.one(self._database, made)
        if row is not None:
            self._errands.run(self._handle(row))

    async def reported(self, account: str, report: MessageReport) -> None:
        """Kept when it returns, unless its message is not known yet. Raises asyncpg errors: the provider
        tells it again."""
        if report.state in STATES and not await self._noted(account, report):
            self._errands.run(self._note_later(account, report))

    async def _note_later(self, account: str, report: MessageReport) -> None:
        for pause_s in NOT_KNOWN_YET_S:
            await asyncio.sleep(pause_s)
            if await self._noted(account, report):
                return

    async def _noted(self, account: str, report: MessageReport) -> bool:
        return await table.reported(
            self._database, account, report.ref, report.state, report.detail, message=report.text
        )

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
            sent = await self._send(served, outgoing, takes_over=False)
        except TROUBLE as error:
            log.warning("a text could not be kept: %r", error)
            raise TextRefusedError("the text could not be kept, and was not sent", TextWhy.FAILED) from None
        return TextTaken(str(sent.id), sent.sender)

    def agent(self, name: str) -> AgentSpec | None:
        """An agent that may answer; None when there is none of that name."""
        return self._routes.agent(name)

    async def write(self, outgoing: Outgoing, *, takes_over: bool = False) -> Sent:
        """For whoever asks by the API. `takes_over`: they may write into others' conversations. Raises
        TextRefusedError and asyncpg errors."""
        served = await self.sender.account_by(outgoing.to, outgoing.account, outgoing.sender)
        return await self._send(served, outgoing, takes_over=takes_over)

    async def _send(self, served: ServedAccount, outgoing: Outgoing, *, takes_over: bool) -> Sent:
        """What begins a conversation. Raises TextRefusedError and asyncpg errors."""
        ours = outgoing.sender or served.account.settings.caller
        if self.is_anothers(ours, outgoing.owner):
            raise TextRefusedError(
                f"{ours[:20]} is answered by an agent of another key: what is written back is that key's",
                TextWhy.NO_SENDER,
            )
        return await self.sender.send(served, outgoing, begins=not takes_over)

    def is_anothers(self, ours: str, owner: UUID | None) -> bool:
        """Whether a number of ours is another key's, since an agent of that one answers it: whoever writes by
        it would be told what its people write back."""
        if owner is None or not ours:
            return False
        answers = self._routes.resolve(ours, datetime.now(UTC))
        return isinstance(answers, ToAgent) and answers.agent.owner not in (None, owner)

    # -- what came in

    async def _handle(self, row: Row) -> None:
        whom = Whom(row["account"], row["number"], row["ours"])
        async with self.turns.of(whom):  # in the order in which they came
            if not await table.claim(self._database, row["id"]):
                return
            owner: UUID | None = None
            try:
                owner, why = await self._judge(whom, row)
            except TROUBLE:
                await insisted(lambda: table.unclaim(self._database, row["id"]))
                self._errands.run(self._once_more(row))
                raise
            except VoiceForgeError as error:
                why = str(error)
                log.warning("a text to %s is not answered: %s", whom.ours or whom.account, error)
            if why:
                await table.settled(self._database, row["id"], state="kept", detail=why, owner=owner)

    async def _once_more(self, row: Row) -> None:
        await asyncio.sleep(AGAIN_S)
        await self._handle(row)

    async def _judge(self, whom: Whom, row: Row) -> tuple[UUID | None, str]:
        """Whose it is, and why nobody answers it; empty when somebody does."""
        against = await self._against(whom, row["body"])
        return (None, against) if against else await self.conversations.tell(whom, row)

    async def _against(self, whom: Whom, body: str) -> str:
        """Why no agent is told of it."""
        word = keyword_of(body)
        if word is not None:
            return await self._keyword(whom, word, body)
        if await self._wants_none(whom.account, whom.number):
            return "who wrote it wants no texts from us"
        served = self._board.served(whom.account)
        if served is None:
            return "its account is gone"
        if why := self.sender.against(served, whom.number):
            return f"it cannot be answered: {why}"
        if why := self._people.against(str(whom), body, self._clock()):
            log.warning("a text by %s is not answered: %s", whom.account, why)
            return why
        return ""

    async def _keyword(self, whom: Whom, word: Keyword, body: str) -> str:
        account, number = whom.account, whom.number
        if word is Keyword.STOP:
            before = await self._wants_none(account, number)
            await opt_outs.opt_out(self._database, account, number, body)
            self.conversations.end(whom, "it was asked to stop")
            if not before and self._people.may_be_confirmed(str(whom), self._clock()):
                await self._notice(whom, STOPPED, owed=True)
            return f"understood as {word}"
        if word is Keyword.START:
            text = STARTED if await opt_outs.opt_in(self._database, account, number, self._digests) else ""
            if not text:  # nothing was stopped: it is a word like any other
                return "it asks for what it has"
        else:
            text = HELP
        if not self._people.against(str(whom), body, self._clock()):
            if word is not Keyword.HELP or not await self._wants_none(account, number):
                await self._notice(whom, text)
        return f"understood as {word}"

    async def _wants_none(self, account: str, number: str) -> bool:
        return await opt_outs.opted_out(self._database, account, number, self._digests)

    async def _notice(self, whom: Whom, text: str, *, owed: bool = False) -> None:
        served = self._board.served(whom.account)
        if served is not None:
            await self.sender.notice(served, Outgoing(whom.number, text, whom.account, whom.ours), owed=owed)
