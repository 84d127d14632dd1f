"""Vonage at a stand-in made from its documents."""

from __future__ import annotations

import functools
import itertools
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mediaserver.errors import ProviderFault, TelephonyError, UnprovenError
from providers.call_state import CallState, after
from providers.provider import AnsweredBy, Divert, Provider
from providers.vonage.account import VonageAccount
from providers.vonage.jwt import claims_of, fits
from providers.vonage.kind import KIND
from tests.providers.bench import CONNECT, DOORS, OURS, SESSION, THEIRS, DecidingDesk, order, provider_of
from tests.providers.bench import request as hook
from tests.providers.matrix import Feature, Who, shows
from tests.standins.provider import Trouble, serving
from tests.standins.vonage import APPLICATION, SECRET, Vonage, signed_hs256

EVENT = {"uuid": "u-1", "status": "completed", "direction": "outbound", "to": THEIRS[1:], "from": OURS[1:]}
REF = "63f61863-4a51-4f6b-86e1-46edebcf9356"
CALL = {"uuid": REF, "from": THEIRS[1:], "to": OURS[1:], "conversation_uuid": "CON-1"}


@pytest.fixture(scope="module")
def keyed() -> Vonage:
    return Vonage()  # an RSA key takes most of a second


@pytest.fixture
async def standin(keyed: Vonage) -> AsyncIterator[Vonage]:
    for each in (keyed.calls, keyed.told, keyed.faults, keyed.troubles):
        each.clear()
    keyed.keys.add("k")
    async with serving(keyed) as standin:
        yield standin
        assert standin.faults == []


def settings(standin: Vonage, **changed: Any) -> VonageAccount:
    told = {"application_id": APPLICATION, "private_key": standin.private_key, "signature_secret": SECRET}
    return VonageAccount.model_validate({**told, "base_url": standin.url, **changed})


@pytest.fixture
async def pair(standin: Vonage) -> AsyncIterator[tuple[Provider, DecidingDesk]]:
    standin.calls_in[REF] = {"uuid": REF, "status": "ringing", "direction": "inbound"}
    async with provider_of(KIND, settings(standin)) as pair:
        yield pair


@shows(Who.VONAGE, Feature.CALLS_OUT, Feature.HANGS_UP, Feature.RECONCILED)
async def test_calls_out_and_their_ends(standin: Vonage, pair: tuple[Provider, DecidingDesk]) -> None:
    provider, _ = pair
    ref = await provider.place(order(settings(standin).format, detect_machine=True))
    call = standin.calls[ref]

    assert call["to"]["number"] == THEIRS[1:]
    endpoint = call["ncco"][0]["endpoint"][0]
    assert (endpoint["type"], endpoint["uri"]) == ("websocket", DOORS.media)
    assert endpoint["content-type"] == "audio/l16;rate=16000"
    assert (call["event_url"], call["advanced_machine_detection"]["behavior"]) == ([DOORS.status], "continue")
    assert [each.ref for each in await provider.live_calls()] == [ref]
    await provider.hang_up(ref)
    await provider.hang_up(ref)  # 400 by Vonage, since it is over
    await provider.hang_up("unknown")
    over = await provider.call(ref)
    assert over is not None and over.state is CallState.COMPLETED
    assert await provider.live_calls() == [] and await provider.call("unknown") is None


@shows(Who.VONAGE, Feature.TRANSFER, Feature.KEYS_OUT)
async def test_transfers_and_digits(standin: Vonage, pair: tuple[Provider, DecidingDesk]) -> None:
    provider, _ = pair
    ref = await provider.place(order(settings(standin).format))

    await provider.transfer(ref, "+15558880000", OURS, SESSION)
    await provider.send_digits(ref, "1#")

    ncco = standin.told[0][1]["destination"]["ncco"][0]
    assert (ncco["endpoint"][0]["number"], ncco["from"]) == ("15558880000", OURS[1:])
    assert standin.told[1] == (ref, {"digits": "1#"})


@shows(Who.VONAGE, Feature.TRANSFER)
async def test_an_order_to_transfer_whose_answer_is_lost_is_not_given_twice(
    standin: Vonage, pair: tuple[Provider, DecidingDesk]
) -> None:
    ref = await pair[0].place(order(settings(standin).format))
    standin.troubles.append(Trouble(status=500))
    with pytest.raises(TelephonyError) as lost:
        await pair[0].transfer(ref, "+15558880000", OURS, SESSION)
    assert lost.value.maybe and len(standin.told) <= 1


