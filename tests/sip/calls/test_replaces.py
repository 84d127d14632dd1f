"""New calls that are to take the place of others (Replaces), with real signalling on loopback."""

from __future__ import annotations

import pytest

from mediaserver.calls.may_dial import EVERYBODY
from sip.access.endpoints import Admitted
from sip.calls.dialogs import Dialogs
from sip.calls.replaces_received import replaced_by
from sip.calls.session_machine import SessionState
from sip.messages.grammar import ParseError
from sip.messages.message import Request
from sip.messages.transfer_headers import Replaces
from sip.messages.uri import Uri
from tests.sip.agents import SDP, RawPeer, raw_peer
from tests.sip.calls.test_refer import HANGS_UP, Transferor, calls, up, world
from tests.sip.calls.test_switchboard import Server


def invite(us: Server, peer: RawPeer, replaces: str, call_id: str = "new", **lines: str) -> Request:
    said = {name.replace("_", "-"): value for name, value in lines.items()}
    said |= {"Call-ID": call_id, "Replaces": replaces, "Require": "replaces"}
    return peer.make("INVITE", us.address("nobody"), body=SDP, branch=call_id, lines=said)


async def taken_over(us: Server, peer: RawPeer, request: Request) -> Transferor:
    """The new call, once it is answered and acknowledged."""
    peer.send(request, us.sip.port)
    ok = await peer.response(200, method="INVITE")
    ack = peer.in_dialog("ACK", ok, cseq=1, branch="acknew")
    ack.set("Call-ID", request.call_id)
    peer.send(ack, us.sip.port)
    return Transferor(us, peer, ok)


async def answered_bye(us: Server, peer: RawPeer) -> Request:
    bye = await peer.request("BYE")
    peer.send(bye.response(200), us.sip.port)
    return bye


async def test_a_new_call_of_the_same_phone_takes_the_place_of_the_old_one() -> None:
    async with world() as (us, peer, _):
        ann = await calls(us, peer, "echo")
        call = next(iter(us.board))
        desk = await taken_over(us, peer, invite(us, peer, str(ann.replaces)))
        bye = await answered_bye(us, peer)
        assert bye.call_id == ann.ok.call_id
        assert [each["name"] for each in us.board.parties(call.id)] == ["caller", "agent"]
        await desk.bye()
        assert (await us.ending()).call_id == call.id


async def test_a_new_call_takes_the_place_of_who_called_a_phone() -> None:
    async with world() as (us, peer, callee):
        ann = await calls(us, peer, "101")
        carl = await up(callee)
        desk = await taken_over(us, peer, invite(us, peer, str(ann.replaces)))
        await answered_bye(us, peer)
        assert carl.termination is None and len(us.board) == 1
        await carl.hangup(HANGS_UP)
        await answered_bye(us, peer)
        await us.ending()
        del desk


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda text: text.replace("to-tag=", "to-tag=x"), 481),
        (lambda text: text.replace("from-tag=", "from-tag=x"), 481),
        (lambda text: f"x{text}", 481),
        (lambda text: f"{text};early-only", 486),
        (lambda text: text.partition(";")[0], 400),
    ],
)
async def test_what_names_no_call_that_may_be_replaced_is_refused(change: object, status: int) -> None:
    async with world() as (us, peer, _):
        ann = await calls(us, peer, "echo")
        assert callable(change)
        peer.send(invite(us, peer, change(str(ann.replaces))), us.sip.port)
        await peer.response(status, method="INVITE")
        await ann.ask(ann.request("OPTIONS"), 200)
        await ann.bye()


async def test_to_replace_and_to_join_at_once_is_no_request() -> None:
    async with world() as (us, peer, _):
        ann = await calls(us, peer, "echo")
        peer.send(invite(us, peer, str(ann.replaces), Join=str(ann.replaces)), us.sip.port)
        await peer.response(400, method="INVITE")
        await ann.bye()


