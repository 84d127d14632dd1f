"""Exotel at a stand-in made from its documents."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest

from mediaserver.errors import ProviderFault, TelephonyError
from providers.call_state import CallState
from providers.exotel.account import ExotelAccount
from providers.exotel.kind import KIND
from providers.kind import Account
from providers.provider import Capability, Provider, WebhookAnswer
from tests.providers.bench import (
    BUSY,
    CONNECT,
    DOORS,
    OURS,
    PUBLIC,
    SESSION,
    THEIRS,
    DecidingDesk,
    order,
    provider_of,
)
from tests.providers.bench import request as hook
from tests.providers.matrix import Feature, Who, shows
from tests.standins.exotel import API_KEY, API_TOKEN, SID, Exotel
from tests.standins.provider import Trouble, serving

SECRET = "a-secret-of-our-own-making-0123"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def settings(standin: Exotel, **changed: Any) -> ExotelAccount:
    told = {"account_sid": SID, "api_key": API_KEY, "api_token": API_TOKEN, "hook_secret": SECRET}
    return ExotelAccount.model_validate({**told, "app_id": "4711", "base_url": standin.url, **changed})


CALL = "b6bd9d8f1be8d3bd4ae1ae3af3d41625"


@pytest.fixture
async def standin() -> AsyncIterator[Exotel]:
    async with serving(Exotel()) as standin:
        yield standin
        assert standin.faults == []


@pytest.fixture
async def pair(standin: Exotel) -> AsyncIterator[tuple[Provider, DecidingDesk]]:
    standin.calls_in[CALL] = {"Sid": CALL, "Status": "in-progress", "Price": None}
    async with provider_of(KIND, settings(standin)) as pair:
        yield pair


async def asks(provider: Provider, key: str = SECRET, **told: str) -> WebhookAnswer:
    """The applet, for its stream's address."""
    query = urlencode({"key": key, "CallSid": CALL, "CallFrom": THEIRS, "CallTo": OURS, **told})
    return await provider.webhook(hook("voice", {}, url=f"{PUBLIC}/voice?{query}", method="GET"))


@shows(Who.EXOTEL, Feature.CALLS_OUT)
async def test_calls_out_go_through_the_flow(standin: Exotel, pair: tuple[Provider, DecidingDesk]) -> None:
    provider, desk = pair
    ref = await provider.place(order(_audio()))
    call = standin.calls[ref]

    assert (call["From"], call["CallerId"], call["CustomField"]) == (THEIRS, OURS, str(SESSION))
    assert call["Url"] == f"http://my.exotel.com/{SID}/exoml/start_voice/4711"
    assert call["StatusCallback"] == f"{DOORS.status}&key={SECRET}"
    desk.decision = CONNECT
    answer = await asks(provider, CallSid=ref, CustomField=str(SESSION))
    assert json.loads(answer.body) == {"url": DOORS.media} and desk.answered == [SESSION]
    found = await provider.call(ref)
    assert found is not None and found.state is CallState.IN_PROGRESS
    assert await provider.call("unknown") is None


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("09876543210", "+919876543210"),
        ("9876543210", "+919876543210"),
        ("+919876543210", "+919876543210"),
        ("%20919876543210", "+919876543210"),  # an unescaped plus is a blank
        ("919876543210", "+919876543210"),
        ("Anonymous", "anonymous"),
        ("56767", "56767"),
    ],
)
async def test_national_numbers_are_told_as_what_they_are(
    pair: tuple[Provider, DecidingDesk], told: str, meant: str
) -> None:
    query = f"key={SECRET}&CallSid={CALL}&CallFrom={told}&CallTo=08047491899"
    await pair[0].webhook(hook("voice", {}, url=f"{PUBLIC}/voice?{query}", method="GET"))

    (call,) = pair[1].incoming_calls
    assert (call.caller, call.to) == (meant, "+918047491899")


def _audio() -> Any:
    assert KIND.dialect is not None
    return KIND.dialect(Account("main", "exotel", 1, settings(Exotel(), base_url="https://x"), "")).format


@shows(Who.EXOTEL, Feature.CALLS_IN, Feature.FALLBACK)
async def test_an_incoming_call_gets_a_stream_or_goes_on_in_the_flow(
    pair: tuple[Provider, DecidingDesk],
) -> None:
    provider, desk = pair
    desk.decision = CONNECT

    taken = await asks(provider)
    desk.decision = BUSY
    refused = await asks(provider)

    assert (desk.incoming_calls[0].caller, desk.incoming_calls[0].to) == (THEIRS, OURS)
    assert json.loads(taken.body) == {"url": DOORS.media} and refused.status == 503


