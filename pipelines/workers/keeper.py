"""Keeps a server process of somebody else's, and ends it with all that it has started when nobody wants it
any more: `PYTHON -I keeper.py GRACE_S LIFELINE COMMAND...`.

A model's server starts processes of its own, which hold the GPU and may outlive it. The keeper stands
between. LIFELINE is the reading end of a pipe whose other end our server holds; when that closes, by its wish
or because it was killed, the whole process group gets SIGTERM, after the grace SIGKILL, and whatever has left
the group is found too, as a child that came back to the keeper (PR_SET_CHILD_SUBREAPER). If the keeper itself
is killed, the kernel kills the command with it (PR_SET_PDEATHSIG), and our server kills the rest.

Runs by its path in the server's own interpreter, isolated, so it imports nothing but the standard library.
Its exit status is the command's, as a shell tells it (128 and the signal).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LOOK_S = 0.02
_NOT_FOUND = 127


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _begin_child() -> None:
    """Between fork and exec. A signal that is ignored stays so across exec: give the command its own."""
    os.setpgid(0, 0)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)


def _children() -> list[int]:
    """Processes whose parent is the keeper, those included that came back to it."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(each) for each in file.read().split()]
    except OSError:  # a kernel without them
        return []


def _group(leader: int, number: int) -> bool:
    """Whether there was anybody in the group to get the signal (0: just look)."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _reap(statuses: dict[int, int]) -> bool:
    """Collect who has ended. False: there is no child left."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if not pid:
            return True
        statuses[pid] = status


def _end_all(leader: int, grace_s: float, statuses: dict[int, int]) -> None:
    """Returns when nothing is left of what the command has started."""
    _group(leader, signal.SIGTERM)
    until = time.monotonic() + grace_s
    while _reap(statuses) and time.monotonic() < until:
        time.sleep(_LOOK_S)
    while _reap(statuses):
        _group(leader, signal.SIGKILL)
        for pid in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_LOOK_S)


def _wait(leader: int, lifeline: int, statuses: dict[int, int]) -> None:
    """Until the command has ended or the lifeline is cut."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as selector:
        selector.register(lifeline, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while _reap(statuses) and leader not in statuses:
            for key, _ in selector.select():
                if not os.read(key.fd, 512) and key.fd == lifeline:
                    return


def main() -> int:
    grace_s, lifeline, command = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # they reach whole groups; the lifeline alone decides
    os.set_inheritable(lifeline, False)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        leader = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_begin_child).pid
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be started: {error.strerror}\n")
        return _NOT_FOUND
    statuses: dict[int, int] = {}
    _wait(leader, lifeline, statuses)
    orphans = leader in statuses  # the others have nobody left who tells them what to do
    _end_all(leader, 0.0 if orphans else grace_s, statuses)
    code = os.waitstatus_to_exitcode(statuses.get(leader, 0))
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
