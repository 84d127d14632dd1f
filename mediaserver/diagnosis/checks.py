"""What `voiceforge doctor` looks at on the machine: interpreter, ports, limits, disk, timers.

Each check returns its findings and raises nothing; none of them changes the machine.
"""

from __future__ import annotations

import asyncio
import errno
import os
import platform
import resource
import shutil
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mediaserver import descriptors
from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding
from mediaserver.host_port import host_port
from mediaserver.media.time import FRAME_MS

RTP_SAMPLES = 5
"""Port pairs that are tried, spread over the configured range."""
SOCKETS_PER_CALL = 2
"""RTP and RTCP."""
LEGS_PER_CALL = 2
"""When it connects two phones."""
NEEDED_DISK = 100 * 2**20
WISHED_DISK = 2**30
WISHED_UDP_BUFFER = 212_992
"""Bytes; what Linux allows unless somebody lowered it."""
TICK_S = FRAME_MS / 1_000
GOOD_LATE_MS, BAD_LATE_MS = 5.0, 20.0


def python() -> Finding:
    version = platform.python_version()
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("python", True, f"{version} at {sys.executable}")
    return Finding(
        "python", False, f"{version}", "run with Python 3.11, 3.12 or 3.13: make PYTHON=python3.11"
    )


def processors() -> Finding:
    usable = len(os.sched_getaffinity(0))
    detail = f"{usable} of {os.cpu_count()} usable"
    if usable >= 2:
        return Finding("processors", True, detail)
    mend = "give it a second one: the engines' workers delay the media clock on a shared one"
    return Finding("processors", False, detail, mend, required=False)


def ports(settings: Settings) -> list[Finding]:
    """The HTTP port, the SIP ports and a few RTP pairs: free, or already served by us?"""
    sip, http = settings.sip, settings.http
    wanted = [("sip udp", "sip.port", socket.SOCK_DGRAM, sip.host, sip.port)]
    if sip.tcp:
        wanted.append(("sip tcp", "sip.port", socket.SOCK_STREAM, sip.host, sip.port))
    if sip.tls == "self-made" or (sip.tls == "auto" and sip.tls_certificate):
        wanted.append(("sip tls", "sip.tls_port", socket.SOCK_STREAM, sip.host, sip.tls_port))
    wanted.append(("http", "http.port", socket.SOCK_STREAM, http.host, http.port))
    return [port(*each) for each in wanted] + [rtp_ports(settings)]


def port(name: str, key: str, kind: socket.SocketKind, host: str, number: int) -> Finding:
    """Try to bind one port as the server would. `key` is the setting that moves it."""
    check = f"port {name}"
    error = _bind_error(kind, host, number)
    place = host_port(host, number)
    if error is None:
        return Finding(check, True, f"{place} is free" if number else f"a free port on {host}")
    variable = f"VOICEFORGE_{key.replace('.', '__').upper()}"
    if error == errno.EADDRINUSE:
        holder = _holder(kind, number)
        if holder is not None and holder.is_ours:
            return Finding(check, True, f"{place} is served by VoiceForge itself (process {holder.pid})")
        who = f"{holder.name}, process {holder.pid}" if holder is not None else "another process"
        mend = f"stop {who}, or choose another port: {variable}={number + 10}"
        return Finding(check, False, f"{place} belongs to {who}", mend)
    if error == errno.EACCES:
        mend = f"choose one from 1024 up: {variable}=..."
        return Finding(check, False, f"{place} needs privileges we lack", mend)
    mend = f"set {key.split('.')[0]}.host to an address of this machine"
    return Finding(check, False, f"cannot bind {place}: {os.strerror(error)}", mend)


