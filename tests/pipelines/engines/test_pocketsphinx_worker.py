"""How a recogniser's worker shares its one thread among utterances, with ears that are made of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from pipelines.engines.stt.pocketsphinx.decoder import Decoders
from pipelines.engines.stt.pocketsphinx.worker import FIRST_BYTES, SLICE_BYTES, _Recogniser
from pipelines.workers.entry import WorkerSocket
from pipelines.workers.protocol import Msg, Unpacker, WorkerMessage, pack, pack_json


class FakeEar:
    """Its final takes so many pieces of work."""

    again = 3
    """Pieces before those, that it takes in any hurry."""

    def __init__(self, pieces: int, log: list[str], name: str) -> None:
        self.pieces, self.log, self.name = pieces, log, name

    def hear(self, pcm: bytes) -> None:
        self.log.append(f"{self.name} hears")

    def text(self) -> str:
        return ""

    def partial(self, text: str) -> dict[str, Any]:
        return {"text": text}

    def weigh(self, *, hurry: bool = False) -> bool:
        if self.again:
            self.again -= 1
            return False
        if hurry:
            return True
        if self.pieces:
            self.log.append(f"{self.name} weighs")
            self.pieces -= 1
        return not self.pieces

    def final(self, *, hurry: bool) -> dict[str, Any]:
        assert not self.again, "all callers wait meanwhile"
        while self.pieces and not hurry:
            self.weigh()
        return {"text": self.name}

    def muse(self) -> bool:
        return False

    def close(self) -> None: ...


class FakeDecoders:
    wanting = False

    def __init__(self, log: list[str], pieces: dict[str, int]) -> None:
        self.log, self.pieces = log, pieces

    def free(self, general: bool) -> bool:
        return True

    def listen(self, grammar: dict[str, str], first: bytes, noise_db: float | None) -> FakeEar:
        return FakeEar(self.pieces[grammar["name"]], self.log, grammar["name"])

    def make_next(self) -> None: ...


class Over(Exception):
    """No more messages."""


class FakeSocket:
    def __init__(self, messages: list[bytes], finals: int) -> None:
        self.messages, self.finals = messages, finals
        self.done: list[int] = []

    def receive(self, timeout: float | None) -> Iterator[WorkerMessage]:
        if self.finals == len(self.done):
            raise Over
        if self.messages:
            unpacker = Unpacker()
            yield from unpacker.feed(self.messages.pop(0))

    def send_json(self, kind: Msg, id: int = 0, **fields: object) -> None:
        if kind is Msg.DONE:
            self.done.append(id)


def utterance(id: int, name: str) -> bytes:
    opened = pack_json(Msg.OPEN, id, grammar={"name": name, "jsgf": ""})
    return opened + pack(Msg.AUDIO, id, bytes(FIRST_BYTES))


def test_a_long_answer_that_is_weighed_keeps_no_other_caller_waiting() -> None:
    log: list[str] = []
    messages = [
        utterance(1, "long") + pack(Msg.FINISH, 1),
        *[b""] * (FIRST_BYTES // SLICE_BYTES + 2),
        utterance(2, "short") + pack(Msg.FINISH, 2),
    ]
    sock = FakeSocket(messages, finals=2)
    decoders = FakeDecoders(log, {"long": 400, "short": 1})
    with pytest.raises(Over):
        _Recogniser(cast(WorkerSocket, sock), cast(Decoders, decoders)).run()
    assert sock.done == [2, 1]
    assert log.index("short weighs") < log.index("long weighs") + 40


def test_an_answer_that_has_waited_for_long_is_not_weighed_any_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a busy machine the caller was told that nobody had understood him."""
    monkeypatch.setattr("pipelines.engines.stt.pocketsphinx.worker.WEIGHED_WITHIN_S", 0.0)
    log: list[str] = []
    sock = FakeSocket([utterance(1, "long") + pack(Msg.FINISH, 1)], finals=1)
    with pytest.raises(Over):
        _Recogniser(cast(WorkerSocket, sock), cast(Decoders, FakeDecoders(log, {"long": 400}))).run()
    assert sock.done == [1] and "long weighs" not in log


def test_a_caller_who_is_heard_again_from_the_start_keeps_no_other_from_being_heard() -> None:
    log: list[str] = []
    again = utterance(1, "long") + pack(Msg.AUDIO, 1, bytes(480_000)) + pack(Msg.FINISH, 1)
    sock = FakeSocket([again, utterance(2, "short")], finals=1)
    decoders = FakeDecoders(log, {"long": 1, "short": 1})
    with pytest.raises(Over):
        _Recogniser(cast(WorkerSocket, sock), cast(Decoders, decoders)).run()
    assert log.index("short hears") < log.count("long hears") // 4
