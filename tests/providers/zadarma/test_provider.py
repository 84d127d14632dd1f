"""An account of Zadarma against a server that refuses what Zadarma refuses, over HTTP."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from pydantic import SecretStr, ValidationError

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.fetching.client import FetchLimits
from mediaserver.media.leg import Direction
from providers.call_state import CallState, after
from providers.kind import Account, Surroundings
from providers.provider import Capability, WebhookAnswer, WebhookRequest
from providers.zadarma.account import ZadarmaSettings
from providers.zadarma.kind import KIND
from providers.zadarma.provider import Zadarma
from providers.zadarma.signature import SIGNED
from tests.mediaserver.fetching.servers import client
from tests.providers.desks import NotingDesk
from tests.providers.matrix import Feature, Who, shows
from tests.standins.provider import Trouble, serving
from tests.standins.zadarma.server import (
    ACCOUNT_KEY,
    SECRET,
    ZadarmaStandIn,
    message_result,
    notification,
)

PUBLIC = "https://voice.example.com"
CALL = {
    "caller_id": "+15551230000", "called_did": "+442030000000", "call_start": "2026-11-20 15:00:00",
    "pbx_call_id": "in_ae6b03b3b0765d127ec0b739209346bbc4f0d52d",
}  # fmt: skip


UNUSED = ("NOTIFY_IVR", "SPEECH_RECOGNITION")
"""Events that are believed and left."""


@dataclass
class Setup:
    there: ZadarmaStandIn
    desk: NotingDesk
    surroundings: Surroundings
    account: Zadarma
    now: list[float]

    async def tell(self, event: str, *, secret: str = SECRET, **fields: str) -> WebhookAnswer:
        content = {"event": event, **fields}
        body, headers = notification(secret, content, SIGNED[event])
        return await self.account.webhook(WebhookRequest("events", "POST", f"{PUBLIC}/hook", headers, body))


def settings(url: str, **more: object) -> ZadarmaSettings:
    return ZadarmaSettings.model_validate(
        {
            "key": ACCOUNT_KEY,
            "secret": SECRET,
            "base_url": url,
            "extension": "00001",
            "utc_offset_h": 3,
            **more,
        }
    )


@pytest.fixture
async def setup(request: pytest.FixtureRequest) -> AsyncIterator[Setup]:
    more = getattr(request, "param", {})
    async with serving(ZadarmaStandIn()) as there, client(limits=FetchLimits(timeout_s=0.5)) as fetcher:
        desk, now = NotingDesk(), [1000.0]
        surroundings = Surroundings(desk, fetcher, fetcher)
        account = Zadarma(
            Account("main", "zadarma", 1, settings(there.url, **more), PUBLIC),
            surroundings,
            clock=lambda: now[0], wall=lambda: there.unixtime,
        )  # fmt: skip
        yield Setup(there, desk, surroundings, account, now)


@shows(Who.ZADARMA, Feature.NUMBERS)
async def test_a_check_says_what_the_account_has_and_how_to_mend_the_rest(setup: Setup) -> None:
    findings = {each.name: each for each in await setup.account.check()}
    assert not any(each.fatal for each in findings.values())
    assert findings["balance"].detail == "10.34 USD"
    assert findings["numbers"].detail == "+442030000000, +442030000001"
    assert findings["sip"].ok and findings["time zone"].ok
    assert not findings["notifications"].ok and "http.public_url" not in findings["notifications"].mend
    await setup.account.configure_number(
        "+442030000000", voice=f"{PUBLIC}/a", status=f"{PUBLIC}/a", messages=f"{PUBLIC}/b"
    )
    setup.there.offset_h, setup.there.online = 2, set()
    findings = {each.name: each for each in await setup.account.check()}
    assert findings["notifications"].ok and findings["messages"].ok
    assert findings["time zone"].mend == "set utc_offset_h to 2"
    assert "--preset zadarma" in findings["sip"].mend


@shows(Who.ZADARMA, Feature.REVOKED)
async def test_a_key_that_is_refused_is_told_and_shows_no_secret(setup: Setup) -> None:
    setup.there.secret = "changed"
    (finding,) = await setup.account.check()
    assert finding.fatal and "refuses the key" in finding.detail and SECRET not in str(finding)
    with pytest.raises(TelephonyError) as caught:
        await setup.account.numbers()
    assert caught.value.kind is ProviderFault.KEY and not caught.value.retryable


@shows(Who.ZADARMA, Feature.NUMBERS)
async def test_numbers_are_e164_and_say_whether_they_are_told_here(setup: Setup) -> None:
    first, _ = await setup.account.numbers()
    assert (first.number, first.ours, first.can) == ("+442030000000", False, frozenset(("voice", "sms")))
    setup.there.told_to["callinfo"] = f"{PUBLIC}/hooks/main"
    assert all(each.ours for each in await setup.account.numbers())
    setup.there.told_to["callinfo"] = f"{PUBLIC}.evil.test/hooks/main"
    assert not any(each.ours for each in await setup.account.numbers())


@shows(Who.ZADARMA, Feature.CALLBACK)
async def test_a_callback_rings_our_extension_first_and_is_asked_once(setup: Setup) -> None:
    await setup.account.call_back("", "+4915112345678")
    assert setup.there.asked == [
        (
            "GET",
            "request/callback",
            {"from": "00001", "to": "4915112345678", "sip": "00001", "format": "json"},
        )
    ]
    setup.there.troubles.append(Trouble(status=503))
    with pytest.raises(TelephonyError) as caught:
        await setup.account.call_back("", "+4915112345678")
    assert caught.value.maybe and len(setup.there.asked) == 1
    setup.there.troubles.append(Trouble(silent=True))
    with pytest.raises(TelephonyError) as caught:
        await setup.account.call_back("", "+4915112345678")
    assert caught.value.maybe and caught.value.kind is ProviderFault.DOWN


@shows(Who.ZADARMA, Feature.WAITED)
async def test_what_changes_nothing_is_asked_again(setup: Setup) -> None:
    setup.there.troubles.extend([Trouble(status=502), Trouble(cut_after=0)])
    assert len(await setup.account.numbers()) == 2


@shows(Who.ZADARMA, Feature.SMS_OUT)
async def test_a_message_goes_out_and_a_denied_one_is_said(setup: Setup) -> None:
    ref = await setup.account.send_message("+4915112345678", "+442030000000", "Grüße ~ & 1+1", "")
    assert ref.startswith("sms-")
    assert setup.there.asked[-1][2] | {"format": ""} == {
        "number": "4915112345678", "sender": "442030000000", "message": "Grüße ~ & 1+1", "format": "",
    }  # fmt: skip
    setup.there.denied = {"4915112345678"}
    with pytest.raises(TelephonyError, match="Wrong number"):
        await setup.account.send_message("+4915112345678", "", "hello", "")


@shows(Who.ZADARMA, Feature.WAITED)
async def test_too_many_requests_are_not_sent_and_a_429_is_believed(setup: Setup) -> None:
    for _ in range(3):
        await setup.account._statistics("statistics/pbx", version="2")
    with pytest.raises(TelephonyError) as caught:
        await setup.account.call("in_x")
    assert caught.value.kind is ProviderFault.LIMIT and caught.value.after_s == pytest.approx(60)
    assert len(setup.there.asked) == 3
    setup.there.general_left = 0
    with pytest.raises(TelephonyError) as caught:
        await setup.account.send_message("+4915112345678", "", "hello", "")
    assert caught.value.retryable and caught.value.after_s == pytest.approx(42)
    setup.there.general_left = 50
    with pytest.raises(TelephonyError):
        await setup.account.send_message("+4915112345678", "", "hello", "")
    setup.now[0] += 43
    assert await setup.account.send_message("+4915112345678", "", "hello", "")


@shows(Who.ZADARMA, Feature.COST)
async def test_a_call_that_is_over_is_found_with_its_cost(setup: Setup) -> None:
    row = {
        "call_id": 1439981389.27, "sip": 100, "callstart": "2026-11-20 15:00:00", "clid": 15551230000,
        "destination": 442030000000, "disposition": "answered", "seconds": 61, "is_recorded": True,
        "pbx_call_id": CALL["pbx_call_id"],
    }  # fmt: skip
    setup.there.pbx_calls = [
        {**row, "disposition": "no answer", "seconds": 20},
        row,
        {**row, "pbx_call_id": "in_2"},
    ]
    bill = {
        "id": "155112249", "sip": "00001", "callstart": "2026-11-20 15:00:01", "from": 15551230000,
        "to": 442030000000, "disposition": "answered", "billseconds": 61, "cost": 0.01, "billcost": 0.0203,
        "currency": "USD",
    }  # fmt: skip
    setup.there.billed = [bill]
    report = await setup.account.call(CALL["pbx_call_id"])
    assert report is not None
    assert (report.state, report.duration_s, report.direction) == (CallState.COMPLETED, 61, Direction.INBOUND)
    assert (report.cost, report.currency) == (Decimal("0.0203"), "USD")
    assert report.at is not None and report.at.isoformat() == "2026-11-20T12:00:00+00:00"
    setup.now[0] += 61
    setup.there.statistics_left = 3
    setup.there.billed = [bill, dict(bill)]
    ambiguous = await setup.account.call(CALL["pbx_call_id"])
    assert ambiguous is not None and ambiguous.cost is None
    setup.now[0] += 61
    setup.there.statistics_left = 3
    assert await setup.account.call("in_nobody_knows") is None


@shows(Who.ZADARMA, Feature.RECORDINGS)
async def test_a_recording_comes_in_pieces_and_from_nowhere_else(setup: Setup) -> None:
    content = b"ID3" + bytes(range(256)) * 4000
    setup.there.recordings["1-1458313316.343456-100"] = content
    pieces = [each async for each in setup.account.fetch_recording("1-1458313316.343456-100")]
    assert b"".join(pieces) == content
    with pytest.raises(TelephonyError, match="no such recording"):
        _ = [each async for each in setup.account.fetch_recording("gone")]
    setup.there.url = "https://attacker.test"
    with pytest.raises(TelephonyError, match="no address of its own"):
        _ = [each async for each in setup.account.fetch_recording("1-1458313316.343456-100")]
    await setup.account.delete_recording("1-1458313316.343456-100")
    assert not setup.there.recordings


async def test_what_it_cannot_do_is_refused_before_anything_is_sent(setup: Setup) -> None:
    assert setup.account.capabilities == KIND.capabilities
    assert isinstance(KIND.make(Account("a", "zadarma", 1, settings(""), ""), setup.surroundings), Zadarma)
    assert Capability.PLACE not in setup.account.capabilities
    for refused in (
        setup.account.hang_up("x"), setup.account.send_digits("x", "1"), setup.account.live_calls(),
    ):  # fmt: skip
        with pytest.raises(TelephonyError, match="cannot"):
            await refused
    assert not setup.there.asked


async def test_an_address_is_verified_by_its_echo(setup: Setup) -> None:
    def asking(query: str) -> WebhookRequest:
        return WebhookRequest("events", "GET", f"{PUBLIC}/hook?{query}", {}, b"")

    answer = await setup.account.webhook(asking("zd_echo=a1B2c3"))
    assert (answer.status, answer.body, answer.content_type) == (200, b"a1B2c3", "text/plain")
    for query in ("", "zd_echo=", "zd_echo=%3Cscript%3E", "zd_echo=1&zd_echo=2", f"zd_echo={'a' * 129}"):
        assert (await setup.account.webhook(asking(query))).status == 400


@shows(Who.ZADARMA, Feature.ORDER, Feature.REPLAYED)
async def test_a_call_in_every_order_ends_as_it_ended_and_counts_once(setup: Setup) -> None:
    events = [
        ("NOTIFY_START", {}),
        ("NOTIFY_INTERNAL", {"internal": "100"}),
        ("NOTIFY_ANSWER", {"internal": "100", "destination": "100"}),
        (
            "NOTIFY_END",
            {"duration": "61", "disposition": "answered", "status_code": "16", "is_recorded": "1"},
        ),
    ]
    for turn, order in enumerate(itertools.permutations(events)):
        setup.desk.reports.clear()
        ref = {"pbx_call_id": f"in_{turn}"}
        for event, more in (*order, *order):
            assert (await setup.tell(event, **{**CALL, **more, **ref})).status == 200
        state = CallState.QUEUED
        for report in setup.desk.reports:
            state = after(state, report.state or state)
        assert len(setup.desk.reports) == 4 and state is CallState.COMPLETED
    over = next(each for each in setup.desk.reports if each.state is CallState.COMPLETED)
    assert (over.ref, over.caller, over.to, over.duration_s) == (
        f"in_{turn}", "+15551230000", "+442030000000", 61,
    )  # fmt: skip
    assert over.detail == "answered, Q.931 cause 16" and over.direction is Direction.INBOUND
    assert over.at is not None and over.at.isoformat() == "2026-11-20T12:00:00+00:00"


@pytest.mark.parametrize(
    ("said", "state"),
    [("busy", CallState.BUSY), ("cancel", CallState.CANCELED), ("no answer", CallState.NO_ANSWER)]
    + [(each, CallState.FAILED) for each in ("failed", "no money", "unallocated number", "line limit", "")],
)
async def test_each_disposition_is_an_end(setup: Setup, said: str, state: CallState) -> None:
    out = {"internal": "100", "destination": "4915112345678", "call_start": "2026-11-20 15:00:00"}
    await setup.tell("NOTIFY_OUT_END", **out, pbx_call_id="out_1", disposition=said, duration="0")
    (report,) = setup.desk.reports
    assert (report.state, report.direction) == (state, Direction.OUTBOUND)


@shows(Who.ZADARMA, Feature.FORGED)
@pytest.mark.parametrize("event", [*SIGNED])
async def test_what_is_forged_changes_nothing(setup: Setup, event: str) -> None:
    fields = {
        **CALL, "internal": "100", "destination": "100", "call_id_with_rec": "1-2",
        "result": message_result("+15551230000", "+442030000000", "hello"),
    }  # fmt: skip
    answer = await setup.tell(event, secret="another secret", **fields)
    unsigned = await setup.account.webhook(
        WebhookRequest("events", "POST", f"{PUBLIC}/hook", {}, b"event=" + event.encode())
    )
    assert (answer.status, unsigned.status, answer.body) == (403, 403, b"")
    assert not (setup.desk.reports or setup.desk.messages or setup.desk.recordings)
    assert (await setup.tell(event, **fields)).status == 200
    assert setup.desk.reports or setup.desk.messages or setup.desk.recordings or event in UNUSED


async def test_an_event_that_nobody_documents_is_not_believed(setup: Setup) -> None:
    body, headers = notification(SECRET, {"event": "NOTIFY_NEW", **CALL}, SIGNED["NOTIFY_START"])
    request = WebhookRequest("events", "POST", f"{PUBLIC}/hook", headers, body)
    assert (await setup.account.webhook(request)).status == 403
    odd = WebhookRequest("events", "POST", f"{PUBLIC}/hook", headers, b"\xff=\xfe")
    assert (await setup.account.webhook(odd)).status == 400


async def test_a_form_in_parts_is_read_too(setup: Setup) -> None:
    fields = {"event": "NOTIFY_START", **CALL}
    _, headers = notification(SECRET, fields, SIGNED["NOTIFY_START"])
    body = "".join(
        f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    headers["content-type"] = "multipart/form-data; boundary=XX"
    request = WebhookRequest("events", "POST", f"{PUBLIC}/hook", headers, f"{body}--XX--\r\n".encode())
    assert (await setup.account.webhook(request)).status == 200
    assert setup.desk.reports[0].ref == CALL["pbx_call_id"]


@pytest.mark.parametrize(
    "body",
    [
        b"--XX\r\n\r\nx\r\n" * 20_000 + b"--XX--\r\n",
        b"--XX\r\nContent-Disposition: form-data; " + b"a=b; " * 40_000 + b"\r\n\r\nx\r\n--XX--\r\n",
        b"--XX\r\nContent-Disposition: form-data; name=" + b"(" * 500 + b"\r\n\r\nx\r\n--XX--\r\n",
        b"--XX\r\n\r\nx",
    ],
    ids=["many parts", "many parameters", "deep", "no end"],
)
async def test_what_a_stranger_sends_in_parts_is_refused_at_once(setup: Setup, body: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=XX", "signature": "x"}
    began = time.process_time()
    answer = await setup.account.webhook(WebhookRequest("events", "POST", f"{PUBLIC}/hook", headers, body))
    assert answer.status in (400, 403)
    assert time.process_time() - began < 0.1


async def test_a_stranger_s_odd_request_is_no_fault_of_ours(setup: Setup) -> None:
    body, headers = notification(SECRET, {"event": "NOTIFY_START", **CALL}, SIGNED["NOTIFY_START"])
    odd = {**headers, "signature": "\udce9"}  # an octet that is no UTF-8, as aiohttp has it
    assert (await setup.account.webhook(WebhookRequest("e", "POST", f"{PUBLIC}/h", odd, body))).status == 403
    many = f"{PUBLIC}/hook?" + "&".join(f"a{each}=1" for each in range(40))
    assert (await setup.account.webhook(WebhookRequest("e", "GET", many, {}, b""))).status == 400


async def test_a_recording_is_told_once_and_again_when_it_could_not_be_had(setup: Setup) -> None:
    for _ in range(2):
        await setup.tell("NOTIFY_RECORD", pbx_call_id="in_1", call_id_with_rec="1-2")
    (report,) = setup.desk.recordings
    assert (report.ref, report.call_ref, report.ready) == ("1-2", "in_1", True)
    setup.desk.unseen(report.key)
    await setup.tell("NOTIFY_RECORD", pbx_call_id="in_1", call_id_with_rec="1-2")
    assert setup.desk.recordings == [report] * 2


async def test_a_message_told_twice_is_one_and_an_answer_given_twice_is_two(setup: Setup) -> None:
    result = message_result("15551230000", "442030000000", "yes")
    for _ in range(2):
        assert (await setup.tell("SMS", result=result)).status == 200
    setup.now[0] += 61
    setup.there.unixtime += 61
    await setup.tell("SMS", result=result)
    assert [(each.sender, each.to, each.text) for each in setup.desk.messages] == [
        ("+15551230000", "+442030000000", "yes")
    ] * 2
    assert len({each.ref for each in setup.desk.messages}) == 2
    assert (await setup.tell("SMS", result="{")).status == 400


async def test_a_message_that_was_not_stored_is_taken_when_it_comes_again(setup: Setup) -> None:
    result = message_result("15551230000", "442030000000", "help me")
    setup.desk.fails = 1
    with pytest.raises(OSError):
        await setup.tell("SMS", result=result)
    await setup.tell("SMS", result=result)
    assert len(setup.desk.messages) == 1


@pytest.mark.parametrize("setup", [{"redirect": "100", "return_timeout_s": 20}], indirect=True)
async def test_a_call_is_sent_where_the_account_has_it(setup: Setup) -> None:
    answer = await setup.tell("NOTIFY_START", **CALL)
    assert answer.body == b'{"redirect": "100", "return_timeout": 20}'
    assert (await setup.tell("NOTIFY_INTERNAL", **CALL)).body == b""


@pytest.mark.parametrize(
    ("setup", "answer"),
    [
        ({"redirect": "0-main"}, {"redirect": "0-main", "return_timeout": 0}),
        ({"redirect": "0-1"}, {"redirect": "0-1", "return_timeout": 0}),
        ({"redirect": "blacklist"}, {"redirect": "blacklist", "return_timeout": 0}),
        ({"redirect": "hangup"}, {"hangup": 1}),
        ({"caller_name": "Büro {called}"}, {"caller_name": "Büro +442030000000"}),
        ({"caller_name": "{caller} {called} {x}"}, {"caller_name": "+15551230000 +442030000000 {x}"}),
        ({}, {}),
    ],
    indirect=["setup"],
)
async def test_what_it_is_told_to_do_with_a_call(setup: Setup, answer: dict[str, object]) -> None:
    told = await setup.tell("NOTIFY_START", **CALL)
    assert json.loads(told.body) == answer and told.content_type == "application/json"


@pytest.mark.parametrize(
    "wrong", [{"return_timeout_s": 2}, {"redirect": "0-"}, {"redirect": "main"}, {"redirect": "100,101"}]
)
def test_where_a_call_cannot_be_sent(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings("", **wrong)


def test_an_account_asks_over_tls_or_this_machine_alone() -> None:
    for right in ("https://api.zadarma.com", "http://127.0.0.1:8080", "http://[::1]:80/", ""):
        settings(right)
    for wrong in (
        "http://api.zadarma.com", "ftp://127.0.0.1", "https://", "https://me:pw@host", "https://host/path",
        "http://127.0.0.1.evil.test", "https://host:99999",
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            settings(wrong)
    assert settings("", sandbox=True).api == "https://api-sandbox.zadarma.com"
    assert isinstance(settings("").secret, SecretStr) and SECRET not in repr(settings(""))


def test_its_variables_are_fields_of_its_account() -> None:
    assert {"ZADARMA_KEY", "ZADARMA_API_KEY", "ZADARMA_SECRET"} <= set(KIND.variables)
    assert set(KIND.variables.values()) <= set(ZadarmaSettings.model_fields)
