"""Calls with baresip, a phone that people use: to the demo, as a registered extension, hold, keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.phones import Baresip, OwnCaller, Sipp, levels

pytestmark = pytest.mark.peer

HOST = "127.0.0.46"
GUEST = f"<sip:guest@{HOST}:PORT>;regint=0;audio_codecs=PCMU"

Phone = Callable[..., Baresip]


def extension(server: ServerProcess) -> str:
    """The account of a baresip that registers as extension 102 and picks up at once."""
    return (
        f"<sip:102@{server.sip}>;regint=60;auth_user=102;auth_pass=battery-staple;"
        "answermode=auto;audio_codecs=PCMU"
    )


def dial(phone: Baresip, server: ServerProcess, user: str) -> None:
    phone.command("dial", f"sip:{user}@{server.sip}")
    phone.wait_for("CALL_ESTABLISHED")


def spoken(server: ServerProcess) -> bool:
    """Whether the agent of a live call was heard to say something."""
    live = server.get("/api/telephony/calls?state=live")["items"]
    lines = [line for call in live for line in server.records(call["id"])["transcript"]]
    return any(line["heard"] for line in lines)


def noted(server: ServerProcess, before: set[str], kind: str, key: str) -> list[Any]:
    """What the records say of events of one kind in the calls that are new."""
    fresh = server.ids() - before
    events = [event for call in fresh for event in server.records(call)["events"]]
    return [event["data"][key] for event in events if event["kind"] == kind]


def answered(server: ServerProcess, known: set[str]) -> bool:
    """A call that is not among the `known` is up."""
    return any(c["id"] not in known and c["state"] == "answered" for c in server.calls())


def test_baresip_calls_the_demo_and_hears_it(server: ServerProcess, baresip: Phone) -> None:
    before = server.ids()
    phone = baresip(GUEST, host=HOST)
    dial(phone, server, "demo")
    server.wait_for("the greeting", lambda: spoken(server))
    phone.command("hangup")
    record = server.newest("demo", before)
    assert record["why"] == "hung up" and record["ended_by"] == "caller"
    said = [line for line in record["transcript"] if line["speaker"] == "agent"]
    assert said and said[0]["heard"]
    [leg] = record["legs"]
    assert leg["stats"]["packets"] >= 20 and leg["stats"]["sent"] >= 20
    caller, agent = levels(server.recording(record["id"]))
    assert caller > 1000 and agent > 300


@shows(Peer.BARESIP, Feature.KEYS_RFC4733)
def test_keys_of_baresip_arrive_once_each(server: ServerProcess, baresip: Phone) -> None:
    before = server.ids()
    phone = baresip(GUEST, host=HOST)
    dial(phone, server, "demo")
    for key in "1225#":
        phone.command("sndcode", key)
    server.wait_for("the keys", lambda: len(noted(server, before, "dtmf", "digit")) >= 5)
    phone.command("hangup")
    server.newest("demo", before)
    assert "".join(noted(server, before, "dtmf", "digit")) == "1225#"


@shows(Peer.BARESIP, Feature.HOLD)
def test_baresip_holds_and_resumes(server: ServerProcess, baresip: Phone) -> None:
    before = server.ids()
    phone = baresip(GUEST, host=HOST)
    dial(phone, server, "demo")
    phone.command("hold")
    server.wait_for("the hold", lambda: noted(server, before, "hold", "held") == [True])
    phone.command("resume")
    server.wait_for("the end of the hold", lambda: noted(server, before, "hold", "held") == [True, False])
    phone.command("hangup")
    assert server.newest("demo", before)["why"] == "hung up"


def test_an_extension_on_baresip_is_called_and_hung_up_on(
    server: ServerProcess, baresip: Phone, sipp: Callable[..., Sipp]
) -> None:
    phone = baresip(extension(server), host=HOST)
    assert phone.registration().startswith("200")
    before = server.ids()
    sipp("uac_media", "-s", "102", "-d", "1500", host="127.0.0.42", target=server.sip).ends_well()
    phone.wait_for("CALL_CLOSED")
    record = server.newest("extension", before)
    assert record["ended_by"] == "caller"
    assert [leg["stats"]["packets"] >= 60 for leg in record["legs"]] == [True, True]
    caller, answering = levels(server.recording(record["id"]))
    assert caller > 1000 and answering > 1000


def test_an_extension_on_baresip_hangs_up(
    server: ServerProcess, baresip: Phone, own_caller: Callable[..., OwnCaller]
) -> None:
    phone = baresip(extension(server), host=HOST)
    assert phone.registration().startswith("200")
    before = server.ids()
    caller = own_caller(f"sip:102@{server.sip}")
    phone.wait_for("CALL_ESTABLISHED")
    # The phone is up before its caller is: who hangs up in between has not been talked to.
    server.wait_for("the caller's answer", lambda: answered(server, before))
    phone.command("hangup")
    report = caller.report()
    assert report["ended"].startswith("hung up")


@shows(Peer.BARESIP, Feature.HOLD)
def test_an_extension_on_baresip_holds_its_caller(
    server: ServerProcess, baresip: Phone, own_caller: Callable[..., OwnCaller]
) -> None:
    """Hold, resume and hang-up by the called side, on a dialog that our INVITE made."""
    phone = baresip(extension(server), host=HOST)
    assert phone.registration().startswith("200")
    before = server.ids()
    caller = own_caller(f"sip:102@{server.sip}")
    phone.wait_for("CALL_ESTABLISHED")
    server.wait_for("the caller's answer", lambda: answered(server, before))
    phone.command("hold")
    phone.command("resume")
    phone.command("hangup")
    caller.report()
    record = server.newest("extension", before)
    assert record["why"] == "hung up" and record["ended_by"] == "callee"
