"""Bindings: who may make them, how long they live, and in which order they change."""

from __future__ import annotations

import pytest

from sip.access.digest import answer_challenge, is_stale
from sip.calls.admission import refusal
from sip.calls.flow import SipFlow
from sip.calls.registrar import Registrar
from sip.messages.message import Request
from sip.messages.uri import Uri

HOME = "sip:voiceforge.test"


def register(*contacts: str, cseq: int = 1, call_id: str = "c", to: str = "100", **lines: str) -> Request:
    headers = [
        ("Via", "SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKx"),
        ("From", f"<sip:{to}@voiceforge.test>;tag=1"),
        ("To", f"<sip:{to}@voiceforge.test>"),
        ("Call-ID", call_id),
        ("CSeq", f"{cseq} REGISTER"),
        *(("Contact", contact) for contact in contacts),
        *lines.items(),
    ]
    return Request("REGISTER", Uri.parse(HOME), headers)


def registrar(max_contacts: int = 8) -> Registrar:
    return Registrar("test", {"100": "secret", "101": "other"}.get, max_contacts=max_contacts)


def uris(of: Registrar, now: float = 0.0) -> list[str]:
    return [str(binding.contact) for binding in of.lookup("100", now)]


def test_a_password_is_asked_for_and_must_be_that_of_the_extension() -> None:
    home = registrar()
    challenge = home.register(register("<sip:a@h>"), 0.0)
    assert challenge.status == 401
    assert len(challenge.get_all("WWW-Authenticate")) == 2
    proof = ""
    for username, password, to, status in [
        ("100", "wrong", "100", 401),
        ("999", "secret", "999", 401),
        ("101", "other", "100", 403),
        ("100", "secret", "100", 200),
    ]:
        values = home.register(register("<sip:a@h>"), 0.0).get_all("WWW-Authenticate")
        proof = answer_challenge(values, username, password, "REGISTER", HOME)
        request = register("<sip:a@h>", to=to, Authorization=proof)
        assert home.register(request, 1.0).status == status
    assert uris(home) == ["sip:a@h"]
    again = register("<sip:a@h>", Authorization=proof)
    replayed = home.register(again, 1.0)
    assert replayed.status == 401, "a replay is no proof"
    assert is_stale(replayed.get_all("WWW-Authenticate"))


def test_an_unknown_scheme_in_to_is_400() -> None:
    request = register("<sip:a@h>")
    request.set("To", "<isbn:2983792873>")
    assert registrar().register(request, 0.0).status == 400


def test_bindings_expire_and_the_answer_lists_what_is_left() -> None:
    home = registrar()
    answer = home.bind("100", register("<sip:a@h>;expires=60;q=0.2", "<sip:b@h>;q=0.7", Expires="600"), 0.0)
    assert answer.status == 200
    assert answer.get_all("Contact") == ["<sip:a@h>;q=0.2;expires=60", "<sip:b@h>;q=0.7;expires=600"]
    assert uris(home) == ["sip:b@h", "sip:a@h"]
    assert uris(home, 61.0) == ["sip:b@h"]
    listed = home.bind("100", register(cseq=2), 100.0)
    assert listed.get_all("Contact") == ["<sip:b@h>;q=0.7;expires=500"]


def test_the_last_to_register_is_rung_first_unless_another_is_more_wanted() -> None:
    home = registrar()
    for call, contact in enumerate(["<sip:old@h>", "<sip:wanted@h>", "<sip:new@h>;q=0.5", "<sip:wanted@h>"]):
        home.bind("100", register(contact, call_id=f"call-{call}"), 0.0)
    assert uris(home) == ["sip:wanted@h", "sip:old@h", "sip:new@h"]


def test_too_brief_is_423_and_too_long_is_cut() -> None:
    home = registrar()
    brief = home.bind("100", register("<sip:a@h>;expires=5"), 0.0)
    assert (brief.status, brief.get("Min-Expires")) == (423, "60")
    assert uris(home) == []
    home.bind("100", register("<sip:a@h>;expires=280297596632815"), 0.0)
    assert home.lookup("100", 0.0)[0].expires_at == 7200.0


def test_expires_zero_removes_one_and_the_star_all() -> None:
    home = registrar()
    home.bind("100", register("<sip:a@h>", "<sip:b@h>", "<sip:c@h>"), 0.0)
    home.bind("100", register("<sip:A@h>;expires=0", "<sip:b@H>;expires=0", cseq=2), 0.0)
    assert uris(home) == ["sip:c@h", "sip:a@h"], "users are told apart by case, hosts are not"
    assert home.bind("100", register("*", cseq=3), 0.0).status == 400
    assert home.bind("100", register("*", cseq=3, Expires="0"), 0.0).status == 200
    assert uris(home) == []


def test_an_older_request_of_the_same_call_changes_nothing() -> None:
    home = registrar()
    home.bind("100", register("<sip:a@h>", cseq=9), 0.0)
    assert home.bind("100", register("<sip:a@h>;expires=0", cseq=8), 0.0).status == 500
    assert home.bind("100", register("*", cseq=8, Expires="0"), 0.0).status == 500
    assert uris(home) == ["sip:a@h"]
    assert home.bind("100", register("<sip:a@h>;expires=0", cseq=1, call_id="rebooted"), 0.0).status == 200
    assert uris(home) == []


