"""Faults that a running server has to outlive: one server for all of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import struct
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from callers.calling import CallingParty
from callers.voiced import Clip
from mediaserver.errors import CallError
from mediaserver.media.g711 import PCMU
from tests.faults.calling import SOON_GIVEN_UP, Watched, all_stored, calls, metrics, missing, poll, stored
from tests.faults.conftest import PAIRS
from tests.faults.processes import children, postmaster
from tests.peers.conftest import ServerProcess

STRANGER = "127.0.0.47"
JOURNALED = 'voiceforge_db_records_total{fate="journaled"}'
RESTARTS = 'voiceforge_engine_restarts_total{engine="%s"}'


async def kill_worker(server: ServerProcess, module: str) -> None:
    """All of that kind: calls have one of their own, and so has speech over HTTP."""
    for worker in children(server.process.pid, module):
        os.kill(worker, signal.SIGKILL)


async def restarted(server: ServerProcess, engine: str, before: float) -> None:
    """The counter moved and health is whole again."""
    await poll("the restart counter", lambda: metrics(server).get(RESTARTS % engine, 0) > before)
    await poll("a whole server", lambda: not missing(server))


# ---- engines and database


async def test_dead_recogniser_costs_no_call(shared: ServerProcess, book_a_room: Clip) -> None:
    """Killed while the caller speaks: the utterance is heard by the next worker, or asked for again."""
    before = metrics(shared).get(RESTARTS % "pocketsphinx", 0)
    async with calls(shared, "demo") as (one,):
        await one.told("agent")
        await one.call.talk.my_turn()
        speaking = asyncio.create_task(one.call.talk.say(book_a_room))
        await one.told("partial")
        await kill_worker(shared, "pocketsphinx.worker")
        await speaking
        await one.told("agent", 2)
        await one.say(book_a_room)
        assert one.call.talk.is_up()
        await restarted(shared, "pocketsphinx", before)
        understood = [final["text"] for final in one.all("final") if final["understood"]]
        assert "book a room" in understood


async def test_dead_voice_costs_no_call(shared: ServerProcess) -> None:
    """Killed while the agent speaks: the call goes on, and the next line is spoken."""
    before = metrics(shared).get(RESTARTS % "espeak-ng", 0)
    async with calls(shared, "demo") as (one,):
        assert await one.call.talk.speaking_for(200)
        await kill_worker(shared, "espeak.worker")
        await one.press("1")
        assert await one.call.talk.my_turn(), "the next question was not spoken"
        assert one.call.talk.is_up()
        await restarted(shared, "espeak-ng", before)
        heard = await one.told("heard", 2)
        assert "Which office" in heard["text"]


async def test_killed_database_loses_no_word(shared: ServerProcess) -> None:
    before = metrics(shared).get(JOURNALED, 0)
    async with calls(shared, "demo") as (one,):
        await one.press("1")
        os.kill(postmaster(shared.folder / "data"), signal.SIGKILL)
        await one.press("1")
        await one.press("1")
        said = [line["text"] for line in one.all("agent")]
        assert one.call.talk.is_up()
    await all_stored(shared)
    await poll("the database to be back", lambda: not missing(shared))
    assert metrics(shared)[JOURNALED] > before, "the database was never missed"
    call = await stored(shared, one.id)
    assert call["state"] == "ended" and call["why"] == "hung up"
    assert [line["text"] for line in call["transcript"]] == said
    assert [e["data"]["digit"] for e in call["events"] if e["kind"] == "dtmf"] == ["1", "1", "1"]


# ---- what runs out


async def test_full_disk_ends_the_recording_and_not_the_call(
    shared: ServerProcess, small_disk: Path | None
) -> None:
    if small_disk is None:
        pytest.skip("no small disk can be mounted here (needs root)")
    async with calls(shared, "echo") as (one,):
        await poll("a failed recording", lambda: metrics(shared)["voiceforge_recordings_failed_total"] >= 1)
        before = one.call.stream.reception.received
        await poll("more audio after it", lambda: one.call.stream.reception.received > before + 25)
        assert one.call.talk.is_up()
    await all_stored(shared)
    call = await stored(shared, one.id)
    assert call["why"] == "hung up"
    failed = [event for event in call["events"] if event["kind"] == "recording_failed"]
    assert [event["data"]["reason"] for event in failed] == ["No space left on device"]
    await asyncio.to_thread(make_room, small_disk)


def make_room(disk: Path) -> None:
    for path in disk.rglob("*.wav"):
        path.unlink()


async def test_no_port_for_audio_is_503_for_this_caller_only(shared: ServerProcess) -> None:
    async with calls(shared, *["echo"] * PAIRS) as those:
        async with CallingParty(f"sip:echo@{shared.sip}", timing=SOON_GIVEN_UP) as party:
            with pytest.raises(CallError) as refused:
                await party.call()
        assert refused.value.code == 503
        assert all(one.call.talk.is_up() for one in those)
    await echoes(shared)


# ---- strangers


async def echoes(server: ServerProcess, clip: Clip | None = None) -> None:
    """The server still answers a call and carries its audio."""
    async with calls(server, "echo") as (one,):
        await hears_itself(one, clip or tone())


async def hears_itself(one: Watched, clip: Clip) -> None:
    before = one.call.stream.voiced_packets
    await one.call.talk.say(clip)
    await one.call.talk.until(lambda: one.call.stream.voiced_packets > before + 10, 10)
    assert one.call.stream.voiced_packets > before + 10


def tone() -> Clip:
    t = np.arange(4000) / 8000
    return Clip.of("tone", (9000 * np.sin(2 * np.pi * 440 * t)).astype(np.int16))


def answers_options(server: ServerProcess) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((STRANGER, 0))
        sock.settimeout(0.5)
        branch = f"z9hG4bK{random.getrandbits(60):x}"
        sock.sendto(
            (
                f"OPTIONS sip:{server.sip} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {STRANGER}:{sock.getsockname()[1]};branch={branch}\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:a@{STRANGER}>;tag=1\r\nTo: <sip:{server.sip}>\r\n"
                f"Call-ID: {branch}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
            ).encode(),
            (server.sip_host, server.sip_port),
        )
        try:
            return sock.recv(4096).startswith(b"SIP/2.0 200 ")
        except TimeoutError:
            return False


async def test_garbage_for_sip_changes_nothing(shared: ServerProcess) -> None:
    """Random bytes, half requests and nonsense over UDP and TCP, and 200 connections that say nothing."""
    chance = random.Random(1)
    address = (shared.sip_host, shared.sip_port)
    open_connections = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        for size in (0, 1, 4, 30, 600, 4000, 60_000):
            for _ in range(20):
                udp.sendto(chance.randbytes(size), address)
        for text in (
            b"INVITE",
            b"SIP/2.0 200 OK\r\n\r\n",
            b"\r\n\r\n",
            b"INVITE sip:a SIP/2.0\r\nVia: x\r\n\r\n",
        ):
            udp.sendto(text * 3, address)
    try:
        for _ in range(200):
            open_connections.append(socket.create_connection(address, timeout=5))
        for connection in open_connections[:40]:
            connection.sendall(b"INVITE sip:demo@x SIP/2.0\r\nContent-Length: 999999999\r\n")
        for connection in open_connections[40:80]:
            connection.sendall(chance.randbytes(500))
        assert await poll("an answer to OPTIONS", lambda: answers_options(shared), 10)
        await echoes(shared)
    finally:
        for connection in open_connections:
            connection.close()


async def test_foreign_audio_is_not_heard(shared: ServerProcess) -> None:
    """RTP bleed: somebody else sends to the port of a call, with the right payload type and SSRC."""
    loud = PCMU.encode((12000 * np.sin(np.arange(160))).astype(np.int16)).tobytes()
    async with calls(shared, "echo") as (one,):
        await hears_itself(one, tone())
        await one.call.talk.until(lambda: one.call.stream.silent_for_ms(time.monotonic_ns()) > 500, 10)
        negotiated = one.call.leg.negotiated
        assert negotiated is not None
        target = (negotiated.remote_host, negotiated.remote_port)
        voiced = one.call.stream.voiced_packets
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foreign:
            foreign.bind((STRANGER, 0))
            for number in range(50):
                header = struct.pack("!BBHII", 0x80, 0, number, number * 160, one.call.stream._ssrc)
                foreign.sendto(header + loud, target)
                foreign.sendto(random.Random(number).randbytes(number * 20), target)
                await asyncio.sleep(0.02)  # the pace of real audio, which a jitter buffer would take
        assert one.call.stream.voiced_packets == voiced
        await hears_itself(one, tone())
    await all_stored(shared)
    stats = (await stored(shared, one.id))["legs"][0]["stats"]
    assert stats["foreign_packets"] >= 50


async def test_garbage_for_http_changes_nothing(shared: ServerProcess) -> None:
    host, port = shared.http.removeprefix("http://").split(":")

    def throw() -> None:
        for garbage in (b"\0\xff\x16\x03\x01" * 50, b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"/" * 70_000):
            with socket.create_connection((host, int(port)), timeout=5) as connection:
                connection.sendall(garbage)
                with contextlib.suppress(OSError):  # the server may have hung up already
                    connection.shutdown(socket.SHUT_WR)
                try:
                    answer = connection.recv(100)
                except ConnectionError:
                    answer = b""
                assert answer == b"" or b" 4" in answer[:10], answer

    def post_ten_megabytes() -> int:
        request = urllib.request.Request(shared.http + "/api/health", data=bytes(10_000_000))
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return int(reply.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0  # the server hung up in the middle, which is as good

    await asyncio.to_thread(throw)
    assert await asyncio.to_thread(post_ten_megabytes) in (0, 400, 401, 403, 405, 413)
    await poll("a healthy server", lambda: not missing(shared))
    await echoes(shared)
