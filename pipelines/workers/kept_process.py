"""A command behind its keeper (`pipelines.workers.keeper`), as our server holds it: start, log, exit, end.

Whatever of it is left when the keeper has ended is found by a mark in its environment. Lives on the loop.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

KILL_AFTER_S = 3.0
"""Beyond the grace, when even the keeper has not ended."""
LOG_ENDS_WITHIN_S = 0.5
"""After the exit: what was still in the pipe."""
MARK = "VOICEFORGE_KEPT"
_READ_BYTES = 1 << 14
_KEEPER = Path(__file__).with_name("keeper.py")


class KeptProcess:
    """One run of a command. Made on the loop; raises OSError when it cannot be."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        grace_s: float,
        niceness: int,
        on_output: Callable[[bytes], None],
    ) -> None:
        """`on_output`: called with what it writes as it comes, and with nothing at the end."""
        self._loop = asyncio.get_running_loop()
        self._grace_s = grace_s
        self._on_output = on_output
        self._mark = secrets.token_hex(16)
        theirs, self._lifeline = os.pipe()
        self._output, written = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(_KEEPER), f"{grace_s:g}", str(theirs), *command],
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                env={**environment, MARK: self._mark},
                pass_fds=(theirs,),
                start_new_session=True,
            )
            self._exit = os.pidfd_open(self._process.pid)
        except BaseException:
            os.close(self._lifeline)
            os.close(self._output)
            raise
        finally:
            os.close(theirs)
            os.close(written)
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, niceness)
        os.set_blocking(self._output, False)
        self._silent = asyncio.Event()
        """Its output has ended."""
        self.exited = asyncio.Event()
        self._loop.add_reader(self._output, self._read)
        self._loop.add_reader(self._exit, self._has_exited)

    @property
    def pid(self) -> int:
        """Of the keeper."""
        return self._process.pid

    @property
    def status(self) -> str:
        """How it ended, once it has."""
        code = self._process.returncode or 0
        number = -code if code < 0 else code - 128
        with suppress(ValueError):
            if number > 0:
                return signal.Signals(number).name
        return f"exit {code}"

    async def end(self) -> None:
        """End it and all that it has started; returns when nothing of it is left."""
        os.close(self._lifeline)
        try:
            await asyncio.wait_for(self.exited.wait(), self._grace_s + KILL_AFTER_S)
        except TimeoutError:
            log.warning("the keeper of process %d does not end it; killing both", self.pid)
            self._process.kill()
            await self.exited.wait()
        self._loop.remove_reader(self._exit)
        os.close(self._exit)
        if self._process.wait() < 0:  # killed: the others are left to us
            await asyncio.to_thread(end_marked, self._mark)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._silent.wait(), LOG_ENDS_WITHIN_S)
        if not self._silent.is_set():
            self._is_silent()
        os.close(self._output)

    def _read(self) -> None:
        try:
            data = os.read(self._output, _READ_BYTES)
        except BlockingIOError:
            return
        if data:
            self._on_output(data)
        else:
            self._is_silent()

    def _is_silent(self) -> None:
        self._loop.remove_reader(self._output)
        self._silent.set()
        self._on_output(b"")

    def _has_exited(self) -> None:
        self._loop.remove_reader(self._exit)
        self._process.poll()
        self.exited.set()


def end_marked(mark: str) -> None:
    """Kill all processes that carry a mark in their environment. Looks at all there are: on a thread."""
    wanted = f"{MARK}={mark}".encode()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if wanted in environ.read_bytes().split(b"\0"):
                os.kill(int(environ.parent.name), signal.SIGKILL)
