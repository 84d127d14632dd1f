"""A newcomer connects an Asterisk and a baresip over TLS by docs/interop.md alone: each block of that page is
taken from it and used as it stands there, with other addresses and folders.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.peers.conftest import ServerProcess, launched, stop_server
from tests.peers.pbx import Asterisk, need_asterisk
from tests.peers.phones import Baresip, is_bound, wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "interop.md"
ADDRESSES = {"192.0.2.10": "127.0.0.58", "192.0.2.20": "127.0.0.1", "192.0.2.30": "127.0.0.59"}
"""The server has the one from which connections to the others come; the ports are those of the page."""


def block(name: str, folders: dict[str, str]) -> str:
    """A block of the page, with the folders and addresses of this test in the place of its own."""
    found = re.search(rf"<!-- block: {re.escape(name)} -->\n```\w*\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None, f"docs/interop.md has no block {name!r}"
    text = found[1]
    for theirs, ours in (ADDRESSES | folders).items():
        text = text.replace(theirs, ours)
    return text


class Office:
    """The three machines of the page: the server, Asterisk and the folder that is the phone's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[Asterisk | ServerProcess] = []
        self.pbx = Asterisk({})
        self.folders = {
            "/etc/asterisk": str(self.pbx.folder),
            "/etc/voiceforge": str(folder),
            "/etc/ssl": str(folder),
        }
        self.shell("asterisk certificate")
        shutil.copy(self.pbx.folder / "pbx.pem", folder / "pbx.pem")
        (folder / "voiceforge.toml").write_text(self.block("voiceforge.toml"))
        self.server = launched(folder, {"VOICEFORGE_HTTP__PORT": "0"})
        authority = folder / "data" / "tls" / "ca.pem"
        shutil.copy(authority, self.pbx.folder / "voiceforge-ca.pem")
        shutil.copy(authority, folder / "voiceforge-ca.pem")

    def block(self, name: str) -> str:
        return block(name, self.folders)

    def shell(self, name: str) -> str:
        """Run a block of commands; what they say."""
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        text = self.block(name)
        if hasattr(self, "server"):
            environment["VOICEFORGE_DATA"] = str(self._folder / "data")
            environment["VOICEFORGE_HTTP__PORT"] = self.server.http.rpartition(":")[2]
            text = text.replace("http://127.0.0.1:8080", self.server.http)
        done = subprocess.run(
            ["bash", "-euc", text], cwd=self._folder, env=environment,
            capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{name}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def start_pbx(self) -> None:
        # Asterisk lives in a tree of its own and sees its folder from there.
        seen = self.folders | {"/etc/asterisk": self.pbx.etc}
        for name in ("pjsip.conf", "extensions.conf"):
            (self.pbx.folder / name).write_text(block(name, seen))
        self.pbx.start(ADDRESSES["192.0.2.10"], 5061, "tcp")


@pytest.fixture
def office(server_folder: Path) -> Iterator[Office]:
    need_asterisk()
    if is_bound("127.0.0.1", 5060) or is_bound("127.0.0.1", 5061, "tcp"):
        pytest.skip("another server has the ports 5060 and 5061 of 127.0.0.1, which the page names")
    office = Office(server_folder)
    with closing(office.pbx):
        yield office
    stop_server(office.server)


def test_the_page_leads_to_encrypted_calls_both_ways(office: Office, tmp_path: Path) -> None:
    server, pbx = office.server, office.pbx
    office.start_pbx()
    office.shell("trunk")
    server.wait_for("an answer of Asterisk", lambda: _up(server))
    office.shell("check")
    assert "hung up" in office.shell("try")

    host = ADDRESSES["192.0.2.30"]
    account = office.block("accounts").strip() + ";answermode=auto"
    with closing(Baresip(tmp_path / "baresip", account, host=host, options=office.block("config"))) as phone:
        assert phone.registration().startswith("200")
        before = server.ids()
        phone.command("dial", "demo")
        phone.wait_for("CALL_ESTABLISHED")
        (call,) = server.ids() - before
        server.wait_for("the greeting", lambda: server.records(call)["transcript"])
        phone.command("hangup")
        assert _encryption(server, "demo", before) == ["SDES"]

        before = server.ids()
        phone.events.clear()
        pbx.command("channel originate Local/201@to-voiceforge application Echo")
        phone.wait_for("CALL_ESTABLISHED")
        wait_until("a moment of audio", lambda: pbx.received()[:1] > [50])
        phone.command("hangup")
        assert _encryption(server, "extension", before) == ["SDES", "SDES"]

    before = server.ids()
    pbx.command("channel originate Local/800@to-voiceforge application Echo")
    server.wait_for("the call", lambda: server.ids() - before)
    wait_until("a moment of audio", lambda: pbx.received()[:1] > [50])
    pbx.command("channel request hangup all")
    assert _encryption(server, "demo", before) == ["SDES"]

    before = server.ids()
    office.shell("place")
    server.wait_for("the call", lambda: server.ids() - before)
    wait_until("a moment of audio", lambda: pbx.received()[:1] > [50])
    pbx.command("channel request hangup all")
    assert _encryption(server, "demo", before) == ["SDES"]


def _up(server: ServerProcess) -> bool:
    status = server.get("/api/telephony/trunks/pbx")["status"]
    return status is not None and status["standing"] == "up"


def _encryption(server: ServerProcess, app: str, before: set[str]) -> list[str]:
    """How the keys of each leg of the one new call were agreed on, once it is over."""
    return [leg["stats"]["encryption"].split()[0] for leg in server.newest(app, before)["legs"]]
