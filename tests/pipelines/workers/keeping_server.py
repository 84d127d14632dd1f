"""A server of ours in small, to be killed: `python -m tests.pipelines.workers.keeping_server FOLDER`. Says
when its child is ready, and waits."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from pipelines.workers.server_process import ServerProcess
from tests.pipelines.workers.test_server_process import spec


async def main() -> None:
    server = ServerProcess(spec(Path(sys.argv[1])), lambda _: None)
    await server.start()
    os.write(1, b"ready\n")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
