"""Calls from and to Asterisk in a tree of its own (build/asterisk, made by `make it`): audio both ways, keys,
digest, registration of Asterisk as an extension.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.phones import OwnCaller, is_bound, levels, next_port, tone, wait_until, write_wav

pytestmark = [pytest.mark.peer, pytest.mark.slow]

TREE = Path(__file__).resolve().parents[2] / "build" / "asterisk"
CONFIGURATION = Path(__file__).parent / "asterisk"
ETC = "/etc/asterisk-peer"
HOST = "127.0.0.47"
PASSWORD = ("--user", "ours", "--password", "s3cret")


class Asterisk:
    """A running Asterisk that knows one server."""

    def __init__(self, server: ServerProcess, log: Path) -> None:
        self.address = f"{HOST}:{next_port()}"
        etc = TREE / ETC.lstrip("/")
        etc.mkdir(parents=True, exist_ok=True)
        for file in CONFIGURATION.glob("*.conf"):
            text = file.read_text().replace("ADDRESS", self.address)
            (etc / file.name).write_text(text.replace("SERVER", server.sip).replace("HOST", server.sip_host))
        (TREE / "var/run/asterisk").mkdir(parents=True, exist_ok=True)
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                ["chroot", str(TREE), "/usr/sbin/asterisk", "-f", "-n", "-C", f"{ETC}/asterisk.conf"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        port = int(self.address.rpartition(":")[2])
        wait_until("Asterisk's port", lambda: is_bound(HOST, port), 40)
        wait_until(
            "Asterisk's command line", lambda: "PJSIP" in self.command("module show like chan_pjsip"), 40
        )

    def command(self, command: str) -> str:
        done = subprocess.run(
            ["chroot", str(TREE), "/usr/sbin/asterisk", "-C", f"{ETC}/asterisk.conf", "-rx", command],
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        return done.stdout

    def call(self, user: str, extension: str) -> None:
        """Call a user of the server and connect the call to an extension here."""
        self.command(f"channel originate PJSIP/{user}@server extension {extension}@calls")

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@pytest.fixture(scope="module")
def asterisk(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asterisk]:
    if not (TREE / "usr/sbin/asterisk").exists():
        pytest.skip("no Asterisk in build/asterisk (`make it` installs it on Debian, as root)")
    if os.geteuid() != 0:
        pytest.skip("only root can start Asterisk in its own tree")
    running = Asterisk(server, tmp_path_factory.mktemp("asterisk") / "log")
    yield running
    running.close()


def test_asterisk_calls_us_and_hangs_up(server: ServerProcess, asterisk: Asterisk) -> None:
    before = server.ids()
    asterisk.call("echo", "800")
    [call] = server.wait_for("the call", lambda: server.ids() - before)
    server.wait_for("its answer", lambda: server.records(call)["legs"])
    wait_until("two seconds of audio", lambda: received_by(asterisk) > 100)
    asterisk.command("channel request hangup all")
    record = server.newest("echo", before)
    assert record["why"] == "hung up" and record["ended_by"] == "caller"
    [leg] = record["legs"]
    assert leg["codec"] == "PCMA"
    assert leg["stats"]["packets"] >= 90 and leg["stats"]["lost"] == 0
    said, echoed = levels(server.recording(call))
    assert said > 1000 and echoed > 1000


def received_by(asterisk: Asterisk) -> int:
    """Packets that Asterisk received in its one call."""
    rows = [line.split() for line in asterisk.command("pjsip show channelstats").splitlines()]
    counts = [row for row in rows if "alaw" in row]
    return int(counts[0][counts[0].index("alaw") + 1]) if counts else 0


def test_keys_of_asterisk_arrive_once_each(server: ServerProcess, asterisk: Asterisk) -> None:
    before = server.ids()
    asterisk.call("demo", "801")
    events = server.newest("demo", before)["events"]
    assert "".join(e["data"]["digit"] for e in events if e["kind"] == "dtmf") == "1225#"


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_our_caller_hears_its_echo(
    asterisk: Asterisk, own_caller: Callable[..., OwnCaller], tmp_path: Path, transport: str
) -> None:
    write_wav(tmp_path / "tone.wav", tone(2))
    recording = tmp_path / "call.wav"
    report = own_caller(
        f"sip:600@{asterisk.address}", *PASSWORD, "--transport", transport,
        "--play", str(tmp_path / "tone.wav"), "--record", str(recording), "--seconds", "13",
    ).report()  # fmt: skip
    assert report["rtp"]["lost"] == 0
    said, heard = levels(recording)
    assert heard > said / 2


def test_a_wrong_password_is_refused(asterisk: Asterisk, own_caller: Callable[..., OwnCaller]) -> None:
    uri = f"sip:600@{asterisk.address}"
    assert "401" in own_caller(uri, "--user", "ours", "--password", "guessed").refusal()


def test_asterisk_reads_our_keys(asterisk: Asterisk, own_caller: Callable[..., OwnCaller]) -> None:
    own_caller(f"sip:602@{asterisk.address}", *PASSWORD, "--digits", "1225").report()
    wait_until("the keys", lambda: "READ KEYS 1225" in asterisk.log())


def test_asterisk_as_an_extension_is_called(
    server: ServerProcess, asterisk: Asterisk, own_caller: Callable[..., OwnCaller]
) -> None:
    wait_until("the registration", lambda: "Registered" in asterisk.command("pjsip show registrations"))
    before = server.ids()
    report = own_caller(f"sip:102@{server.sip}", "--seconds", "2").report()
    assert report["rtp"]["received"] >= 60
    record = server.newest("extension", before)
    assert record["why"] == "hung up" and record["ended_by"] == "caller"
    assert [leg["stats"]["packets"] >= 60 for leg in record["legs"]] == [True, True]


@pytest.fixture
def trunk(server: ServerProcess, asterisk: Asterisk) -> Iterator[str]:
    """Asterisk as a trunk of the server, by its address; three digits that begin with 6 may be called."""
    host, _, port = asterisk.address.rpartition(":")
    content = {
        "name": "pbx", "host": host, "port": int(port), "prefixes": ["6"], "codecs": ["PCMA"],
        "keep_alive_s": 1, "caller": {"number": "200"}, "may_dial": ["echo"],
    }  # fmt: skip
    server.ask("POST", "/api/telephony/trunks", content)

    def up() -> bool:
        status = server.get("/api/telephony/trunks/pbx")["status"]
        return status is not None and status["standing"] == "up"

    server.wait_for("an answer of Asterisk to OPTIONS", up)
    yield "pbx"
    server.ask("DELETE", "/api/telephony/trunks/pbx")


def test_asterisk_as_a_trunk_is_called_and_calls(
    server: ServerProcess, asterisk: Asterisk, trunk: str
) -> None:
    before = server.ids()
    call = server.ask("POST", "/api/telephony/calls", {"to": "600", "agent": "echo"})["id"]
    server.wait_for("the answer", lambda: server.records(call).get("answered_at"))
    server.ask("DELETE", f"/api/telephony/calls/{call}")
    (leg,) = server.newest("echo", before)["legs"]
    assert (leg["stats"]["trunk"], leg["codec"]) == (trunk, "PCMA")

    before = server.ids()
    asterisk.call("echo", "800")
    [incoming] = server.wait_for("the call", lambda: server.ids() - before)
    server.wait_for("its answer", lambda: server.records(incoming)["legs"])
    asterisk.command("channel request hangup all")
    record = server.newest("echo", before)
    assert record["about"]["sip"]["trunk"] == trunk
    lately = server.get("/api/telephony/trunks/pbx")["status"]["lately"]
    assert (lately["attempts"], lately["answered"], lately["trunk_failures"]) == (1, 1, 0)


def test_a_check_of_asterisk_finds_nothing_wrong(server: ServerProcess, trunk: str) -> None:
    said = server.command("trunks", "check", trunk, "--json")
    checks = {each["name"]: each for each in json.loads(said.stdout)["checks"]}
    assert said.returncode == 0, said.stdout
    assert checks["answer"]["ok"] and "Asterisk" in checks["answer"]["detail"]
    assert checks["long requests"]["ok"]
