"""Who may call: what a request proves decides, never its From, and never whom it dials."""

from __future__ import annotations

import ast
import ipaddress
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mediaserver.addresses import Network
from mediaserver.calls.may_dial import AGENTS, EVERYBODY, MayDial
from mediaserver.calls.routes import Refused, ToAgent, ToExtension
from mediaserver.logs import redact
from sip.access import challenger as challenger_module
from sip.access import gate as gate_module
from sip.access.challenger import Challenger
from sip.access.digest import answer_challenge, is_stale
from sip.access.endpoints import Admitted, Endpoints, Extension, Trunk
from sip.access.gate import SAID_EVERY_S, Gate
from sip.access.guessing import Guessing
from sip.messages.message import Request, Response
from sip.messages.uri import Uri
from tests.mediaserver.calls.rows import as_at_the_first_start

STRANGER = "203.0.113.9"


class Connection:
    """A TCP connection: itself, whatever its address."""


@dataclass(frozen=True)
class Place:
    """Where a request comes from."""

    host: str = STRANGER
    port: int = 5060
    transport: str = "UDP"
    size: int = 500
    connection: object | None = None
    relayed: bool = False


def network(text: str) -> Network:
    return ipaddress.ip_network(text)


PBX = Trunk("pbx", (network("192.0.2.0/24"), network("2001:db8::/32")))
KEYED = Trunk("keyed", header=("X-Key", "open sesame"))
BOTH = Trunk("both", (network("192.0.2.7/32"),), ("X-Key", "of both"))
CARRIER = Trunk("carrier", username="acme", password="long and secret", reach=AGENTS)
BOUND = Trunk("bound", (network("198.51.100.0/24"),), username="bound", password="also secret")
PHONE = Extension("100", "battery staple")
ENDPOINTS = Endpoints(
    [PHONE, Extension("101", "correct horse", MayDial(("demo",)))],
    [PBX, KEYED, BOTH, CARRIER, BOUND],
    [network("127.0.0.0/8")],
)


@pytest.fixture
def gate() -> Gate:
    return Gate(ENDPOINTS, Challenger("voiceforge", ENDPOINTS.password, guessing=Guessing()))


def invite(to: str = "demo", caller: str = "anybody", method: str = "INVITE", **lines: str) -> Request:
    headers = [
        ("Via", "SIP/2.0/UDP 203.0.113.9:5060;branch=z9hG4bKx"),
        ("From", f"<sip:{caller}@voiceforge.test>;tag=1"),
        ("To", f"<sip:{to}@voiceforge.test>"),
        ("Call-ID", "c"),
        ("CSeq", f"1 {method}"),
        *((name.replace("_", "-"), value) for name, value in lines.items()),
    ]
    return Request(method, Uri.parse(f"sip:{to}@voiceforge.test"), headers)


def admit(gate: Gate, request: Request, place: Place = Place(), now: float = 0.0) -> Admitted | Response:  # noqa: B008 - frozen
    return gate.admit(request, place, now)


def challenged(gate: Gate, request: Request, place: Place = Place(), now: float = 0.0) -> Response:  # noqa: B008 - frozen
    answer = admit(gate, request, place, now)
    assert isinstance(answer, Response) and answer.status == 401
    return answer


def proof(
    gate: Gate,
    user: str,
    password: str,
    place: Place = Place(),
    *,
    to: str = "demo",
    method: str = "INVITE",  # noqa: B008 - frozen
) -> str:
    values = challenged(gate, invite(to, method=method), place).get_all("WWW-Authenticate")
    return answer_challenge(values, user, password, method, f"sip:{to}@voiceforge.test")


@pytest.mark.parametrize("host", ["192.0.2.99", "2001:db8:1::5", "::ffff:192.0.2.99"])
def test_a_trunk_is_known_by_its_networks(gate: Gate, host: str) -> None:
    assert admit(gate, invite(), Place(host)) == PBX.admitted
    assert admit(gate, invite(), Place(host, transport="TCP")) == PBX.admitted