@shows(Who.VONAGE, Feature.REVOKED)
async def test_trouble_is_told_apart(standin: Vonage, pair: tuple[Provider, DecidingDesk]) -> None:
    assert [each.ok for each in await pair[0].check()] == [True]
    standin.troubles.append(Trouble(status=500))
    with pytest.raises(TelephonyError) as down:
        await pair[0].place(order(settings(standin).format))
    standin.keys.clear()
    with pytest.raises(TelephonyError, match="private_key") as refused:
        await pair[0].live_calls()

    assert (down.value.kind, down.value.maybe) == (ProviderFault.DOWN, True) and standin.calls == {}
    assert refused.value.kind is ProviderFault.KEY
    assert [each.ok for each in await pair[0].check()] == [False]


@shows(Who.VONAGE, Feature.CALLS_IN)
async def test_an_incoming_call_gets_a_stream(standin: Vonage, pair: tuple[Provider, DecidingDesk]) -> None:
    provider, desk = pair
    desk.decision = CONNECT

    answer = await provider.webhook(hook("voice", *standin.webhook(CALL)))

    endpoint = json.loads(answer.body)[0]["endpoint"][0]
    assert (desk.incoming_calls[0].caller, desk.incoming_calls[0].to) == (THEIRS, OURS)
    assert (endpoint["uri"], endpoint["headers"]) == (DOORS.media, {"call": REF})


@shows(Who.VONAGE, Feature.FALLBACK)
async def test_other_decisions(standin: Vonage, pair: tuple[Provider, DecidingDesk]) -> None:
    provider, desk = pair

    async def asked() -> Any:
        return json.loads((await provider.webhook(hook("voice", *standin.webhook(CALL)))).body)

    assert await asked() == []
    desk.decision = Divert("+15558880000")
    assert (await asked())[0]["endpoint"][0] == {"type": "phone", "number": "15558880000"}
    desk.decision = Divert(text="Busy.")
    assert await asked() == [{"action": "talk", "text": "Busy."}]


@shows(Who.VONAGE, Feature.REPLAYED)
async def test_a_request_about_a_call_that_is_over_begins_none(
    standin: Vonage, pair: tuple[Provider, DecidingDesk]
) -> None:
    provider, desk = pair
    kept = hook("voice", *standin.webhook(CALL))
    assert [(await provider.webhook(kept)).status for _ in range(2)] == [200, 200], "it had no answer"

    standin.calls_in[REF]["status"] = "completed"
    later = hook("voice", *standin.webhook(CALL))
    assert [(await provider.webhook(later)).status for _ in range(2)] == [403, 403]
    assert len(desk.incoming_calls) == 2


@shows(Who.VONAGE, Feature.REPLAYED, Feature.MACHINE, Feature.COST)
async def test_events_count_once(standin: Vonage, pair: tuple[Provider, DecidingDesk]) -> None:
    provider, desk = pair
    done = hook("status", *standin.webhook({**EVENT, "price": "0.0127", "duration": "7"}))
    done = replace(done, session=SESSION)
    machine = hook("status", *standin.webhook({**EVENT, "status": "machine", "sub_state": "beep_start"}))
    stream = hook("status", *standin.webhook({**EVENT, "uuid": "u-3", "to": "wss://voice.example.com/x"}))

    for each in (done, done, machine, stream):
        assert (await provider.webhook(each)).status == 200

    first, second = desk.reports
    assert (first.state, first.session, first.duration_s) == (CallState.COMPLETED, SESSION, 7)
    assert (first.cost, first.currency) == (Decimal("0.0127"), "EUR")
    assert (second.state, second.answered_by) == (None, AnsweredBy.MACHINE_END)


@shows(Who.VONAGE, Feature.FORGED)
async def test_what_is_not_proven_changes_nothing(
    standin: Vonage, pair: tuple[Provider, DecidingDesk]
) -> None:
    provider, desk = pair
    headers, body = standin.webhook(EVENT)
    head, claims, signature = headers["authorization"].removeprefix("Bearer ").split(".")
    unsigned = "eyJhbGciOiJub25lIn0." + claims + "."
    bad = [
        ({}, body),
        (headers, body + b" x"),
        (headers, body.replace(b"completed", b"answered")),
        standin.webhook(EVENT, iat=int(time.time()) - 301),
        standin.webhook(EVENT, iat=int(time.time()) + 310),
        standin.webhook(EVENT, iat="now"),
        standin.webhook(EVENT, payload_hash=None),
        standin.webhook(EVENT, jti=""),
        ({"authorization": f"Bearer {unsigned}"}, body),
        ({"authorization": f"Bearer {head}.{claims}.{signature[:-2]}"}, body),
        ({"authorization": "Bearer " + "x" * 10_000}, body),
        ({"authorization": f"Bearer {signed_hs256({'iat': int(time.time())}, 'another')}"}, body),
    ]
    for told, octets in bad:
        assert (await provider.webhook(hook("status", told, octets))).status == 403
    assert (await provider.webhook(hook("status", headers, body, method="GET"))).status == 405

    assert desk.reports == []