def rtp_ports(settings: Settings) -> Finding:
    """A few even ports with the odd one above; and whether the system hands out ports from the same range."""
    low, high = settings.rtp.port_min + settings.rtp.port_min % 2, settings.rtp.port_max
    pairs = [p - p % 2 for p in np.linspace(low, max(low, high - 1), RTP_SAMPLES).astype(int).tolist()]
    taken = [
        p for p in dict.fromkeys(pairs)
        if any(_bind_error(socket.SOCK_DGRAM, settings.rtp_host, q) is not None for q in (p, p + 1))
    ]  # fmt: skip
    span = host_port(settings.rtp_host, f"{low}-{high}")
    if len(taken) == len(set(pairs)):
        mend = "choose another range with rtp.port_min and rtp.port_max, or check rtp.host"
        return Finding("ports rtp", False, f"none of the tried ports of {span} can be bound", mend)
    ephemeral = _numbers(Path("/proc/sys/net/ipv4/ip_local_port_range"))
    if len(ephemeral) == 2 and low <= ephemeral[1] and ephemeral[0] <= high:
        detail = f"{span} overlaps the ports the system gives to others ({ephemeral[0]}-{ephemeral[1]})"
        return Finding(
            "ports rtp", False, detail, "end the range below them with rtp.port_max", required=False
        )
    if (narrow := rtp_room(settings)) is not None:
        return narrow
    calls = (high - low + 1) // SOCKETS_PER_CALL
    busy = f", in use among those tried: {', '.join(map(str, taken))}" if taken else ""
    return Finding("ports rtp", True, f"{span}, room for {calls} calls{busy}")


def rtp_room(settings: Settings) -> Finding | None:
    """What is wrong when the range of ports is too narrow for the calls; None when it is not."""
    low, high = settings.rtp.port_min + settings.rtp.port_min % 2, settings.rtp.port_max
    calls = (high - low + 1) // SOCKETS_PER_CALL
    if calls >= settings.sip.max_calls:
        return None
    span = host_port(settings.rtp_host, f"{low}-{high}")
    detail = f"{span} is room for {calls} calls, sip.max_calls is {settings.sip.max_calls}"
    return Finding("ports rtp", False, detail, "widen rtp.port_min to rtp.port_max", required=False)