async def test_a_stranger_who_learned_the_tags_learns_nothing_more_and_replaces_nobody() -> None:
    async with world() as (us, peer, _), raw_peer("127.0.0.2") as stranger:
        ann = await calls(us, peer, "echo")
        request = invite(us, stranger, str(ann.replaces))
        stranger.send(request, us.sip.port)
        known = await stranger.response(481, method="INVITE")
        stranger.send(invite(us, stranger, "none;to-tag=1;from-tag=2", "second"), us.sip.port)
        unknown = await stranger.response(481, method="INVITE")
        assert [name for name, _ in known.headers] == [name for name, _ in unknown.headers]
        await ann.ask(ann.request("OPTIONS"), 200)
        await ann.bye()


async def test_a_call_that_rings_is_not_replaced() -> None:
    async with world() as (us, peer, callee):
        callee._answers = lambda call: call.leg.ring()
        peer.send(peer.make("INVITE", us.address("101"), body=SDP), us.sip.port)
        ringing = await peer.response(180)
        text = Replaces(ringing.call_id, ringing.to.tag or "", "raw")
        peer.send(invite(us, peer, str(text)), us.sip.port)
        await peer.response(481, method="INVITE")


class _Dialog:
    def __init__(self, extension: str) -> None:
        self.extension = extension
        self.hosts = ("192.0.2.1",)


class _Leg:
    def __init__(self, trunk: str) -> None:
        self.labels = {"trunk": trunk} if trunk else {}


class _Machine:
    over = False
    state = SessionState.UP


class _User:
    machine = _Machine()

    def __init__(self, extension: str, trunk: str) -> None:
        self.dialog, self.leg = _Dialog(extension), _Leg(trunk)

    def receive(self) -> None: ...
    def acknowledged(self) -> None: ...


@pytest.mark.parametrize(
    ("kind", "name", "host", "extension", "trunk", "may"),
    [
        ("extension", "101", "203.0.113.9", "101", "", True),
        ("extension", "102", "192.0.2.1", "101", "", False),  # another phone behind the same NAT
        ("extension", "102", "192.0.2.1", "", "", True),
        ("trunk", "carrier", "203.0.113.9", "", "carrier", True),
        ("trunk", "other", "192.0.2.1", "", "carrier", False),
        ("trunk", "carrier", "192.0.2.1", "101", "", False),
        ("anonymous", "", "192.0.2.1", "", "", True),
        ("anonymous", "", "192.0.2.1", "101", "", False),
        ("anonymous", "", "192.0.2.1", "", "carrier", False),
        ("anonymous", "", "192.0.2.2", "", "", False),
    ],
)
def test_a_call_is_replaced_by_whose_it_is(
    kind: str, name: str, host: str, extension: str, trunk: str, may: bool
) -> None:
    dialogs, user = Dialogs(), _User(extension, trunk)
    dialogs[("call", "ours", "theirs")] = user  # type: ignore[assignment]
    request = Request("INVITE", Uri.parse("sip:us"), [("Replaces", "call;to-tag=ours;from-tag=theirs")])
    caller = Admitted(kind, name, EVERYBODY)  # type: ignore[arg-type]
    if may:
        assert replaced_by(request, caller, host, dialogs) is user.leg  # type: ignore[comparison-overlap]
    else:
        with pytest.raises(ParseError) as error:
            replaced_by(request, caller, host, dialogs)
        assert error.value.status == 481


def test_a_subscription_is_no_call_that_could_be_replaced() -> None:
    dialogs, user = Dialogs(), _User("101", "")
    del user.leg
    dialogs[("call", "ours", "theirs")] = user  # type: ignore[assignment]
    request = Request("INVITE", Uri.parse("sip:us"), [("Replaces", "call;to-tag=ours;from-tag=theirs")])
    with pytest.raises(ParseError) as error:
        replaced_by(request, Admitted("extension", "101", EVERYBODY), "192.0.2.1", dialogs)
    assert error.value.status == 481
