"""A server that somebody else has written, started, watched and ended by us: the process in which the models
of vLLM or llama.cpp live.

It listens on a Unix socket in a folder that only our user may enter, with a key made for each start: a key
alone would not keep others on the machine away (vLLM asks for it under some of its paths only), and a port
may be taken by another between our choice and its start. Behind a keeper (`pipelines.workers.keeper`), so
that neither it nor a process of its own outlives us: what they hold of a GPU is free again. Lives on the
event loop; whatever happens to the process, calls only see that it is not ready.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mediaserver.errors import EngineError, EngineMemoryError
from pipelines.workers.kept_process import KeptProcess
from pipelines.workers.server_life import LifePhase, ServerLife
from pipelines.workers.server_log import ServerLog, level, reason
from pipelines.workers.socket_folder import SocketFolder, sweep
from pipelines.workers.spec import INHERITED, NICENESS, THREADS, passed_on

log = logging.getLogger(__name__)

HOST = "localhost"
"""By which it is called in requests; no name is looked up."""
LOOK_S = 0.25
"""Between two health checks while it loads."""
HEALTH_EVERY_S = 5.0
"""And so long is waited for an answer."""
LOOKS_PER_LIMIT = 4
"""One with a short limit is asked this often within it."""
_SECRET = re.compile("KEY|TOKEN|SECRET|PASSWORD")


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a process listens, and the key that it asks for."""

    socket: Path
    """Of HTTP."""
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """How to start a server and what may be expected of it."""

    name: str
    """Of the engine, as the operator calls it."""
    command: Callable[[ServerAddress], Sequence[str]]
    """Its arguments. Everybody on the machine can read them: the key stands in the environment."""
    environment: Callable[[ServerAddress], Mapping[str, str]]
    """Variables for it alone; they come before any other."""
    inherits: tuple[str, ...] = ()
    """Of our variables, beside `pipelines.workers.spec.INHERITED`."""
    health: str = "/health"
    """Path that answers with status 200 when it can work."""
    threads: int = 0
    """For the libraries that compute; 0: as they like."""
    niceness: int = NICENESS
    start_limit_s: float = 600.0
    silence_limit_s: float = 30.0
    """Without an answer to a health check; it must be above the longest honest stall."""
    grace_s: float = 5.0
    """From SIGTERM to SIGKILL."""
    progress: Callable[[str], str] = lambda _line: ""
    """What a line of its log says about the loading ("loading weights 40 %"); empty for most."""
    out_of_memory: Callable[[Iterable[str]], bool] = lambda _lines: False
    """Whether those lines say that its device's memory did not suffice: another model may make room."""
    explain: Callable[[Sequence[str]], str] = reason
    """Why it ended, by the last lines of its log, and how to mend it: one line."""

    def surroundings(self, address: ServerAddress) -> dict[str, str]:
        """Its whole environment."""
        inherited = passed_on(os.environ, (*INHERITED, *self.inherits))
        limits = {f"{library}_NUM_THREADS": str(self.threads) for library in THREADS} if self.threads else {}
        return {**inherited, **limits, "PYTHONUNBUFFERED": "1", **self.environment(address)}


