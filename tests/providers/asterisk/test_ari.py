"""An account of an Asterisk: what it asks ARI for, what it makes of its events, and what nobody may leave
behind. tests/peers/test_asterisk_page.py tries the same with a real Asterisk."""

from __future__ import annotations

from typing import Any

import pytest

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.media.stream_format import Coding, StreamFormat
from providers.call_state import CallState
from providers.provider import Divert
from tests.providers.asterisk.ari_world import BRIDGE, CALLER, MEDIA, OUT, World, account
from tests.providers.asterisk.bench import loud, until
from tests.providers.bench import BUSY, CONNECT, SESSION, order
from tests.providers.matrix import Feature, Who, shows


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


async def test_a_stream_that_is_refused_leaves_nothing(ready: World) -> None:
    ready.streams.refuses = "its token is used"
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await until(lambda: ("POST", f"/channels/{CALLER}/continue", {}) in ready.there.asked)
    await ready.quiet()


async def test_a_stream_of_other_audio_leaves_nothing_and_says_so(ready: World) -> None:
    """The account's audio was changed since the call has begun."""
    ready.streams.wanted = StreamFormat(Coding.MULAW, 8_000)
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await until(lambda: ("POST", f"/channels/{CALLER}/continue", {}) in ready.there.asked)
    assert ready.desk.reports[-1].state is CallState.FAILED
    assert "brings pcm16/16000, where mulaw/8000 was asked for" in ready.desk.reports[-1].detail
    await ready.quiet()


async def test_an_order_whose_answer_fails_may_have_been_taken(ready: World) -> None:
    ready.there.fails[f"/channels/{OUT}"] = (500, "who knows")
    with pytest.raises(TelephonyError) as failed:
        await ready.provider.place(order(account("http://127.0.0.1:1").format))
    assert failed.value.maybe
    ready.there.fails[f"/channels/{OUT}"] = (400, "Invalid endpoint")
    with pytest.raises(TelephonyError, match="Invalid endpoint") as refused:
        await ready.provider.place(order(account("http://127.0.0.1:1").format))
    assert not refused.value.maybe and refused.value.kind is ProviderFault.REFUSED
