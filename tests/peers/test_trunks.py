"""Trunks of SIPp: a running server is told of them over HTTP, and calls by the next when one cannot."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.phones import Sipp

pytestmark = pytest.mark.peer

HOST = "127.0.0.44"
TRUNKS, CALLS = "/api/telephony/trunks", "/api/telephony/calls"


@pytest.fixture
def trunks(server: ServerProcess) -> Iterator[Callable[..., None]]:
    """Adds trunks, and takes them away in the end."""
    added: list[str] = []

    def add(name: str, port: int, priority: int, **more: Any) -> None:
        content = {"name": name, "host": HOST, "port": port, "prefixes": ["+4930"], "keep_alive_s": 0}
        server.ask("POST", TRUNKS, content | {"priority": priority} | more)
        added.append(name)

        def followed() -> bool:
            return bool(server.ask("GET", f"{TRUNKS}/{name}")["status"])

        server.wait_for(f"the trunk {name}", followed)

    yield add
    for name in added:
        server.ask("DELETE", f"{TRUNKS}/{name}")


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes everything and says nothing."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as deaf:
        deaf.bind((HOST, 0))
        yield deaf.getsockname()[1]


WANTED = {
    "dial": {"strip": "+", "prepend": "00"},
    "caller": {"number": "+4930123"},
    "from_domain": "trunk.example",
    "headers_out": ["X-Case"],
}


@shows(Peer.SIPP, Feature.TRUNK)
@pytest.mark.parametrize("first", ["silent", "overloaded", "gone"])
def test_the_second_trunk_is_asked_when_the_first_cannot(
    server: ServerProcess,
    sipp: Callable[..., Sipp],
    trunks: Callable[..., None],
    silent: int,
    first: str,
) -> None:
    before = server.ids()
    answering = sipp("uas_trunk_answer", host=HOST)
    port = silent
    if first == "overloaded":
        port = sipp("uas_trunk_503", host=HOST).port
    elif first == "gone":
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as nobody:
            nobody.bind((HOST, 0))
            port = nobody.getsockname()[1]
    trunks("first", port, 1)
    trunks("second", answering.port, 2, **WANTED)
    about = {"sip": {"headers": {"X-Case": "7"}}}
    call = server.ask("POST", CALLS, {"to": "+4930999", "agent": "echo", "about": about})
    server.wait_for("the answer", lambda: server.records(call["id"]).get("answered_at"))
    server.ask("DELETE", f"{CALLS}/{call['id']}")
    answering.ends_well()
    (leg,) = server.newest("echo", before)["legs"]
    assert leg["stats"]["trunk"] == "second"
    status = {each["name"]: each["status"] for each in server.ask("GET", TRUNKS)["trunks"]}
    assert status["first"]["lately"]["codes"] == ({"503": 1} if first == "overloaded" else {"silent": 1})
    assert status["first"]["standing"] == ("resting" if first == "overloaded" else "doubted")
    assert (status["second"]["lately"]["answered"], status["second"]["calls"]) == (1, 0)


def test_the_command_shows_what_the_running_server_knows(
    server: ServerProcess, trunks: Callable[..., None]
) -> None:
    trunks("first", 5060, 1, username="me", password="correct horse")
    said = server.command("trunks", "list", "--json")
    shown = json.loads(said.stdout)
    assert shown["server"] == "running" and "horse" not in said.stdout
    (trunk,) = shown["trunks"]
    assert (trunk["status"]["standing"], trunk["password"]) == ("not known yet", "********")


def test_a_busy_callee_is_not_called_twice(
    server: ServerProcess, sipp: Callable[..., Sipp], trunks: Callable[..., None], silent: int
) -> None:
    before = server.ids()
    busy = sipp("uas_busy", host=HOST)
    trunks("first", busy.port, 1)
    trunks("second", silent, 2)
    server.ask("POST", CALLS, {"to": "+4930999", "agent": "echo"})
    busy.ends_well()
    record = server.wait_for(
        "the end", lambda: next((c for c in server.calls() if c["id"] not in before and c["why"]), None)
    )
    assert (record["why"], record["code"]) == ("busy", 486)
    (second,) = [each for each in server.ask("GET", TRUNKS)["trunks"] if each["name"] == "second"]
    assert second["status"]["total"]["attempts"] == 0