def test_no_bit_of_a_token_or_of_a_body_may_change(keyed: Vonage) -> None:
    headers, body = keyed.webhook(EVENT)
    token = headers["authorization"].removeprefix("Bearer ").encode()
    claims = claims_of(token.decode(), SECRET, time.time())
    for at in range(len(token) * 8):
        changed = bytearray(token)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises(UnprovenError):
            claims_of(changed.decode("latin-1"), SECRET, time.time())
    for at in range(len(body) * 8):
        changed = bytearray(body)
        changed[at // 8] ^= 1 << at % 8
        assert not fits(claims["payload_hash"], bytes(changed))


def test_accounts_want_keys_that_are_keys(keyed: Vonage) -> None:
    one_line = keyed.private_key.strip().replace("\n", "\\n")
    assert settings(keyed, base_url="https://api.nexmo.com", private_key=one_line).private_key
    ed25519 = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for key in ("", "x", ed25519.decode(), keyed.private_key[:200]):
        with pytest.raises(ValueError, match="RSA") as caught:
            settings(keyed, base_url="https://api.nexmo.com", private_key=key)
        assert keyed.private_key[60:100] not in str(caught.value)
    with pytest.raises(ValueError, match="too short"):
        settings(keyed, base_url="https://api.nexmo.com", signature_secret="short")


@shows(Who.VONAGE, Feature.UNANSWERED)
@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        ("busy", CallState.BUSY, 486),
        ("unanswered", CallState.NO_ANSWER, None),
        ("timeout", CallState.NO_ANSWER, None),
        ("rejected", CallState.FAILED, 603),
        ("failed", CallState.FAILED, None),
        ("cancelled", CallState.CANCELED, None),
    ],
)
async def test_why_nobody_took_a_call(
    standin: Vonage, pair: tuple[Provider, DecidingDesk], status: str, state: CallState, code: int | None
) -> None:
    await pair[0].webhook(hook("status", *standin.webhook({**EVENT, "status": status})))

    assert [(each.state, each.code) for each in pair[1].reports] == [(state, code)]


@shows(Who.VONAGE, Feature.MACHINE)
@pytest.mark.parametrize(
    ("sub_state", "found"),
    [
        ("", AnsweredBy.MACHINE),
        ("beep_start", AnsweredBy.MACHINE_END),
        ("beep_timeout", AnsweredBy.MACHINE_END),  # there is none: whoever waits for it is to speak
    ],
)
async def test_a_machine_is_waited_for_no_longer_than_its_beep(
    standin: Vonage, pair: tuple[Provider, DecidingDesk], sub_state: str, found: AnsweredBy
) -> None:
    told = {**EVENT, "status": "machine", "sub_state": sub_state}
    await pair[0].webhook(hook("status", *standin.webhook(told)))

    assert [each.answered_by for each in pair[1].reports] == [found]


@shows(Who.VONAGE, Feature.ORDER)
async def test_events_in_every_order_end_in_the_same_state(
    standin: Vonage, pair: tuple[Provider, DecidingDesk]
) -> None:
    for order_ in itertools.permutations(("started", "ringing", "answered", "completed")):
        pair[1].reports.clear()
        for status in order_:
            await pair[0].webhook(hook("status", *standin.webhook({**EVENT, "status": status})))
        told = [each.state for each in pair[1].reports if each.state is not None]
        assert len(told) == 4 and functools.reduce(after, told, CallState.QUEUED) is CallState.COMPLETED


@shows(Who.VONAGE, Feature.WAITED)
async def test_what_was_not_taken_is_asked_again(
    standin: Vonage, pair: tuple[Provider, DecidingDesk]
) -> None:
    standin.troubles.extend([Trouble(status=429), Trouble(status=503)])

    assert await pair[0].live_calls() == []
