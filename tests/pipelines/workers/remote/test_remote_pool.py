"""Workers on another machine, over real WebSockets on loopback: what a call notices, and what it does not."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
from dataclasses import replace
from typing import Any

import pytest

from mediaserver.errors import EngineError
from pipelines.workers import supervisor
from pipelines.workers.hosting.bridge import MAX_AUDIO
from pipelines.workers.protocol import Msg, pack
from pipelines.workers.remote import remote_worker
from pipelines.workers.remote.remote_pool import RemotePool
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.work_pool import WorkGate
from tests.pipelines.workers.asker import Asker
from tests.pipelines.workers.remote.host import ECHO, Wire, echoing, remote, until


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> WorkerSpec:
    """Its host looks after requests often, and gives one little time; the worker itself has all it needs."""
    monkeypatch.setattr(supervisor, "PING_EVERY_S", 0.01)
    return replace(ECHO, answer_limit_s=0.05, silence_limit_s=60.0)


async def past_its_limit(spec: WorkerSpec) -> None:
    """Long enough that a request that is watched over would have been given up. Nothing tells of what does
    not happen: later it can only be found out more surely."""
    loop = asyncio.get_running_loop()
    over = loop.time() + 4 * spec.answer_limit_s
    await until(lambda: loop.time() > over)


async def test_a_request_is_answered_as_by_a_worker_of_this_machine() -> None:
    async with echoing() as host, remote(host.reached()) as pool:
        asker = Asker()
        assert pool.open(asker, say="hello") is not None
        await asker.change()
        assert [message.json() for message in asker.messages] == [{"said": "hello"}]
        assert pool.load == 0 and pool.facts["engine"] == "echo"


async def test_lines_are_used_again_by_later_requests() -> None:
    async with echoing() as host, remote(host.reached(spare=1)) as pool:
        for number in range(20):
            asker = Asker()
            assert pool.open(asker, say=number) is not None
            await asker.change()
            assert asker.messages[0].json() == {"said": number}
        assert host.hosted.counts["line"] <= 3  # one was taken ahead for each that was in use


async def test_old_lines_are_replaced_so_that_new_places_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_worker, "AGE_S", 0.1)
    async with echoing() as host, remote(host.reached()) as pool:
        asker = Asker()
        assert pool.open(asker, say="hello") is not None
        await asker.change()
        await until(lambda: host.hosted.counts["line"] > 6)
        assert pool.restarts == 0 and len(host.hosted.bridges) < 6


async def test_many_requests_at_once_each_have_a_line() -> None:
    async with echoing() as host, remote(host.reached()) as pool:
        askers = [Asker() for _ in range(30)]
        tickets = [await pool.open_within(5, asker, say="hold") for asker in askers]
        await until(lambda: host.hosted.at_work == 30)
        for ticket in tickets:
            assert ticket is not None
            ticket.close()
        await until(lambda: not host.hosted.at_work)
        assert host.hosted.pool.load == 0 and pool.load == 0


async def test_its_requests_count_at_the_gate_of_their_pool_of_work() -> None:
    """They did not, and nobody told it when another engine's had left."""
    gate = WorkGate(1)
    async with echoing() as host:
        pool = RemotePool("echo", [host.reached()])
        pool.configure(gate=gate)
        await pool.start()
        ticket = pool.open(Asker(), say="hold")
        assert ticket is not None and not gate.open
        ticket.close()
        async with gate.place(1):
            waiting = asyncio.create_task(pool.opened(Asker(), within_s=10, say="hold"))
            await until(lambda: pool.waiting)
        (await waiting).close()
        await pool.close()


async def test_the_least_loaded_host_gets_the_next_request() -> None:
    async with echoing() as one, echoing() as other, remote(one.reached(), other.reached()) as pool:
        await until(lambda: all(each.ready for each in pool.hosts))
        for _ in range(6):
            assert pool.open(Asker(), say="hold") is not None
        assert [len(host.requests) for host in pool.hosts] == [3, 3]