async def test_status_callbacks_by_form_and_by_json(pair: tuple[Provider, DecidingDesk]) -> None:
    provider, desk = pair
    told = {"CallSid": "s-1", "Status": "no-answer", "CustomField": str(SESSION), "ConversationDuration": "0"}
    url = f"{PUBLIC}/status?key={SECRET}"

    await provider.webhook(hook("status", FORM, urlencode(told).encode(), url=url))
    await provider.webhook(
        hook("status", {"content-type": "application/json"}, json.dumps(told).encode(), url=url)
    )

    assert [(each.state, each.session) for each in desk.reports] == [(CallState.NO_ANSWER, SESSION)] * 2


@shows(Who.EXOTEL, Feature.FORGED)
async def test_what_is_not_proven_changes_nothing(pair: tuple[Provider, DecidingDesk]) -> None:
    provider, desk = pair

    assert (await asks(provider, key="")).status == 403
    assert (await asks(provider, key=SECRET[:-1])).status == 403
    assert (await provider.webhook(hook("status", FORM, f"key={SECRET}".encode()))).status == 403
    url = f"{PUBLIC}/status?key={SECRET}"
    for body in (b"", b"\xff", b"CallSid=../x", b"a=1&" * 200):
        assert (await provider.webhook(hook("status", FORM, body, url=url))).status == 400
    json_ = {"content-type": "application/json"}
    assert (await provider.webhook(hook("status", json_, b"[" * 100_000, url=url))).status == 400

    assert desk.incoming_calls == [] and desk.reports == []


@shows(Who.EXOTEL, Feature.REVOKED)
async def test_a_revoked_token_is_said_to_be_one(
    standin: Exotel, pair: tuple[Provider, DecidingDesk]
) -> None:
    assert [each.ok for each in await pair[0].check()] == [True]
    standin.keys.clear()

    with pytest.raises(TelephonyError, match="Authentication is required") as caught:
        await pair[0].place(order(_audio()))

    assert caught.value.kind is ProviderFault.KEY
    assert [each.ok for each in await pair[0].check()] == [False]


async def test_without_a_flow_nothing_is_called(standin: Exotel) -> None:
    async with provider_of(KIND, settings(standin, app_id="")) as (provider, _):
        assert Capability.PLACE not in provider.capabilities
        with pytest.raises(TelephonyError, match="app_id"):
            await provider.place(order(_audio()))

    assert standin.calls == {}


async def test_what_it_cannot_is_refused_in_words(pair: tuple[Provider, DecidingDesk]) -> None:
    for asked in (
        pair[0].transfer("s", "+1", "+1", SESSION),
        pair[0].send_digits("s", "1"),
        pair[0].live_calls(),
        pair[0].configure_number("+1", voice="", status="", messages=""),
    ):
        with pytest.raises(TelephonyError, match="Exotel is not asked to"):
            await asked
    with pytest.raises(TelephonyError):
        pair[0].fetch_recording("r")


def test_a_short_secret_proves_nothing() -> None:
    with pytest.raises(ValueError, match="24 characters"):
        settings(Exotel(), base_url="https://api.exotel.com", hook_secret="short")


@shows(Who.EXOTEL, Feature.UNANSWERED)
@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("busy", CallState.BUSY),
        ("no-answer", CallState.NO_ANSWER),
        ("failed", CallState.FAILED),
        ("canceled", CallState.CANCELED),
        ("completed", CallState.COMPLETED),
    ],
)
async def test_how_a_call_ended(pair: tuple[Provider, DecidingDesk], status: str, state: CallState) -> None:
    url = f"{PUBLIC}/status?key={SECRET}"

    await pair[0].webhook(hook("status", FORM, f"CallSid=s-1&Status={status}".encode(), url=url))

    assert [each.state for each in pair[1].reports] == [state]


@shows(Who.EXOTEL, Feature.WAITED)
async def test_what_was_not_taken_is_asked_again(
    standin: Exotel, pair: tuple[Provider, DecidingDesk]
) -> None:
    standin.troubles.extend([Trouble(status=429), Trouble(status=503)])

    assert await pair[0].call("unknown") is None


@shows(Who.EXOTEL, Feature.COST)
async def test_what_a_call_cost_is_asked(standin: Exotel, pair: tuple[Provider, DecidingDesk]) -> None:
    ref = await pair[0].place(order(_audio()))
    standin.calls[ref] |= {"Status": "completed", "Price": "1.25", "Duration": "42"}

    report = await pair[0].call(ref)

    assert report is not None and (str(report.cost), report.duration_s) == ("1.25", 42)
