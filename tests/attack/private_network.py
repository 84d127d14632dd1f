"""Network namespaces: one for all attacks, so that nothing can leave this machine or meet others on it, and
more for a phone behind a real NAT. Needs root and `ip`; `nft` for the NAT.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")
_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET, linux/sched.h."""
_entered: list[bool] = []
_why_not: list[str] = ["nobody asked for one"]

SERVER, OUTSIDE, INSIDE, PHONE = "10.203.7.1", "10.203.7.254", "192.168.77.1", "192.168.77.5"
_RULES = """
table ip nat {
  chain out {
    type nat hook postrouting priority 100;
    oifname "outside" udp sport 1-65535 masquerade to :20000-29999 random
  }
}
"""


class LeftOutError(Exception):
    """This attack cannot be played here; says why."""


def enter() -> str:
    """A network of our own with nothing but loopback, for this process and those that it starts. Why there is
    none; empty when there is."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0:
        why = "needs root"
    elif shutil.which("ip") is None:
        why = "ip is not installed (apt-get install iproute2)"
    elif libc.unshare(_NEW_NETWORK) != 0:
        why = f"the system permits none: {os.strerror(ctypes.get_errno())}"
    else:
        why = ""
    if why:
        _why_not[:] = [why]
        return why
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    _entered.append(True)
    return ""


def inside(pid: int, make: Callable[[], T]) -> T:
    """What is made by a thread in the network of another process: a socket stays there."""
    made: list[T] = []
    libc = ctypes.CDLL(None, use_errno=True)

    def work() -> None:
        descriptor = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
        try:
            if libc.setns(descriptor, _NEW_NETWORK) == 0:
                made.append(make())
        finally:
            os.close(descriptor)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if not made:
        raise LeftOutError("no way into another network namespace")
    return made[0]


class _Networks:
    """Network namespaces that live as long as this does; the server's end of the wire is in ours."""

    def __init__(self) -> None:
        if not _entered:
            raise LeftOutError(f"no network namespace of our own: {_why_not[0]}")
        self._stack = ExitStack()

    def _network(self) -> int:
        holder = subprocess.Popen(["unshare", "-n", "sleep", "600"])
        self._stack.callback(holder.wait)
        self._stack.callback(holder.kill)
        ours, theirs = os.readlink("/proc/self/ns/net"), ""
        while theirs in ("", ours):
            theirs = os.readlink(f"/proc/{holder.pid}/ns/net")
        return holder.pid

    def _ip(self, words: str, pid: int | None = None) -> None:
        self._run(["ip", *words.split()], pid)

    def _run(self, command: list[str], pid: int | None, given: str | None = None) -> None:
        within = ["nsenter", "-t", str(pid), "-n", *command] if pid is not None else command
        done = subprocess.run(within, input=given, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LeftOutError(f"{' '.join(command)}: {done.stderr.strip()}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["ip", "link", "del", "served"], capture_output=True, check=False)
        self._stack.close()


class Neighbour(_Networks):
    """Another machine at OUTSIDE, on one wire with the server at SERVER."""

    def __init__(self) -> None:
        super().__init__()
        self.phone = self._network()
        self._ip(f"link add served type veth peer name wire netns {self.phone}")
        self._ip(f"addr add {SERVER}/24 dev served")
        self._ip("link set served up")
        self._ip(f"addr add {OUTSIDE}/24 dev wire", self.phone)
        self._ip("link set wire up", self.phone)


class Nat(_Networks):
    """A phone's network behind a router that masquerades with random ports; the server's side is ours."""

    def __init__(self) -> None:
        super().__init__()
        if shutil.which("nft") is None:
            raise LeftOutError("nft is not installed (apt-get install nftables)")
        self.phone = self._network()
        self._router = self._network()
        self._ip(f"link add served type veth peer name outside netns {self._router}")
        self._ip(f"link add home netns {self.phone} type veth peer name inside netns {self._router}")
        self._ip(f"addr add {SERVER}/24 dev served")
        self._ip("link set served up")
        self._ip(f"addr add {PHONE}/24 dev home", self.phone)
        for name, pid in (("home", self.phone), ("outside", self._router), ("inside", self._router)):
            self._ip(f"link set {name} up", pid)
        self._ip(f"addr add {INSIDE}/24 dev inside", self._router)
        self._ip(f"addr add {OUTSIDE}/24 dev outside", self._router)
        self._ip(f"route add default via {INSIDE}", self.phone)
        self._run(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"], self._router)
        self._run(["nft", "-f", "-"], self._router, _RULES)

    def rebind(self, outside: str = OUTSIDE) -> None:
        """Forget all mappings, as a router does that was started anew: the kernel drops those of an address
        that goes away."""
        self._run(["ip", "addr", "flush", "dev", "outside"], self._router)
        self._ip(f"addr add {outside}/24 dev outside", self._router)
