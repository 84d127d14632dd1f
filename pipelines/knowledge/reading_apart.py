"""A document is read by a process of its own, with little memory and time: what takes long there holds up no
call here, not even by Python's lock, which one regular expression may hold for seconds.

The document goes to its stdin; a line of JSON for each piece comes from its stdout: `{"fault"}` in words ends
it, `{"end"}` says that all is there.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from mediaserver.errors import PeerError

MOST_TEXT_BYTES = 64 * 1024 * 1024
MOST_LINE_BYTES = 8 * 1024 * 1024
"""Of one piece, as JSON."""
_SURROUNDINGS = {"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}


async def read_apart(
    module: str, arguments: Sequence[str], data: bytes, time_s: float
) -> list[dict[str, Any]]:
    """The pieces that `python -m MODULE ARGUMENTS` tells of a document. Raises PeerError."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", module, *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_SURROUNDINGS | {"PYTHONPATH": ":".join(each for each in sys.path if each)},
        limit=MOST_LINE_BYTES,
    )  # fmt: skip
    feeding = asyncio.create_task(_feed(process, data))
    try:
        async with asyncio.timeout(time_s):
            return await _collect(process)
    except TimeoutError:
        raise PeerError(f"reading it takes more than {time_s:.0f} seconds") from None
    except ValueError:
        raise PeerError("a page of it has more text than a book") from None
    finally:
        feeding.cancel()
        with suppress(ProcessLookupError):
            process.kill()
        await asyncio.gather(feeding, process.wait(), return_exceptions=True)


async def _feed(process: asyncio.subprocess.Process, data: bytes) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _collect(process: asyncio.subprocess.Process) -> list[dict[str, Any]]:
    assert process.stdout is not None
    pieces, size = list[dict[str, Any]](), 0
    while line := await process.stdout.readline():
        size += len(line)
        if size > MOST_TEXT_BYTES:
            raise PeerError(f"it has more than {MOST_TEXT_BYTES // 1024**2} MiB of text")
        said = json.loads(line)
        if fault := said.get("fault"):
            raise PeerError(fault)
        if "end" in said:
            return pieces
        pieces.append(said)
    raise PeerError("reading it takes more time or memory than a document may")
