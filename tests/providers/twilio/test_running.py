"""A running server and Twilio, or SignalWire: calls in and out, with their audio, to their end."""

from __future__ import annotations

import asyncio
import json
import urllib.error
from typing import Any
from xml.etree import ElementTree

import aiohttp
import pytest

from mediaserver.media.resample import resample
from mediaserver.media.time import SAMPLE_RATE
from tests.providers.matrix import Feature
from tests.providers.parties import says
from tests.providers.twilio.network import CALLS, Network
from tests.providers.twilio.twins import both
from tests.recordings import read_wav
from tests.standins.media_stream_client import MediaStreamClient, ProviderEnd
from tests.standins.provider import Trouble
from tests.standins.twilio.server import NUMBER
from tests.testdata import TESTDATA

SPEECH = TESTDATA / "speech" / "librivox-0890.wav"


@both("network", Feature.CALLS_IN, Feature.HANGS_UP)
async def test_somebody_calls_in_and_hangs_up(network: Network) -> None:
    call = await network.rings(StirVerstat="TN-Validation-Passed-A", ForwardedFrom="+442071111111")
    await network.heard(call)
    mine = await network.mine()
    assert mine["direction"] == "inbound" and mine["app"] == "echo"
    call.move("completed")
    await call.report()
    ended = await network.reached("ended")
    assert ended["ended_by"] == "caller" and call.faults == []


@both("network", Feature.CALLS_OUT, Feature.HANGS_UP)
async def test_the_server_calls_out_and_hangs_up(network: Network) -> None:
    call = await network.calls_out()
    await call.answered()
    await call.report()
    await network.heard(call)
    mine = await network.reached("answered")
    await network.ask("POST", f"{CALLS}/{mine['id']}/hangup")
    await network.until(lambda: call.over, "an end")
    assert call.state == "completed" and call.faults == []
    await call.report()
    await network.reached("ended")


@both("network", Feature.UNANSWERED, Feature.ORDER)
@pytest.mark.parametrize(
    ("state", "whys"), [("busy", {"busy"}), ("no-answer", {"no answer"}), ("failed", {"failed", "no answer"})]
)
async def test_who_is_not_reached_is_told_as_that(network: Network, state: str, whys: set[str]) -> None:
    call = await network.calls_out()
    for each in ("initiated", "ringing", state):
        call.move(each)
    for report in reversed(call.due):
        await report.send()
        await report.send()
    ended = await network.reached("ended")
    assert ended["why"] in whys


@both("network", Feature.MACHINE)
async def test_a_machine_that_answers_is_told(network: Network) -> None:
    call = await network.calls_out(detect_machine=True)
    await call.answered()
    await network.heard(call)
    assert (await call.machine("machine_end_beep")).status == 204
    mine = await network.mine()
    events: list[dict[str, Any]] = []
    for _ in range(200):
        events = (await asyncio.to_thread(network.server.records, mine["id"]))["events"]
        if "machine_end" in json.dumps(events):
            break
        await asyncio.sleep(0.05)  # waits for another process
    assert "machine_end" in json.dumps(events)
    call.move("completed")
    await call.report()
    await network.reached("ended")


@both("network", Feature.TRANSFER)
async def test_a_transfer_takes_the_caller_away_and_the_call_goes_on(network: Network) -> None:
    call = await network.rings()
    await network.heard(call)
    target = network.callee.replace("40", "41")
    handing = await network.handing_over(call, target)
    assert (await network.mine())["state"] == "answered", "nobody has answered there"
    await call.target("answered")
    await handing
    assert call.dialled == [target] and not call.over and call.faults == []
    await network.reached("ended")
    assert not call.over, "the caller talks on with somebody else"


@both("network", Feature.TRANSFER)
async def test_who_is_handed_over_to_somebody_busy_is_back_with_the_agent(network: Network) -> None:
    call = await network.rings()
    await network.heard(call)
    handing = await network.handing_over(call, network.callee.replace("40", "41"))
    network.streams.clear()
    await call.target("busy")
    with pytest.raises(urllib.error.HTTPError) as refused:
        await handing
    assert b"busy" in refused.value.read()
    await network.heard(call)
    assert (await network.mine())["state"] == "answered" and call.faults == []


@both("network", Feature.REPLAYED)
async def test_who_sends_a_request_of_twilios_again_takes_no_stream_away(network: Network) -> None:
    call = await network.rings()
    await network.heard(call)
    told = await network.there.tell(call.verbs[-1].get("action", ""), call.form())
    stream = ElementTree.fromstring(told.body)[0][0]
    given = {each.get("name"): each.get("value", "") for each in stream}
    real = network.server.http.replace("http", "ws") + (stream.get("url") or "").partition(".com")[2]
    end = ProviderEnd(network.side(call))
    async with MediaStreamClient.connected(network.http, real, end, str(given["token"])) as second:
        assert await second.closed() == 4001
    heard = len(network.streams[call.sid].end.heard)
    await network.until(lambda: len(network.streams[call.sid].end.heard) > heard + 5, "more of the echo")
    assert (await network.mine())["state"] == "answered"


