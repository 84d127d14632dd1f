"""Browsers in calls with an echo, on one core: our media stack, and aiortc as it comes, in the same run.

    python -m tests.load.webrtc_load [--sessions 8,16,32,48] [--seconds 10] [--realtime] [--json]

Both answer the same offers of the same light peers (Opus, DTLS-SRTP, ICE), pinned to one core, the peers to
another. Prints, for each number of sessions, processor time of the answering process, how late packets
came back (against their time stamps) and how many did not. A number counts as carried when at least 99.5 %
came back and 99 of 100 within 20 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass

import numpy as np

CARRIED_SHARE, CARRIED_MS = 0.995, 20.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Carried:
    """So many sessions, for some seconds."""

    who: str
    sessions: int
    connected: int
    core_pct: float
    share: float
    """Of what was sent, that came back."""
    late_p50_ms: float | None
    late_p99_ms: float | None
    late_max_ms: float | None

    def __str__(self) -> str:
        each = self.core_pct / max(1, self.connected)
        late = (
            ""
            if self.late_p99_ms is None
            else f", late p50 {self.late_p50_ms:.1f}, p99 {self.late_p99_ms:.1f} ms"
        )
        carried = (
            f"{self.core_pct:5.1f} % of a core ({each:.2f} each), {100 * self.share:.2f} % came back{late}"
        )
        return f"{self.who:7}{self.sessions:4} sessions: {carried}{'' if self.good else '  NOT carried'}"

    @property
    def good(self) -> bool:
        in_time = self.late_p99_ms is not None and self.late_p99_ms <= CARRIED_MS
        return self.connected == self.sessions and self.share >= CARRIED_SHARE and in_time


def cpu_s(pid: int) -> float:
    """Processor time of a process so far."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def measured(who: str, sessions: int, seconds: float, realtime: bool = False) -> Carried:
    cores = sorted(os.sched_getaffinity(0))
    port = free_port()

    def pinned(core: int, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                *(("chrt", "-f", "5") if realtime else ()),
                "taskset",
                "-c",
                str(core),
                sys.executable,
                "-m",
                *command,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )

    server = pinned(cores[0], "tests.load.webrtc_answerer", who, str(port))
    try:
        assert server.stdout is not None and server.stdout.readline() == "ready\n"
        url = f"http://127.0.0.1:{port}/offer"
        peers = pinned(cores[-1], "tests.load.webrtc_peers", url, str(sessions), str(seconds))
        assert peers.stdout is not None
        if peers.stdout.readline() != "measuring\n":
            raise SystemExit("the peers did not begin")
        before = cpu_s(server.pid)
        said = json.loads(peers.stdout.readline())
        used = cpu_s(server.pid) - before
        peers.wait()
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
    late = np.array(said["late_ms"])
    p50, p99, worst = (float(v) for v in np.percentile(late, [50, 99, 100])) if len(late) else (None,) * 3
    return Carried(
        who, sessions, said["connected"], round(100 * used / seconds, 1),
        round(said["heard"] / max(1, said["sent"]), 4), p50, p99, worst,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sessions", default="8,16,32,48")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--who", default="ours,aiortc")
    parser.add_argument("--realtime", action="store_true", help="SCHED_FIFO for all, on a busy machine")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows: list[Carried] = []
    for who in options.who.split(","):
        for sessions in map(int, options.sessions.split(",")):
            row = measured(who, sessions, options.seconds, options.realtime)
            rows.append(row)
            if not options.json:
                sys.stdout.write(f"{row}\n")
                sys.stdout.flush()
            if not row.good:
                break
    if options.json:
        sys.stdout.write(json.dumps([asdict(row) for row in rows]) + "\n")


if __name__ == "__main__":
    main()
