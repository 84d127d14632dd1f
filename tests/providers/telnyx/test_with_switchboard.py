"""A Telnyx account's calls as the switchboard has them: the real desk and SDK, and Telnyx stood in for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from mediaserver.calls.call import Call
from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Leg, Termination, Why
from providers.calls.call import ProviderCall
from providers.calls.machine import Phase
from providers.provider import WebhookRequest
from providers.telnyx.kind import KIND
from tests.providers.calls.telephony import Telephony
from tests.providers.fake_provider import OURS, FakeStream, opens
from tests.providers.matrix import Feature, Who, shows
from tests.standins.provider import KEY, Trouble, serving
from tests.standins.telnyx.calls import CONNECTION, Webhook
from tests.standins.telnyx.calls import Call as Dialled
from tests.standins.telnyx.server import PROFILE, Telnyx

ANN = "+491711234567"


class Line:
    """Telnyx and us, at either end of a wire."""

    def __init__(self, standin: Telnyx, telephony: Telephony) -> None:
        self.standin, self.telephony = standin, telephony

    async def hears(self, webhook: Webhook) -> None:
        """By the address that it was given for it."""
        named = parse_qs(urlsplit(webhook.url).query).get("session")
        session = UUID(named[0]) if named else None
        request = WebhookRequest("status", "POST", webhook.url, webhook.headers, webhook.body, session)
        provider = self.telephony.board.provider("main")
        assert provider is not None
        assert (await provider.webhook(request)).status == 200
        await self.telephony.settle()

    async def streams(self, call: Dialled) -> FakeStream:
        """Telnyx opens the stream that it was asked for."""
        token = parse_qs(urlsplit(call.stream["stream_url"]).query)["token"][0]
        stream = opens(self.telephony.calls, "telnyx", self.carried.session, token, call.ref)
        await self.telephony.settle()
        return stream

    async def rings_in(self) -> Dialled:
        call = self.standin.rings(OURS, ANN)
        call.webhook_url = "https://voice.test/voice"
        await self.hears(self.standin.initiated(call))
        return call

    async def dialled(self) -> Dialled:
        await self.standin.until(lambda: self.standin.told("dial"))
        (call,) = [each for each in self.standin.calls.values() if each.direction == "outgoing"]
        return call

    async def handing_over(self, to: str) -> tuple[asyncio.Task[None], Dialled]:
        """Telnyx is asked to, and rings somebody."""
        handing = asyncio.create_task(self.telephony.bench.board.refer(self.call.id, to))
        await self.standin.until(lambda: self.standin.told("transfer"))
        await self.telephony.settle()
        target = self.standin.rings(to, OURS)
        target.direction = "outgoing"
        target.webhook_url = "https://voice.test/status"
        target.client_state = self.standin.told("transfer")[0]["target_leg_client_state"]
        return handing, target

    @property
    def carried(self) -> ProviderCall:
        return self.telephony.carried

    @property
    def call(self) -> Call:
        return self.telephony.call


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    await asyncio.to_thread(__import__, "telnyx")
    async with serving(Telnyx()) as standin:
        standin.number(OURS, CONNECTION, PROFILE)
        account = {
            "kind": "telnyx",
            "api_key": KEY,
            "public_key": standin.signer.public_key,
            "connection_id": CONNECTION,
            "base_url": f"{standin.url}/v2",
        }
        telephony = Telephony(tmp_path, {"main": account}, (KIND,))
        await telephony.ready()
        yield Line(standin, telephony)
        await telephony.close()
        assert standin.faults == []


async def up(line: Line) -> tuple[Dialled, FakeStream]:
    """Somebody has called, and talks with the demo agent."""
    call = await line.rings_in()
    await line.standin.until(lambda: line.standin.told("answer"))
    await line.hears(line.standin.answered(call))
    return call, await line.streams(call)


def placed(line: Line) -> asyncio.Task[Leg]:
    return asyncio.create_task(line.telephony.carrier.place(ANN, OURS, timeout_s=20.0))


@shows(Who.TELNYX, Feature.CALLS_IN)
async def test_an_agent_answers_a_call(line: Line) -> None:
    call, stream = await up(line)

    assert line.call.state == "answered" and line.call.from_uri == ANN
    await line.telephony.bench.ticks(5)
    assert stream.heard, "the agent speaks"
    assert call.stream["stream_url"].startswith(
        f"wss://voice.test/telnyx/media/{line.carried.session}?token="
    )
    assert line.telephony.rows()[f"main/{call.ref}"].phase == "up"


@shows(Who.TELNYX, Feature.HANGS_UP)
async def test_the_caller_hangs_up(line: Line) -> None:
    call, stream = await up(line)
    of_ours = line.call

    await line.hears(line.standin.hung_up(call))

    assert of_ours.termination is not None and of_ours.termination.by is EndedBy.CALLER
    assert stream.ended is not None and line.standin.told("hangup") == []
    assert line.telephony.rows()[f"main/{call.ref}"].ended is not None


@shows(Who.TELNYX, Feature.HANGS_UP)
async def test_we_hang_up(line: Line) -> None:
    call, _ = await up(line)

    await line.telephony.bench.board.hang_up(line.call.id)
    await line.standin.until(lambda: call.over)

    await line.hears(line.standin.hung_up(call))
    assert len(line.standin.told("hangup")) == 1 and not len(line.telephony.calls)


@shows(Who.TELNYX, Feature.CALLS_OUT)
async def test_a_call_out(line: Line) -> None:
    leg_of = placed(line)
    call = await line.dialled()
    await line.hears(line.standin.initiated(call))
    await line.hears(line.standin.answered(call))

    stream = await line.streams(call)
    leg = await leg_of

    assert (leg.kind, call.to, call.caller) == ("telnyx", ANN, OURS)
    await leg.hangup(Termination(EndedBy.AGENT, Why.COMPLETED))
    await line.standin.until(lambda: call.over)
    assert stream.ended is not None


@shows(Who.TELNYX, Feature.UNANSWERED)
@pytest.mark.parametrize(
    ("cause", "sip", "code"),
    [
        ("user_busy", "486", 486),
        ("timeout", "unspecified", 480),
        ("call_rejected", "603", 603),
        ("not_found", "404", 404),
        ("unspecified", "503", 503),
    ],
)
async def test_a_call_that_nobody_takes(line: Line, cause: str, sip: str, code: int) -> None:
    leg_of = placed(line)
    call = await line.dialled()

    await line.hears(line.standin.hung_up(call, cause, sip))

    with pytest.raises(CallError) as caught:
        await leg_of
    assert caught.value.code == code and not len(line.telephony.calls)


@shows(Who.TELNYX, Feature.TRANSFER)
async def test_a_call_is_handed_over(line: Line) -> None:
    call, stream = await up(line)
    carried = line.carried

    handing, target = await line.handing_over("+4930888888")
    assert line.standin.told("streaming_stop") == [] and not handing.done()
    await line.hears(line.standin.answered(target))
    await line.standin.until(lambda: line.standin.told("streaming_stop"))
    line.telephony.calls.stopped(carried.session, stream)
    await handing

    fields = line.standin.told("transfer")[0]
    assert (fields["to"], fields["from"]) == ("+4930888888", OURS)
    assert carried.machine.phase is Phase.ELSEWHERE and not call.over
    await line.hears(line.standin.hung_up(call))
    assert not len(line.telephony.calls)


@shows(Who.TELNYX, Feature.TRANSFER)
async def test_a_call_that_nobody_takes_over_stays_with_the_agent(line: Line) -> None:
    call, stream = await up(line)

    handing, target = await line.handing_over("+4930888888")
    await line.hears(line.standin.hung_up(target, "user_busy", "486"))

    with pytest.raises(CallError, match="user_busy") as caught:
        await handing
    assert caught.value.code == 486 and line.carried.machine.phase is Phase.UP
    stream.heard.clear()
    await line.telephony.bench.ticks(5)
    assert stream.heard and not call.over and line.standin.told("hangup") == []


@shows(Who.TELNYX, Feature.WAITED)
async def test_trouble_is_waited_out(line: Line) -> None:
    line.standin.troubles.append(Trouble(status=429))
    leg_of = placed(line)

    call = await line.dialled()

    await line.hears(line.standin.answered(call))
    await line.streams(call)
    assert (await leg_of).kind == "telnyx" and len(line.standin.told("dial")) == 1


@shows(Who.TELNYX, Feature.REVOKED)
async def test_a_revoked_key_ends_the_attempt_in_words(line: Line) -> None:
    line.standin.keys.clear()

    with pytest.raises(CallError, match="api_key"):
        await placed(line)

    assert line.standin.calls == {} and not len(line.telephony.calls)


async def test_a_key_that_is_revoked_in_mid_call_leaves_the_caller_here(line: Line) -> None:
    call, stream = await up(line)
    line.standin.keys.clear()

    with pytest.raises(CallError, match="api_key"):
        await line.telephony.bench.board.refer(line.call.id, "+4930888888")

    assert not call.over and stream.ended is None and line.call.state == "answered"
