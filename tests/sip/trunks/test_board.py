"""The trunks of a server while their table changes, and calls that come by them."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from mediaserver.calls.protocols import Invitation
from mediaserver.storage import trunks as table
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Row
from sip.access.challenger import Challenger
from sip.access.endpoints import Endpoints
from sip.access.gate import Gate
from sip.calls.user_agent import SipAgent
from sip.trunks.board import TrunkBoard
from sip.trunks.line import TrunkLine
from sip.trunks.rows import written
from sip.trunks.spec import NumberRules, TrunkSpec
from sip.trunks.whereabouts import Whereabouts
from tests.sip.agents import SDP, agent, legs_of, raw_peer

SEALER = Sealer(b"k" * 32)
PBX = "127.0.0.31"


def row(spec: TrunkSpec) -> Row:
    settings, secrets = written(spec, SEALER)
    return {"name": spec.name, "version": 1, "settings": settings, "secrets": secrets}


def board_of(*specs: TrunkSpec, reserved: tuple[str, ...] = ()) -> TrunkBoard:
    board = TrunkBoard(SEALER, reserved)
    board.take([row(spec) for spec in specs])
    return board


async def test_the_table_is_followed(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> None:
    board, changes = TrunkBoard(SEALER), asyncio.Queue[None]()
    board.on_change(lambda: changes.put_nowait(None))
    await board.start(lambda: open_connection(postgres.dsn), poll_s=3600.0)
    try:
        while not changes.empty():
            changes.get_nowait()
        await table.add_trunk(pool, "acme", *written(TrunkSpec("acme", "one.test"), SEALER))
        await asyncio.wait_for(changes.get(), 10)
        line = board.line("acme")
        assert line is not None and line.spec.host == "one.test"
        await table.change_trunk(pool, "acme", *written(TrunkSpec("acme", "two.test"), SEALER))
        await asyncio.wait_for(changes.get(), 10)
        assert board.line("acme") is line and line.spec.host == "two.test"
        await table.remove_trunk(pool, "acme")
        await asyncio.wait_for(changes.get(), 10)
        assert not board.lines
    finally:
        await board.close()


async def test_what_makes_no_sense_is_a_finding_and_its_calls_go_on(caplog: pytest.LogCaptureFixture) -> None:
    board = board_of(TrunkSpec("a", "a.test"), TrunkSpec("b", "b.test"))
    bad = {**row(TrunkSpec("b", "b.test")), "settings": {"hots": "x"}}
    for _ in range(2):
        board.take([row(TrunkSpec("a", "a.test")), bad])
    assert [line.spec.name for line in board.lines] == ["a"]
    (finding,) = board.findings()
    assert finding.name == "trunk b" and "nearest is host" in finding.detail and not finding.required
    assert caplog.text.count("trunk b is not used") == 1


async def test_a_name_of_the_settings_is_not_given_twice() -> None:
    board = board_of(TrunkSpec("pbx", "a.test"), reserved=("pbx",))
    assert not board.lines and "sip.trunks.pbx" in board.faults["pbx"]


async def test_each_trunk_is_tended_once_and_anew_when_its_row_changes() -> None:
    board, said = board_of(TrunkSpec("a", "a.test"), TrunkSpec("off", "b.test", enabled=False)), []
    told = asyncio.Queue[str]()

    async def tend(line: TrunkLine) -> None:
        host = line.spec.host
        told.put_nowait(f"+{host}")
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # taking a registration back takes a moment
            told.put_nowait(f"-{host}")

    board.tended_by(tend)
    said.append(await told.get())
    same = TrunkSpec("off", "b.test", enabled=False)
    board.take([row(TrunkSpec("a", "a.test")), row(same)])
    board.take([row(TrunkSpec("a", "c.test")), row(same)])
    said += [await told.get(), await told.get()]
    board.take([row(same)])
    said.append(await told.get())
    assert said == ["+a.test", "-a.test", "+c.test", "-c.test"]
    board.take([row(TrunkSpec("a", "d.test"))])
    assert await told.get() == "+d.test"
    await board.stop_tending()
    assert await told.get() == "-d.test" and told.empty()


async def test_how_trunks_stand_is_told() -> None:
    board = board_of(TrunkSpec("a", "a.test"), TrunkSpec("b", "b.test"))
    assert [finding.ok for finding in board.findings()] == [True]
    line = board.line("b")
    assert line is not None
    line.answers(False, "no answer to OPTIONS")
    (finding,) = board.findings()
    assert (finding.ok, finding.name) == (False, "trunk b") and "no answer to OPTIONS" in finding.detail


async def addresses(host: str) -> list[str]:
    if host == "gone.test":
        raise OSError("no such host")
    return {"one.test": ["10.0.0.2", "10.0.0.1"], "edge.test": ["10.0.0.3"]}[host]


async def test_a_trunk_calls_from_its_networks_or_else_from_where_its_hosts_are() -> None:
    board = board_of(
        TrunkSpec("names", "one.test", outbound_proxy="edge.test:5080"),
        TrunkSpec("nets", "one.test", networks=("192.0.2.0/24",)),
        TrunkSpec("header", "one.test", header="X-Token: 1", may_dial=("demo",)),
        TrunkSpec("literal", "10.9.9.9"),
        TrunkSpec("gone", "gone.test"),
    )
    whereabouts = Whereabouts(board, addresses)
    assert {trunk.name for trunk in whereabouts.endpoints()} == {"nets", "header", "literal"}, "or everybody"
    assert await whereabouts.refresh() and not await whereabouts.refresh()
    found = {trunk.name: trunk for trunk in whereabouts.endpoints()}
    assert [str(each) for each in found["names"].networks] == ["10.0.0.1/32", "10.0.0.2/32", "10.0.0.3/32"]
    assert [str(each) for each in found["nets"].networks] == ["192.0.2.0/24"]
    assert found["header"].header == ("X-Token", "1") and found["header"].networks == ()
    assert found["header"].reach.patterns == ("demo",) and not found["names"].reach.extensions
    assert "gone" not in found and found["literal"].networks == (ipaddress.ip_network("10.9.9.9"),)


async def test_a_trunk_that_is_known_by_where_it_is_may_have_our_proof_and_no_other() -> None:
    board = board_of(
        TrunkSpec("known", "10.9.9.9", username="bob", password="zanzibar"),
        TrunkSpec("anywhere", "10.9.9.8", header="X-Token: 1", username="bob", password="zanzibar"),
        TrunkSpec("open", "10.9.9.7"),
    )
    accounts = {trunk.name: trunk.admitted.account for trunk in Whereabouts(board).endpoints()}
    line = board.line("known")
    assert line is not None and line.account is not None
    assert accounts == {"known": line.account, "anywhere": None, "open": None}
    assert "zanzibar" not in repr(Whereabouts(board).endpoints())


async def test_addresses_that_were_known_stay_while_nobody_can_say() -> None:
    answers = [["10.0.0.1"]]

    async def once(host: str) -> list[str]:
        if not answers:
            raise OSError("timed out")
        return answers.pop()

    whereabouts = Whereabouts(board_of(TrunkSpec("a", "a.test")), once)
    assert await whereabouts.refresh() and not await whereabouts.refresh()
    assert len(whereabouts.endpoints()) == 1


class Door:
    """A server behind a gate, and what was handed onward."""

    def __init__(self, board: TrunkBoard) -> None:
        self.board = board
        self.calls = asyncio.Queue[Invitation]()
        self.us: SipAgent


@asynccontextmanager
async def door(*specs: TrunkSpec) -> AsyncIterator[Door]:
    it = Door(board_of(*specs))
    endpoints = Endpoints(trunks=Whereabouts(it.board).endpoints())
    challenger = Challenger("voiceforge", endpoints.password)
    onward = it.calls.put_nowait
    async with agent(lambda call: it.board.invited(call, onward), gate=Gate(endpoints, challenger)) as it.us:
        yield it


RECEIVE = NumberRules(strip="0", prepend="+49")


async def test_a_call_by_a_trunk_is_read_as_its_row_says() -> None:
    spec = TrunkSpec("pbx", PBX, receive=RECEIVE, headers_in=("X-Correlation",))
    async with door(spec) as it, raw_peer(PBX) as peer:
        lines = {"P-Asserted-Identity": "<sip:0301@pbx>", "From": '"x" <sip:0302@pbx>;tag=1'}
        uri = f"sip:03099@127.0.0.1:{it.us.port}"
        peer.send(peer.make("INVITE", uri, body=SDP, lines=lines), it.us.port)
        call = await asyncio.wait_for(it.calls.get(), 10)
        assert (call.dialled, call.from_uri) == ("+493099@127.0.0.1", "sip:+49301@pbx")
        assert call.about["sip"]["trunk"] == "pbx" and call.about["sip"]["asserted"] == ["+49301"]
        assert list(call.about["sip"]["headers"]) == ["X-Correlation"]
        assert [each["index"] for each in call.about["sip"]["history"]] == ["1", "1.1"]
        line = it.board.line("pbx")
        assert line is not None and line.limits.calls == 1
        peer.send(peer.make("CANCEL", uri), it.us.port)
        await peer.response(487)
        assert line.limits.calls == 0


async def test_nobody_else_is_believed_who_says_who_calls() -> None:
    async with agent(None) as us, raw_peer() as peer:
        calls = asyncio.Queue[Invitation]()
        us._server._on_invite = lambda call: TrunkBoard(SEALER).invited(call, calls.put_nowait)
        lines = {"P-Asserted-Identity": "<sip:+49110@police.test>", "X-Case": "7"}
        peer.send(peer.make("INVITE", f"sip:x@127.0.0.1:{us.port}", body=SDP, lines=lines), us.port)
        call = await asyncio.wait_for(calls.get(), 10)
        assert call.from_uri == "sip:raw@127.0.0.1" and not call.about


async def test_a_trunk_that_has_its_calls_gets_503() -> None:
    async with door(TrunkSpec("pbx", PBX, max_calls=1)) as it, raw_peer(PBX) as peer:
        for number in range(2):
            lines = {"Call-ID": f"c{number}"}
            uri = f"sip:x@127.0.0.1:{it.us.port}"
            peer.send(peer.make("INVITE", uri, branch=f"b{number}", body=SDP, lines=lines), it.us.port)
        answer = await peer.response(503)
        assert answer.call_id == "c1" and it.calls.qsize() == 1 and legs_of(it.us) == 1


async def test_forged_calls_do_not_take_all_places_of_a_trunk() -> None:
    async with door(TrunkSpec("pbx", PBX, max_calls=4)) as it, raw_peer(PBX) as peer:
        for number in range(4):
            lines = {"Call-ID": f"c{number}"}
            uri = f"sip:x@127.0.0.1:{it.us.port}"
            peer.send(peer.make("INVITE", uri, branch=f"b{number}", body=SDP, lines=lines), it.us.port)
        answer = await peer.response(503)
        assert answer.call_id == "c3" and it.calls.qsize() == 3
        line = it.board.line("pbx")
        assert line is not None and not line.limits.take(4, 0, 0.0), "one is left for calls of ours"
