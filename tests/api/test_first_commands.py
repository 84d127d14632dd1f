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
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.telephony.live_events import LIVE_EVENTS
from callers.server_child import ServerChild

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "api.md"


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
        self._address = f"127.0.0.1:{server.http_port}"
        program = self._folder / ".venv" / "bin" / "voiceforge"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m mediaserver "$@"\n')
        program.chmod(0o755)
        path = os.pathsep.join([str(ROOT), *sys.path])
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

    async def python(self, example: str) -> bytes:
        """An example, with our server's address in the place of the usual one."""
        usual = "127.0.0.1:8080"
        if usual not in example:  # it is what the client asks where nothing is said
            example = example.replace("VoiceForge(key=", f'VoiceForge("http://{usual}", key=')
        (self._folder / "example.py").write_text(example.replace(usual, self._address))
        return await self.run(f"exec {sys.executable} example.py")


def examples(path: str) -> list[str]:
    """The blocks of Python in a document."""
    return re.findall(r"^```python\n(.*?)^```", (ROOT / path).read_text(), re.MULTILINE | re.DOTALL)


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


@pytest.fixture(scope="module")
def server() -> Iterator[ServerChild]:
    """One for all: each test is a newcomer's next quarter of an hour."""
    with asyncio.Runner() as runner:
        child = ServerChild()
        runner.run(child.__aenter__())
        yield child
        runner.run(child.__aexit__(None, None, None))


@asynccontextmanager
async def answering(terminal: Terminal, command: str) -> AsyncIterator[list[bytes]]:
    """The phone of the document while it waits for calls; then what it has said of them."""
    process, said = await terminal.begin(command), list[bytes]()
    assert process.stdout is not None
    try:
        assert b"answers" in await process.stdout.readline()
        yield said
    finally:
        process.terminate()
        said.append((await process.communicate())[0])


@pytest.mark.timeout(120)
async def test_a_newcomer_gets_from_a_running_server_to_a_call_in_five_commands(server: ServerChild) -> None:
    key, speak, flow, phone, call, transcript, recording = commands()
    port = str(free_port())  # another phone may be at the one that is named
    terminal, folder = Terminal(server), server.data.parent
    await terminal.run(key, speak)
    assert loud(folder / "yes.wav") == [True]

    made = json.loads(await terminal.run(key, flow))
    assert made["published"] and made["findings"] == []

    async with answering(terminal, f"{phone.strip()} --port {port}") as said:
        told_of = await terminal.run(key, call.replace("5062", port), 'echo "CALL=$CALL"', transcript)
    assert b"calls: answered" in said[0] and b"hung up by peer" in said[0]
    given = re.match(r"CALL=([0-9a-f-]{36})\n", told_of.decode())
    assert given is not None

    events = told(told_of)
    for kind, data in events:
        model = LIVE_EVENTS[kind]
        model.model_validate(data)
        assert set(data) <= {field.alias or name for name, field in model.model_fields.items()}, kind
    assert [data["state"] for kind, data in events if kind == "state"] == ["new", "ringing", "answered"]
    assert any("Will you come?" in data["text"] for kind, data in events if kind == "agent")
    assert any(data["text"].startswith("yes") for kind, data in events if kind == "final")
    assert [data["status"] for kind, data in events if kind == "outcome"] == ["kept"]
    assert events[-1][0] == "ended" and events[-1][1]["by"] == "agent"

    await terminal.run(key, given[0], recording)
    assert loud(folder / "call.wav") == [True, True]


@pytest.mark.timeout(120)
async def test_the_examples_in_python_do_the_same(server: ServerChild) -> None:
    placing, reading, openai = examples("docs/api.md")
    (hello,) = examples("README.md")
    port, phone = str(free_port()), commands()[3]
    terminal, folder = Terminal(server), server.data.parent
    (folder / "call.wav").unlink(missing_ok=True)
    said = (await terminal.python(hello)).decode()
    assert "sip:demo@127.0.0.1 flow" in said and loud(folder / "hello.wav") == [True]

    if not (folder / "yes.wav").exists():  # the phone wants it first
        await terminal.run(*commands()[:2])
    async with answering(terminal, f"{phone.strip()} --port {port}"):
        said = (await terminal.python(placing.replace("5062", port))).decode()
    assert "agent Hello, this is the practice of Doctor Hill" in said and "final yes" in said
    assert said.splitlines()[-1].startswith("not_found ")
    assert loud(folder / "call.wav") == [True, True]

    said = (await terminal.python(reading)).decode()
    assert f"sip:phone@127.0.0.1:{port}" in said and "caller: yes" in said
    assert said.splitlines()[-1].startswith("yes")

    await terminal.python(openai)
    assert (folder / "morning.mp3").stat().st_size > 1000


@pytest.mark.parametrize("path", ["docs/agents.md", "docs/tools.md", "docs/webhooks.md"])
def test_what_the_documents_say_in_python_runs(path: str) -> None:
    whole = [block for block in examples(path) if re.match(r"from |import ", block)]
    assert whole
    for block in whole:
        exec(compile(block, path, "exec"), {"__name__": "example"})
