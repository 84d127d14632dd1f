"""A real call whose recogniser and voice are served by two hosts, of which one is killed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.calling import calls, poll
from tests.peers.conftest import ServerProcess, start_server, stop_server
from tests.plugins.installing import python_path
from tests.plugins.telephone import Service, clip, database, heard
from tests.plugins.test_rows import LINE, ROW, SWITCH, part

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

KEY = "key-of-the-tests-alone"
START_S = 60.0


@dataclass
class Far:
    """A server and the hosts of its engines."""

    server: ServerProcess
    hosts: list[subprocess.Popen[bytes]]


@pytest.fixture
def far() -> Iterator[Far]:
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    folder.chmod(0o755)
    env = {"PYTHONPATH": python_path(folder / "site"), "ENGINES_KEY": KEY}
    hosts = []
    try:
        ready = [folder / f"host-{number}.json" for number in range(2)]
        hosts = [_host(file, env) for file in ready]
        urls = [_url(file, host) for file, host in zip(ready, hosts, strict=True)]
        few = "[engines]\nstt_workers = 1\ntts_workers = 1\n"
        toml = f"{few}[engines.options.remote]\nurls = {json.dumps(urls)}\n"
        server = start_server(folder, "127.0.0.51", toml, env)
        yield Far(server, hosts)
        stop_server(server)
    finally:
        for host in hosts:
            host.kill()
            host.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _host(ready: Path, env: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mediaserver", "engines", "serve", "acme-ear", "acme-voice"]
    return subprocess.Popen(
        [*command, "--port", "0", "--ready-file", str(ready)],
        env={**os.environ, **env, "VOICEFORGE_DATA": str(ready.parent / ready.stem)},
    )


def _url(ready: Path, host: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + START_S
    while not ready.exists():
        assert host.poll() is None and time.monotonic() < end, "a host did not start"
        time.sleep(0.02)  # waits for another process
    return str(json.loads(ready.read_text())["url"])


async def test_a_call_goes_on_when_the_host_of_its_recogniser_is_killed_while_the_caller_speaks(
    far: Far,
) -> None:
    server = far.server
    async with Service() as service:
        async with database(server) as sql, sql.transaction():
            row = ROW.replace("acme-ear", "remote:acme-ear").replace("acme-voice", "remote:acme-voice")
            await sql.execute(row, service.address)
            await sql.execute(SWITCH)
        await poll("the recogniser", lambda: "remote:acme-ear" in part(server, "speech recognition"))
        await poll("the voice", lambda: "remote:acme-voice" in part(server, "speech synthesis"))
        async with calls(server, "demo") as (one,):
            await poll("the greeting", lambda: heard(one) == "acme desk here")
            asked = ""
            for last in (False, True):  # a busy machine swallows letters
                await one.call.talk.my_turn()
                partials = len(one.all("partial"))
                saying = asyncio.ensure_future(one.call.talk.say(clip(LINE)))
                await one.told("partial", partials + 1)
                if far.hosts[0].poll() is None:
                    far.hosts[0].kill()
                await saying
                asked = await asyncio.wait_for(service.asked.get(), 20)
                if asked == LINE or last:
                    break
                service.answers.put_nowait("Once more please.")
            assert asked == LINE
            service.answers.put_nowait("Room five is free.")
            await poll("the whole line", lambda: heard(one).endswith("i will look room five is free"))
        assert far.hosts[0].poll() is not None and far.hosts[1].poll() is None
