"""B12: the doors of telephony providers, who have no key of ours: requests that are forged, odd, kept, or far
too many."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import socket
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlencode

from tests.attack.case import Measured, at_least, at_most, attack, is_true, told
from tests.attack.flooding import POSTED, Flood
from tests.attack.provider import (
    ACCOUNT_SID,
    ACCOUNTS,
    AUTH_TOKEN,
    FORM,
    HOOKS,
    PUBLIC,
    STRANGER,
    account,
    ask,
    call_form,
    place,
    ring,
    ringing,
    signature,
)
from tests.attack.running_calls import running
from tests.attack.target import Target

REFUSED = {400, 403, 404, 413, 429}
LET_THROUGH = 60
"""Requests that prove nothing, of one source at one account, before it is no more listened to."""
MOST_BODY = 256 << 10
TRIED = 3_000
GROWN_MB = 20.0
LINES = 8
"""In the log, of a flood of one kind."""
FLOOD_S, A_SECOND = 12.0, 300
CALLS, GAP_MS, LOST = 20, 60.0, 1.0
ROOM = {"sip": {"max_calls": 400}}
_HOOKS = ("voice", "status", "recording", "machine", "sms", "sms-status", "dialled", "answer", "nothing")


def _sha256(path: str, form: dict[str, str], key: str) -> str:
    text = PUBLIC + path + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def _forgeries(path: str, form: dict[str, str]) -> Iterable[tuple[str, str, dict[str, str]]]:
    """What it is, the signature, and headers."""
    right = signature(path, form)
    shared = "X-Twilio-Webhooks-Signature-Settings"
    yield "no signature", "", {}
    yield "a guess", base64.b64encode(secrets.token_bytes(20)).decode(), {}
    yield "half of the right one", right[:14], {}
    yield "the right one twice", f"{right},{right}", {}
    yield "the right one in capitals", right.upper(), {}
    yield "signed with an empty key", signature(path, form, ""), {}
    yield "signed with the account's SID", signature(path, form, ACCOUNT_SID), {}
    yield "signed with another key", signature(path, form, "c" * 32), {}
    yield "another hook's", signature(HOOKS + "another", form), {}
    yield "another account's", signature(path.replace("/main/", "/other/"), form), {}
    yield "of other fields", signature(path, {**form, "From": "+4930999999"}), {}
    yield "by an algorithm that there is not", right, {shared: "key=x,algorithm=HMAC_MD5"}
    yield "of another algorithm", _sha256(path, form, "c" * 32), {shared: "key=x,algorithm=HMAC_SHA256"}
    yield "for another host", right, {"Host": "evil.example", "X-Twilio-Signature": right[::-1]}
    yield "no text", "\xff\xfe", {}
    yield "without end", "A" * 7_000, {}


@attack("B12")
def forged_webhooks_change_nothing(target: Target) -> Iterable[Measured]:
    """Nine doors, each with sixteen forgeries of what the provider says there, from as many addresses."""
    account(target)
    for hook in _HOOKS:
        statuses: Counter[int] = Counter()
        path = HOOKS + hook
        form = {**call_form("CA" + "1" * 32), "MessageSid": "SM" + "1" * 32, "Body": "hello"}
        for number, (_, sign, headers) in enumerate(_forgeries(path, form)):
            source = f"203.0.113.{number}"
            statuses[ask(target, path, form, sign=sign, headers=headers, source=source).status] += 1
        yield is_true(f"{hook}: refused, all of them {dict(statuses)}", set(statuses) <= REFUSED)
    yield at_most("calls", target.calls_live(), 0)
    yield is_true("none is listed", "CA1111" not in target.ask("GET", "/api/telephony/calls")[1])
    call = ring(target)
    yield is_true("the provider itself is heard", call.over(target).status == 204)


@attack("B12")
def odd_and_oversized_webhooks_are_no_faults(target: Target) -> Iterable[Measured]:
    """Bodies that are no forms, forms without end, and lengths that are lies; rightly signed where they can
    be."""
    account(target)
    path = HOOKS + "voice"
    errors = target.log().count('"level": "error"')
    many = {f"f{number}": "x" for number in range(5_000)}
    nothing: dict[str, str] = {}
    for name, body, sign in (
        ("5,000 fields, signed", urlencode(many).encode(), signature(path, many)),
        ("no ASCII", b"From=\xff\xfe&CallSid=\x00", signature(path, nothing)),
        ("no form", b"\x00" * 2_000, signature(path, nothing)),
        ("only separators", b"&" * 50_000, signature(path, nothing)),
        ("a body at the limit", b"a=" + b"x" * (MOST_BODY - 2), signature(path, nothing)),
        ("a body beyond it", b"a=" + b"x" * MOST_BODY, signature(path, nothing)),
        ("nothing, signed", b"", signature(path, nothing)),
    ):
        status = ask(target, path, body, sign=sign, source="203.0.113.200").status
        yield is_true(f"refused: {name} ({status})", status in REFUSED)
    for name, fields in (
        ("a call without a name, signed", {"AccountSid": ACCOUNT_SID, "From": "+1"}),
        ("a name that is none, signed", {**call_form("../../etc/passwd"), "To": "\u202e\x1b[2J"}),
    ):
        status = ask(target, path, fields).status
        yield is_true(f"refused: {name} ({status})", status in REFUSED)
    for length in (1 << 40, 1_000):
        yield is_true(f"closed: {length} octets, of which three come", _announced(target, path, length))
    yield at_most("calls", target.calls_live(), 0)
    yield at_most("errors of ours in the log", target.log().count('"level": "error"') - errors, 0)


def _announced(target: Target, path: str, length: int) -> bool:
    """Whether a request is refused, or closed, that names a length and then sends nothing more."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {length}\r\n\r\n"
    with socket.create_connection(place(target), timeout=25.0) as connection, suppress(ConnectionError):
        connection.sendall(head.encode() + b"a=b")
        try:
            first = connection.recv(4_096)
        except TimeoutError:
            return False
        return first == b"" or b" 4" in first[:12]
    return True