def test_a_request_that_fails_in_part_changes_nothing_and_contacts_are_limited() -> None:
    home = registrar(max_contacts=2)
    assert home.bind("100", register("<sip:a@h>", "<sip:b@h>;expires=1"), 0.0).status == 423
    assert uris(home) == []
    assert home.bind("100", register("<sip:a@h>", "<sip:b@h>", "<sip:c@h>"), 0.0).status == 403
    assert uris(home) == []
    home.bind("100", register("<sip:a@h>", "<sip:b@h>", cseq=1), 0.0)
    assert home.bind("100", register("<sip:a@h>", cseq=2), 0.0).status == 200
    assert home.bind("100", register("<tel:+123>", cseq=3), 0.0).status == 400


def test_parameters_of_a_contact_stay_where_they_belong() -> None:
    home = registrar()
    home.bind("100", register("<sip:a@h>;unknownparam", "<sip:b@h;unknownparam>"), 0)
    assert sorted(uris(home)) == ["sip:a@h", "sip:b@h;unknownparam"]


def test_a_phone_restarted_on_ever_new_ports_pushes_out_its_oldest_place() -> None:
    home = registrar(max_contacts=2)
    for port in (1, 2, 3):
        request = register(f"<sip:a@h:{port}>", call_id=f"start-{port}")
        assert home.bind("100", request, float(port)).status == 200
    assert sorted(uris(home, 4.0)) == ["sip:a@h:2", "sip:a@h:3"]


ONE, TWO = SipFlow("UDP", "8.8.4.4", 31_007), SipFlow("UDP", "9.9.9.9", 40_000)
CONTACT = Uri.parse("sip:a@192.168.1.5")


def found(home: Registrar, instance: str = "", extension: str = "100", now: float = 9.0) -> SipFlow | None:
    phone = home.phone(extension, instance, CONTACT, now)
    return phone.received if phone is not None else None


def test_the_phone_of_a_call_is_looked_for_among_those_of_its_extension() -> None:
    home = registrar()
    home.bind("101", register(f"<{CONTACT}>", to="101"), 1.0, ONE)
    assert found(home) is None and found(home, extension="") is None
    assert found(home, extension="101") == ONE


def test_it_is_known_by_its_instance_before_its_contact() -> None:
    home = registrar()
    home.bind("100", register(f'<{CONTACT}>;+sip.instance="<urn:1>"'), 1.0, ONE)
    home.bind("100", register('<sip:b@192.168.1.6>;+sip.instance="<urn:2>"', call_id="d"), 2.0, TWO)
    assert found(home, '"<urn:1>"') == ONE and found(home, '"<urn:2>"') == TWO
    assert found(home, '"<urn:3>"') is None, "that has another Contact, and is none of these"
    assert found(home) == ONE, "it did not say"


def test_or_it_is_the_only_one_that_can_be_reached() -> None:
    class Closed:
        open = False

    home = registrar()
    home.bind("100", register("<sip:a@192.168.1.5:1;transport=tcp>"), 1.0, ONE._replace(connection=Closed()))
    home.bind("100", register("<sip:a@192.168.1.5:2;transport=tcp>", call_id="d"), 2.0, TWO)
    assert found(home) == TWO
    home.bind("100", register("<sip:a@192.168.1.5:3>", call_id="e"), 3.0, ONE)
    assert found(home) is None
    assert found(home, now=4_000.0) is None


def test_the_servers_on_the_way_are_kept_with_the_phone_and_told_to_who_knows_of_them() -> None:
    home = registrar()
    path = '<sip:edge.test;lr>, "inner" <sip:10.0.0.1:5080;lr;ob>'
    answer = home.bind("100", register("<sip:a@h>", Path=path, Supported="path, gruu"), 0.0)
    kept = ("<sip:edge.test;lr>", "<sip:10.0.0.1:5080;lr;ob>")
    assert home.lookup("100", 0.0)[0].path == kept
    assert tuple(answer.get_all("Path")) == kept and answer.get_all("Supported") == ["path"]
    silent = home.bind("100", register("<sip:a@h>", cseq=2, Path=path), 1.0)
    assert silent.status == 200 and not silent.get_all("Path")
    gone = home.bind("100", register("<sip:a@h>", cseq=3), 2.0)
    assert gone.status == 200 and home.lookup("100", 2.0)[0].path == ()


@pytest.mark.parametrize(
    "path",
    [
        "<sip:edge.test>",  # a strict router
        "<tel:+49301>",
        "edge",
        "<sip:%s.test;lr>" % ("x" * 600),
        ", ".join(f"<sip:e{n}.test;lr>" for n in range(6)),
    ],
)
def test_a_way_that_no_request_could_follow_is_refused(path: str) -> None:
    home = registrar()
    assert home.bind("100", register("<sip:a@h>", Path=path), 0.0).status == 400
    assert home.lookup("100", 0.0) == []


def test_who_registers_may_insist_on_path() -> None:
    request = register("<sip:a@h>", Require="path")
    assert refusal(request, "REGISTER", "") is None
    request.method = "OPTIONS"
    refused = refusal(request, "OPTIONS", "")
    assert refused is not None and refused.status == 420
