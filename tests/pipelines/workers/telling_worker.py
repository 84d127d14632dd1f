"""A worker for tests that tells of its own process. Imports nothing that a bare interpreter lacks."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.util import find_spec

from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg


def main() -> None:
    sock = become_worker()
    sock.send_json(Msg.READY)
    names = ("pipelines", "mediaserver", "aiohttp", "supervisor")
    while True:
        for message in sock.receive(None):
            sock.send_json(
                Msg.DONE,
                message.id,
                options=sock.options,
                variables=dict(os.environ),
                prefix=sys.prefix,
                pinned=importlib.import_module("pinned").VERSION if find_spec("pinned") else None,
                has={name: find_spec(name) is not None for name in names},
                folder=os.getcwd(),
            )
