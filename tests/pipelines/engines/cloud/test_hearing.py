"""Utterances on a provider's connections, which do as the test says; the server's socket is
real."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from typing import Any

import pytest

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.faults import Provider
from pipelines.engines.cloud.kept import KeptConnections
from pipelines.engines.stt.streamed.ears import EarEvent
from pipelines.engines.stt.streamed.hearing import Opening, ProviderHearing
from pipelines.engines.stt.streamed.transcript import Flushed, HeardStretch
from pipelines.workers.async_entry import AsyncService, RequestError, serve
from pipelines.workers.protocol import Msg, Unpacker, WorkerMessage, pack, pack_json

PROVIDER = Provider("acme", "acme.example", "ACME_KEY")
SECOND = bytes(range(256)) * 125


class ScriptedEar:
    """Says of each second of audio that it was word N, as the utterance goes."""

    def __init__(self, *, cut_at: int | None = None, mute: bool = False, answers: bool = True) -> None:
        self.alive = True
        self.closed = False
        self.heard = 0
        """Bytes, of all utterances."""
        self.kept = asyncio.Event()
        self.ended = asyncio.Event()
        self._cut_at = cut_at
        self._mute = mute
        self._answers = answers
        self._begun = 0
        self._told: asyncio.Queue[EarEvent] = asyncio.Queue()

    def begin(self) -> None:
        self._begun = self.heard
        self._told = asyncio.Queue()

    async def send(self, audio: bytes) -> None:
        before = (self.heard - self._begun) // len(SECOND)
        self.heard += len(audio)
        if self._cut_at is not None and self.heard > self._cut_at:
            self.alive = False
            self._told.put_nowait(None)
            raise ConnectionResetError
        for number in range(before, (self.heard - self._begun) // len(SECOND)):
            if not self._mute:
                self._told.put_nowait(HeardStretch(f"word{number}", True, (number + 1) * 1000, confidence=1))

    async def flush(self) -> None:
        if self._answers:
            self._told.put_nowait(Flushed())
        elif not self._mute:
            self._told.put_nowait(HeardStretch("half", False, 5000))

    async def event(self) -> EarEvent:
        return await self._told.get()

    async def keep_alive(self) -> None:
        self.kept.set()

    async def close(self) -> None:
        self.alive, self.closed = False, True
        self.ended.set()


class Server:
    """The other end of a worker's socket."""

    def __init__(self, *ears: ScriptedEar | RequestError, flush_s: float = 30) -> None:
        self._flush_s = flush_s
        self.ears = list(ears)
        self.opened: list[ScriptedEar] = []
        ours, theirs = socket.socketpair()
        self._theirs = theirs
        self._ours = ours
        self._unpacker = Unpacker()
        self._messages: list[WorkerMessage] = []
        self._worker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Server:
        async def start(options: Mapping[str, Any]) -> AsyncService:
            opening = Opening("any", self._open)
            return ProviderHearing(PROVIDER, lambda fields: opening, keep_s=60, flush_s=self._flush_s)

        self._ours.setblocking(False)
        self._worker = asyncio.create_task(serve(self._theirs, {}, start))
        assert (await self.next()).kind is Msg.READY
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ours.close()
        assert self._worker is not None
        await self._worker

    async def _open(self) -> ScriptedEar:
        ear = self.ears.pop(0)
        if isinstance(ear, RequestError):
            raise ear
        self.opened.append(ear)
        return ear

    async def send(self, *messages: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._ours, b"".join(messages))

    async def next(self) -> WorkerMessage:
        async with asyncio.timeout(10):
            while not self._messages:
                data = await asyncio.get_running_loop().sock_recv(self._ours, 1 << 16)
                self._messages += self._unpacker.feed(data)
        return self._messages.pop(0)

    async def last(self) -> dict[str, Any]:
        """The fields of DONE, or of FAILED."""
        while (message := await self.next()).kind not in (Msg.DONE, Msg.FAILED):
            pass
        return message.json()

    async def says(self, id: int, seconds: int) -> dict[str, Any]:
        opening = pack_json(Msg.OPEN, id, language="en", grammar=None)
        await self.send(opening, pack(Msg.AUDIO, id, SECOND * seconds), pack(Msg.FINISH, id))
        return await self.last()


