"""Calls through Kamailio, a proxy that record-routes: every later request must take the same way."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.phones import OwnCaller, Sipp, is_bound, need, next_port, wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

HOST = "127.0.0.45"
CONFIGURATION = Path(__file__).parent / "kamailio.cfg"


class Kamailio:
    """A running Kamailio that relays to one server."""

    def __init__(self, folder: Path, server: ServerProcess) -> None:
        program = need("kamailio")
        port = next_port()
        self.address = f"{HOST}:{port}"
        text = CONFIGURATION.read_text().replace("LISTEN", self.address).replace("SERVER", server.sip)
        (folder / "kamailio.cfg").write_text(text)
        self._log = folder / "kamailio.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    program, "-DD", "-E", "-f", str(folder / "kamailio.cfg"), "-Y", str(folder),
                    "-m", "64", "-M", "8",
                ],
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_until("Kamailio's port", lambda: is_bound(HOST, port))

    def relayed(self, source: str) -> list[str]:
        """Methods of the requests that came from there ("HOST:" or "HOST:PORT"), in order."""
        lines = self._log.read_text(errors="replace").splitlines()
        words = [line.split("relays ")[1].split() for line in lines if "relays " in line]
        return [method for method, _, place in words if place.startswith(source)]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture
def proxy(tmp_path: Path, server: ServerProcess) -> Iterator[Kamailio]:
    with closing(Kamailio(tmp_path, server)) as running:
        yield running


@shows(Peer.KAMAILIO, Feature.ROUTES, Feature.CALLS_UDP, Feature.HOLD)
def test_hold_and_hang_up_by_the_caller(proxy: Kamailio, sipp: Callable[..., Sipp]) -> None:
    caller = sipp("uac_hold", "-s", "echo", host="127.0.0.42", target=proxy.address)
    caller.ends_well()
    seen = proxy.relayed(caller.address)
    assert (seen[0], seen[-1]) == ("INVITE", "BYE")
    assert seen.count("ACK") == seen.count("INVITE") >= 2


@shows(Peer.KAMAILIO, Feature.ROUTES, Feature.CANCEL)
def test_cancel_through_a_proxy(server: ServerProcess, proxy: Kamailio, sipp: Callable[..., Sipp]) -> None:
    phone = sipp("uas_ringing", host="127.0.0.43", port=6190)
    registering = ("-s", "101", "-key", "phone", phone.address, "-au", "101", "-ap", "correct-horse")
    sipp("uac_register", *registering, host=phone.host, target=server.sip).ends_well()
    before = server.ids()
    sipp("uac_cancel_ringing", "-s", "101", host="127.0.0.42", target=proxy.address).ends_well()
    assert server.newest("extension", before)["why"] == "cancelled before answer"
    phone.ends_well()


@shows(Peer.KAMAILIO, Feature.ROUTES, Feature.CALLED_UDP)
def test_our_own_caller_stays_on_the_route(proxy: Kamailio, own_caller: Callable[..., OwnCaller]) -> None:
    report = own_caller(f"sip:echo@{proxy.address}", "--seconds", "1.5").report()
    assert report["rtp"]["received"] >= 60
    assert proxy.relayed("127.0.0.1:") == ["INVITE", "ACK", "BYE"]


@shows(Peer.KAMAILIO, Feature.ROUTES)
def test_the_servers_own_bye_takes_the_route(
    tmp_path: Path, impatient_server: ServerProcess, sipp: Callable[..., Sipp]
) -> None:
    with closing(Kamailio(tmp_path, impatient_server)) as proxy:
        sipp("uac_gone", "-s", "echo", host="127.0.0.42", target=proxy.address).ends_well()
        *signs_of_life, last = proxy.relayed(impatient_server.sip)
    assert last == "BYE" and set(signs_of_life) <= {"OPTIONS"}  # who is silent is asked first
