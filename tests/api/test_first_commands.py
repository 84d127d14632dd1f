"""docs/api.md's way from `make run` to a call, as a newcomer goes it: its commands, word for word, in a
shell, with curl, against a server with its usual settings and a phone that answers by SIP."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from callers.server_child import ServerChild

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"
ANSWERS = re.compile(rb"answers")


def commands() -> list[str]:
    """The shell's blocks of the first section, in their order."""
    section = DOCUMENT.read_text().partition("\n## From `make run` to a call")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


class Terminal:
    """One shell, in the folder in which the server runs."""

    def __init__(self, server: ServerChild) -> None:
        assert shutil.which("curl"), "curl is missing: `make setup` installs it, or apt-get install curl"
        self._folder = server.data.parent
        # The newcomer's server has the usual port, and a free one is ours: curl is told so, not the commands.
        (self._folder / ".curlrc").write_text(
            f'connect-to = "127.0.0.1:8080:127.0.0.1:{server.http_port}"\nnoproxy = "*"\n'
        )
        program = self._folder / ".venv" / "bin" / "voiceforge"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m mediaserver "$@"\n')
        program.chmod(0o755)
        path = os.pathsep.join([str(DOCUMENT.parents[1]), *sys.path])
        self._environment = os.environ | {"CURL_HOME": str(self._folder), "PYTHONPATH": path}

    async def begin(self, *lines: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            "bash", "-euo", "pipefail", "-c", "\n".join(lines),
            cwd=self._folder, env=self._environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def run(self, *lines: str) -> bytes:
        process = await self.begin(*lines)
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out


def told(stream: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Server-sent events: name and data."""
    found = re.findall(rb"^event: (\w+)\ndata: (.*)$", stream, re.MULTILINE)
    return [(name.decode(), json.loads(data)) for name, data in found]


def loud(path: Path) -> list[bool]:
    """Of each channel of a WAV, whether there is sound in it."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
    assert len(samples), "it is empty"
    return [bool(np.abs(channel.astype(int)).max() > 1000) for channel in samples.T]


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
        tcp.bind(("127.0.0.1", 0))
        return int(tcp.getsockname()[1])


def test_there_are_five_commands_with_curl() -> None:
    assert [len(re.findall(r"\bcurl ", block)) for block in commands()] == [0, 1, 1, 0, 1, 1, 1]


@pytest.mark.timeout(120)
async def test_a_newcomer_gets_from_a_running_server_to_a_call_in_five_commands() -> None:
    key, speak, flow, phone, call, transcript, recording = commands()
    port = str(free_port())  # another phone may be at the one that is named
    call, phone = call.replace("5062", port), f"{phone.strip()} --port {port}"
    async with ServerChild() as server:
        terminal, folder = Terminal(server), server.data.parent
        await terminal.run(key, speak)
        assert loud(folder / "yes.wav") == [True]

        made = json.loads(await terminal.run(key, flow))
        assert made["published"] and made["findings"] == []

        answering = await terminal.begin(phone)
        assert answering.stdout is not None
        try:
            assert ANSWERS.search(await answering.stdout.readline())
            rest = (await terminal.run(key, call, 'echo "CALL=$CALL"', transcript)).decode()
            given = re.match(r"CALL=([0-9a-f-]{36})\n", rest)
            assert given is not None
            events = told(rest.encode())
        finally:
            answering.terminate()
            said, _ = await answering.communicate()
        assert b"calls: answered" in said and b"hung up by peer" in said

        states = [data["state"] for kind, data in events if kind == "state"]
        assert states == ["new", "ringing", "answered"]
        assert any("Will you come?" in data["text"] for kind, data in events if kind == "agent")
        assert any(data["text"].startswith("yes") for kind, data in events if kind == "final")
        assert [data["status"] for kind, data in events if kind == "outcome"] == ["kept"]
        assert events[-1][0] == "ended" and events[-1][1]["by"] == "agent"

        await terminal.run(key, given[0], recording)
        assert loud(folder / "call.wav") == [True, True]