async def test_utterances_follow_each_other_on_one_connection() -> None:
    async with Server(ScriptedEar()) as server:
        assert (await server.says(1, 2))["text"] == "word0 word1"
        assert (await server.says(2, 1))["text"] == "word0"
        assert len(server.opened) == 1
        assert not server.opened[0].closed
    assert server.opened[0].closed


async def test_who_goes_on_is_sent_what_is_new() -> None:
    async with Server(ScriptedEar()) as server:
        await server.says(1, 2)
        told = await server.says(2, 3)
        assert told["text"] == "word0 word1 word0"  # the second's first second was heard before
        assert server.opened[0].heard == 3 * len(SECOND)


async def test_a_cut_connection_is_replaced_and_nothing_is_lost() -> None:
    async with Server(ScriptedEar(cut_at=int(2.5 * len(SECOND))), ScriptedEar()) as server:
        told = await server.says(1, 4)
        assert told["text"] == "word0 word1 word0 word1"
        await server.opened[0].ended.wait()
        assert server.opened[1].heard == 2 * len(SECOND)


async def test_one_that_is_cut_again_and_again_fails() -> None:
    async with Server(*(ScriptedEar(cut_at=0) for _ in range(3))) as server:
        told = await server.says(1, 1)
        assert (told["kind"], "again and again" in told["error"]) == ("down", True)


async def test_a_refused_key_is_not_tried_again() -> None:
    async with Server(PROVIDER.fault(ProviderFault.KEY), ScriptedEar()) as server:
        told = await server.says(1, 1)
        assert told["error"] == "acme: acme.example refuses the key in ACME_KEY; put a valid one there"
        assert len(server.ears) == 1


async def test_a_server_that_is_down_for_a_moment_is_tried_again() -> None:
    async with Server(PROVIDER.fault(ProviderFault.DOWN), ScriptedEar()) as server:
        assert (await server.says(1, 1))["text"] == "word0"


async def test_words_that_are_not_final_in_time_are_doubtful() -> None:
    async with Server(ScriptedEar(answers=False), ScriptedEar(), flush_s=0.05) as server:
        told = await server.says(1, 1)
        assert (told["text"], told["doubtful"]) == ("word0 half", True)
        await server.opened[0].ended.wait()  # it may still say something of this utterance


async def test_one_that_says_nothing_at_all_is_down() -> None:
    async with Server(ScriptedEar(answers=False, mute=True), flush_s=0.05) as server:
        assert (await server.says(1, 1))["kind"] == "down"


async def test_what_is_cancelled_closes_its_connection() -> None:
    async with Server(ScriptedEar(), ScriptedEar()) as server:
        await server.send(pack_json(Msg.OPEN, 1, language="en"), pack(Msg.AUDIO, 1, SECOND))
        assert (await server.next()).json()["text"] == "word0"
        await server.send(pack(Msg.CANCEL, 1))
        assert (await server.says(2, 1))["text"] == "word0"
        await server.opened[0].ended.wait()
        assert not server.opened[1].closed


async def test_a_connection_that_waits_is_kept_alive_and_then_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.engines.cloud.kept.KEEP_ALIVE_S", 0.01)
    ears, ear, other = KeptConnections[ScriptedEar](0.03), ScriptedEar(), ScriptedEar()

    async def opened() -> ScriptedEar:
        return other

    ears.give("key", ear)
    async with asyncio.timeout(10):
        await ear.kept.wait()
        await ear.ended.wait()
    assert await ears.taken("key", opened) is other
    assert not ears._kept, "each call's grammar has a key of its own"
    ears = KeptConnections[ScriptedEar](60)
    ears.give("key", other)
    assert await ears.taken("another key", opened) is other
    assert await ears.taken("key", opened) is other
    assert not ears._kept
    ears.give("key", other)
    await ears.close()
    assert other.closed


async def test_of_connections_that_users_name_few_are_kept_the_newest() -> None:
    ears = KeptConnections[ScriptedEar](60, most=2)
    given = [ScriptedEar() for _ in range(5)]
    for at, ear in enumerate(given):
        ears.give(f"voice {at}", ear)
    async with asyncio.timeout(10):
        for ear in given[:3]:
            await ear.ended.wait()
    assert [ear.closed for ear in given] == [True, True, True, False, False]
    await ears.close()
