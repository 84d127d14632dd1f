"""What must not be kept of a message is not, however it is written; what says how a call went stays."""

from __future__ import annotations

import pytest

from sip.messages.parsing import MessageError, parse
from sip.tracing.masking import masked
from tests.sip.messages.torture import NAMES, load

HEAD = b"INFO sip:b@192.0.2.1 SIP/2.0\r\nCall-ID: c\r\nCSeq: 1 INFO\r\n"


@pytest.mark.parametrize(
    "line",
    [
        b'Authorization: Digest username="u", nonce="n0", response="hushhush", uri="sip:x"',
        b'AUTHORIZATION  :  Digest username="u", nonce="n0", response = hushhush',
        b'Proxy-Authorization: Digest username="u",\r\n nonce="n0",\r\n\tresponse="hushhush"',
        b'Authorization: Digest nonce="n0", response="hush\\"hush',
        b'Authorization: Digest nonce="n0", odd=hushhush',
        b'Authorization:Digest nonce="n0",x="a=\\"b\\"",RESPONSE="hushhush"',
        b'Authentication-Info: nextnonce="n0", rspauth="hushhush"',
        b'From: <sip:u:hushhush@192.0.2.7>;x=n0',
        b'From: <sips:u:hush:hush@192.0.2.7>;x=n0',
        b'Refer-To: <sip:n0@x?Authorization=Digest%20response%3dhushhush>',
        b'X-Api-Key: hushhush\r\nX-Other: n0',
        b'Call-Info: <https://u:hushhush@192.0.2.7/n0>',
        b'X-Ours: hushhush\r\n hushhush\r\nX-Other: n0',
    ],
)  # fmt: skip
def test_who_reads_it_cannot_prove_to_be_another(line: bytes) -> None:
    seen = masked(HEAD + line + b"\r\n\r\n", [b"x-ours"])
    assert b"hush" not in seen
    assert b"n0" in seen and b"Call-ID: c\r\nCSeq: 1 INFO\r\n" in seen


@pytest.mark.parametrize("scheme", [b"Basic aHVzaGh1c2g=", b"Bearer hushhush", b"hushhush"])
def test_of_other_proofs_than_digests_nothing_stays(scheme: bytes) -> None:
    assert b"Authorization: ***\r\n" in masked(HEAD + b"Authorization: " + scheme + b"\r\n\r\n")


@pytest.mark.parametrize(
    "line",
    [
        b"Identity: n0.eyJzZWVuIg.hushhush;info=<https://a.test/c.pem>;alg=ES256;ppt=shaken",
        b"identity:n0.eyJzZWVuIg.hushhush;info=<https://a.test/c.pem>, n1.x.hushhush;info=<https://a.test/c.pem>",
        b"y: n0.eyJzZWVuIg.\r\n hushhush\r\n ;info=<https://a.test/c.pem>",
        b"Identity: ..hushhush;info=<https://a.test/c.pem>;x=n0,eyJzZWVuIg",
    ],
)
def test_who_reads_it_cannot_vouch_for_calls_of_its_own(line: bytes) -> None:
    seen = masked(HEAD + line + b"\r\n\r\n")
    assert b"hush" not in seen and b"n0" in seen and b"https://a.test/c.pem" in seen
    hidden = masked(HEAD + line + b"\r\nX-Other: y.y.y\r\n\r\n", hide_numbers=True)
    assert b"hush" not in hidden and b"X-Other: y.y.y" in hidden
    assert b"eyJzZWVuIg." not in hidden, "numbers are in it"


def test_keys_of_audio_are_taken_out_and_the_rest_of_sdp_is_not() -> None:
    sdp = (
        b"v=0\r\nm=audio 4000 RTP/SAVP 0\r\n"
        b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:hushhush|2^20|1:4;inline:hushhush|2^20|2:4\r\n"
        b"a=ice-pwd:hushhush\r\na=ice-ufrag:seen\r\nk=clear:hushhush\r\na=fingerprint:sha-256 AB:CD\r\n"
    )
    seen = masked(HEAD + b"Content-Type: application/sdp\r\n\r\n" + sdp)
    assert b"hush" not in seen
    for left in (
        b"AES_CM_128_HMAC_SHA1_80 inline:***|2^20",
        b"a=ice-ufrag:seen",
        b"sha-256 AB:CD",
        b"audio 4000",
    ):
        assert left in seen


