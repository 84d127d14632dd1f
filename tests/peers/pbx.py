"""Asterisk as a process, in a Debian tree of its own (build/asterisk, made by `make it`)."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.error
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.peers.authority import Authority
from tests.peers.phones import is_bound, next_port, tone, wait_until

if TYPE_CHECKING:
    from tests.peers.conftest import ServerProcess

TREE = Path(__file__).resolve().parents[2] / "build" / "asterisk"
CONFIGURATION = Path(__file__).parent / "asterisk"
COMMON = ("asterisk.conf", "modules.conf", "logger.conf", "rtp.conf")
TRUNKS, CALLS = "/api/telephony/trunks", "/api/telephony/calls"
HOST = "127.0.0.47"


def need_asterisk() -> None:
    """Skip with the reason where there is none."""
    if not (TREE / "usr/sbin/asterisk").exists():
        pytest.skip("no Asterisk in build/asterisk (`make it` installs it on Debian, as root)")
    if os.geteuid() != 0:
        pytest.skip("only root can start Asterisk in its own tree")


class Asterisk:
    """An Asterisk with these files beside what each one needs; `ETC` in them is its folder as it sees it."""

    def __init__(self, files: dict[str, str]) -> None:
        need_asterisk()
        (TREE / "etc/asterisk-peers").mkdir(exist_ok=True)
        # It asks for the address of its own host's name with each call: no name server is to be waited for.
        (TREE / "etc/hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()}\n")
        self.folder = Path(tempfile.mkdtemp(dir=TREE / "etc/asterisk-peers"))
        """As we see it; nobody else's."""
        self.etc = f"/{self.folder.relative_to(TREE)}"
        common = {name: (CONFIGURATION / name).read_text() for name in COMMON}
        for name, text in (common | files).items():
            (self.folder / name).write_text(text.replace("ETC", self.etc))
        self._log = self.folder / "log"

    def start(self, host: str, port: int, table: str = "udp") -> None:
        """Returns when it listens there (`table`: udp or tcp) and takes commands."""
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                ["chroot", str(TREE), "/usr/sbin/asterisk", "-f", "-n", "-C", f"{self.etc}/asterisk.conf"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_until("Asterisk's port", lambda: is_bound(host, port, table), 40)
        wait_until(
            "Asterisk's command line", lambda: "PJSIP" in self.command("module show like chan_pjsip"), 40
        )

    def command(self, command: str) -> str:
        done = subprocess.run(
            ["chroot", str(TREE), "/usr/sbin/asterisk", "-C", f"{self.etc}/asterisk.conf", "-rx", command],
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        return done.stdout

    def received(self) -> list[int]:
        """Packets that each of its channels received so far."""
        table = self.command("pjsip show channelstats")
        return [int(count) for count in re.findall(r" (?:alaw|ulaw|g722|opus) +(\d+) ", table)]

    def call(self, user: str, extension: str, by: str = "server") -> None:
        """Call a user of the server by one of our endpoints, and connect the call to an extension here."""
        self.command(f"channel originate PJSIP/{user}@{by} extension {extension}@calls")

    def hang_up(self) -> None:
        self.command("channel request hangup all")

    def signal(self, number: int) -> None:
        """SIGKILL: the machine dies, and this returns when it has; SIGSTOP: it stands still."""
        self._process.send_signal(number)
        if number == signal.SIGKILL:
            self._process.wait(15)

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class CompanyPbx(Asterisk):
    """The Asterisk of tests/peers/asterisk, which knows one server."""

    def __init__(self, server: ServerProcess, authority: Authority) -> None:
        port = next_port()
        self.address, self.secure = f"{HOST}:{port}", f"{HOST}:{port + 1}"
        text = (CONFIGURATION / "pjsip.conf").read_text()
        for word, meant in (
            ("ADDRESS", self.address),
            ("SECURE", self.secure),
            ("SERVERS", server.sips),
            ("SERVER", server.sip),
            ("HOST", server.sip_host),
        ):
            text = text.replace(word, meant)
        others = {
            name: (CONFIGURATION / name).read_text() for name in ("extensions.conf", "musiconhold.conf")
        }
        others["extensions.conf"] = others["extensions.conf"].replace("SERVER", server.sip)
        super().__init__({"pjsip.conf": text, **others})
        authority.sign(self.folder, "pbx", HOST)
        shutil.copy(server.folder / "data" / "tls" / "ca.pem", self.folder / "ca.pem")
        (self.folder / "music").mkdir()
        (self.folder / "music" / "tone.sln").write_bytes(tone(10).tobytes())
        self.start(HOST, port)

    def sent(self, address: str) -> list[str]:
        """The SIP messages that it sent there (HOST:PORT), oldest first."""
        start = rf"<--- Transmitting SIP \w+ \(\d+ bytes\) to \w+:{re.escape(address)} --->\n"
        return re.findall(start + r"(.*?)\n\n(?=<---|    --|  ==|\[|\Z)", self.log(), re.DOTALL)


class Calls:
    """Calls between one server and its Asterisk."""

    def __init__(self, server: ServerProcess, asterisk: CompanyPbx) -> None:
        self.server, self.asterisk = server, asterisk
        self._trunks: list[str] = []

    def trunk(self, endpoint: str = "server", **more: Any) -> str:
        """Make Asterisk a trunk of the server, that calls as this endpoint of Asterisk; `more` settings."""
        host, _, port = self.asterisk.address.rpartition(":")
        if more.get("transport") == "tls":
            port = self.asterisk.secure.rpartition(":")[2]
        content = {
            "name": endpoint, "host": host, "port": int(port), "prefixes": ["*"], "codecs": ["PCMA"],
            "keep_alive_s": 1, "caller": {"number": endpoint}, "may_dial": ["echo", "demo"],
        }  # fmt: skip
        self.server.ask("POST", TRUNKS, content | more)
        self._trunks.append(endpoint)

        def up() -> bool:
            status = self.server.get(f"{TRUNKS}/{endpoint}")["status"]
            return status is not None and status["standing"] == "up"

        self.server.wait_for("an answer of Asterisk to OPTIONS", up)
        return endpoint

    def forget(self, trunk: str) -> None:
        """The test took this one away itself."""
        self._trunks.remove(trunk)

    def place(self, number: str, agent: str = "demo") -> str:
        """Call a number of Asterisk by the only trunk; the call's id, before anything rings."""
        return str(self.server.ask("POST", CALLS, {"to": number, "agent": agent})["id"])

    def answered(self, call: str) -> str:
        self.server.wait_for("the answer", lambda: self.server.records(call).get("answered_at"))
        return call

    def come_in(self, user: str, extension: str, by: str = "server") -> str:
        """Have Asterisk call a user of the server; the call's id."""
        before = self.server.ids()
        self.asterisk.call(user, extension, by)
        return self.arrived(before)

    def arrived(self, before: set[str]) -> str:
        """The id of the one call that is new, once it is answered."""
        self.server.wait_for("the call", lambda: self.server.ids() - before)
        (call,) = self.server.ids() - before
        return self.answered(call)

    def talk(self, packets: int = 60) -> None:
        """Wait until so many packets came to Asterisk in its one call; of two channels, by either."""
        wait_until(f"{packets} packets", lambda: max(self.asterisk.received(), default=0) >= packets)

    def end(self, call: str) -> dict[str, Any]:
        """Hang up on our side where it is still up; its whole records."""
        with suppress(urllib.error.HTTPError):
            self.server.ask("DELETE", f"{CALLS}/{call}")
        return self.ended(call)

    def ended(self, call: str) -> dict[str, Any]:
        """Wait for its end; its whole records."""

        def whole() -> dict[str, Any] | None:
            records = self.server.records(call)
            done = records.get("ended_at") and all(leg["closed_at"] for leg in records["legs"])
            return records if done else None

        found: dict[str, Any] = self.server.wait_for("the end of the call", whole)
        return found

    def close(self) -> None:
        self.asterisk.hang_up()
        for name in self._trunks:
            self.server.ask("DELETE", f"{TRUNKS}/{name}")