def test_a_trunk_is_known_by_a_header(gate: Gate) -> None:
    assert admit(gate, invite(X_Key="open sesame")) == KEYED.admitted
    for wrong in ("open", "open sesame!", "", "OPEN SESAME"):
        challenged(gate, invite(X_Key=wrong))


def test_all_that_describes_a_trunk_must_hold_and_the_closest_is_the_one(gate: Gate) -> None:
    assert admit(gate, invite(X_Key="of both"), Place("192.0.2.7")) == BOTH.admitted
    assert admit(gate, invite(), Place("192.0.2.7")) == PBX.admitted
    challenged(gate, invite(X_Key="of both"), Place("192.0.3.7"))


def test_a_trunk_may_prove_a_password(gate: Gate) -> None:
    header = proof(gate, "acme", "long and secret")
    assert admit(gate, invite(Authorization=header)) == CARRIER.admitted


def test_a_trunk_with_a_password_and_networks_needs_both(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    challenged(gate, invite(), Place("198.51.100.1"))
    header = proof(gate, "bound", "also secret", Place("198.51.100.1"))
    assert admit(gate, invite(Authorization=header), Place("198.51.100.1")) == BOUND.admitted
    answer = admit(gate, invite(Authorization=proof(gate, "bound", "also secret")))
    assert isinstance(answer, Response) and answer.status == 403
    assert "sip.trunks.bound" in caplog.text


def test_an_extension_proves_its_password_whatever_its_from_says(gate: Gate) -> None:
    header = proof(gate, "100", "battery staple")
    assert admit(gate, invite(caller="101", Authorization=header)) == PHONE.admitted
    header = proof(gate, "100", "battery staple")
    assert admit(gate, invite(Proxy_Authorization=header)) == PHONE.admitted


def test_from_proves_nothing(gate: Gate) -> None:
    for caller in ("100", "101", "pbx", "carrier", "acme", "demo"):
        challenged(gate, invite(caller=caller))


@pytest.mark.parametrize("method", ["INVITE", "REGISTER"])
def test_the_same_challenge_whatever_is_dialled_and_whoever_is_claimed(gate: Gate, method: str) -> None:
    def shape(answer: Response) -> list[tuple[str, str]]:
        nonce = answer.get_all("WWW-Authenticate")[0].split('nonce="')[1].split('"')[0]
        return [
            (name, value.replace(nonce, "N"))
            for name, value in answer.headers
            if name not in ("To", "From", "Call-ID", "Via", "CSeq")
        ]

    shapes = [
        shape(challenged(gate, invite(to, caller=caller, method=method)))
        for to in ("demo", "100", "999", "echo", "+15551234567")
        for caller in ("100", "999", "acme")
    ]
    for user, password in (("100", "wrong"), ("999", "wrong"), ("acme", "wrong"), ("100", "battery")):
        header = proof(gate, user, password, Place("203.0.113.77"), method=method)
        request = invite(method=method, Authorization=header)
        shapes.append(shape(challenged(gate, request, Place("203.0.113.77"))))
    assert all(each == shapes[0] for each in shapes)


def test_networks_that_need_no_proof(gate: Gate) -> None:
    assert admit(gate, invite("100", caller="100"), Place("127.0.0.5")) == Admitted("anonymous")
    header = proof(gate, "100", "battery staple", Place("203.0.113.1"))
    assert admit(gate, invite(Authorization=header), Place("127.0.0.5")) == Admitted("anonymous"), (
        "not for it"
    )


def test_who_is_let_in_without_proof_may_still_prove_who_it_is(gate: Gate) -> None:
    place = Place("127.0.0.5")
    values = gate._challenger.challenge(invite(), place.host, 0.0).get_all("WWW-Authenticate")
    right = answer_challenge(values, "100", "battery staple", "INVITE", "sip:demo@voiceforge.test")
    assert admit(gate, invite(Authorization=right), place) == PHONE.admitted
    wrong = answer_challenge(values, "100", "wrong", "INVITE", "sip:demo@voiceforge.test", nc=2)
    challenged(gate, invite(Authorization=wrong), place)


def test_a_connection_on_which_a_phone_registered_is_proof_and_an_address_is_none(gate: Gate) -> None:
    here = Place(transport="TCP", port=40_000, connection=Connection())
    gate.registered("100", here, 60.0)
    assert admit(gate, invite(), here, 59.0) == PHONE.admitted
    challenged(gate, invite(), here, 60.0)
    challenged(gate, invite(), Place(transport="TCP", port=40_000, connection=Connection()), 1.0)
    challenged(gate, invite(), Place(transport="UDP", port=40_000), 1.0)
    gate.registered("100", here, None)
    challenged(gate, invite(), here, 1.0)
    gate.registered("100", Place(port=40_000), 60.0)
    challenged(gate, invite(), Place(port=40_000), 1.0)


def test_an_old_nonce_is_said_to_be_old(gate: Gate) -> None:
    header = proof(gate, "100", "battery staple")
    answer = challenged(gate, invite(Authorization=header), now=61.0)
    assert is_stale(answer.get_all("WWW-Authenticate"))
    answer = challenged(gate, invite(Authorization=proof(gate, "100", "wrong")), now=61.0)
    assert not is_stale(answer.get_all("WWW-Authenticate"))


def test_a_nonce_from_before_a_restart_is_said_to_be_old_whatever_the_password(gate: Gate) -> None:
    """Without that, phones take a 401 for a wrong password, and ask their user for another."""
    before = Gate(ENDPOINTS, Challenger("voiceforge", ENDPOINTS.password, guessing=Guessing()))
    for password in ("battery staple", "wrong"):
        header = proof(before, "100", password)
        answer = challenged(gate, invite(Authorization=header))
        assert is_stale(answer.get_all("WWW-Authenticate"))
        moved = challenged(gate, invite(Authorization=proof(gate, "100", password)), Place("203.0.113.10"))
        assert is_stale(moved.get_all("WWW-Authenticate"))
    assert not gate.banned(STRANGER, 0.0)
    assert admit(gate, invite(Authorization=proof(gate, "100", "battery staple"))) == PHONE.admitted


def test_a_nonce_of_ours_is_looked_at_though_a_foreign_one_comes_first(gate: Gate) -> None:
    before = Gate(ENDPOINTS, Challenger("voiceforge", ENDPOINTS.password, guessing=Guessing()))
    request = invite(Authorization=proof(before, "100", "battery staple"))
    request.add("Authorization", proof(gate, "100", "battery staple"))
    assert admit(gate, request) == PHONE.admitted


def test_a_foreign_nonce_takes_nothing_from_who_needs_no_proof(gate: Gate) -> None:
    before = Gate(ENDPOINTS, Challenger("voiceforge", ENDPOINTS.password, guessing=Guessing()))
    header = proof(before, "100", "battery staple")
    assert admit(gate, invite(Authorization=header), Place("127.0.0.5")) == Admitted("anonymous")


def test_whoever_guesses_is_banned_and_its_right_password_is_not_heard_while_it_waits(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    for n in range(10):
        assert not gate.banned(STRANGER, 0.0)
        challenged(gate, invite(Authorization=proof(gate, "100\x1b[2J", f"guess {n}")))
    assert gate.banned(STRANGER, 0.0)
    lines = [record.getMessage() for record in caplog.records if "wrong password (" in record.getMessage()]
    assert len(lines) == 3, "what was not looked at is not logged line by line"
    assert lines[0].startswith(f"{STRANGER} gave a wrong password (INVITE, its number 1) for ")
    assert all("\x1b" not in line for line in lines)
    assert f"{STRANGER} is banned for 600 s after 10 wrong passwords" in caplog.text


def test_a_user_name_cannot_write_a_line_that_bans_another(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    name = 'x", "message": "192.0.2.1 gave a wrong password (\x9b2J\u202e'
    challenged(gate, invite(Authorization=proof(gate, name, "guess")))
    line = next(record.getMessage() for record in caplog.records if "wrong password (" in record.getMessage())
    assert line.startswith(
        f"{STRANGER} gave a wrong password (INVITE, its number 1) for 'x?,??message?:??192.0.2.1?"
    )
    assert line.isprintable()


def test_a_waiting_source_gets_no_check_at_all(gate: Gate) -> None:
    place = Place("203.0.113.50")
    for _ in range(3):
        challenged(gate, invite(Authorization=proof(gate, "100", "wrong", place)), place)
    challenged(gate, invite(Authorization=proof(gate, "100", "battery staple", place)), place)
    header = proof(gate, "100", "battery staple", place)
    assert admit(gate, invite(Authorization=header), place, 2.0) == PHONE.admitted


def test_a_right_password_makes_up_for_wrong_ones_and_its_host_is_known(gate: Gate) -> None:
    guessing = gate._challenger.guessing
    challenged(gate, invite(Authorization=proof(gate, "100", "wrong")))
    challenged(gate, invite(Authorization=proof(gate, "100", "wrong")))
    assert not guessing.proven(STRANGER, 1.0)
    assert admit(gate, invite(Authorization=proof(gate, "100", "battery staple"))) == PHONE.admitted
    assert guessing.proven(STRANGER, 1.0)
    assert guessing.wrong(STRANGER, "100", 1.0).count == 1


def test_forged_sources_ban_nobody(gate: Gate) -> None:
    header = proof(gate, "100", "wrong", Place("203.0.113.1"))
    for _ in range(50):
        challenged(gate, invite(Authorization=header), Place("198.51.100.200"))
    assert not gate.banned("198.51.100.200", 0.0)


def test_the_first_stranger_is_told_of_with_the_settings_that_let_it_in(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    for n in range(50):
        challenged(gate, invite(), Place(f"203.0.113.{n}"), float(n))
    (line,) = [record.getMessage() for record in caplog.records]
    assert "203.0.113.0" in line and "sip.anonymous" in line and "sip.trunks" in line
    caplog.clear()
    challenged(gate, invite(), Place("203.0.113.60"), 700.0)
    assert "50 calls" not in caplog.text and "49 calls of others" in caplog.text


def test_no_line_of_the_gate_looks_to_the_log_as_if_it_held_a_secret() -> None:
    for module in (gate_module, challenger_module):
        fixed = [
            node.value
            for call in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")))
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("log.")
            for node in call.args[:1]
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        assert any("%s" in text for text in fixed), "its messages are here"
        for text in fixed:
            for more in ("", " (and 3 calls of others since the last such line)"):
                line = text.replace("%s", more or "pbx")
                assert redact(line) == line
                assert redact(text.replace("%s", "")) == text.replace("%s", "")


def test_no_line_for_the_address_of_a_phone_that_proved_itself(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    gate._challenger.guessing.right(STRANGER, "100", 0.0)
    challenged(gate, invite(), now=1.0)
    assert caplog.text == ""


def test_within_a_dialog_the_other_side_is_known_by_its_address(gate: Gate) -> None:
    bye = invite(method="BYE")
    known = ("203.0.113.1", "phone.test")
    assert gate.within_dialog(bye, Place("203.0.113.1"), known, 0.0) is False
    assert gate.within_dialog(bye, Place("::ffff:203.0.113.1"), known, 0.0) is False
    assert gate.within_dialog(bye, Place("192.0.2.200"), known, 0.0) is False, "a trunk has many servers"
    for stranger in (STRANGER, "127.0.0.1"):
        answer = gate.within_dialog(bye, Place(stranger), known, 0.0, proved=True)
        assert isinstance(answer, Response) and answer.status == 401


def test_within_a_dialog_nobody_needs_more_proof_than_to_open_it(gate: Gate) -> None:
    """Another server of the same carrier ends the call."""
    bye, known = invite(method="BYE"), ("203.0.113.1",)
    assert gate.within_dialog(bye, Place("127.0.0.1"), known, 0.0) is False
    assert gate.within_dialog(bye, Place("127.0.0.1"), known, 0.0, proved=True) is not False
    keyed = invite(method="BYE", X_Key="open sesame")
    assert gate.within_dialog(keyed, Place(), known, 0.0, proved=True) is False
    assert gate.within_dialog(invite(method="BYE", X_Key="guess"), Place(), known, 0.0) is not False


def test_within_the_call_of_an_extension_no_trunk_has_a_say(gate: Gate) -> None:
    known = ("203.0.113.1",)
    for bye, place in (
        (invite(method="BYE"), Place("192.0.2.200")),
        (invite(method="BYE", X_Key="open sesame"), Place()),
    ):
        answer = gate.within_dialog(bye, place, known, 0.0, proved=True, extension="100")
        assert isinstance(answer, Response) and answer.status == 401


def test_within_a_dialog_a_phone_that_moved_proves_itself(gate: Gate) -> None:
    answer = gate.within_dialog(invite(method="BYE"), Place(), ("203.0.113.1",), 0.0)
    assert isinstance(answer, Response)
    values, uri = answer.get_all("WWW-Authenticate"), "sip:demo@voiceforge.test"
    wrong = invite(method="BYE", Authorization=answer_challenge(values, "100", "wrong", "BYE", uri))
    assert isinstance(gate.within_dialog(wrong, Place(), ("203.0.113.1",), 0.0), Response)
    right = invite(method="BYE", Authorization=answer_challenge(values, "100", "battery staple", "BYE", uri))
    assert gate.within_dialog(right, Place(), ("203.0.113.1",), 0.0) is True


def test_within_the_call_of_one_extension_the_password_of_another_is_worth_nothing(gate: Gate) -> None:
    answer = gate.within_dialog(invite(method="BYE"), Place(), ("203.0.113.1",), 0.0, extension="200")
    assert isinstance(answer, Response) and answer.status == 401
    values, uri = answer.get_all("WWW-Authenticate"), "sip:demo@voiceforge.test"
    for extension, expected in (("200", 403), ("100", True)):
        header = answer_challenge(
            values, "100", "battery staple", "BYE", uri, nc=1 if extension == "200" else 2
        )
        bye = invite(method="BYE", Authorization=header)
        answer = gate.within_dialog(bye, Place(), ("203.0.113.1",), 0.0, extension=extension)
        assert (answer.status if isinstance(answer, Response) else answer) == expected


def test_a_trunk_is_no_extension_and_keeps_its_secrets_to_itself() -> None:
    assert ENDPOINTS.extension_password("100") == "battery staple"
    assert ENDPOINTS.extension_password("acme") is None and ENDPOINTS.extension_password("999") is None
    assert ENDPOINTS.password("acme") == "long and secret" and ENDPOINTS.password("pbx") is None
    assert "secret" not in repr(CARRIER) and "sesame" not in repr(KEYED) and "staple" not in repr(PHONE)


def test_nothing_is_kept_of_a_connection_that_is_gone(gate: Gate) -> None:
    for port in (1, 2, 3):
        gate.registered("100", Place(transport="TCP", port=port, connection=Connection()), 60.0)
    assert not gate._connections


def test_reach() -> None:
    routes = as_at_the_first_start({"100"})
    now = datetime.now(UTC)
    agent, phone, none = (routes.resolve(who, now) for who in ("demo", "100", "999"))
    assert isinstance(agent, ToAgent) and isinstance(phone, ToExtension) and isinstance(none, Refused)
    assert EVERYBODY.may_ask_for("100@h") and EVERYBODY.may_reach(agent) and EVERYBODY.may_reach(phone)
    assert AGENTS.may_ask_for("100@h") and AGENTS.may_reach(agent) and not AGENTS.may_reach(phone)
    some = MayDial(("de*", "1?0", "200@pbx.test"))
    assert some.may_ask_for("demo@h") and some.may_ask_for("100@h") and some.may_reach(phone)
    assert not some.may_ask_for("echo@h") and not some.may_ask_for("200@h")
    assert some.may_ask_for("200@pbx.test")
    assert not MayDial(()).may_ask_for("demo@h")


def test_tcp_or_a_digest_proves_where_a_caller_is_and_the_address_of_a_trunk_alone_does_not(
    gate: Gate,
) -> None:
    udp, tcp = Place("192.0.2.99"), Place("192.0.2.99", transport="TCP", connection=Connection())
    for known_by_network_or_header in (PBX, KEYED, BOTH):
        assert not gate.proves(known_by_network_or_header.admitted, udp)
        assert gate.proves(known_by_network_or_header.admitted, tcp)
    for known_by_digest in (PHONE, CARRIER, BOUND):
        assert gate.proves(known_by_digest.admitted, udp) and gate.proves(known_by_digest.admitted, tcp)
    for place in (udp, tcp):
        assert not gate.proves(Admitted("anonymous"), place)
        assert not gate.proves(Admitted("trunk", "taken away"), udp)


def test_who_needs_no_proof_may_dial_what_all_of_them_may() -> None:
    networks = [network("127.0.0.0/8")]
    endpoints = Endpoints([PHONE], [], networks, anonymous_reach=AGENTS)
    gate = Gate(endpoints, Challenger("voiceforge", endpoints.password, guessing=Guessing()))
    assert admit(gate, invite(), Place("127.0.0.1")) == Admitted("anonymous", reach=AGENTS)
    assert AGENTS != EVERYBODY


def test_an_old_nonce_within_a_dialog_is_said_to_be_old(gate: Gate) -> None:
    bye, known = invite(method="BYE"), ("203.0.113.1",)
    answer = gate.within_dialog(bye, Place(), known, 0.0)
    assert isinstance(answer, Response) and not is_stale(answer.get_all("WWW-Authenticate"))
    header = answer_challenge(
        answer.get_all("WWW-Authenticate"), "100", "battery staple", "BYE", "sip:demo@voiceforge.test"
    )
    answer = gate.within_dialog(invite(method="BYE", Authorization=header), Place(), known, 61.0)
    assert isinstance(answer, Response) and is_stale(answer.get_all("WWW-Authenticate"))


def test_a_connection_that_never_registered_may_be_given_up(gate: Gate) -> None:
    place = Place(transport="TCP", connection=Connection())
    gate.registered("100", place, None)
    challenged(gate, invite(), place)


def test_who_registered_over_datagrams_is_not_let_in_on_a_connection_of_that_port(gate: Gate) -> None:
    gate.registered("100", Place(port=40_000), 60.0)
    challenged(gate, invite(), Place(transport="TCP", port=40_000, connection=Connection()), now=1.0)


def test_a_trunk_that_was_taken_away_while_it_proved_itself_is_forbidden(gate: Gate) -> None:
    header = proof(gate, "acme", "long and secret")
    gate.endpoints = Endpoints([PHONE], [], [])
    answer = admit(gate, invite(Authorization=header))
    assert isinstance(answer, Response) and answer.status == 403


def test_a_trunk_with_a_password_and_a_header_needs_both() -> None:
    trunk = Trunk("keyed", header=("X-Key", "open sesame"), username="acme", password="secret")
    endpoints = Endpoints([], [trunk], [])
    gate = Gate(endpoints, Challenger("voiceforge", endpoints.password, guessing=Guessing()))
    header = proof(gate, "acme", "secret")
    assert admit(gate, invite(Authorization=header, X_Key="open sesame")) == trunk.admitted
    answer = admit(gate, invite(Authorization=proof(gate, "acme", "secret")))
    assert isinstance(answer, Response) and answer.status == 403


def test_strangers_are_told_of_every_ten_minutes_with_their_number(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    for now in (1_000.0, 1_000.0 + SAID_EVERY_S - 0.1, 1_000.0 + SAID_EVERY_S, 1_000.0 + 2 * SAID_EVERY_S):
        challenged(gate, invite(), now=now)
    first, second, third = [record.getMessage() for record in caplog.records]
    begins = f"a call from {STRANGER} was asked to prove whose it is"
    assert first.startswith(f"{begins}: it comes from no trunk") and third.startswith(f"{begins}: ")
    assert second.startswith(f"{begins} (and 1 calls of others since the last such line): ")