@pytest.mark.parametrize(
    ("kind", "body", "left"),
    [
        (b"application/dtmf-relay", b"Signal= 4\r\nDuration=160\r\n", b"Signal=x\r\nDuration=160\r\n"),
        (b"application/dtmf-relay", b"Signal=\r\n4\r\nDuration=160", b"Signal=x\r\nx\r\nDuration=160"),
        (b"application/dtmf-relay", b"Signal=\r4\rDuration=160", b"Signal=x\rx\rDuration=160"),
        (b"application/dtmf-relay", b"4\r\n", b"x\r\n"),
        (b"application/dtmf", b"4", b"x"),
        (b"APPLICATION/DTMF-RELAY; x=y", b"signal=4\nDuration=160", b"signal=x\nDuration=160"),
        (b"text/plain", b"4111\r\n1111", b"xxxx\r\nxxxx"),
        (b"text/html;x=application/sdp", b"4111", b"xxxx"),
        (b"text/plain\r\nc: application/sdp", b"4111", b"xxxx"),
        (b"message/sipfrag", b"SIP/2.0 200 OK\r\n", b"SIP/2.0 200 OK\r\n"),
        (
            b"multipart/mixed;boundary=b",
            b"--b\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=\r\n4\r\n--b--\r\n",
            b"--b\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=x\r\nx\r\n--b--\r\n",
        ),
        (
            b'multipart/mixed;boundary="b 1"',
            b"--b 1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n"
            b"--b 1\r\nContent-Type: text/x\r\n\r\n4111\r\n--b 1--\r\n",
            b"--b 1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n"
            b"--b 1\r\nContent-Type: text/x\r\n\r\nxxxx\r\n--b 1--\r\n",
        ),
    ],
)  # fmt: skip
def test_of_bodies_only_those_stay_that_are_known_to_be_harmless(
    kind: bytes, body: bytes, left: bytes
) -> None:
    seen = masked(HEAD + b"Content-Type: " + kind + b"\r\n\r\n" + body)
    assert seen.rpartition(kind)[2] == b"\r\n\r\n" + left


def test_a_body_that_says_not_what_it_is_is_somebodys_words() -> None:
    assert masked(HEAD + b"\r\n4111") == HEAD + b"\r\nxxxx"
    assert masked(HEAD.replace(b"\r\n", b"\n") + b"\n4111").endswith(b"\n\nxxxx")


def test_numbers_are_hidden_where_that_is_asked_for() -> None:
    said = (
        b"INVITE sip:+493012345678@192.0.2.1:5060 SIP/2.0\r\n"
        b'From: "+49 30" <tel:030-1234-5678>;tag=1234567890\r\nTo: 004930123456 <sip:anna@192.0.2.200>\r\n'
        b"Call-ID: 12345678901234\r\nMax-Forwards: 70\r\n\r\n"
    )
    seen = masked(said, hide_numbers=True)
    assert b"sip:+493xxxxxxx78@192.0.2.1:5060" in seen and b"tel:030-xxxx-xx78>" in seen
    assert b"To: 004xxxxxxx56 <sip:anna@192.0.2.200>" in seen
    assert b"tag=1234567890" in seen and b"Call-ID: 12345678901234" in seen
    assert masked(said) == said


@pytest.mark.parametrize("name", NAMES)
def test_messages_of_rfc4475_stay_what_they_are(name: str) -> None:
    """Masked, they are read as before, and no proof is in them."""
    data = load(name)
    seen = masked(data)
    assert seen.count(b"\n") == data.count(b"\n")
    try:
        before = parse(data)
    except MessageError:
        return
    after = parse(seen)
    for name in ("call-id", "cseq", "via", "contact", "content-length"):
        assert after.raw_values(name) == before.raw_values(name)
    assert [kind for kind, _ in after.headers] == [kind for kind, _ in before.headers]


EVIL = [
    b"sip:" * 16_000, b"sip:a:" * 10_000 + b"@", b"@" * 64_000, b"sip:a:b@" * 8_000,
    b"\nAuthorization: Digest " + b'a="' * 20_000, b"\nAuthorization: Digest " + b"a" * 60_000,
    b"\nAuthorization: Digest " + b"a =" * 20_000, b"\nAuthorization:" + b"\r\n " * 20_000,
    b"\nAuthorization: Digest a" + b" " * 60_000, b"token-" * 10_000, b"\ntoken" * 10_000,
    b"\n" + b"a" * 64_000 + b"token", b"inline:" * 9_000 + b"k=", b"\r\nsignal" + b"\r\n " * 20_000,
    b"Content-Type: multipart/mixed;boundary=a\n\n" + b"--a" * 20_000, b'"123' * 16_000,
    b"/" * 64_000, b"//a" * 20_000, b"sip:u:p@h sip:" + b"/" * 60_000 + b"@", b"sip:u:p@h " + b"//a" * 20_000,
    b"sip:123" + b"4." * 30_000, b"sip:123" * 9_000, b"\r\n" * 32_000 + b"auth key signal",
]  # fmt: skip


@pytest.mark.parametrize("data", EVIL, ids=lambda data: data[:20].decode(errors="replace").strip())
def test_messages_made_to_be_slow_are_not(data: bytes) -> None:
    """Were the work of any pattern the square of what it reads, this would take minutes."""
    for _ in range(3):
        data = masked(data, [b"x-key"], hide_numbers=True)
    assert data == masked(data, [b"x-key"], hide_numbers=True)
