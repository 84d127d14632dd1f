"""A caller on one baresip is handed over warm to a human on another, with a real voice and real keys."""

from __future__ import annotations

import urllib.error
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.phones import Baresip, levels
from tests.peers.test_baresip import GUEST, HOST, dial, extension, spoken

pytestmark = pytest.mark.peer

Phone = Callable[..., Baresip]


@pytest.fixture
def beside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Baresip]:
    """A second baresip."""
    with closing(Baresip(tmp_path / "caller", GUEST, host=HOST)) as phone:
        yield phone


def briefed(
    server: ServerProcess, baresip: Phone, caller: Baresip, beside: ThreadPoolExecutor
) -> tuple[Baresip, str, Future[Any]]:
    """A caller whom the demo has greeted, and a human who is being told what it is about."""
    human = baresip(extension(server), host=HOST)
    assert human.registration().startswith("200")
    before = server.ids()
    dial(caller, server, "demo")
    server.wait_for("the greeting", lambda: spoken(server))
    (call_id,) = server.ids() - before
    content = {"to": "102", "warm": {"briefing": "A guest wants a room."}}
    asked = beside.submit(server.ask, "POST", f"/api/telephony/calls/{call_id}/transfer", content)
    human.wait_for("CALL_ESTABLISHED")
    return human, call_id, asked


def steps(server: ServerProcess, call_id: str) -> list[str]:
    events = server.records(call_id)["events"]
    return [event["kind"] for event in events if event["kind"].startswith("transfer_")]


def test_a_human_on_baresip_takes_the_call_with_1(
    server: ServerProcess, baresip: Phone, caller: Baresip, beside: ThreadPoolExecutor
) -> None:
    human, call_id, asked = briefed(server, baresip, caller, beside)
    server.wait_for("the briefing", lambda: "transfer_briefing" in steps(server, call_id))
    human.command("sndcode", "1")
    asked.result(20)
    server.wait_for("the acceptance", lambda: "transfer_accepted" in steps(server, call_id))
    human.command("hangup")
    caller.wait_for("CALL_CLOSED")
    record = server.newest("demo", set())
    assert record["id"] == call_id and record["ended_by"] == "callee"
    assert len(record["legs"]) == 2 and all(leg["stats"]["packets"] for leg in record["legs"])
    (briefing,) = [event["data"] for event in record["events"] if event["kind"] == "briefing"]
    assert "A guest wants a room.".startswith(briefing["heard"][:7]), "as far as it was heard before the key"
    assert min(levels(server.recording(call_id))) > 300


def test_a_human_on_baresip_declines_with_2_and_the_agent_has_the_caller_again(
    server: ServerProcess, baresip: Phone, caller: Baresip, beside: ThreadPoolExecutor
) -> None:
    human, call_id, asked = briefed(server, baresip, caller, beside)
    human.command("sndcode", "2")
    with pytest.raises(urllib.error.HTTPError) as refused:
        asked.result(20)
    assert refused.value.code == 409
    refused.value.close()
    human.wait_for("CALL_CLOSED")
    server.wait_for("the agent", lambda: "transfer_returned" in steps(server, call_id))
    server.wait_for(
        "its words",
        lambda: any(
            line["heard"].startswith("Here I am again") for line in server.records(call_id)["transcript"]
        ),
    )
    caller.command("hangup")
    assert server.newest("demo", set())["ended_by"] == "caller"
