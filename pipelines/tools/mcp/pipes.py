"""An MCP server as a child of ours, over its pipes: a transport for the SDK that bounds what the child sends.

The SDK's own keeps a line of any length and parses it; ours gives up a server whose line is too long. The end
is that of the specification (close its input, wait, SIGTERM, SIGKILL), within 1.5 seconds.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client._transport import TransportStreams
from mcp.client.stdio import get_default_environment
from mcp.shared.message import SessionMessage

from mediaserver.errors import PeerError
from pipelines.tools.mcp.server import McpServer

MOST_MESSAGE_BYTES = 1024 * 1024
"""Of one JSON-RPC message; a result that a model is given is 8 KB."""
MOST_A_SECOND = 4 * MOST_MESSAGE_BYTES
MESSAGE_COST = 4_000
"""Bytes that any message counts beside its own."""
LAST_WORDS_BYTES = 2_000
"""Of what it writes to stderr, kept to say why it ended."""
POLL_S = 0.01
END_STEPS: tuple[tuple[signal.Signals | None, float], ...] = (
    (None, 0.5), (signal.SIGTERM, 0.5), (signal.SIGKILL, 0.5),
)  # fmt: skip


@asynccontextmanager
async def piped(server: McpServer, ended: Callable[[str], None]) -> AsyncIterator[TransportStreams]:
    """`ended`: told why, once, when nothing more will come from the server. Raises PeerError when it cannot
    be started."""
    try:
        process = await asyncio.create_subprocess_exec(
            server.command,
            *server.args,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=get_default_environment() | dict(server.env),
            cwd=server.cwd or None,
            start_new_session=True,
            limit=MOST_MESSAGE_BYTES,
        )
    except (OSError, ValueError) as error:
        raise PeerError(f"{server.command} cannot be started: {error}") from None
    to_us, read_stream = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    write_stream, from_us = anyio.create_memory_object_stream[SessionMessage](0)
    last_words = _LastWords()
    tasks = [
        asyncio.create_task(_read(process, to_us, last_words, ended)),
        asyncio.create_task(_write(process, from_us)),
        asyncio.create_task(last_words.read(process)),
    ]
    try:
        yield read_stream, write_stream
    finally:
        try:
            await _end(process)
        finally:
            for task in tasks:
                task.cancel()
            for stream in (to_us, read_stream, write_stream, from_us):
                stream.close()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _read(
    process: asyncio.subprocess.Process,
    to_us: MemoryObjectSendStream[SessionMessage | Exception],
    last_words: _LastWords,
    ended: Callable[[str], None],
) -> None:
    """Line by line. Lines that are no message are the SDK's to complain of."""
    with to_us:  # closed last: the session would end before it is known why
        ended(await _read_all(process, to_us) or await _end_of(process, last_words))


async def _read_all(
    process: asyncio.subprocess.Process, to_us: MemoryObjectSendStream[SessionMessage | Exception]
) -> str:
    """Why no more is read, where that is not the end of the process."""
    assert process.stdout is not None
    pace = ReadingPace()
    try:
        while line := await process.stdout.readline():
            await pace.spend(len(line))
            try:
                message = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
            except ValueError as error:
                await to_us.send(error)
            else:
                await to_us.send(SessionMessage(message))
    except ValueError:  # asyncio's, for a line beyond the limit
        return f"it sent a message of more than {MOST_MESSAGE_BYTES // 1024} KiB"
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError):
        return "the session is over"
    return ""


async def _end_of(process: asyncio.subprocess.Process, last_words: _LastWords) -> str:
    with suppress(TimeoutError):
        await asyncio.wait_for(_gone(process), 0.5)
    code = process.returncode
    why = "it closed its output" if code is None else f"it ended with {_exit(code)}"
    return f"{why}: {last_words.text}" if last_words.text else why


async def _write(
    process: asyncio.subprocess.Process, from_us: MemoryObjectReceiveStream[SessionMessage]
) -> None:
    assert process.stdin is not None
    with from_us, suppress(ConnectionError, OSError):
        async for each in from_us:
            line = each.message.model_dump_json(by_alias=True, exclude_unset=True)
            process.stdin.write(line.encode() + b"\n")
            await process.stdin.drain()


class ReadingPace:
    """So much is read a second and no more: parsing holds the interpreter, and with it the media of all
    calls. A server that sends on waits for us."""

    def __init__(self) -> None:
        self._since = 0.0
        self._spent = 0

    async def spend(self, octets: int, messages: int = 1) -> None:
        """These came, in so many messages."""
        now = asyncio.get_running_loop().time()
        if now - self._since >= 1:
            self._since, self._spent = now, 0
        self._spent += octets + messages * MESSAGE_COST
        if self._spent > MOST_A_SECOND:
            await asyncio.sleep(self._since + 1 - now)


class _LastWords:
    """The end of what it wrote to stderr, which has to be read in any case."""

    def __init__(self) -> None:
        self._kept = b""

    @property
    def text(self) -> str:
        lines = self._kept.decode(errors="replace").strip().splitlines()
        return lines[-1].strip()[:300] if lines else ""

    async def read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while chunk := await process.stderr.read(4096):
            self._kept = (self._kept + chunk)[-LAST_WORDS_BYTES:]


async def _end(process: asyncio.subprocess.Process) -> None:
    """It and all that it started in its group."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        for step, within in END_STEPS:
            if step is not None:
                _signal(process, step)
            with suppress(TimeoutError):
                await asyncio.wait_for(_gone(process), within)
                break
    finally:
        _signal(process, signal.SIGKILL)
        # Its children may hold the pipes open; nothing public closes our ends.
        process._transport.close()  # type: ignore[attr-defined]


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


async def _gone(process: asyncio.subprocess.Process) -> None:
    """`process.wait` waits for the end of its pipes, too, which its children may hold."""
    while process.returncode is None:  # noqa: ASYNC110 - asyncio has no other sign of it
        await asyncio.sleep(POLL_S)


def _exit(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
