"""Who is asked for a sign of life, and when it is given up."""

from __future__ import annotations

import asyncio

from sip.calls.dialog import Dialog
from sip.calls.flow import SipFlow, WayBack
from sip.calls.nat_pings import PATIENCE, Questions, callers
from sip.calls.registrar import Binding, Registrar
from sip.messages.headers import NameAddr
from sip.messages.message import Request
from sip.messages.uri import Uri
from tests.sip.agents import agent, raw_peer


class Connection:
    def __init__(self, open: bool) -> None:
        self.open = open


def binding(contact: str, flow: SipFlow | None, cseq: int = 1) -> Binding:
    return Binding(Uri.parse(contact), 100.0, "r", cseq, received=flow)


HIDDEN = binding("sip:101@192.168.1.20", SipFlow("UDP", "8.8.8.8", 31_007))


def test_only_phones_that_a_nat_hides_are_asked() -> None:
    moved = binding("sip:101@8.8.8.8:5060", SipFlow("UDP", "8.8.8.8", 31_007))
    connected = binding("sip:101@8.8.8.8", SipFlow("TCP", "8.8.8.8", 5060, Connection(True)))
    closed = binding("sip:101@192.168.1.20", SipFlow("TCP", "8.8.8.8", 31_007, Connection(False)))
    plain = binding("sip:101@8.8.8.8", SipFlow("UDP", "8.8.8.8", 5060))
    unknown = binding("sip:101@192.168.1.20", None)
    assert Questions().due([HIDDEN, moved, connected, closed, plain, unknown]) == [HIDDEN, moved, connected]


def test_who_does_not_answer_is_asked_no_more_until_it_registers_anew() -> None:
    questions = Questions()
    for _ in range(PATIENCE):
        assert questions.due([HIDDEN]) == [HIDDEN]
        questions.said(HIDDEN, answered=False)
    assert questions.due([HIDDEN]) == []
    again = binding(str(HIDDEN.contact), HIDDEN.received, cseq=2)
    assert questions.due([again]) == [again]


def test_an_answer_makes_good_for_those_that_were_lost() -> None:
    questions = Questions()
    for _ in range(PATIENCE):
        questions.said(HIDDEN, answered=False)
        questions.said(HIDDEN, answered=True)
    assert questions.due([HIDDEN]) == [HIDDEN]


def call(flow: SipFlow, *, proven: bool = True) -> Dialog:
    who = NameAddr("", Uri.parse("sip:101@192.168.1.20"))
    dialog = Dialog("c", who, who, Uri.parse("sip:101@192.168.1.20?X=y"), ())
    dialog.way = WayBack(flow, proven=proven)
    return dialog


def test_callers_are_asked_once_for_each_way_and_only_where_they_have_proven_to_be() -> None:
    flow = SipFlow("UDP", "8.8.8.8", 31_007)
    (asked,) = callers([call(flow), call(flow)], [])
    assert (str(asked.contact), asked.received) == ("sip:101@192.168.1.20", flow)
    assert Questions().due([asked]) == [asked]
    assert callers([call(flow)], [HIDDEN]) == [], "it registered by that way, and is asked as such"
    assert callers([call(flow, proven=False), call(flow._replace(direct=False))], []) == []


async def test_a_registered_phone_is_asked_by_the_way_that_it_registered() -> None:
    registrar = Registrar("voiceforge", {"101": "secret"}.get)
    async with raw_peer() as phone:
        lines = [("To", "<sip:101@pbx>"), ("From", "<sip:101@pbx>;tag=a"), ("Call-ID", "r")]
        lines += [("CSeq", "1 REGISTER"), ("Contact", "<sip:101@192.168.1.20>")]
        now = asyncio.get_running_loop().time()
        flow = SipFlow("UDP", "127.0.0.1", phone.port)
        registrar.bind("101", Request("REGISTER", Uri.parse("sip:pbx"), lines), now, flow)
        async with agent(registrar=registrar, nat_ping_s=0.02) as us:
            first = await phone.request("OPTIONS")
            assert str(first.uri) == "sip:101@192.168.1.20"
            phone.send(first.response(404), us.port)
            await phone.request("OPTIONS")
