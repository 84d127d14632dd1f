"""Text messages with everything real: the tables, the switchboard, an agent in writing, and an account at a
server that refuses what Zadarma refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import asyncpg

from mediaserver.calls.call import Call
from mediaserver.calls.protocols import CallControls, Talker
from mediaserver.calls.routes import AgentSpec, RouteTable
from mediaserver.media.leg import Leg
from mediaserver.metrics import Metrics
from mediaserver.outbound.policy import OutboundPolicy
from mediaserver.outbound.risk import RiskList
from mediaserver.settings.handing_over import TextCaps
from mediaserver.storage.digests import Digests
from mediaserver.storage.records import Record
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Row
from pipelines.conversation.agent import Act, AgentInput, Answered, Context, End, Say, Utterance
from pipelines.conversation.typed_session import TypedSession
from providers.accounts.board import ProviderBoard
from providers.accounts.rows import AccountRows, ReadAccounts
from providers.accounts.served import Standing
from providers.calls.desk import AccountDesk
from providers.calls.office import ProviderCalls
from providers.kind import Account, Surroundings
from providers.kinds import installed
from providers.messages.desk import TextDesk
from providers.messages.sending import NO_LIMITS, TextSender
from providers.provider import TextMessage
from tests.api.board import Board
from tests.mediaserver.calls.rows import agent, route
from tests.mediaserver.fetching.servers import client
from tests.standins.provider import serving
from tests.standins.zadarma.server import ACCOUNT_KEY, SECRET, ZadarmaStandIn

KEYED = Digests(b"k" * 32)
OURS, THEIRS, HERS = "+442030000000", "+4915112345678", "+4915187654321"


class Clerk:
    """Greets, answers what it is told, and ends where it is told `bye`."""

    def __init__(self) -> None:
        self.heard_words: list[str] = []

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        match said:
            case Answered():
                yield Say("Hello from the shop.")
            case Utterance(text="bye"):
                yield Say("Goodbye.")
                yield End()
            case Utterance(text=text):
                self.heard_words.append(text)
                yield Say(f"You said {text}.")
                yield Say("What else?")
            case _:
                """Nothing else happens in writing."""

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()


@dataclass
class Clerks:
    """Implements WrittenMaker."""

    calls: list[Call] = field(default_factory=list)

    def check(self, agent: AgentSpec) -> None: ...

    def make(self, agent: AgentSpec, call: Call, leg: Leg, controls: CallControls) -> Talker:
        raise AssertionError("nobody speaks here")

    def make_written(self, agent: AgentSpec, call: Call, controls: CallControls) -> Talker:
        self.calls.append(call)
        context = Context(call.id, 0, call.direction, call.from_uri, call.to_uri, call.about)
        session = TypedSession(call, Clerk(), controls.hang_up, context=context)
        return Talker(session, keeps_digits=True, steering=session, words_only=True)


@dataclass
class Shop:
    there: ZadarmaStandIn
    desk: TextDesk
    clerks: Clerks
    board: Board
    accounts: ProviderBoard
    pool: asyncpg.Pool
    _told: int = 0

    async def text(self, words: str, sender: str = THEIRS, to: str = OURS, ref: str = "") -> None:
        """A message comes in, and all that follows from it is done."""
        self._told += 1
        await self.desk.received("main", TextMessage(ref or f"m{self._told}", sender, to, words))
        await self.settle()

    async def settle(self) -> None:
        """Nothing is on its way any more."""
        await self.desk.idle()
        await self.until(lambda: not any(each._timer for each in self.desk.conversations.threads))
        await self.desk.idle()

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not true():  # noqa: ASYNC110 - of others, who tell nobody
                await asyncio.sleep(0.005)

    def also(self, name: str) -> None:
        """One more account, of nobody's."""
        rows, main = self.accounts.rows, self.accounts.account("main")
        assert main is not None
        settings = {"key": ACCOUNT_KEY, "secret": SECRET, "base_url": self.there.url}
        self.accounts.take(ReadAccounts({"main": main, name: rows.made(name, "zadarma", settings)}))

    def sent(self) -> list[tuple[str, str]]:
        """To whom, and what."""
        return [
            (fields["number"], fields["message"])
            for method, path, fields in self.there.asked
            if path == "sms/send"
        ]

    async def rows(self) -> list[Row]:
        rows = await self.pool.fetch("select * from provider_messages order by at, id")
        return [dict(row) for row in rows]


@asynccontextmanager
async def shop(
    pool: asyncpg.Pool,
    *,
    idle_s: float = 60,
    limits: Mapping[Any, TextCaps] = NO_LIMITS,
    answers: str = "clerk",
    **settings: Any,
) -> AsyncIterator[Shop]:
    """`answers`: the agent of the number."""
    async with serving(ZadarmaStandIn()) as there, client() as fetcher:
        rows = AccountRows(installed(), Sealer(b"k" * 32), "https://voice.test")
        content = {"key": ACCOUNT_KEY, "secret": SECRET, "base_url": there.url, "caller": OURS,
                   "prefixes": ["+49", "!+49900"]} | settings  # fmt: skip
        accounts = ProviderBoard(rows)
        clerks = Clerks()
        board = Board(Metrics(), {"python": clerks})
        routes = RouteTable(
            [
                agent("clerk", kind="python", entry="x:Y"),
                agent("other", kind="python", entry="x:Y"),
                agent("hers", kind="python", entry="x:Y", owner=UUID(int=9)),
            ],  # fmt: skip
            [route(OURS, answers)],
        )
        policy = OutboundPolicy(risks=RiskList.shipped())
        desk = TextDesk(
            pool,
            accounts,
            TextSender(pool, accounts, policy, KEYED, limits),
            board,
            routes,
            idle_s=idle_s,
            gather_s=0.02,
        )
        try:
            accounts.take(ReadAccounts({"main": rows.made("main", "zadarma", content)}))
            calls = cast(ProviderCalls, None)  # of calls nothing is told here

            def surroundings(account: Account) -> Surroundings:
                told = AccountDesk(account.name, calls, lambda name, report: None, lambda: desk)
                return Surroundings(told, fetcher, fetcher)

            accounts.made_with(surroundings)
            made = Shop(there, desk, clerks, board, accounts, pool)
            await made.until(
                lambda: (served := accounts.served("main")) and served.standing is Standing.READY
            )
            yield made
        finally:
            await desk.close()
            await board.close()
            await accounts.close()