@attack("B12")
def what_there_is_cannot_be_told(target: Target) -> Iterable[Measured]:
    """Accounts, calls and media streams that there are and are not, by who proves nothing."""
    account(target)
    nobody = f"{ACCOUNTS}/nobody/webhooks/voice"
    answers = [
        ask(target, path, b"", sign="", source="203.0.113.210")
        for path in (nobody, nobody.replace("nobody", "n" * 200), *(_call_door() for _ in range(8)))
    ]
    yield is_true("404, and all alike", len({(each.status, each.body) for each in answers}) == 1)
    yield is_true("404", answers[0].status == 404)
    call = ring(target)
    media = call.path.partition("?")[0]
    there = ask(target, media.replace("/twilio/media/", "/api/telephony/twiml/"), b"a=b", sign="")
    yield is_true(f"a call that there is wants a proof ({there.status})", there.status == 403)
    yield is_true("the provider ends it", call.over(target).status == 204)


def _call_door() -> str:
    name = secrets.token_hex(16)
    session = f"{name[:8]}-{name[8:12]}-4{name[13:16]}-a{name[17:20]}-{name[20:]}"
    return f"/api/telephony/twiml/{session}"


@attack("B12", fresh=True)
def a_kept_webhook_makes_no_second_call(target: Target) -> Iterable[Measured]:
    """A call's first request, rightly signed, is sent 200 times by who has kept it; then reports out of their
    order, each often."""
    account(target)
    ref = "CA" + secrets.token_hex(16)
    form = call_form(ref)
    sessions = set()
    for _ in range(200):
        first = ringing(ask(target, HOOKS + "voice", form), ref)
        sessions.add(first.path)
    yield at_most("sessions that it opens", len(sessions), 1)
    yield at_most("calls", target.calls_live(), 1)
    late = call_form(ref, state="ringing")
    over = call_form(ref, state="completed")
    statuses = Counter(
        ask(target, HOOKS + "status", told_of).status
        for _ in range(50)
        for told_of in (over, late, over, call_form(ref, state="in-progress"))
    )
    yield is_true(f"reports are taken, whatever their order {dict(statuses)}", set(statuses) == {204})
    yield is_true("it is over, and stays so", target.quiet(10.0))


@attack("B12", fresh=True)
def a_flood_of_forged_webhooks_is_not_listened_to(target: Target) -> Iterable[Measured]:
    """3,000 forged requests of one stranger as fast as they go, then 3,000 of as many; the provider asks
    meanwhile."""
    account(target)
    call_form_ = call_form("CA" + "2" * 32)
    lines, memory = len(target.log().splitlines()), target.rss_mb()
    slowest, taken = 0.0, 0
    for many in (False, True):
        statuses: Counter[int] = Counter()
        for number in range(TRIED):
            sign = signature(HOOKS, call_form_)
            source = f"10.{number >> 8}.{number & 255}.1" if many else STRANGER
            statuses[ask(target, HOOKS + "voice", call_form_, sign=sign, source=source).status] += 1
            if number % 300 == 150:
                began = time.monotonic()
                with suppress(RuntimeError):
                    taken += ring(target).over(target).status == 204
                slowest = max(slowest, time.monotonic() - began)
        yield is_true(f"refused, all of them {dict(statuses)}", set(statuses) <= REFUSED)
        if not many:
            refill = 30  # one a second, for as long as this may take
            yield at_most("of one stranger listened to", statuses[403], LET_THROUGH + refill)
    yield at_least("of the provider's 20 calls taken", taken, 20)
    yield told("slowest call of the provider's, with its end, ms", slowest * 1000)
    yield at_most("memory grown, MB", target.rss_mb() - memory, GROWN_MB)
    said = [line for line in target.log().splitlines()[lines:] if "signature" in line or "listened" in line]
    yield at_most("lines in the log", len(said), LINES)


@attack("B12", ROOM, fresh=True, timed=True)
def forged_webhooks_beside_running_calls(target: Target) -> Iterable[Measured]:
    """20 echo calls run while 300 forged requests a second come, each on a connection of its own."""
    account(target)
    body = urlencode(call_form("CA" + "3" * 32))
    message = "\r\n".join(
        [
            f"POST {HOOKS}voice HTTP/1.1", f"Host: {target.http.removeprefix('http://')}",
            "X-Forwarded-For: 203.0.113.BRANCH", f"Content-Type: {FORM}", f"Content-Length: {len(body)}",
            f"X-Twilio-Signature: {base64.b64encode(AUTH_TOKEN[:20].encode()).decode()}", "", body,
        ]
    )  # fmt: skip
    with running(target, CALLS) as calls:
        calls.talk(FLOOD_S)
        quiet = calls.noticed(FLOOD_S)
        calls.forget()
        with Flood(POSTED, place(target), A_SECOND, FLOOD_S, message=message) as flood:
            calls.talk(FLOOD_S)
            noticed = calls.noticed(FLOOD_S)
            sent = flood.wait()
        yield at_most("largest gap of any running call, ms", noticed.largest_gap_ms, GAP_MS)
        yield at_most("% of the frames lost by the worst call", noticed.lost, LOST)
        yield at_most("running calls that ended", noticed.ended, 0)
        yield told("largest gap without a flood, ms", quiet.largest_gap_ms)
        yield at_least("requests a second", sent / FLOOD_S, 0.9 * A_SECOND)
