"""A real server process and real SIP peers (SIPp, baresip) on loopback addresses of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mediaserver.key_file import read_key
from tests.peers.authority import Authority
from tests.peers.linphone import Linphone
from tests.peers.pbx import Calls, CompanyPbx
from tests.peers.phones import Baresip, OwnCaller, Sipp, wait_until

START_LIMIT_S = 60.0


@dataclass
class ServerProcess:
    """A running `voiceforge serve` and what it said of itself when it was ready."""

    process: subprocess.Popen[bytes]
    folder: Path
    sip: str
    """HOST:PORT"""
    http: str
    """Base address, http://HOST:PORT"""
    sips: str = ""
    """HOST:PORT for TLS, where the server has a certificate."""

    @property
    def sip_host(self) -> str:
        return self.sip.rpartition(":")[0]

    @property
    def sip_port(self) -> int:
        return int(self.sip.rpartition(":")[2])

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def ask(self, method: str, path: str, content: Any = None) -> Any:
        """A request that may change something; what it is answered with."""
        request = self.request(path, method)
        if content is not None:
            request.data = json.dumps(content).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as reply:  # loopback only
            return json.loads(reply.read() or b"null")

    def request(self, path: str, method: str = "GET") -> urllib.request.Request:
        """One with the server's own key."""
        bearer = {"Authorization": f"Bearer {read_key(self.folder / 'data')}"}
        return urllib.request.Request(self.http + path, headers=bearer, method=method)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`voiceforge` with these words, with the server's configuration."""
        env = {
            **os.environ,
            "VOICEFORGE_DATA": str(self.folder / "data"),
            "VOICEFORGE_HTTP__PORT": self.http.rpartition(":")[2],
        }
        command = [
            sys.executable,
            "-m",
            "mediaserver",
            *words,
            "--config",
            str(self.folder / "voiceforge.toml"),
        ]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)

    def calls(self) -> list[dict[str, Any]]:
        """Live and recent calls, newest first."""
        found: list[dict[str, Any]] = self.get("/api/telephony/calls?limit=200")["items"]
        return found

    def wait_for(self, what: str, condition: Callable[[], Any], limit_s: float = 20.0) -> Any:
        """Poll the server until `condition()` is truthy; fails with `what` after the limit."""
        try:
            return wait_until(what, condition, limit_s)
        except pytest.fail.Exception as error:
            pytest.fail(f"{error}; log: {self.log()[-3000:]}")

    def ids(self) -> set[str]:
        """Of all calls so far."""
        return {call["id"] for call in self.calls()}

    def newest(self, app: str, known: set[str]) -> dict[str, Any]:
        """The one call of this app that is not among the `known`, with its records, once they are whole."""

        def finished() -> dict[str, Any] | None:
            fresh = [c for c in self.calls() if c["app"] == app and c["id"] not in known]
            if not fresh or fresh[0]["state"] != "ended":
                return None
            records = self.records(fresh[0]["id"])
            return records if all(leg["closed_at"] for leg in records["legs"]) else None

        found: dict[str, Any] = self.wait_for(f"a finished {app} call", finished)
        return found

    def records(self, call_id: str) -> dict[str, Any]:
        """What is known of a call; its lists are empty while its first record is not written yet."""
        try:
            found: dict[str, Any] = self.get(f"/api/telephony/calls/{call_id}")
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return {"legs": [], "events": [], "transcript": [], "recording": None}
        return found

    def recording(self, call_id: str) -> Path:
        """The file with the call's audio, once it is whole."""
        self.wait_for("the recording", lambda: self.records(call_id)["recording"])
        return next((self.folder / "data" / "recordings").glob(f"*/{call_id}.wav"))

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")


def start_server(folder: Path, host: str, toml: str = "", env: dict[str, str] | None = None) -> ServerProcess:
    """Start a server on `host` with free ports and its data in `folder`."""
    config = folder / "voiceforge.toml"
    config.write_text(f'[http]\nhost = "{host}"\nport = 0\n[sip]\nhost = "{host}"\nport = 0\n{toml}\n')
    return launched(folder, env)


