"""Dialogs from both sides: routes, targets and sequence numbers."""

from __future__ import annotations

from sip.calls.dialog import Dialog
from sip.messages.message import Request
from sip.messages.uri import Uri


def invite(*more: tuple[str, str], cseq: int = 5, method: str = "INVITE") -> Request:
    lines = [
        ("Via", "SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKx"),
        ("From", "<sip:a@x>;tag=1"),
        ("To", "<sip:b@x>"),
        ("Call-ID", "c"),
        ("CSeq", f"{cseq} {method}"),
        ("Contact", "<sip:a@10.0.0.1:5070;transport=tcp?Subject=x>"),
        *more,
    ]
    return Request(method, Uri.parse("sip:b@x"), lines)


ROUTES = [("Record-Route", "<sip:p1;lr>, <sip:p2;lr>")]


def test_the_callee_sends_along_the_recorded_route_in_its_order() -> None:
    dialog = Dialog.of_request(invite(*ROUTES), "2")
    assert dialog.id == ("c", "2", "1")
    bye = dialog.request("BYE")
    assert str(bye.uri) == "sip:a@10.0.0.1:5070;transport=tcp"
    assert bye.get_all("Route") == ["<sip:p1;lr>", "<sip:p2;lr>"]
    assert (bye.from_.tag, bye.to.tag, str(bye.cseq)) == ("2", "1", "1 BYE")
    assert str(dialog.next_hop()) == "sip:p1;lr"


def test_the_caller_sends_along_it_in_reverse() -> None:
    request = invite(*ROUTES)
    answer = request.response(200, to_tag="2", headers=[("Contact", "<sip:b@10.0.0.2>")])
    dialog = Dialog.of_response(request, answer)
    assert dialog.id == ("c", "1", "2")
    info = dialog.request("INFO")
    assert info.get_all("Route") == ["<sip:p2;lr>", "<sip:p1;lr>"]
    assert str(info.cseq) == "6 INFO"
    ack = dialog.ack(5)
    assert str(ack.cseq) == "5 ACK"
    assert dialog.local_cseq == 6


def test_a_strict_router_gets_itself_as_request_uri_and_the_target_last() -> None:
    dialog = Dialog.of_request(invite(("Record-Route", "<sip:old;x=1?y=z>, <sip:p2;lr>")), "2")
    bye = dialog.request("BYE")
    assert str(bye.uri) == "sip:old;x=1"
    assert bye.get_all("Route") == ["<sip:p2;lr>", "<sip:a@10.0.0.1:5070;transport=tcp>"]


def test_without_a_contact_the_request_uri_stays_the_target() -> None:
    request = invite()
    dialog = Dialog.of_response(request, request.response(200, to_tag="2"))
    assert str(dialog.target) == "sip:b@x"


def test_requests_out_of_order_are_told_apart() -> None:
    dialog = Dialog.of_request(invite(cseq=5), "2")
    assert not dialog.in_order(invite(cseq=4, method="BYE"))
    assert dialog.in_order(invite(cseq=4, method="ACK"))
    assert dialog.in_order(invite(cseq=9, method="INFO"))
    assert not dialog.in_order(invite(cseq=8, method="BYE"))


def test_a_target_refresh_changes_where_requests_go() -> None:
    dialog = Dialog.of_request(invite(), "2")
    update = invite(cseq=6, method="UPDATE")
    update.set("Contact", "<sip:a@10.9.9.9>")
    dialog.refresh(update)
    assert str(dialog.request("BYE").uri) == "sip:a@10.9.9.9"