@both("network", Feature.FORGED, Feature.REPLAYED)
async def test_reports_that_are_forged_or_come_again_change_nothing(network: Network) -> None:
    call = await network.rings()
    await network.heard(call)
    url = network.hook("status")
    over = call.form(CallStatus="completed", SequenceNumber="9", CallDuration="3")
    told = await network.there.tell(url, over, token="another")
    assert told.status == 403
    voice = await network.there.tell(network.there.numbers[0].fields["voice_url"], call.form())
    assert voice.status == 200, "a doubled request gets what the first one got"
    assert (await network.mine())["state"] == "answered"
    assert len((await network.ask("GET", f"{CALLS}?state=live"))["items"]) == 1
    call.move("completed")
    [report] = call.due
    for _ in range(3):
        assert (await report.send()).status == 204
    late = call.form(CallStatus="ringing", SequenceNumber="0")
    assert (await network.there.tell(url, late)).status == 204
    await network.reached("ended")


@both("network", Feature.LOST_STREAM)
async def test_a_stream_that_breaks_off_comes_again(network: Network) -> None:
    """Its stream is over: what to do next is asked for."""
    call = await network.rings()
    await network.heard(call)
    first = network.streams.pop(call.sid)
    first.cut()
    await network.heard(call)
    assert network.streams[call.sid] is not first and call.faults == []
    assert (await network.mine())["state"] == "answered"


async def test_a_stream_of_nobody_is_not_let_in(network: Network) -> None:
    call = await network.rings()
    await network.heard(call)
    stream = call.verbs[-1][0]
    given = {each.get("name"): each.get("value", "") for each in stream}
    real = network.server.http.replace("http", "ws") + (stream.get("url") or "").partition(".com")[2]
    with pytest.raises((aiohttp.WSServerHandshakeError, ConnectionError)):
        end = ProviderEnd(network.side(call))
        async with MediaStreamClient.connected(network.http, real, end, str(given["token"])) as second:
            code = await second.closed()
            assert code == 4001
            raise ConnectionError("refused")
    assert (await network.mine())["state"] == "answered"


async def test_an_order_that_twilio_refuses_says_why(network: Network) -> None:
    network.there.unverified.add(network.callee)
    await network.ask("POST", CALLS, {"to": network.callee, "agent": "echo"})
    ended = await network.reached("ended")
    assert "verified" in json.dumps(ended)


@both("network", Feature.WAITED)
async def test_a_limit_of_twilios_is_waited_out_and_a_fault_calls_nobody_twice(network: Network) -> None:
    network.there.troubles.append(
        Trouble(429, {"code": 20429, "message": "", "status": 429}, {"Retry-After": "0"})
    )
    call = await network.calls_out()
    assert len(network.there.calls) == 1
    call.move("busy")
    await call.report()
    await network.reached("ended")


async def test_after_a_fault_of_twilios_nobody_is_called_twice_and_the_call_can_be_given_up(
    network: Network,
) -> None:
    network.there.troubles.append(Trouble(503))
    await network.ask("POST", CALLS, {"to": network.callee, "agent": "echo"})
    await network.until(lambda: "may have taken" in network.server.log(), "a word on it")
    await network.ask("POST", f"{CALLS}/{(await network.mine())['id']}/hangup")
    ended = await network.reached("ended")
    assert ended["answered_at"] is None
    assert [each.id for each in network.there.asked].count("CreateCall") == 0


@both("network", Feature.NUMBERS)
async def test_an_account_is_checked_and_a_number_pointed_here(network: Network) -> None:
    found = await network.ask("POST", f"{network.account()}/check")
    assert "credentials" in json.dumps(found)
    await network.ask("PUT", f"{network.account()}/numbers/{NUMBER.replace('+', '%2B')}", {})
    fields = network.there.numbers[0].fields
    assert (fields["voice_url"], fields["sms_url"]) == (network.hook("voice"), network.hook("sms"))
    call = await network.there.calls_in("anonymous", stream=network.open)
    await network.heard(call)
    call.move("completed")
    await call.report()
    await network.reached("ended")


@both("network", Feature.BARGE_IN)
@pytest.mark.skipif(not SPEECH.exists(), reason="recorded speech is not there")
async def test_who_speaks_while_the_agent_does_empties_twilios_buffer(network: Network) -> None:
    call = await network.calls_out("demo")
    await call.answered()
    await network.until(lambda: call.sid in network.streams, "a stream")
    end = network.streams[call.sid].end
    end.says = iter(())  # it listens
    await network.until(lambda: end.ahead_ms > 0, "a word of the agent's")
    assert end.most_ahead_ms <= 220, "no more lies at Twilio than is good to take back"
    fmt = end.side.format
    end.says = says(fmt, resample(read_wav(SPEECH), SAMPLE_RATE, fmt.rate))
    await network.until(lambda: end.clears, "a clear")
    assert end.refused == []
    call.move("completed")
    await call.report()
    await network.reached("ended")


@both("network", Feature.FALLBACK)
async def test_who_calls_while_the_account_is_full_is_told_so(network: Network) -> None:
    fields = network.there.numbers[1].fields
    fields["voice_url"] = network.hook("voice", "small")
    first = await network.there.calls_in("+4930111111", "+4930123456", network.open)
    await network.heard(first)
    second = await network.there.calls_in("+4930222222", "+4930123456")
    assert [(each.tag, each.text) for each in second.verbs] == [("Say", "We are full.")]
    assert second.state == "completed" and second.faults == []


async def test_credentials_that_are_revoked_leave_no_call_up(network: Network) -> None:
    call = await network.rings()
    await network.heard(call)
    mine = await network.mine()
    keys, network.there.keys = network.there.keys, set()
    await network.ask("POST", f"{CALLS}/{mine['id']}/hangup")
    await network.reached("ended")
    await network.until(lambda: call.over, "an end at Twilio, by the stream's")
    network.there.keys = keys