def launched(folder: Path, env: dict[str, str] | None = None) -> ServerProcess:
    """Start a server with the `voiceforge.toml` in `folder`, and its data there."""
    config = folder / "voiceforge.toml"
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "mediaserver",
                "serve",
                "--config",
                str(config),
                "--ready-file",
                str(ready),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "VOICEFORGE_DATA": str(folder / "data"), **(env or {})},
        )
    end = time.monotonic() + START_LIMIT_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            pytest.fail("the server did not start: " + (folder / "server.log").read_text()[-3000:])
        time.sleep(0.02)  # waits for another process
    said = json.loads(ready.read_text())
    return ServerProcess(process, folder, said["sip"], said["http"], said.get("sips", ""))


def stop_server(server: ServerProcess) -> None:
    server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(15)
    except subprocess.TimeoutExpired:
        server.process.kill()
        raise


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder that the embedded database's own user may enter (pytest's tmp_path is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


EXTENSIONS = """
[sip.extensions]
101 = "correct-horse"
102 = "battery-staple"
103 = {password = "staple-battery", srtp = "required"}
"""


@pytest.fixture(scope="session")
def server() -> Iterator[ServerProcess]:
    """One server for all peer tests that leave it as they found it."""
    # SIPp 3.6 and baresip 1.0 know no SHA-256, and baresip gives up as soon as it is offered, in any place.
    sip = 'digest = ["MD5"]\nsrtp_without_tls = true\nallowed_targets = ["moved@127.0.0.44:*"]\n'
    sip += 'codecs = ["PCMU", "PCMA", "G722", "opus"]\n'
    yield from running_server("127.0.0.41", sip + EXTENSIONS)


@pytest.fixture(scope="session")
def impatient_server() -> Iterator[ServerProcess]:
    """A server that soon ends calls without audio."""
    yield from running_server("127.0.0.48", "[rtp]\nmedia_timeout_s = 2\nfirst_packet_timeout_s = 2\n")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Signs the certificates of peers; `secure_server` trusts it."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def secure_server(authority: Authority) -> Iterator[ServerProcess]:
    """A server that calls and can be called by TLS as well, in all codecs."""
    sip = f'digest = ["MD5"]\ntls = "self-made"\ntls_port = 0\ntls_ca = "{authority.certificate}"\n'
    sip += 'codecs = ["PCMU", "PCMA", "G722", "opus"]\nsession_expires_s = 90\n'
    yield from running_server("127.0.0.53", sip + EXTENSIONS)


@pytest.fixture(scope="session")
def asterisk(secure_server: ServerProcess, authority: Authority) -> Iterator[CompanyPbx]:
    """An Asterisk that knows `secure_server`."""
    with closing(CompanyPbx(secure_server, authority)) as running:
        yield running


@pytest.fixture
def calls(secure_server: ServerProcess, asterisk: CompanyPbx) -> Iterator[Calls]:
    """Calls between those two."""
    with closing(Calls(secure_server, asterisk)) as made:
        yield made


def running_server(host: str, toml: str) -> Iterator[ServerProcess]:
    """A server with a folder of its own, until the fixture that asks for it is over."""
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    folder.chmod(0o755)
    running = start_server(folder, host, toml)
    yield running
    stop_server(running)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sipp(tmp_path: Path) -> Iterator[Callable[..., Sipp]]:
    """Makes SIPps, see phones.Sipp."""
    yield from _made(partial(Sipp, tmp_path))


@pytest.fixture
def baresip(tmp_path: Path) -> Iterator[Callable[..., Baresip]]:
    """Makes baresips, see phones.Baresip."""
    yield from _made(partial(Baresip, tmp_path / "baresip"))


@pytest.fixture
def linphone(tmp_path: Path) -> Iterator[Callable[..., Linphone]]:
    """Makes linphonecs, see linphone.Linphone."""
    yield from _made(partial(Linphone, tmp_path / "linphone"))


@pytest.fixture(scope="session")
def ipv6_server() -> Iterator[ServerProcess]:
    """A server that is reached by IPv6."""
    if not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    yield from running_server("::1", 'digest = ["MD5"]\n' + EXTENSIONS)


@pytest.fixture
def own_caller() -> Iterator[Callable[..., OwnCaller]]:
    """Makes callers of ours, see phones.OwnCaller."""
    yield from _made(OwnCaller)


def _made(make: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Makes processes and closes them after the test, the last one first."""
    with ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(closing(make(*args, **kwargs)))
