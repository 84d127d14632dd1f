"""B9: messages as real phones write them. What is not used may be odd; what is used may not."""

from __future__ import annotations

from collections.abc import Iterable

from tests.attack.called import EXTENSIONS, called
from tests.attack.case import Measured, at_most, attack, is_true
from tests.attack.messages import Message, sdp, status_of
from tests.attack.phone import Phone
from tests.attack.target import Target

CALLER, PHONE = "127.7.0.5", "127.7.0.11"
HELD = 'voiceforge_sip_held{what="transactions"}'
EXTENSION = {"sip": {"extensions": EXTENSIONS}}


@attack("B9")
def odd_headers_that_are_not_used(target: Target) -> Iterable[Measured]:
    """INVITEs with headers that nobody needs, written wrongly: the call is answered."""
    for name, header in (
        ("trailing ; in Contact", "Contact: <sip:a@{us}>;"),
        ("an empty Allow", "Allow: "),
        ("commas in Supported", "Supported: ,,replaces,"),
        ("a bad Date", "Date: yesterday"),
        ("a bad Session-Expires", "Session-Expires: soon"),
        ("a bad P-Asserted-Identity", "P-Asserted-Identity: Doe, John <sip:+49@x"),
        ("a bad Accept-Language", "Accept-Language: ;;q=x"),
        ("bytes in User-Agent", "User-Agent: \xff\xfe phone"),
        ("a bad Timestamp", "Timestamp: x y z"),
        ("a bad Alert-Info", "Alert-Info: <<>>"),
        ("a bad Diversion", "Diversion: sip:,;"),
        ("a bad Reply-To", "Reply-To: Doe, John <sip:+49@x"),
        ("a bad Expires", "Expires: never"),
        ("a bad Privacy", "Privacy: ;;"),
    ):
        with Phone(target.sip, CALLER) as phone:
            us = f"{phone.host}:{phone.wire.port}"
            contact = header.format(us=us) if header.startswith("Contact") else None
            more = () if contact else (header,)
            dialled = phone.call("echo", (CALLER, 41_000), contact=contact, more=more)
            yield is_true(f"{name} ({dialled.status})", dialled.status == 200)
            dialled.bye()


@attack("B9")
def odd_headers_that_are_used(target: Target) -> Iterable[Measured]:
    """Trailing `;` and a display name with an unquoted comma, in From, To and Via."""
    with Phone(target.sip, CALLER) as phone:
        for name, old, new in (
            ("trailing ; in From", b";tag=", b";x;tag="),
            ("From: Doe, John <...>", b"From: <", b"From: Doe, John <"),
            ("To with a trailing ;", b">\r\nCall-ID", b">;\r\nCall-ID"),
            ("Via with a trailing ;", b"\r\nMax-Forwards", b";\r\nMax-Forwards"),
        ):
            said = phone.request("INVITE", "echo", sdp(CALLER, 41_000))
            assert old in said
            answer = phone.ask(said.replace(old, new, 1))
            yield is_true(f"{name} ({status_of(answer)})", status_of(answer) == 200)


@attack("B9", fresh=True)
def lists_that_nobody_reads(target: Target) -> Iterable[Measured]:
    """INVITEs with lists of 300 values: refused, and no transaction is left to wait for an answer."""
    many = ",".join(["x"] * 300)
    for name in ("Allow", "Supported", "Require", "Accept", "Content-Encoding", "Diversion"):
        with Phone(target.sip, CALLER) as phone:
            said = phone.request("INVITE", "echo", sdp(CALLER, 41_000), more=(f"{name}: {many}",))
            answer = phone.ask(said, 3.0)
            yield is_true(f"{name} ({status_of(answer)})", status_of(answer) == 400)
    yield at_most("transactions left", target.metrics()[HELD], 0)


@attack("B9")
def to_without_a_user(target: Target) -> Iterable[Measured]:
    """To: <sip:@host>, as some gateways write it."""
    with Phone(target.sip, CALLER) as phone:
        said = phone.request("INVITE", "echo", sdp(CALLER, 41_000))
        said = said.replace(b"To: <sip:echo@", b"To: <sip:@", 1)
        answer = phone.ask(said)
        yield is_true(f"answered ({status_of(answer)})", status_of(answer) == 200)


@attack("B9")
def no_usable_contact_no_call(target: Target) -> Iterable[Measured]:
    """An INVITE whose Contact is missing, unreadable, `*`, or of another scheme: refused."""
    for name, contact in (
        ("none", "X-None: 1"),
        ("unreadable", "Contact: <sip:"),
        ("a star", "Contact: *"),
        ("another scheme", "Contact: <mailto:a@example.org>"),
    ):
        with Phone(target.sip, CALLER) as phone:
            answer = phone.ask(phone.request("INVITE", "echo", sdp(CALLER, 41_000), contact=contact), 4.0)
            yield is_true(f"{name} ({status_of(answer)})", 400 <= status_of(answer) < 500)


@attack("B9")
def a_bye_without_its_blank_line(target: Target) -> Iterable[Measured]:
    """Cut off after its last header: the call ends all the same."""
    with Phone(target.sip, CALLER) as phone:
        dialled = phone.call("echo", (CALLER, 41_000))
        answer = phone.ask(dialled.request("BYE", cseq=9)[:-2], 3.0)
        yield is_true(f"answered ({status_of(answer)})", status_of(answer) == 200)
        after = dialled.ask("OPTIONS", within_s=3.0)
        yield is_true(f"the call is over ({status_of(after)})", status_of(after) == 481)


@attack("B9", EXTENSION)
def an_answer_with_odd_headers_is_acked(target: Target) -> Iterable[Measured]:
    """A phone answers 200 with optional headers that cannot be read: the call is up."""
    for name, header in (
        ("Allow", "Allow: ;;@@"),
        ("Supported", "Supported: ,,,"),
        ("Date", "Date: yesterday"),
        ("Session-Expires", "Session-Expires: soon"),
        ("Server", "Server: \xff\xff"),
        ("P-Asserted-Identity", "P-Asserted-Identity: <<sip:"),
        ("Accept", "Accept: ;;"),
        ("Content-Disposition", "Content-Disposition: ;;"),
        ("Require with nothing", "Require: "),
        ("Content-Language", "Content-Language: ??"),
    ):
        with called(target) as (answered, _):
            body = sdp(PHONE, 41_000)
            phone, invite = answered.phone, answered.invite
            phone.wire.send(phone.respond(invite, 200, body=body, more=(header,)), invite.source)
            ack = phone.wait_for("ACK", 2.0)
            yield is_true(f"{name}", ack is not None)


@attack("B9", EXTENSION)
def an_answer_without_a_usable_contact_is_acked_and_ended(target: Target) -> Iterable[Measured]:
    """200 whose Contact cannot be read: the phone gets an ACK or a BYE, never silence for 32 s."""
    with called(target) as (answered, _):
        phone, invite = answered.phone, answered.invite
        said = phone.respond(invite, 200, body=sdp(PHONE, 41_000)).replace(
            b"Contact: <sip:", b"Contact: <<:", 1
        )
        phone.wire.send(said, invite.source)
        phone.answer_with = phone.ok
        heard: list[str] = []

        def note(asked: Message) -> bytes | None:
            if asked.method in ("ACK", "BYE", "CANCEL"):
                heard.append(asked.method)
            return phone.ok(asked) if asked.method == "BYE" else None

        phone.answer_with = note
        phone.listen(3.0, until=lambda: bool(heard))
        yield is_true(f"the phone is told ({heard})", bool(heard))
