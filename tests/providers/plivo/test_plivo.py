"""Plivo at a stand-in made from its documents."""

from __future__ import annotations

import functools
import itertools
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from mediaserver.errors import ProviderFault, TelephonyError
from providers.call_state import CallState, after
from providers.plivo.account import PlivoAccount
from providers.plivo.kind import KIND
from providers.plivo.signature import NONCE, SIGNATURE, fields, proven, sign, signed_text
from providers.provider import AnsweredBy, Divert, Provider, WebhookRequest
from tests.providers.bench import (
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
from tests.providers.matrix import Feature, Who, shows
from tests.standins.plivo import AUTH_ID, TOKEN, Plivo
from tests.standins.provider import Trouble, serving

VECTORS = [
    (
        *("POST", "https://voice.example.com/hook"),
        "CallUUID=a-1&From=15551230000&To=15557654321&CallStatus=ringing",
        "lZnXWuq/pJpyeLxQQ2EMqskVfc9q4s7okBT/Gcuq1wY=",
    ),
    (
        *("POST", "https://voice.example.com/hook?session=7&b=2&a=1"),
        *("CallUUID=a-1&Digits=2&Digits=1", "8Ia/YnpE/9LpD2fTKG2ymDwXdzEfzue8mwWxQWa93/g="),
    ),
    (
        *("GET", "https://voice.example.com/hook?CallUUID=a-1&From=15551230000&x=", ""),
        "gmPEL2u3aiYRX8yLLynJ208a8DAIT/uJzM4U7RPAi2U=",
    ),
    (
        *("POST", "https://voice.example.com/hook?session=7", ""),
        "PKto6uF+JedyKfm6urFA/+svpV3ui7g5BIq3TAefIlE=",
    ),
    (
        *("POST", "https://voice.example.com:8443/hook", "CallerName=Zo%C3%AB+%26+Co&Empty="),
        "D7XpjdjMROfTjHj+EOpVYAhvHHI4fyi/C56v43lUlyg=",
    ),
]
"""(method, address, form, signature): made once by the algorithm of plivo-python (MIT),
utils/signature_v3.py, with the token my_auth_token and the nonce 12345."""


CALL, OTHER = "0b9d3b0e-41a7-4c19-9b0f-7a3c1d2e4f50", "0b9d3b0e-41a7-4c19-9b0f-7a3c1d2e4f51"


@pytest.fixture
async def standin() -> AsyncIterator[Plivo]:
    async with serving(Plivo()) as standin:
        yield standin
        assert standin.faults == []


@pytest.fixture
async def pair(standin: Plivo) -> AsyncIterator[tuple[Provider, DecidingDesk]]:
    told = {"auth_id": AUTH_ID, "auth_token": TOKEN, "base_url": standin.url, "public_url": PUBLIC}
    standin.calls_in[CALL] = {"call_uuid": CALL, "live": True, "call_status": "ringing"}
    async with provider_of(KIND, PlivoAccount.model_validate(told)) as pair:
        yield pair


AUDIO = PlivoAccount.model_validate({"auth_id": AUTH_ID, "auth_token": TOKEN}).format


def signed(hook: str, told: dict[str, str], *, query: str = "", nonce: str = "n1") -> WebhookRequest:
    url = f"{PUBLIC}/{hook}{query}"
    body = urlencode(told)
    headers = {NONCE: nonce, SIGNATURE: sign(TOKEN, signed_text("POST", url, fields(body)), nonce)}
    session = SESSION if "session" in query else None
    return WebhookRequest(hook, "POST", url, headers, body.encode(), session)


@pytest.mark.parametrize("status", ["completed", "busy", "no-answer", "failed", "cancel", "timeout"])
async def test_an_end_that_is_told_where_calls_are_asked_about_is_no_call(
    pair: tuple[Provider, DecidingDesk], status: str
) -> None:
    """As Plivo does where an application has no hangup URL."""
    provider, desk = pair
    told = {"CallUUID": CALL, "From": THEIRS[1:], "To": OURS[1:], "Direction": "inbound", "Event": "Hangup"}

    assert (await provider.webhook(signed("voice", {**told, "CallStatus": status}))).body == b""

    assert desk.incoming_calls == [] and [each.ref for each in desk.reports] == [CALL]


async def test_who_shows_no_number_is_anonymous(pair: tuple[Provider, DecidingDesk]) -> None:
    told = {"CallUUID": CALL, "From": "Anonymous", "To": OURS[1:], "CallStatus": "ringing"}
    await pair[0].webhook(signed("voice", told))

    assert [each.caller for each in pair[1].incoming_calls] == ["anonymous"]


@pytest.mark.parametrize(("method", "url", "form", "signature"), VECTORS)
def test_the_sdks_signatures_are_proven(method: str, url: str, form: str, signature: str) -> None:
    headers = {NONCE: "12345", SIGNATURE: f"bm90IHRoaXM=, {signature}"}

    assert proven("my_auth_token", method, url, headers, fields(form))
    assert not proven("another", method, url, headers, fields(form))
    assert not proven("my_auth_token", method, url + "x", headers, fields(form))
    assert not proven("my_auth_token", method, url, {**headers, NONCE: "12346"}, fields(form))
    assert not proven("my_auth_token", method, url, {NONCE: "12345"}, fields(form))


def test_the_end_of_a_callback_is_no_nonce() -> None:
    """A callback that came before would count once more, under another nonce."""
    url = "https://voice.example.com/hook"
    told = sign(TOKEN, signed_text("POST", url, {"CallUUID": [CALL], "TotalCost": ["0.01"]}), "77")
    headers = {NONCE: "01.77", SIGNATURE: told}
    assert not proven(TOKEN, "POST", url, headers, {"CallUUID": [CALL], "TotalCost": ["0"]})


def test_no_bit_of_a_callback_may_change() -> None:
    method, url, form, signature = VECTORS[0]
    headers = {NONCE: "12345", SIGNATURE: signature}
    for at in range(len(form) * 8):
        octets = bytearray(form.encode())
        octets[at // 8] ^= 1 << at % 8
        try:
            changed = fields(octets.decode())
        except ValueError:
            continue
        assert changed == fields(form) or not proven("my_auth_token", method, url, headers, changed)


@shows(Who.PLIVO, Feature.CALLS_OUT, Feature.HANGS_UP, Feature.RECONCILED, Feature.COST)
async def test_calls_out_and_their_ends(standin: Plivo, pair: tuple[Provider, DecidingDesk]) -> None:
    provider, _ = pair
    ref = await provider.place(order(AUDIO, detect_machine=True))
    call = standin.calls[ref]

    assert (call["to"], call["from"], call["answer_url"]) == (THEIRS[1:], OURS[1:], DOORS.answer)
    assert (call["machine_detection_url"], call["hangup_url"]) == (DOORS.machine, DOORS.status)
    assert [each.ref for each in await provider.live_calls()] == [ref]
    await provider.hang_up(ref)
    await provider.hang_up(ref)
    await provider.hang_up("unknown")
    over = await provider.call(ref)
    assert over is not None and (over.state, over.cost) == (CallState.COMPLETED, Decimal("0.0045"))
    assert await provider.live_calls() == [] and await provider.call("unknown") is None


async def test_one_that_does_not_ring_yet_is_called_back(
    standin: Plivo, pair: tuple[Provider, DecidingDesk]
) -> None:
    standin.requests.add("q-1")

    await pair[0].hang_up("q-1")

    assert standin.requests == set()


@shows(Who.PLIVO, Feature.TRANSFER, Feature.KEYS_OUT, Feature.RECORDINGS)
async def test_transfers_digits_and_recordings(standin: Plivo, pair: tuple[Provider, DecidingDesk]) -> None:
    provider, _ = pair
    ref = await provider.place(order(AUDIO))
    standin.recordings["rec-1"] = {"recording_url": f"{standin.url}/media/rec-1.mp3"}

    await provider.transfer(ref, "+15558880000", OURS, SESSION, "word")
    await provider.send_digits(ref, "12w#")
    recording = await provider.start_recording(ref, DOORS)
    octets = b"".join([piece async for piece in provider.fetch_recording(recording)])
    await provider.delete_recording(recording)
    await provider.delete_recording(recording)

    assert [path.partition("/")[2] for _, path, _ in standin.told] == ["", "DTMF/", "Record/"]
    assert standin.told[0][2]["aleg_url"] == f"{DOORS.answer}?turn=word"
    assert octets.startswith(b"ID3") and standin.recordings == {}


@shows(Who.PLIVO, Feature.TRANSFER)
async def test_an_order_to_transfer_whose_answer_is_lost_is_not_given_twice(
    standin: Plivo, pair: tuple[Provider, DecidingDesk]
) -> None:
    ref = await pair[0].place(order(AUDIO))
    standin.troubles.append(Trouble(cut_after=0))
    with pytest.raises(TelephonyError) as lost:
        await pair[0].transfer(ref, "+15558880000", OURS, SESSION, "word")
    assert lost.value.maybe and len(standin.told) <= 1


async def test_a_call_is_placed_once(standin: Plivo, pair: tuple[Provider, DecidingDesk]) -> None:
    standin.troubles.append(Trouble(cut_after=0))

    with pytest.raises(TelephonyError) as caught:
        await pair[0].place(order(AUDIO))

    assert caught.value.maybe and len(standin.calls) == 1


@shows(Who.PLIVO, Feature.REVOKED)
async def test_a_revoked_token_is_said_to_be_one(standin: Plivo, pair: tuple[Provider, DecidingDesk]) -> None:
    assert [each.ok for each in await pair[0].check()] == [True]
    standin.keys.clear()

    with pytest.raises(TelephonyError, match="auth_token") as caught:
        await pair[0].live_calls()

    assert caught.value.kind is ProviderFault.KEY
    assert [each.ok for each in await pair[0].check()] == [False]


@shows(Who.PLIVO, Feature.CALLS_IN)
async def test_an_incoming_call_gets_a_stream(pair: tuple[Provider, DecidingDesk]) -> None:
    provider, desk = pair
    desk.decision = CONNECT

    answer = await provider.webhook(
        signed("voice", {"CallUUID": CALL, "From": THEIRS[1:], "To": OURS[1:], "CallStatus": "ringing"})
    )

    stream = ET.fromstring(answer.body)[0]
    assert (desk.incoming_calls[0].caller, desk.incoming_calls[0].to) == (THEIRS, OURS)
    assert (stream.tag, stream.text) == ("Stream", DOORS.media)
    assert stream.attrib == {
        "bidirectional": "true",
        "keepCallAlive": "true",
        "contentType": "audio/x-mulaw;rate=8000",
    }


@shows(Who.PLIVO, Feature.FALLBACK)
async def test_other_decisions(pair: tuple[Provider, DecidingDesk]) -> None:
    provider, desk = pair
    told = {"CallUUID": CALL, "From": "1", "To": "2"}

    busy = ET.fromstring((await provider.webhook(signed("voice", told))).body)
    desk.decision = Divert("+15558880000", caller=OURS)
    dial = ET.fromstring((await provider.webhook(signed("voice", told))).body)
    desk.decision = Divert(text="<All> \x00lines & so")
    said = ET.fromstring((await provider.webhook(signed("voice", told))).body)
    desk.decision = CONNECT
    again = await provider.webhook(signed("answer", told, query=f"?session={SESSION}&turn=word"))

    assert busy[0].attrib == {"reason": "busy"}
    assert (dial[0].attrib, dial[0][0].text) == ({"callerId": OURS}, "+15558880000")
    assert [each.tag for each in said] == ["Speak", "Hangup"] and said[0].text == "<All> lines & so"
    assert (desk.answered, desk.turns) == ([SESSION], ["word"]) and b"<Stream" in again.body


@shows(Who.PLIVO, Feature.REPLAYED)
async def test_a_request_about_a_call_that_is_over_begins_none(
    standin: Plivo, pair: tuple[Provider, DecidingDesk]
) -> None:
    provider, desk = pair
    asked = signed("voice", {"CallUUID": CALL, "From": "1", "To": "2"})
    assert [(await provider.webhook(asked)).status for _ in range(2)] == [200, 200], "it had no answer"

    standin.calls_in[CALL] |= {"live": False, "call_status": "completed"}
    later = signed("voice", {"CallUUID": CALL, "From": "1", "To": "2"}, nonce="n9")
    assert [(await provider.webhook(later)).status for _ in range(2)] == [403, 403]
    assert len(desk.incoming_calls) == 2
    standin.troubles.extend(Trouble(status=500) for _ in range(4))
    assert (await provider.webhook(signed("voice", {"CallUUID": OTHER}, nonce="n8"))).status == 200


@shows(Who.PLIVO, Feature.REPLAYED, Feature.MACHINE)
async def test_callbacks_count_once(pair: tuple[Provider, DecidingDesk]) -> None:
    provider, desk = pair
    told = {
        "CallUUID": CALL,
        "CallStatus": "completed",
        "Duration": "12",
        "TotalCost": "0.01",
        "Event": "Hangup",
    }
    done = signed("status", told, query=f"?session={SESSION}")
    machine = signed("machine", {"CallUUID": CALL, "Machine": "true"}, nonce="n2")
    recorded = signed("recording", {"CallUUID": CALL, "RecordingID": "r", "RecordUrl": "x"}, nonce="n3")

    for each in (done, done, machine, recorded):
        assert (await provider.webhook(each)).status == 200

    assert len(desk.reports) == 2 and len(desk.recordings) == 1
    desk.unseen(desk.recordings[0].key)  # it could not be had
    assert (await provider.webhook(recorded)).status == 200 and len(desk.recordings) == 2
    report = desk.reports[0]
    assert (report.state, report.duration_s, report.session) == (CallState.COMPLETED, 12, SESSION)
    assert (report.cost, desk.reports[1].answered_by) == (Decimal("0.01"), AnsweredBy.MACHINE)


@shows(Who.PLIVO, Feature.FORGED)
async def test_what_is_not_proven_changes_nothing(pair: tuple[Provider, DecidingDesk]) -> None:
    provider, desk = pair
    desk.decision = CONNECT
    good = signed("voice", {"CallUUID": CALL, "From": "1", "To": "2"})

    for bad in (
        replace(good, headers={}),
        replace(good, body=good.body + b"&x=1"),
        replace(good, url=good.url + "?x=1"),
        replace(good, method="GET"),
    ):
        assert (await provider.webhook(bad)).status == 403
    assert (await provider.webhook(replace(good, body=b"\xff"))).status == 400

    assert desk.incoming_calls == [] and desk.reports == []


async def test_what_it_cannot_is_refused_in_words(pair: tuple[Provider, DecidingDesk]) -> None:
    for asked in (pair[0].numbers(), pair[0].send_message(THEIRS, OURS, "x", "")):
        with pytest.raises(TelephonyError, match="Plivo is not asked to"):
            await asked


@shows(Who.PLIVO, Feature.UNANSWERED, Feature.ORDER)
@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("busy", CallState.BUSY),
        ("no-answer", CallState.NO_ANSWER),
        ("timeout", CallState.NO_ANSWER),
        ("failed", CallState.FAILED),
        ("cancel", CallState.CANCELED),
        ("completed", CallState.COMPLETED),
    ],
)
async def test_how_a_call_ended_in_whatever_order_it_is_told(
    pair: tuple[Provider, DecidingDesk], status: str, state: CallState
) -> None:
    for order_ in itertools.permutations(("ringing", "in-progress", status)):
        pair[1].reports.clear()
        for number, each in enumerate(order_):
            told = {"CallUUID": CALL, "CallStatus": each}
            await pair[0].webhook(signed("status", told, nonce=f"{order_}{number}"))
        heard = [report.state for report in pair[1].reports if report.state is not None]
        assert len(heard) == 3 and functools.reduce(after, heard, CallState.QUEUED) is state


@shows(Who.PLIVO, Feature.WAITED)
async def test_what_was_not_taken_is_asked_again(standin: Plivo, pair: tuple[Provider, DecidingDesk]) -> None:
    standin.troubles.extend([Trouble(status=429), Trouble(status=503)])

    assert await pair[0].live_calls() == []
