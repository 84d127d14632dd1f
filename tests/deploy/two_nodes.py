"""Two Ray nodes on this machine, on loopback alone. Run by Ray's own interpreter: `python two_nodes.py PORT`.

Writes a line of JSON once both are there; `kill` on standard input kills the second, the end of it ends all.
Imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from pathlib import Path

from ray.cluster_utils import Cluster

STORE_BYTES = 80_000_000
"""The least that Ray takes: no audio goes through its object store."""


def main() -> None:
    dashboard_port = int(sys.argv[1])
    cluster = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 2,
            "object_store_memory": STORE_BYTES,
            "include_dashboard": True,
            "dashboard_host": "127.0.0.1",
            "dashboard_port": dashboard_port,
        },
    )
    second = cluster.add_node(num_cpus=2, object_store_memory=STORE_BYTES)
    cluster.wait_for_nodes(timeout=60)
    _say(second=second.node_id)
    for line in sys.stdin:
        if line.strip() == "kill":
            # As when its power is cut: nothing of it is left to answer, or to say goodbye.
            for pid in _with_children(second.all_processes["raylet"][0].process.pid):
                os.kill(pid, signal.SIGKILL)
            cluster.remove_node(second, allow_graceful=False)
            _say(killed=True)
    cluster.shutdown()


def _with_children(root: int) -> list[int]:
    """A process and all that it started, and so on."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _say(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
