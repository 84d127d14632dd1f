"""SignalWire is Twilio but for its address, its keys, its signature and its codecs."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from xml.etree import ElementTree

import pytest
from aiohttp import web

from providers.accounts import doors
from providers.call_state import CallState
from providers.kind import Account, Surroundings
from providers.provider import CallOrder, Connect, Decision, Doors, IncomingCall, WebhookRequest
from providers.signalwire.account import SignalWireAccount
from providers.signalwire.kind import KIND
from providers.signalwire.signature import SHA1, SHA256
from providers.twilio.signature import HEADER as TWILIO
from providers.twilio.signature import signature
from tests.mediaserver.fetching.servers import client
from tests.providers.desks import NotingDesk
from tests.providers.matrix import Feature, Who, shows
from tests.standins.provider import StandIn, serving

PROJECT = "01234567-89ab-4cde-8f01-23456789abcd"
CALL = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
KEY = "PSK_a-signing-key"
PUBLIC = "https://voice.example.com"
SESSION = UUID(CALL)
DOORS = Doors(
    f"{PUBLIC}/answer", f"{PUBLIC}/status", f"wss://voice.example.com/signalwire/media/{CALL}?token=t"
)
FIELDS = {
    "AccountSid": PROJECT,
    "CallSid": CALL,
    "CallStatus": "ringing",
    "From": "+15551230000",
    "To": "+1555",
}
FORM = "application/x-www-form-urlencoded"


class Space(StandIn):
    """The interface in a space, as the documents have it: Twilio's, under `/api/laml`; pages, too."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def routes(self) -> list[web.RouteDef]:
        base = f"/api/laml/2010-04-01/Accounts/{PROJECT}"
        return [web.get(f"{base}/Calls.json", self.listed), web.post(f"{base}/Calls.json", self.created)]

    async def listed(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        assert request.headers["Authorization"].startswith("Basic ")
        page = int(request.query.get("Page", 0))
        status = request.query["Status"]
        there = [_call(f"{status}-{page}", status)]
        after = f"/api/laml/2010-04-01/Accounts/{PROJECT}/Calls.json?Status={status}&Page={page + 1}"
        return web.json_response(
            {"calls": there, "page": page, "next_page_uri": after if page == 0 else None}
        )

    async def created(self, request: web.Request) -> web.Response:
        form = await request.post()
        return web.json_response(_call(CALL, "queued") | {"to": form["To"]}, status=201)


def _call(sid: str, status: str) -> dict[str, Any]:
    return {"sid": sid, "status": status, "direction": "outbound-api", "from": "+1555", "to": "+1556"}


class Desk(NotingDesk):
    async def incoming(self, call: IncomingCall, within_s: float) -> Decision:
        return Connect(SESSION, DOORS)


def account(**more: Any) -> Account:
    settings = {"project_id": PROJECT, "space": "acme", "api_token": "PT", "signing_key": KEY, **more}
    return Account("sw", "signalwire", 1, SignalWireAccount.model_validate(settings), PUBLIC)


def request(hook: str, headers: dict[str, str], fields: dict[str, str] = FIELDS) -> WebhookRequest:
    url = doors.hook(account(), hook)
    return WebhookRequest(hook, "POST", url, {"content-type": FORM, **headers}, urlencode(fields).encode())


@shows(Who.SIGNALWIRE, Feature.CALLS_OUT)
async def test_calls_go_to_the_space_and_all_pages_are_read() -> None:
    async with serving(Space()) as there, client() as fetcher:
        made = KIND.make(
            account(base_url=f"{there.url}/api/laml"), Surroundings(NotingDesk(), fetcher, fetcher)
        )
        dialect = KIND.dialect
        assert dialect is not None
        order = CallOrder(SESSION, "+15551230000", "+15550000000", 20, DOORS, dialect(account()).format)
        assert await made.place(order) == CALL
        found = {each.ref for each in await made.live_calls()}
        assert found == {
            f"{status}-{page}" for status in ("queued", "ringing", "in-progress") for page in (0, 1)
        }
        assert all(path.count("/api/laml") == 1 for path in there.asked)
        await made.close()


@shows(Who.SIGNALWIRE, Feature.CALLS_IN, Feature.FORGED)
@pytest.mark.parametrize("header", [SHA1, TWILIO])
async def test_forms_are_signed_as_twilio_signs_them_under_either_name(header: str) -> None:
    desk = Desk()
    async with client() as fetcher:
        made = KIND.make(
            account(codec="L16@16000h", base_url="http://127.0.0.1:9"), Surroundings(desk, fetcher, fetcher)
        )
        url = doors.hook(account(), "voice")
        given = signature(KEY, url, list(FIELDS.items()))
        answer = await made.webhook(request("voice", {header: given}))
        stream = ElementTree.fromstring(answer.body)[0][0]
        assert stream.get("codec") == "L16@16000h"
        assert {each.get("name"): each.get("value") for each in stream} == {"token": "t", "session": CALL}
        forged = request("voice", {header: given}, FIELDS | {"From": "+15559999999"})
        assert (await made.webhook(forged)).status == 403
        await made.close()


@shows(Who.SIGNALWIRE, Feature.REPLAYED)
async def test_address_and_body_may_be_signed_as_they_are() -> None:
    desk = Desk()
    async with client() as fetcher:
        made = KIND.make(account(), Surroundings(desk, fetcher, fetcher))
        fields = FIELDS | {"CallStatus": "completed"}
        bare = request("status", {}, fields)
        signed = bare.url.encode() + bare.body
        for header, algorithm in ((SHA1, "sha1"), (SHA256, "sha256")):
            good = hmac.digest(KEY.encode(), signed, algorithm).hex()
            told = request("status", {header: good}, fields)
            assert (await made.webhook(told)).status == 204
            assert (await made.webhook(replace(told, body=told.body + b"&a=1"))).status == 403
            assert (await made.webhook(replace(told, url=told.url + "?a=1"))).status == 403
        assert [each.state for each in desk.reports] == [CallState.COMPLETED] * 2
        assert len({each.key for each in desk.reports}) == 1, "another header makes no other request of it"
        assert (await made.webhook(bare)).status == 403
        by_token = {SHA1: signature("PT", bare.url, list(fields.items()))}
        assert (await made.webhook(request("status", by_token, fields))).status == 403
        await made.close()


@shows(Who.SIGNALWIRE, Feature.SMS_IN, Feature.REPLAYED)
async def test_messages_are_taken_once() -> None:
    desk = Desk()
    async with client() as fetcher:
        made = KIND.make(account(), Surroundings(desk, fetcher, fetcher))
        fields = {
            "AccountSid": PROJECT, "MessageSid": CALL, "From": "+15551230000", "To": "+15550000000",
            "Body": "Grüße + 1", "NumMedia": "0",
        }  # fmt: skip
        given = signature(KEY, doors.hook(account(), "sms"), list(fields.items()))
        for _ in range(2):
            assert (await made.webhook(request("sms", {SHA1: given}, fields))).status == 200
        assert [(each.sender, each.text) for each in desk.messages] == [("+15551230000", "Grüße + 1")]
        await made.close()


def test_the_space_is_part_of_the_address_and_no_more_than_that() -> None:
    assert account().settings.address == "https://acme.signalwire.com/api/laml"  # type: ignore[attr-defined]
    for bad in ("acme.signalwire.com", "a/b", "", "-a", "a@evil.example/"):
        with pytest.raises(ValueError, match="space"):
            account(space=bad)