def open_files(settings: Settings) -> Finding:
    """The server raises its own soft limit to the hard one."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    each = LEGS_PER_CALL * descriptors.SOCKETS_PER_LEG
    needed = settings.sip.max_calls * each + descriptors.BESIDE
    if hard == resource.RLIM_INFINITY or hard >= needed:
        return Finding("open files", True, f"up to {hard}, {settings.sip.max_calls} calls need {needed}")
    calls = max(0, (hard - descriptors.BESIDE) // each)
    detail = f"up to {hard}: room for {calls} calls of two phones, sip.max_calls is {settings.sip.max_calls}"
    return Finding(
        "open files",
        False,
        detail,
        f"ulimit -Hn {needed}, or LimitNOFILE={needed} in the unit",
        required=False,
    )


def http_guard(settings: Settings) -> Finding:
    """Who may ask for calls. Without a token a reverse proxy is what opens them to others."""
    if settings.http.admin_token.get_secret_value():
        return Finding("http access", True, "whoever has ADMIN_TOKEN")
    detail = "whoever asks from this machine; set ADMIN_TOKEN before you put a reverse proxy in front"
    return Finding("http access", True, detail)


def disk(settings: Settings) -> Finding:
    """Space and the right to write where the data folder is or will be."""
    folder = settings.data.expanduser().resolve()
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        mend = f"give this user the right to write {existing}, or set VOICEFORGE_DATA to another folder"
        return Finding("data folder", False, f"cannot write in {existing}", mend)
    free = shutil.disk_usage(existing).free
    detail = f"{folder}, {free / 2**30:.1f} GB free"
    mend = "make room, or set VOICEFORGE_DATA to a folder on another disk"
    if free < NEEDED_DISK:
        return Finding("data folder", False, detail, mend)
    if free < WISHED_DISK:
        return Finding("data folder", False, detail, mend, required=False)
    return Finding("data folder", True, detail)


def udp_buffers() -> Finding:
    sizes = {key: _numbers(Path(f"/proc/sys/net/core/{key}")) for key in ("rmem_max", "wmem_max")}
    known = {key: value[0] for key, value in sizes.items() if value}
    if not known:
        return Finding("udp buffers", True, "this system does not tell their limits")
    detail = ", ".join(f"{key} {value // 1024} KB" for key, value in known.items())
    small = [key for key, value in known.items() if value < WISHED_UDP_BUFFER]
    if not small:
        return Finding("udp buffers", True, detail)
    mend = "as root: sysctl -w " + " ".join(f"net.core.{key}={WISHED_UDP_BUFFER}" for key in small)
    return Finding("udp buffers", False, detail, mend, required=False)


async def clock(seconds: float = 1.0) -> Finding:
    """How late a 20 ms timer of this event loop fires: what the media clock will see on this machine."""
    late: list[float] = []
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    # perf_counter, because uvloop's own time is kept in whole milliseconds.
    started = time.perf_counter()

    def tick(number: int) -> None:
        late.append((time.perf_counter() - started - number * TICK_S) * 1e3)
        if number * TICK_S >= seconds:
            done.set_result(None)
        else:
            schedule(number + 1)

    def schedule(number: int) -> None:
        loop.call_later(max(0.0, started + number * TICK_S - time.perf_counter()), tick, number)

    schedule(1)
    await done
    return lateness(late)


def lateness(late_ms: list[float]) -> Finding:
    """The verdict on measured timer latenesses."""
    p50, p99, worst = (float(np.percentile(np.maximum(late_ms, 0.0), q)) for q in (50, 99, 100))
    detail = f"20 ms timers are late by p50 {p50:.1f}, p99 {p99:.1f}, at most {worst:.1f} ms"
    if p99 <= GOOD_LATE_MS:
        return Finding("clock", True, f"{detail}: good")
    effect = "jitter that phones smooth out" if p99 <= BAD_LATE_MS else "audio will stutter"
    mend = "stop what else keeps the processors busy, or give this (virtual?) machine cores of its own"
    return Finding("clock", False, f"{detail}: {effect}", mend, required=False)


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that has a port."""

    pid: int
    name: str
    is_ours: bool


def _bind_error(kind: socket.SocketKind, host: str, number: int) -> int | None:
    """errno of an attempt to bind, or None when it is free."""
    try:
        family = socket.getaddrinfo(host, number, type=kind)[0][0]
        with socket.socket(family, kind) as trial:
            if kind is socket.SOCK_STREAM:  # as servers do: a connection that lingers does not hold the port
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, number))
            if kind is socket.SOCK_STREAM:
                trial.listen(1)
    except socket.gaierror:
        return errno.EADDRNOTAVAIL
    except OSError as error:
        return error.errno or errno.EIO
    except OverflowError:
        return errno.EINVAL
    return None


def _holder(kind: socket.SocketKind, number: int) -> Holder | None:
    """Who has this local port, as far as /proc shows it (others' processes only to root)."""
    table = "udp" if kind is socket.SOCK_DGRAM else "tcp"
    inodes = set()
    for path in (Path(f"/proc/net/{table}"), Path(f"/proc/net/{table}6")):
        for row in _lines(path)[1:]:
            fields = row.split()
            listens = kind is socket.SOCK_DGRAM or fields[3] == "0A"
            if listens and int(fields[1].rpartition(":")[2], 16) == number:
                inodes.add(f"socket:[{fields[9]}]")
    for process in Path("/proc").glob("[0-9]*") if inodes else ():
        try:
            if not any(os.readlink(fd) in inodes for fd in (process / "fd").iterdir()):
                continue
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:  # it ended meanwhile, or is not ours to look at
            continue
        name = " ".join(_lines(process / "comm")) or command
        ours = "voiceforge" in command or "-m mediaserver" in command
        return Holder(int(process.name), name, ours)
    return None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _numbers(path: Path) -> list[int]:
    return [int(word) for line in _lines(path) for word in line.split() if word.isdigit()]
