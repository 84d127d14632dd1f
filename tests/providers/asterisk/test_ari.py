"""An account of an Asterisk: what it asks ARI for, what it makes of its events, and what nobody may leave
behind. tests/peers/test_asterisk_page.py tries the same with a real Asterisk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr, ValidationError

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.client import GuardedClient
from mediaserver.media.leg import Direction, EndedBy, Termination, Why
from providers.asterisk.account import AsteriskAccount
from providers.asterisk.causes import end_of
from providers.asterisk.kind import KIND
from providers.asterisk.provider import AsteriskProvider
from providers.call_state import CallState
from providers.kind import Account, Surroundings
from providers.provider import Capability, Divert
from providers.streams.dialect import Dialect, Started
from providers.streams.host import StreamRefused
from providers.streams.leg import ProviderLeg, StreamPeer
from providers.streams.wires import StreamWires
from tests.providers.asterisk.bench import loud, until
from tests.providers.bench import BUSY, CONNECT, SESSION, DecidingDesk, order
from tests.providers.matrix import Feature, Who, shows
from tests.standins.asterisk.ari import PASSWORD, USER, AriStandIn, serving

BRIDGE, MEDIA, OUT = f"vf-{SESSION}", f"vf-media-{SESSION}", f"vf-{SESSION}"
CALLER = "1795.1"


class Control:
    """Implements LegControl: nothing is asked."""

    async def ring(self) -> None: ...

    async def progress(self) -> bool:
        return True

    async def answer(self) -> None: ...

    async def refer(self, to: str, timeout_s: float) -> None: ...

    def press(self, digit: str) -> bool:
        return False

    def over(self, why: Termination) -> None: ...


class Streams:
    """Implements StreamHost for one session."""

    def __init__(self) -> None:
        self.wires = StreamWires()
        self.leg: ProviderLeg | None = None
        self.told: list[tuple[str, str]] = []
        self.refuses = ""

    def dialect(self, kind: str, session: UUID) -> Dialect | None:
        return None

    def admit(
        self, kind: str, session: UUID, token: str, started: Started, peer: StreamPeer, remote: str
    ) -> ProviderLeg:
        if self.refuses:
            raise StreamRefused(self.refuses)
        assert (kind, session, token) == ("asterisk", SESSION, "secret") and started.format is not None
        self.leg = ProviderLeg(
            self.wires, started.format, Control(),
            kind=kind, direction=Direction.INBOUND, ref=started.call_ref, remote=remote,
        )  # fmt: skip
        self.leg.attach(peer)
        return self.leg

    def stopped(self, session: UUID, peer: StreamPeer, detail: str = "") -> None:
        self.told.append(("stopped", detail))

    def lost(self, session: UUID, peer: StreamPeer, detail: str = "") -> None:
        self.told.append(("lost", detail))


@dataclass
class World:
    there: AriStandIn
    provider: AsteriskProvider
    desk: DecidingDesk
    streams: Streams
    troubles: list[str]

    @property
    def states(self) -> list[CallState | None]:
        return [each.state for each in self.desk.reports]

    async def connected(self) -> ProviderLeg:
        await until(lambda: self.streams.leg)
        assert self.streams.leg is not None
        return self.streams.leg

    async def quiet(self) -> None:
        """Nothing of ours is left at it."""
        await until(lambda: not self.there.bridges and MEDIA not in self.there.channels)


def account(url: str, **more: Any) -> AsteriskAccount:
    settings: dict[str, Any] = {
        "url": url, "username": USER, "password": SecretStr(PASSWORD), "endpoint": "PJSIP/{number}@carrier",
    }  # fmt: skip
    return AsteriskAccount(**{**settings, **more})


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with serving() as there:
        fetcher, desk, streams = GuardedClient(AddressRule(["127.0.0.1"])), DecidingDesk(), Streams()
        settings = account(there.url, **getattr(request, "param", {}))
        made = KIND.make(
            Account("pbx", "asterisk", 1, settings, ""), Surroundings(desk, fetcher, fetcher, streams)
        )
        assert isinstance(made, AsteriskProvider)
        troubles: list[str] = []
        made.begin(troubles.append)
        try:
            yield World(there, made, desk, streams, troubles)
        finally:
            await made.close()
            await fetcher.close()


@pytest.fixture
async def ready(world: World) -> World:
    await until(lambda: "" in world.troubles)
    world.there.asked.clear()
    return world


@shows(Who.ARI, Feature.CALLS_IN, Feature.HANGS_UP, Feature.BARGE_IN, Feature.HEARD)
async def test_a_call_in_is_bridged_with_a_websocket_of_ours(ready: World) -> None:
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    leg = await ready.connected()
    (incoming,) = ready.desk.incoming_calls
    assert (incoming.ref, incoming.caller, incoming.to, incoming.caller_name) == (
        CALLER, "0301234567", "800", "Ada",
    )  # fmt: skip
    assert leg.ref == CALLER and leg.codec == "pcm16/16000"
    assert ready.there.count("POST", f"/channels/{CALLER}/answer") == 1
    await until(lambda: ready.there.bridges.get(BRIDGE) == {CALLER, MEDIA})
    assert leg.lane is not None
    for _ in range(10):
        ready.streams.wires.wide.write([leg.lane.number], [loud()], 0)
    await until(lambda: "MARK_MEDIA 1" in ready.there.said)
    assert sum(isinstance(each, bytes) for each in ready.there.said) == 10
    await ready.there.media[MEDIA].send_str("MEDIA_MARK_PROCESSED 1")
    await until(lambda: leg.played() == 3_200)
    ready.streams.wires.wide.write([leg.lane.number], [loud()], 0)
    leg.clear()
    await until(lambda: "FLUSH_MEDIA" in ready.there.said)
    leg.ended(Termination(EndedBy.AGENT, Why.COMPLETED))
    await until(lambda: "HANGUP" in ready.there.said)
    await ready.provider.hang_up(CALLER, leg.termination)
    await until(lambda: CallState.COMPLETED in ready.states)
    await ready.quiet()
    assert ready.streams.told == [] and CALLER not in ready.there.channels


@shows(Who.ARI, Feature.HANGS_UP, Feature.KEYS_IN, Feature.KEYS_OUT)
async def test_the_caller_presses_a_key_and_hangs_up(ready: World) -> None:
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    leg = await ready.connected()
    events: list[Any] = []
    leg.on_event = events.append
    await ready.there.media[MEDIA].send_str("DTMF_END digit:5 channel_id:1")
    await until(lambda: [each.digit for each in events] == ["5"])
    leg.send_digit("7")
    assert leg.lane is not None
    ready.streams.wires.wide.write([leg.lane.number], [None], 0)  # a key is a sound
    await until(lambda: any(isinstance(each, bytes) for each in ready.there.said))
    await ready.there.ends(CALLER)
    await until(lambda: ready.states == [CallState.IN_PROGRESS, CallState.COMPLETED])
    await ready.quiet()
    await until(lambda: [what for what, _ in ready.streams.told] == ["stopped"])


async def test_an_argument_of_stasis_says_whom_the_call_wants(ready: World) -> None:
    await ready.there.call_in(CALLER, "sales", "vip")
    await until(lambda: ready.desk.incoming_calls)
    assert ready.desk.incoming_calls[0].to == "sales"
    assert ready.desk.incoming_calls[0].about["arguments"] == ["vip"]


@pytest.mark.parametrize(
    ("decision", "asked"),
    [
        (BUSY, ("DELETE", f"/channels/{CALLER}", {"reason": "busy"})),
        pytest.param(
            Divert(""), ("POST", f"/channels/{CALLER}/continue", {}), marks=shows(Who.ARI, Feature.FALLBACK)
        ),
        (
            Divert("100"),
            (
                "POST", f"/channels/{CALLER}/continue",
                {"context": "from-internal", "extension": "100", "priority": "1"},
            ),
        ),
    ],
)  # fmt: skip
async def test_a_call_that_is_not_taken_is_refused_or_goes_on(
    ready: World, decision: Any, asked: Any
) -> None:
    ready.desk.decision = decision
    await ready.there.call_in(CALLER)
    await until(lambda: asked in ready.there.asked)


@shows(Who.ARI, Feature.CALLS_OUT)
async def test_a_call_out_is_placed_told_of_and_connected(ready: World) -> None:
    ready.desk.decision = CONNECT
    ref = await ready.provider.place(order(account("http://127.0.0.1:1").format))
    assert ref == OUT
    placed = ready.there.asked[-1]
    assert placed[:2] == ("POST", f"/channels/{OUT}")
    assert placed[2] == {
        "endpoint": "PJSIP/+15551230000@carrier", "app": "voiceforge", "appArgs": f"placed,{SESSION}",
        "callerId": "+15557654321", "timeout": "30",
    }  # fmt: skip
    await ready.there.tell("Dial", peer={"id": OUT}, dialstatus="RINGING")
    await ready.there.enters(OUT, "placed", str(SESSION))
    await ready.connected()
    assert ready.desk.answered == [SESSION]
    assert ready.states == [CallState.RINGING, CallState.IN_PROGRESS]
    assert all(each.session == SESSION for each in ready.desk.reports)


@pytest.mark.parametrize(
    ("status", "cause", "state", "code"),
    [
        ("BUSY", 0, CallState.BUSY, 486),
        ("NOANSWER", 16, CallState.NO_ANSWER, 480),
        ("CONGESTION", 0, CallState.FAILED, 503),
        ("", 17, CallState.BUSY, 486),
        ("", 1, CallState.FAILED, 404),
        ("", 16, CallState.NO_ANSWER, None),
    ],
)
@shows(Who.ARI, Feature.UNANSWERED)
async def test_why_nobody_answered(
    ready: World, status: str, cause: int, state: CallState, code: int | None
) -> None:
    await ready.provider.place(order(account("http://127.0.0.1:1").format))
    if status:
        await ready.there.tell("Dial", peer={"id": OUT}, dialstatus=status)
    await ready.there.ends(OUT, cause)
    await until(lambda: ready.desk.reports)
    assert (ready.desk.reports[-1].state, ready.desk.reports[-1].code) == (state, code)


@shows(Who.ARI, Feature.TRANSFER)
async def test_a_transfer_goes_on_in_the_dialplan_and_its_end_is_told(ready: World) -> None:
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await ready.connected()
    await ready.provider.send_digits(CALLER, "12#")
    assert ready.there.asked[-1] == ("POST", f"/channels/{CALLER}/dtmf", {"dtmf": "12#"})
    await ready.provider.transfer(CALLER, "100", "", SESSION)
    await ready.quiet()
    assert CALLER in ready.there.channels and CallState.COMPLETED not in ready.states
    await ready.there.ends(CALLER)
    await until(lambda: ready.states[-1] is CallState.COMPLETED)
    with pytest.raises(TelephonyError, match="no such call"):
        await ready.provider.transfer(CALLER, "100", "", SESSION)


@shows(Who.ARI, Feature.RECORDINGS)
async def test_a_recording_is_made_there_and_fetched(ready: World) -> None:
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await ready.connected()
    name = await ready.provider.start_recording(CALLER, CONNECT.doors)
    await ready.there.tell(
        "RecordingFinished",
        recording={"name": name, "state": "done", "target_uri": f"bridge:{BRIDGE}", "duration": 4},
    )
    await until(lambda: ready.desk.recordings)
    (told,) = ready.desk.recordings
    assert (told.ref, told.call_ref, told.ready) == (name, CALLER, True)
    whole = b"".join([piece async for piece in ready.provider.fetch_recording(name)])
    assert whole == ready.there.recordings[name]
    await ready.provider.delete_recording(name)
    await ready.provider.delete_recording(name)  # gone already
    assert not ready.there.recordings


@shows(Who.ARI, Feature.RECONCILED)
async def test_calls_are_compared_with_its_own_list(ready: World) -> None:
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await ready.connected()
    ready.there.channels["other"] = {"id": "other", "state": "Up"}
    assert [each.ref for each in await ready.provider.live_calls()] == [CALLER]
    found = await ready.provider.call(CALLER)
    assert found is not None and found.state is CallState.IN_PROGRESS
    assert await ready.provider.call("gone") is None


@shows(Who.ARI, Feature.LOST_STREAM)
async def test_what_ended_while_events_were_away_is_told_and_leftovers_are_let_go(ready: World) -> None:
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await ready.connected()
    await ready.there.drop_listeners()
    del ready.there.channels[CALLER]
    ready.there.channels |= {"vf-media-old": {"id": "vf-media-old"}, "waits": {"id": "waits"}}
    ready.there.bridges["vf-old"] = set()
    ready.there.asked.clear()
    await until(ready.there.listened.is_set)
    await until(lambda: CallState.COMPLETED in ready.states)
    await until(lambda: "vf-old" not in ready.there.bridges and "vf-media-old" not in ready.there.channels)
    await until(lambda: ("POST", "/channels/waits/continue", {}) in ready.there.asked)
    assert any("closed" in each for each in ready.troubles)


@pytest.mark.parametrize(
    "path",
    [
        f"/channels/{CALLER}/answer", f"/bridges/{BRIDGE}", "/channels/externalMedia",
        f"/bridges/{BRIDGE}/addChannel",
    ],
)  # fmt: skip
async def test_a_call_that_cannot_be_bridged_goes_on_in_its_dialplan(ready: World, path: str) -> None:
    ready.there.fails[path] = (500, "no memory")
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await until(lambda: ("POST", f"/channels/{CALLER}/continue", {}) in ready.there.asked)
    assert ready.states[-1] is CallState.FAILED
    await ready.quiet()


async def test_an_asterisk_without_the_websocket_channel_is_told(ready: World) -> None:
    ready.there.modules.discard("chan_websocket.so")
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await until(lambda: ready.states and ready.states[-1] is CallState.FAILED)
    assert "chan_websocket" in ready.desk.reports[-1].detail
    found = {each.name: each.ok for each in await ready.provider.check()}
    assert found == {
        "asterisk": True, "module chan_websocket.so": False, "module app_stasis.so": True, "events": True,
    }  # fmt: skip


async def test_a_stream_that_is_refused_leaves_nothing(ready: World) -> None:
    ready.streams.refuses = "its token is used"
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await until(lambda: ("POST", f"/channels/{CALLER}/continue", {}) in ready.there.asked)
    await ready.quiet()


@pytest.mark.parametrize(
    "event",
    [
        "{",
        "[]",
        '{"type": 5}',
        '{"type": "StasisStart"}',
        '{"type": "StasisStart", "channel": {"id": "x", "caller": 5}}',
    ],
)
@shows(Who.ARI, Feature.BAD_MESSAGES)
async def test_an_event_that_makes_no_sense_harms_no_other(ready: World, event: str) -> None:
    for socket in ready.there.listeners:
        await socket.send_str(event)
    await until(ready.there.listened.is_set)
    ready.desk.decision = CONNECT
    ready.there.listened.clear()
    if event == "{":  # no JSON: the connection begins anew
        await until(ready.there.listened.is_set)
        ready.there.listeners = ready.there.listeners[-1:]
        await until(lambda: ready.troubles[-1] == "")
    await ready.there.call_in(CALLER)
    await ready.connected()


@pytest.mark.parametrize("world", [{"password": SecretStr("wrong")}], indirect=True)
@shows(Who.ARI, Feature.REVOKED)
async def test_a_wrong_password_is_told(world: World) -> None:
    await until(lambda: world.troubles)
    assert "password of ari.conf" in world.troubles[0]
    (finding,) = await world.provider.check()
    assert not finding.ok and "ari.conf" in finding.detail + finding.mend
    with pytest.raises(TelephonyError) as refused:
        await world.provider.live_calls()
    assert refused.value.kind is ProviderFault.KEY
    assert PASSWORD not in str(refused.value) and "wrong" not in str(refused.value)


async def test_an_order_whose_answer_fails_may_have_been_taken(ready: World) -> None:
    ready.there.fails[f"/channels/{OUT}"] = (500, "who knows")
    with pytest.raises(TelephonyError) as failed:
        await ready.provider.place(order(account("http://127.0.0.1:1").format))
    assert failed.value.maybe
    ready.there.fails[f"/channels/{OUT}"] = (400, "Invalid endpoint")
    with pytest.raises(TelephonyError, match="Invalid endpoint") as refused:
        await ready.provider.place(order(account("http://127.0.0.1:1").format))
    assert not refused.value.maybe and refused.value.kind is ProviderFault.REFUSED


@pytest.mark.parametrize("world", [{"endpoint": ""}], indirect=True)
async def test_without_an_endpoint_nobody_is_called(world: World) -> None:
    assert Capability.PLACE not in world.provider.capabilities
    with pytest.raises(TelephonyError, match="endpoint"):
        await world.provider.place(order(account("http://127.0.0.1:1").format))
    for refused in (world.provider.numbers(), world.provider.send_message("+49", "", "", "")):
        with pytest.raises(TelephonyError):
            await refused


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://192.0.2.10"}, {"url": "http://u:p@192.0.2.10"}, {"url": "http://192.0.2.10/?x=1"},
        {"endpoint": "PJSIP/carrier"}, {"endpoint": "{number}"}, {"application": "a b"}, {"username": "a:b"},
        {"transfer_context": "a,b"}, {"audio": "opus"},
    ],
)  # fmt: skip
def test_an_account_that_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        account(**{"url": "http://192.0.2.10:8088", **wrong})


def test_the_address_may_name_the_interface() -> None:
    assert account("https://pbx.example:8089/ari/").url == "https://pbx.example:8089"


def test_a_call_that_was_up_is_completed_whatever_the_cause() -> None:
    assert end_of(127, was_up=True) == (CallState.COMPLETED, None)
    assert end_of(None, was_up=False)[0] is CallState.NO_ANSWER