async def test_a_worker_that_dies_there_is_lost_here_and_another_answers() -> None:
    async with echoing() as host, remote(host.reached()) as pool:
        asker = Asker()
        pool.open(asker, say="hold")
        await until(lambda: host.hosted.at_work)
        pid = host.hosted.pool.workers[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await asyncio.wait_for(asker.change(), 10)
        assert asker.lost == "died"
        again = Asker()
        assert await pool.open_within(10, again, say="hello") is not None
        await again.change()
        assert again.messages[0].json() == {"said": "hello"}
        assert host.hosted.counts["down"] == 1 and pool.restarts == 1


async def test_a_worker_there_that_never_answers_is_given_up_only_when_somebody_waits(
    impatient: WorkerSpec,
) -> None:
    async with echoing(impatient) as host, remote(host.reached()) as pool:
        asker = Asker()
        ticket = pool.open(asker, say="hold")
        assert ticket is not None
        await until(lambda: host.hosted.at_work)
        ticket.send(pack(Msg.FINISH, ticket.id))
        await past_its_limit(impatient)
        assert asker.lost == "" and host.hosted.pool.restarts == 0
        ticket.awaits()
        await asker.change()
        assert asker.lost == "gave no answer for 0.05 s" and asker.messages == []


async def test_a_worker_there_that_waits_for_us_is_not_given_up(impatient: WorkerSpec) -> None:
    """For the end of what is said, or until its answers are taken: whoever pings meanwhile costs nobody."""
    async with echoing(impatient) as host, remote(host.reached()) as pool:
        asker = Asker()
        ticket = pool.open(asker, say="hold")
        assert ticket is not None
        ticket.awaits()
        await until(lambda: host.hosted.at_work)
        await past_its_limit(impatient)
        assert asker.lost == "" and host.hosted.pool.restarts == 0
    async with echoing(impatient, kind="tts") as host, remote(host.reached()) as pool:
        asker = Asker()
        ticket = pool.open(asker, say="sound")
        assert ticket is not None
        await asker.change()
        ticket.awaits()
        await past_its_limit(impatient)
        assert asker.lost == "" and host.hosted.pool.restarts == 0
        ticket.send(pack(Msg.CREDIT, ticket.id, struct.pack("<I", 1_600)))
        ticket.awaits()
        await asker.change()
        assert asker.lost == "gave no answer for 0.05 s"


async def test_a_line_that_is_cut_costs_its_request_and_is_opened_again() -> None:
    async with echoing() as host, Wire(host.port) as wire:
        async with remote(
            replace(host.reached(), url=host.url.replace(str(host.port), str(wire.port)))
        ) as pool:
            asker = Asker()
            pool.open(asker, say="hold")
            await until(lambda: host.hosted.at_work)
            wire.cut()
            await asker.change()
            assert asker.lost == "cut the line"
            assert await pool.wait_room(10)
            assert pool.restarts == 1


async def test_a_host_that_was_started_again_is_reached_again(caplog: pytest.LogCaptureFixture) -> None:
    async with echoing() as other:
        async with echoing() as host:
            pool = RemotePool("far", [host.reached(), other.reached()])
            await pool.start()
            await until(lambda: all(each.ready for each in pool.hosts))
        try:
            await until(lambda: not pool.hosts[0].ready and pool.hosts[0].fault)
            asker = Asker()
            assert pool.open(asker, say="hello") is not None
            await asker.change()
            assert asker.messages[0].json() == {"said": "hello"}
            async with echoing(port=host.port):
                await until(lambda: pool.hosts[0].ready)
                assert pool.hosts[0].fault == "" and pool.restarts == 1
        finally:
            await pool.close()
    assert "it is reached again" in caplog.text


async def test_a_host_that_falls_silent_is_given_up_and_the_other_takes_over() -> None:
    async with echoing() as host, echoing() as other, Wire(host.port) as wire:
        async with remote(host.reached(wire), other.reached()) as pool:
            await until(lambda: all(each.ready for each in pool.hosts))
            asker = Asker()
            pool.open(asker, say="hold")
            await until(lambda: host.hosted.at_work)
            wire.hold()
            await asker.change()
            assert asker.lost.startswith("gave no sign of life")
            again = Asker()
            assert pool.open(again, say="hello") is not None
            await again.change()
            assert again.messages[0].json() == {"said": "hello"}


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"key": "another key altogether"}, "refuses the key"),
        ({"url": "ws://127.0.0.1:9/"}, "cannot be reached"),
    ],
)
async def test_why_a_host_cannot_be_used_is_said_in_a_line(settings: dict[str, Any], why: str) -> None:
    async with echoing() as host:
        with pytest.raises(EngineError, match=why) as raised:
            async with remote(replace(host.reached(), **settings)):
                pass
        assert "another key" not in str(raised.value)


async def test_an_engine_that_is_not_served_is_said_to_be_missing() -> None:
    async with echoing() as host:
        with pytest.raises(EngineError, match="serves no such engine"):
            async with remote(replace(host.reached(), url=host.url + "es")):
                pass


async def test_a_full_pool_there_is_a_lost_request_here() -> None:
    async with echoing(replace(ECHO, at_once=1)) as host:
        host.hosted.facts = {}  # as with another media server, whose requests we do not know
        async with remote(host.reached()) as pool:
            pool.open(Asker(), say="hold")
            asker = Asker()
            pool.open(asker, say="hello")
            await asker.change()
            assert asker.lost == "has no room"
            assert not pool.workers[0].room


async def test_its_room_is_known_from_what_the_host_tells() -> None:
    async with echoing(replace(ECHO, at_once=1)) as host, remote(host.reached()) as pool:
        assert pool.open(Asker(), say="hold") is not None
        assert pool.open(Asker(), say="hold") is None


async def test_more_audio_than_any_utterance_has_ends_the_line() -> None:
    async with echoing() as host, remote(host.reached()) as pool:
        asker = Asker()
        ticket = pool.open(asker, say="hold")
        assert ticket is not None
        for _ in range(3):
            ticket.send(pack(Msg.AUDIO, ticket.id, bytes(MAX_AUDIO // 2 - 1)))
        await asker.change()
        assert asker.lost == "closed the line (1009)"
        assert host.hosted.pool.restarts == 0


async def test_a_host_that_leaves_lets_requests_end() -> None:
    async with echoing() as host, remote(host.reached()) as pool:
        asker = Asker()
        ticket = pool.open(asker, say="hold")
        assert ticket is not None
        await until(lambda: host.hosted.at_work)
        leaving = asyncio.ensure_future(host.door.leave())
        await until(lambda: len(host.hosted.bridges) == 1)  # the spare ones go at once
        assert not leaving.done()
        ticket.close()
        await leaving
        assert asker.lost == "" and not host.hosted.bridges
