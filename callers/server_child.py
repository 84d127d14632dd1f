"""A server of our own in a child process, on free loopback ports with a throw-away data folder.

It is started with the command a user types and asked only through its public interfaces; whoever measures it
must never reach into it.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from mediaserver.config import PLAIN_VARIABLES, PREFIX
from mediaserver.errors import StartupError
from mediaserver.key_file import read_key

HOST = "127.0.0.1"
READY_WITHIN_S = 60.0
STOP_WITHIN_S = 10.0
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""The server is on loopback: a proxy from the environment must not be asked."""


class ServerChild:
    """`async with ServerChild() as server: ...`. Raises StartupError when it does not become ready."""

    def __init__(
        self,
        *,
        cores: Iterable[int] = (),
        settings: dict[str, str] | None = None,
        python_path: str | None = None,
    ) -> None:
        """`cores`: run it, its workers and its database on these only. `settings`: more VOICEFORGE_*
        variables, without the prefix. `python_path`: in the place of our own PYTHONPATH, where packages are
        found that it is to use."""
        self._python_path = os.environ.get("PYTHONPATH") if python_path is None else python_path
        self._cores = set(cores)
        self._settings = settings or {}
        self._process: asyncio.subprocess.Process | None = None
        self._folder = Path()
        self.http_port, self.sip_port = 0, 0
        self.ready_after_s = 0.0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def http(self) -> str:
        return f"http://{HOST}:{self.http_port}"

    @property
    def data(self) -> Path:
        return self._folder / "data"

    @property
    def key(self) -> str:
        """The key that the server has made for its own machine; empty while there is none."""
        return read_key(self.data)

    def sip_uri(self, user: str) -> str:
        return f"sip:{user}@{HOST}:{self.sip_port}"

    async def __aenter__(self) -> ServerChild:
        self._folder = Path(tempfile.mkdtemp(prefix="voiceforge-"))
        # As root, the database runs as another user, who must get through; it would otherwise be put where
        # nobody throws it away.
        self._folder.chmod(0o711)
        self.http_port = _free_port(socket.SOCK_STREAM)
        self.sip_port = _free_port(socket.SOCK_STREAM, socket.SOCK_DGRAM)
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _start(self) -> None:
        ours = set(PLAIN_VARIABLES)
        environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX) and k not in ours}
        settings = {
            "DATA": str(self.data),
            "HTTP__PORT": str(self.http_port),
            "SIP__PORT": str(self.sip_port),
            **self._settings,
        }
        environment |= {PREFIX + name: value for name, value in settings.items()}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_project()), self._python_path]))
        before = os.sched_getaffinity(0)
        began = time.monotonic()
        if self._cores:
            os.sched_setaffinity(0, self._cores)  # inherited by the child and all its threads and workers
        try:
            self._log.touch(mode=0o600)  # it has the key of the API
            with self._log.open("wb") as log:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "mediaserver",
                    "serve",
                    cwd=self._folder,
                    env=environment,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C is for the caller: the server is stopped after its calls
                )
        finally:
            os.sched_setaffinity(0, before)
        while time.monotonic() - began < READY_WITHIN_S:
            if self._process.returncode is not None:
                raise StartupError(f"the server ended while starting: {self._last_words()}")
            if (await self.health()).get("ready"):
                self.ready_after_s = time.monotonic() - began
                return
            await asyncio.sleep(0.05)
        raise StartupError(f"the server was not ready within {READY_WITHIN_S:.0f} s: {self._last_words()}")

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    async def _stop(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
            except TimeoutError:
                process.kill()
                await process.wait()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def health(self) -> dict[str, Any]:
        """What /api/health says; empty while nobody answers."""
        answer = await self.get("/api/health")
        try:
            value = json.loads(answer)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    async def metrics(self) -> dict[str, float]:
        """The samples of /metrics by their full name, labels included; empty when there are none."""
        return parse_metrics(await self.get("/metrics"))

    async def get(self, path: str) -> str:
        """Asked with the key that the server has made for its own machine."""
        return await asyncio.to_thread(_get, self.http + path, self.key)

    def cpu_s(self) -> float:
        """CPU time of the server and of the workers and the database it started, in seconds."""
        return sum(_cpu_s(pid) for pid in [self.pid, *_descendants(self.pid)])

    def main_cpu_s(self) -> float:
        """CPU time of the server process alone."""
        return _cpu_s(self.pid)

    def kill_worker(self, word: str) -> int:
        """Kill the server's processes whose command line holds this word; how many there were."""
        killed = 0
        for pid in _descendants(self.pid):
            try:
                if word.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
            except OSError:
                continue
        return killed

    def rss_kb(self) -> int:
        """Resident memory of the server process alone, in KB of 1,024 bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0


def parse_metrics(text: str) -> dict[str, float]:
    """Prometheus text format: `name{labels} value` lines."""
    found = {}
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        if name and not line.startswith("#"):
            try:
                found[name] = float(value)
            except ValueError:
                continue
    return found


def _get(url: str, key: str) -> str:
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"} if key else {})
    try:
        with _OPENER.open(asked, timeout=2) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return str(error.read().decode(errors="replace"))  # 503 carries what is missing
    except OSError:
        return ""


def _free_port(*kinds: socket.SocketKind) -> int:
    """A port that is free for every kind now; another program may take it before we use it."""
    while True:
        sockets = [socket.socket(socket.AF_INET, kind) for kind in kinds]
        try:
            sockets[0].bind((HOST, 0))
            port = int(sockets[0].getsockname()[1])
            for other in sockets[1:]:
                other.bind((HOST, port))
            return port
        except OSError:
            continue
        finally:
            for each in sockets:
                each.close()


def _project() -> Path:
    return Path(__file__).resolve().parents[1]


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _descendants(pid: int) -> list[int]:
    """All processes below one, from /proc/*/stat."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, wanted = [], [pid]
    while wanted:
        below = children.get(wanted.pop(), [])
        found += below
        wanted += below
    return found
