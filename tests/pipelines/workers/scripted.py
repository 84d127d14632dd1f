"""Worker processes that are none: the supervisor's other end of the pair is held by the test's own loop, and
does what the test says. For pools on a clock of the test's own (tests.pipelines.workers.virtual_time).
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from pipelines.workers.protocol import Msg, Unpacker, WorkerMessage, pack, pack_json

Play = Callable[["ScriptedProcess", WorkerMessage], None]
"""What a worker does with each message that is no ping."""


def answer_at_once(process: ScriptedProcess, message: WorkerMessage) -> None:
    if message.kind is Msg.OPEN:
        process.send(pack_json(Msg.DONE, message.id))


def hold(process: ScriptedProcess, message: WorkerMessage) -> None:
    """Answer nothing."""


class ScriptedProcess:
    """Stands for subprocess.Popen. `load_s`: until it says that it is ready; None: never. `told`: what it
    says before it dies instead."""

    def __init__(self, descriptor: int, play: Play, load_s: float | None, told: bytes = b"") -> None:
        self.pid = descriptor
        self.killed = False
        self.mute = False
        """It answers no pings either."""
        self.running: set[int] = set()
        """Requests that it has begun, and that have not ended."""
        self.most = 0
        """Of them at once."""
        self._play = play
        self._loop = asyncio.get_running_loop()
        self._sock = socket.socket(fileno=os.dup(descriptor))
        self._sock.setblocking(False)
        self._unpacker = Unpacker()
        self._loop.add_reader(self._sock, self._readable)
        if told:
            self._loop.call_soon(self._end_with, told)
        elif load_s is not None:
            self._loop.call_later(load_s, self.send, pack_json(Msg.READY))

    def send(self, data: bytes) -> None:
        """Messages."""
        for message in Unpacker().feed(data):
            if message.kind in (Msg.DONE, Msg.FAILED):
                self.running.discard(message.id)
        self.send_bytes(data)

    def send_bytes(self, data: bytes) -> None:
        """Anything."""
        if self.killed:
            return
        try:
            self._sock.send(data)
        except OSError:
            self.kill()

    def kill(self) -> None:
        if not self.killed:
            self.killed = True
            self._loop.remove_reader(self._sock)
            self._sock.close()

    def poll(self) -> int | None:
        return -9 if self.killed else None

    def wait(self) -> int:
        assert self.killed, "waited for a process that nobody ends"
        return -9

    def _end_with(self, told: bytes) -> None:
        self.send(told)
        self.kill()

    def _readable(self) -> None:
        try:
            data = self._sock.recv(1 << 20)
        except OSError:
            data = b""
        if not data:
            self.kill()
            return
        for message in self._unpacker.feed(data):
            if self.killed:
                return
            if message.kind is Msg.PING:
                if not self.mute:
                    self.send(pack(Msg.PONG, message.id))
                continue
            if message.kind is Msg.OPEN:
                self.running.add(message.id)
                self.most = max(self.most, len(self.running))
            elif message.kind is Msg.CANCEL:
                self.running.discard(message.id)
            self._play(self, message)


class Scripted:
    """All processes of a test, and what the next ones will do."""

    def __init__(self, play: Play = answer_at_once, load_s: float | None = 0.3) -> None:
        self.play = play
        self.load_s = load_s
        self.told: Callable[[], bytes] = bytes
        """What the next one says and dies of; nothing: it lives."""
        self.refused = False
        """The machine starts no process."""
        self.processes: list[ScriptedProcess] = []

    def popen(self, command: list[str], *, pass_fds: tuple[int], **_more: Any) -> ScriptedProcess:
        if self.refused:
            raise OSError("Resource temporarily unavailable")
        process = ScriptedProcess(pass_fds[0], self._played, self.load_s, self.told())
        self.processes.append(process)
        return process

    @property
    def alive(self) -> list[ScriptedProcess]:
        return [each for each in self.processes if not each.killed]

    def _played(self, process: ScriptedProcess, message: WorkerMessage) -> None:
        self.play(process, message)

    @contextmanager
    def installed(self) -> Iterator[Scripted]:
        with mock.patch("pipelines.workers.supervisor.subprocess.Popen", self.popen):
            yield self