class ServerProcess:
    """One server; once it was ready it is started again by itself until `stop`."""

    def __init__(self, spec: ServerSpec, on_start: Callable[[ServerAddress], None]) -> None:
        """`on_start`: told of each start's address before anything is asked there. Needs no loop."""
        self.spec = spec
        self.progress = ""
        """What it is doing while it loads."""
        self.fault = ""
        """Why it ended last; empty since it is ready again."""
        self.keeper: int | None = None
        """The keeper's process id, while there is one."""
        self._folder = SocketFolder()
        self.socket = self._folder.path / "http.sock"
        """Where it listens, from its start to `stop`."""
        self._on_start = on_start
        self._no_memory = False
        self._life = ServerLife(spec.start_limit_s, spec.silence_limit_s)
        self._unwanted = asyncio.Event()
        """Set when nobody wants it any more."""
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        return self._life.phase is LifePhase.READY

    @property
    def restarts(self) -> int:
        return self._life.restarts

    async def start(self) -> None:
        """Start it and wait until it can work. Raises EngineError when it ends before that,
        EngineMemoryError where its device's memory did not suffice."""
        await asyncio.to_thread(sweep)
        await asyncio.to_thread(self._folder.make)
        self._task = asyncio.get_running_loop().create_task(self._run())
        while not (self.ready or self._task.done()):
            self._changed.clear()
            await self._changed.wait()
        if not self.ready:
            kind = EngineMemoryError if self._no_memory else EngineError
            raise kind(f"{self.spec.name}: {self.fault or 'it was stopped'}")

    async def stop(self) -> None:
        """End it and all that it has started; returns when nothing of it is left."""
        self._unwanted.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self._life.stopped()
        self._folder.remove()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while not self._unwanted.is_set():
                try:
                    why = await self._live()
                except Exception as error:  # no process, no folder: it may be otherwise next time
                    why = f"cannot be started ({' '.join(str(error).split()) or type(error).__name__})"
                if self._unwanted.is_set():
                    return
                self.fault = why
                pause = self._life.ended(loop.time())
                if not self._life.was_ready:
                    return  # whoever asked for it tries again in its own time
                log.warning("%s: the server %s; starting it again in %.1f s", self.spec.name, why, pause)
                self._tell()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._unwanted.wait(), pause)
        finally:
            self._tell()

    async def _live(self) -> str:
        """One process from its start to its end. Returns why it ended."""
        loop, address = asyncio.get_running_loop(), ServerAddress(self.socket, secrets.token_urlsafe(32))
        self.socket.unlink(missing_ok=True)
        surroundings = self.spec.surroundings(address)
        lines = ServerLog((address.key, *_secrets(surroundings)))
        process = KeptProcess(
            self.spec.command(address),
            surroundings,
            grace_s=self.spec.grace_s,
            niceness=self.spec.niceness,
            on_output=lambda data: self._wrote(data, lines),
        )
        self.keeper, self.progress = process.pid, "starting"
        self._life.started(loop.time())
        self._on_start(address)
        watching = loop.create_task(self._watch(address))
        ends = [loop.create_task(each) for each in (process.exited.wait(), self._unwanted.wait())]
        try:
            await asyncio.wait((*ends, watching), return_when=asyncio.FIRST_COMPLETED)
            seen = watching.result() if watching.done() else ""
        finally:
            for task in (*ends, watching):
                task.cancel()
            self._life.ending()
            await process.end()
            self.keeper, self.progress = None, ""
        self._no_memory = self.spec.out_of_memory(lines.last)
        return seen or f"ended ({process.status}){self._last_words(lines, process.status)}"

    def _last_words(self, lines: ServerLog, status: str) -> str:
        """What its log says about its end. One that was killed has said nothing about it."""
        killed = status.startswith("SIG") and not any(level(line) == logging.ERROR for line in lines.last)
        return "" if killed else f": {self.spec.explain(list(lines.last))}"

    async def _watch(self, address: ServerAddress) -> str:
        """Ask for its health until it must be ended. Returns why."""
        loop = asyncio.get_running_loop()
        every_s = min(HEALTH_EVERY_S, self.spec.silence_limit_s / LOOKS_PER_LIMIT)
        while True:
            healthy = await answers(address.socket, self.spec.health, every_s)
            was_ready = self.ready
            if why := self._life.checked(loop.time(), healthy):
                return why
            if self.ready and not was_ready:
                self.fault = self.progress = ""
                log.info("%s: the server is ready", self.spec.name)
                self._tell()
            await asyncio.sleep(every_s if self.ready else LOOK_S)

    def _wrote(self, data: bytes, lines: ServerLog) -> None:
        """Pass its log on."""
        now, name = asyncio.get_running_loop().time(), self.spec.name
        for line in lines.feed(data or b"\n"):
            if told := self.spec.progress(line):
                self.progress = told
            if not lines.passes(now):
                continue
            if lines.left_out:
                log.info("%s: %d lines are left out", name, lines.left_out)
                lines.left_out = 0
            seen = level(line)
            # what it tells of each request once it is ready is for those who look for a fault, and what it
            # says of being ended by us too: one calls that an error of its engine
            quiet = self._unwanted.is_set() or (self.ready and seen < logging.ERROR)
            log.log(logging.DEBUG if quiet else seen, "%s: %s", name, line)

    def _tell(self) -> None:
        self._changed.set()


async def answers(socket: Path, path: str, within_s: float) -> bool:
    """A GET of this path is answered with status 200 in time."""
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(within_s):
            reader, writer = await asyncio.open_unix_connection(socket)
            try:
                writer.write(request.encode())
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):  # ValueError: no end of a line within its limit
        return False
    return status.split()[1:2] == [b"200"]


def _secrets(surroundings: Mapping[str, str]) -> list[str]:
    """Values of variables that must not be seen, by their names."""
    return [value for name, value in surroundings.items() if _SECRET.search(name) and len(value) >= 8]
