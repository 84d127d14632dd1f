"""What is said by SIP is seen as the settings say, and by nobody where they want none of it."""

from __future__ import annotations

from contextlib import AsyncExitStack

from cli.serving.tracing import open_tracer, trace
from mediaserver.host_port import host_port
from mediaserver.metrics import Metrics
from mediaserver.settings.tracing import TracingSettings
from sip.access.challenger import Challenger
from sip.access.endpoints import Endpoints, Trunk
from sip.access.gate import Gate
from sip.tracing.traced import Wanted
from tests.api.board import Board
from tests.sip.agents import agent, raw_peer
from tests.sip.tracing.test_hep import Collector


def gate(*trunks: Trunk) -> Gate:
    nobody: dict[str, str] = {}
    return Gate(Endpoints((), trunks), Challenger("voiceforge", nobody.get))


async def test_headers_that_prove_a_trunk_are_masked_whatever_the_rows_become() -> None:
    async with AsyncExitStack() as undo, agent() as sip, raw_peer() as peer:
        tracer = open_tracer(TracingSettings(), Board(Metrics()), Metrics(), undo)
        doors = gate()
        trace(tracer, sip, doors)
        doors.endpoints = Endpoints((), [Trunk("a", header=("X-Key-Of-A", "hushhush")), Trunk("b")])
        lines = {"X-Key-Of-A": "hushhush", "X-Other": "seen"}
        peer.send(peer.make("OPTIONS", f"sip:x@127.0.0.1:{sip.port}", lines=lines), sip.port)
        await peer.response(200)
        asked, answered = await tracer.recent(Wanted(), 10)
        assert b"hush" not in asked.data and b"X-Key-Of-A: ***\r\nX-Other: seen" in asked.data
        assert asked.local == answered.local == ("127.0.0.1", sip.port)


async def test_who_wants_nothing_pays_for_nothing() -> None:
    async with AsyncExitStack() as undo, agent() as sip:
        trace(open_tracer(TracingSettings(trace_minutes=0), Board(Metrics()), Metrics(), undo), sip, gate())
        assert sip.transport.tap is None


async def test_a_collector_gets_what_is_not_kept_here() -> None:
    collector, metrics = Collector(), Metrics()
    target = host_port(*collector.socket.getsockname())
    settings = TracingSettings(trace_minutes=0, trace_hide_numbers=True, hep_target=target)
    async with AsyncExitStack() as undo, agent() as sip, raw_peer() as peer:
        tracer = open_tracer(settings, Board(metrics), metrics, undo)
        trace(tracer, sip, gate())
        address = f"sip:+4930123456@127.0.0.1:{sip.port}"
        for branch in range(1_000):  # until it is known where the collector is
            peer.send(peer.make("OPTIONS", address, branch=f"{branch}"), sip.port)
            await peer.response(200)
            if sent(metrics):
                break
        got = await collector.next()
        assert b"+4930123456" not in got[15] and b"+493xxxxx56" in got[15]
        assert tracer.kept.bytes == 0
    collector.socket.close()


def sent(metrics: Metrics) -> float:
    return metrics.registry.get_sample_value("voiceforge_hep_messages_total", {"fate": "sent"}) or 0.0
