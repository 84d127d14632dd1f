"""Two nodes of ours behind a Kamailio that ends TLS from phones and speaks TLS to the nodes: each gets its
share of the calls, and when one is gone the other gets all.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.processes import postmaster
from tests.peers.authority import Authority
from tests.peers.conftest import ServerProcess, running_server
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.phones import OwnCaller, is_bound, need, next_port, wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

HOST = "127.0.0.62"
CONFIGURATION = Path(__file__).parent / "kamailio_edge.cfg"
TLS = """
[server:default]
method = TLSv1.2+
verify_certificate = no
require_certificate = no
private_key = {folder}/edge.key
certificate = {folder}/edge.pem
[client:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
ca_list = {folder}/nodes.pem
"""


class Edge:
    """A running Kamailio in front of some nodes."""

    def __init__(self, folder: Path, authority: Authority, nodes: list[ServerProcess]) -> None:
        program = need("kamailio")
        port = next_port()
        self.address = f"{HOST}:{port}"
        authority.sign(folder, "edge", HOST)
        (folder / "tls.cfg").write_text(TLS.format(folder=folder))
        (folder / "nodes.pem").write_text(
            "".join((node.folder / "data" / "tls" / "ca.pem").read_text() for node in nodes)
        )
        (folder / "nodes").write_text("".join(f"1 sip:{node.sips};transport=tls\n" for node in nodes))
        text = CONFIGURATION.read_text().replace("LISTEN", self.address).replace("FOLDER", str(folder))
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
        wait_until(f"Kamailio's port; {self.log()}", lambda: is_bound(HOST, port, "tcp"))

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def lost(self, node: ServerProcess) -> None:
        """Wait until its OPTIONS find the node gone."""
        wait_until("Kamailio's probing", lambda: f"lost sip:{node.sips}" in self.log(), 10)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture
def nodes(authority: Authority) -> Iterator[list[ServerProcess]]:
    """Two, of which a test may kill the first."""
    settings = f'tls = "self-made"\ntls_port = 0\ntls_ca = "{authority.certificate}"\n'
    first, second = running_server("127.0.0.60", settings), running_server("127.0.0.61", settings)
    yield [next(first), next(second)]
    for each in (first, second):
        next(each, None)


@pytest.fixture
def edge(tmp_path: Path, authority: Authority, nodes: list[ServerProcess]) -> Iterator[Edge]:
    with closing(Edge(tmp_path, authority, nodes)) as running:
        yield running


@pytest.mark.parametrize("how", ["killed", "drained"])
@shows(Peer.KAMAILIO, Feature.NODES, Feature.CALLS_TLS, Feature.ROUTES)
def test_calls_go_to_the_other_node_when_one_is_gone(
    edge: Edge,
    nodes: list[ServerProcess],
    authority: Authority,
    own_caller: Callable[..., OwnCaller],
    how: str,
) -> None:
    by_tls = ("--transport", "tls", "--ca", str(authority.certificate))
    first, second = nodes

    def call(seconds: str) -> OwnCaller:
        return own_caller(f"sip:echo@{edge.address}", *by_tls, "--seconds", seconds)

    short = [call("1"), call("1")]
    for each in short:
        assert each.report()["rtp"]["lost"] == 0
    assert len(first.ids()) == len(second.ids()) == 1
    lasting = [call("10")]
    first.wait_for("a call here or there", lambda: len(first.ids() | second.ids()) == 3)
    if len(second.ids()) == 1:  # this one goes down with its node, and the next is the one that lasts
        lasting.append(call("10"))
        second.wait_for("the other call", lambda: len(second.ids()) == 2)

    if how == "killed":
        database = postmaster(first.folder / "data")
        first.process.kill()
        first.process.wait()
        os.kill(database, signal.SIGINT)  # nobody else would end it
    else:
        first.ask("POST", "/api/drain", {})

    known = second.ids()
    for each in [
        call("1"),
        call("1"),
    ]:  # at once, before Kamailio has noticed: one of them was the gone one's
        assert each.report()["rtp"]["received"] > 30
    edge.lost(first)
    for _ in range(2):
        assert call("1").report()["rtp"]["received"] > 30
    assert len(second.ids() - known) == 4
    report = lasting[-1].report()
    assert report["ended"] == "hung up by caller" and report["rtp"]["lost"] == 0
