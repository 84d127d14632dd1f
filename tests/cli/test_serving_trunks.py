"""Trunks of the real table joined to a SIP agent and a switchboard, while all of them run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from cli.serving.trunks import admit_trunks, call_by_trunks, open_trunks
from mediaserver.calls.protocols import Invitation
from mediaserver.config import Settings, load
from mediaserver.errors import CallError
from mediaserver.metrics import Metrics
from mediaserver.storage import trunks as table
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.sealing import open_sealer
from sip.access.challenger import Challenger
from sip.access.endpoints import Endpoints
from sip.access.gate import Gate
from sip.access.lent import LentPhones
from sip.calls.user_agent import SipAgent
from sip.trunks.board import TrunkBoard
from sip.trunks.rows import written
from sip.trunks.spec import TrunkSpec
from tests.api.board import Board
from tests.sip.agents import SDP, agent, raw_peer

CARRIER = "127.0.0.32"


class Served:
    """A server without the rest of it."""

    def __init__(self, settings: Settings, trunks: TrunkBoard, us: SipAgent, gate: Gate) -> None:
        self.trunks, self.us, self.gate = trunks, us, gate
        self.settings = settings
        self.metrics = Metrics()
        self.board = Board(self.metrics)
        call_by_trunks(trunks, us, self.board, self.metrics)
        self.changes = asyncio.Queue[None]()
        trunks.on_change(lambda: self.changes.put_nowait(None))
        self.changes.get_nowait()

    async def add(self, pool: asyncpg.Pool, spec: TrunkSpec) -> None:
        sealer = open_sealer(self.settings.data)
        await table.add_trunk(pool, spec.name, *written(spec, sealer))
        await asyncio.wait_for(self.changes.get(), 10)


@pytest.fixture
async def served(pool: asyncpg.Pool, postgres: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[Served]:
    settings = load(None, {"data": str(tmp_path), "sip": {"anonymous": []}})
    async with AsyncExitStack() as undo:
        trunks = await open_trunks(
            settings, lambda: open_connection(postgres.dsn), undo, open_sealer(tmp_path)
        )
        gate = Gate(Endpoints(), Challenger("voiceforge", Endpoints().password))
        calls = asyncio.Queue[Invitation]()
        us = await undo.enter_async_context(
            agent(lambda call: trunks.invited(call, calls.put_nowait), gate=gate)
        )
        admit_trunks(trunks, gate, settings.sip, undo, LentPhones("voiceforge", time.monotonic))
        made = Served(settings, trunks, us, gate)
        yield made
        await made.board.close()


async def test_a_row_opens_the_way_out_and_in_without_a_restart(served: Served, pool: asyncpg.Pool) -> None:
    with pytest.raises(CallError, match="not allowed"):
        served.board.place("+4930", "echo")
    async with raw_peer(CARRIER) as carrier:
        asking = carrier.make("INVITE", f"sip:echo@127.0.0.1:{served.us.port}", body=SDP)
        carrier.send(asking, served.us.port)
        assert (await carrier.response(200, 401, 180)).status == 401, "nobody knows it yet"
        await served.add(pool, TrunkSpec("carrier", CARRIER, carrier.port, prefixes=("+49",)))
        assert served.gate.endpoints.is_trunk(CARRIER)
        call = served.board.place("+4930", "echo", caller="+4999")
        invite = await carrier.request("INVITE")
        assert (invite.uri.user, invite.from_.uri.user) == ("+4930", "+4999")
        await served.board.hang_up(call.id)
        with pytest.raises(CallError, match="not allowed"):
            served.board.place("+33", "echo")
        again = carrier.make("INVITE", f"sip:echo@127.0.0.1:{served.us.port}", cseq=2, branch="2", body=SDP)
        again.set("Call-ID", "second")
        carrier.send(again, served.us.port)
        assert (await carrier.response(100, 401)).status == 100
    shown = served.metrics.render().decode()
    assert 'voiceforge_trunk_attempts_total{trunk="carrier"} 1.0' in shown
