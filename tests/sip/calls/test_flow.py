"""Where requests of a dialog go: the flow it came by, or whom its messages name."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from sip.calls.flow import FEW, KEPT, TRIES, SipFlow, WayBack, flow_of
from sip.messages.message import Request
from sip.messages.uri import Uri
from sip.transactions.requests import Hop
from sip.transport.connection import Source
from sip.transport.way_back import stamped

PHONE = SipFlow("UDP", "8.8.4.4", 31_007)
BEHIND_PROXY = SipFlow("UDP", "8.8.4.4", 5060, direct=False)
VICTIM = Hop("UDP", "9.9.9.9", 5060)
HIDDEN = Hop("UDP", "192.168.1.5", 5060)
"""Behind a NAT."""


class Connection:
    def __init__(self, open: bool = True) -> None:
        self.open = open


@dataclass(frozen=True)
class OverTcp:
    """Where a request came from, with a stand-in for its connection."""

    transport: str
    host: str
    port: int
    connection: Connection
    size: int = 0


UNCONNECTED = Source("TCP", "8.8.4.4", 31_007)


def request(via: str, *more: str) -> Request:
    lines = [("Via", value) for value in (via, *more)]
    return Request("INVITE", Uri.parse("sip:demo@host"), lines)


def came(via: str, *more: str, transport: str = "UDP") -> SipFlow:
    source = Source(transport, "8.8.4.4", 31_007)
    return flow_of(stamped(request(via, *more), source), source)


def acknowledged(flow: SipFlow) -> WayBack:
    way = WayBack(flow)
    way.acknowledged()
    return way


def test_the_flow_is_where_the_responses_go() -> None:
    assert came("SIP/2.0/UDP 192.168.1.5;rport;branch=z9hG4bKa") == PHONE
    assert came("SIP/2.0/UDP 192.168.1.5:5070;branch=z9hG4bKa").place == ("UDP", "8.8.4.4", 5070)
    assert came("SIP/2.0/UDP 192.168.1.5;branch=z9hG4bKa").port == 5060
    assert came("SIP/2.0/TCP 192.168.1.5:5070;branch=z9hG4bKa", transport="TCP").port == 31_007
    assert not came("SIP/2.0/UDP p;rport;branch=z9hG4bKa", "SIP/2.0/UDP 192.168.1.5").direct


@pytest.mark.parametrize("contact", ["192.168.1.5", "10.0.0.5", "8.8.4.4", "phone.example"])
def test_a_phone_is_where_its_requests_come_from_whatever_it_calls_itself(contact: str) -> None:
    assert acknowledged(PHONE).hops(Hop("UDP", contact, 5060), routed=False) == (Hop(*PHONE.place), None)


def test_a_phone_that_no_nat_hides_may_listen_at_another_port_of_its_host() -> None:
    plain = came("SIP/2.0/UDP 8.8.4.4:31007;rport;branch=z9hG4bKa")
    assert plain.plain and not PHONE.plain
    hop, fallback = acknowledged(plain).hops(Hop("UDP", "8.8.4.4", 5060), routed=False)
    assert (hop.port, hop.sends, fallback) == (5060, FEW, Hop(*plain.place))


@pytest.mark.parametrize("flow", [PHONE, PHONE._replace(plain=True), PHONE._replace(transport="TCP")])
def test_a_caller_that_listens_at_another_public_address_is_asked_there_first(flow: SipFlow) -> None:
    """An SBC with several interfaces: RFC 3261 12.2.1.1 wants its Contact, which may be anybody's."""
    way = acknowledged(flow)
    hop, fallback = way.hops(VICTIM, routed=False)
    assert (hop.host, hop.sends, fallback) == (VICTIM.host, FEW, Hop(*flow.place))
    way.silent(hop)
    assert way.hops(VICTIM, routed=False) == (Hop(*flow.place), None)


def test_the_other_side_is_where_it_has_proven_to_be() -> None:
    way = WayBack(PHONE)
    assert not way.leads_to(PHONE.host)
    way.acknowledged()
    assert way.leads_to(PHONE.host) and not way.leads_to(VICTIM.host)
    way.heard(PHONE._replace(host=VICTIM.host))
    assert way.leads_to(PHONE.host) and not way.leads_to(VICTIM.host)


def test_a_phone_in_another_private_network_is_answered_by_its_flow() -> None:
    here, named = SipFlow("UDP", "10.0.0.1", 5060), Hop("UDP", "192.168.1.5", 5060)
    assert acknowledged(here).hops(named, routed=False)[0] == Hop(*here.place)
    no_nat = acknowledged(here._replace(plain=True))
    assert no_nat.hops(named, routed=False)[0].host == "192.168.1.5", "it has two"


def test_a_proxy_that_recorded_itself_is_asked_at_the_port_it_says() -> None:
    hop, fallback = acknowledged(BEHIND_PROXY).hops(Hop("UDP", "8.8.4.4", 5080), routed=True)
    assert (hop.host, hop.port, fallback) == ("8.8.4.4", 5080, Hop(*BEHIND_PROXY.place))


def test_a_proxy_that_calls_itself_what_cannot_be_reached_is_asked_where_it_is() -> None:
    assert acknowledged(BEHIND_PROXY).hops(Hop("UDP", "10.0.0.1", 5060), routed=True)[0] == Hop(
        *BEHIND_PROXY.place
    )


def test_a_proxy_with_a_name_is_asked_where_it_is_and_then_where_its_name_leads() -> None:
    way = acknowledged(BEHIND_PROXY)
    named = Hop("TCP", "proxy.example", 5060, service=True)
    here, others = way.hops(named, routed=True)
    assert here == Hop(*BEHIND_PROXY.place, sends=TRIES)
    assert others == replace(named, transport="UDP", named_by=PHONE.host, sends=FEW)
    way.silent(here)  # it is gone: others are asked first from then on
    assert [each and each.host for each in way.hops(named, routed=True)] == ["proxy.example", PHONE.host]
    way.heard(BEHIND_PROXY)
    assert way.hops(named, routed=True)[0] == here


def test_names_that_an_unproven_caller_writes_are_never_looked_up() -> None:
    for named in (Hop("UDP", "proxy.example", 5060, service=True), Hop("UDP", "phone.example", 5060)):
        for routed in (True, False):
            hops = WayBack(BEHIND_PROXY if routed else PHONE).hops(named, routed)
            assert [each.host for each in hops if each is not None] == [PHONE.host]


@pytest.mark.parametrize("routed", [False, True])
def test_whom_a_message_names_elsewhere_gets_few_packets_until_it_answers(routed: bool) -> None:
    way = acknowledged(BEHIND_PROXY)
    hop, fallback = way.hops(VICTIM, routed)
    assert (hop.host, hop.sends, hop.named_by) == (VICTIM.host, FEW, PHONE.host)
    assert fallback == Hop(*BEHIND_PROXY.place)
    way.answered(hop)
    assert way.hops(VICTIM, routed)[0].sends == 0


def test_whom_a_message_names_elsewhere_gets_no_more_when_it_is_silent() -> None:
    way = acknowledged(BEHIND_PROXY)
    way.silent(way.hops(VICTIM, False)[0])
    assert way.hops(VICTIM, False) == (Hop(*BEHIND_PROXY.place), None)


def test_before_the_ack_the_flow_itself_gets_few_packets() -> None:
    assert WayBack(PHONE).hops(HIDDEN, False)[0].sends == FEW
    assert acknowledged(PHONE).hops(HIDDEN, False)[0].sends == 0
    assert WayBack(PHONE._replace(transport="TCP")).hops(HIDDEN, False)[0].sends == 0


def test_the_flow_follows_its_phone_and_goes_back_when_nobody_is_there() -> None:
    moved = PHONE._replace(port=40_000)
    way = acknowledged(PHONE)
    way.heard(moved)
    hop, before = way.hops(HIDDEN, False)
    assert (hop, before) == (Hop(*moved.place, sends=FEW), Hop(*PHONE.place))
    way.silent(hop)
    assert way.hops(HIDDEN, False) == (Hop(*PHONE.place), None)
    way.heard(moved)
    way.answered(way.hops(HIDDEN, False)[0])
    assert way.hops(HIDDEN, False) == (Hop(*moved.place), None)


def test_a_phone_that_comes_back_is_proven_still() -> None:
    way = acknowledged(PHONE)
    way.heard(PHONE._replace(port=40_000))
    way.heard(PHONE)
    assert way.proven


def test_a_later_ack_proves_no_new_place() -> None:
    """Who is in the call knows its tags, and may write any source address."""
    way = acknowledged(PHONE)
    way.heard(PHONE._replace(host=VICTIM.host))
    way.acknowledged()
    assert not way.proven


def test_an_open_connection_is_used_and_a_closed_one_is_replaced_by_where_the_phone_listens() -> None:
    listens = Hop("UDP", "8.8.4.4", 5060)
    flow = SipFlow("TCP", "8.8.4.4", 31_007, Connection())
    assert WayBack(flow).hops(listens, False)[0] == Hop(*flow.place)
    gone = WayBack(flow._replace(connection=Connection(open=False)))
    for transport, other in (("UDP", "TCP"), ("TCP", "UDP")):
        hop, fallback = gone.hops(replace(listens, transport=transport), False)
        assert (hop.transport, hop.host, hop.port) == (transport, "8.8.4.4", 5060)
        assert fallback == Hop(other, "8.8.4.4", 5060, named_by="8.8.4.4")
    assert gone.hops(Hop("TCP", "192.168.1.5", 5060), False)[0] == Hop(*flow.place)


def test_a_connection_is_the_way_back_whatever_the_via_says() -> None:
    connection = Connection()
    source = OverTcp("TCP", "8.8.4.4", 31_007, connection)
    way = flow_of(stamped(request("SIP/2.0/TCP 192.168.1.5;branch=z9hG4bKa"), UNCONNECTED), source)
    assert (way.connection, way.place) == (connection, ("TCP", "8.8.4.4", 31_007))


@pytest.mark.parametrize(
    ("via", "transport", "plain"),
    [
        ("UDP 8.8.4.4:31007", "UDP", True),
        ("UDP 8.8.4.4:5070", "UDP", False),
        ("UDP 8.8.4.4", "UDP", False),
        ("UDP 192.168.1.5:31007", "UDP", False),
        ("TCP 8.8.4.4:5060", "TCP", True),
        ("TCP 192.168.1.5:31007", "TCP", False),
    ],
)
def test_no_nat_is_between_us_when_the_phone_knows_its_address(via: str, transport: str, plain: bool) -> None:
    assert came(f"SIP/2.0/{via};rport;branch=z9hG4bKa", transport=transport).plain is plain


@pytest.mark.parametrize(("transport", "asked_by"), [("UDP", "UDP"), ("TCP", "TCP")])
def test_a_call_that_began_over_datagrams_stays_there(transport: str, asked_by: str) -> None:
    way = WayBack(BEHIND_PROXY._replace(transport=transport), proven=True)
    named = Hop("TCP", "9.9.9.9", 5060)
    hop, _ = way.hops(named, False)
    assert (hop.transport, hop.host, hop.named_by) == (asked_by, "9.9.9.9", "8.8.4.4")
    way.answered(hop)
    assert way.hops(named, False)[0] == Hop(asked_by, "9.9.9.9", 5060, named_by="8.8.4.4")


def test_another_port_of_a_host_is_another_place_for_datagrams_and_none_for_a_connection() -> None:
    for transport, port in (("UDP", 5080), ("TCP", 5060)):
        flow = BEHIND_PROXY._replace(transport=transport)
        assert acknowledged(flow).hops(Hop(transport, flow.host, 5080), True)[0].port == port
    assert acknowledged(BEHIND_PROXY).hops(Hop("UDP", BEHIND_PROXY.host, 5060), True)[0].sends == 0


def test_where_a_closed_connection_is_opened_anew_is_the_peers_word() -> None:
    gone = WayBack(SipFlow("TCP", "8.8.4.4", 31_007, Connection(open=False)))
    assert gone.hops(Hop("TCP", "8.8.4.4", 5060), False) == (
        Hop("TCP", "8.8.4.4", 5060, named_by="8.8.4.4", sends=TRIES),
        Hop("UDP", "8.8.4.4", 5060, named_by="8.8.4.4"),
    )


def test_silence_of_a_proven_flow_says_nothing_of_where_the_phone_is() -> None:
    way = acknowledged(PHONE)
    way.heard(PHONE._replace(port=40_000))
    way.answered(Hop("UDP", PHONE.host, 40_000))
    way.silent(Hop("UDP", PHONE.host, 40_000))
    assert way.flow.port == 40_000
    alone = WayBack(PHONE)
    alone.silent(Hop(*PHONE.place))
    assert alone.flow == PHONE and not alone.proven


def test_the_latest_of_many_named_places_are_remembered() -> None:
    way = acknowledged(BEHIND_PROXY)
    places = [Hop("UDP", f"9.9.9.{n}", 5060) for n in range(2 * KEPT)]
    for place in places:
        way.answered(place)
        way.silent(replace(place, port=5070))
    assert all(way.hops(place, False)[0].sends == 0 for place in places[-KEPT:])
    assert all(
        way.hops(replace(place, port=5070), False)[0] == Hop(*BEHIND_PROXY.place) for place in places[-KEPT:]
    )
    assert way.hops(places[0], False)[0].sends == FEW, "and the first ones forgotten"
    assert way.hops(replace(places[0], port=5070), False)[0].host == places[0].host


ANEW = SipFlow("UDP", "9.9.9.9", 40_000)
"""By which the phone registered while it was in a call."""


def registered(flow: SipFlow = PHONE, at: float = 7.0, sure: bool = False, anew: SipFlow = ANEW) -> WayBack:
    """A call whose last request came at 5 s, and a registration."""
    way = WayBack(flow)
    way.acknowledged()
    way.heard(flow, 5.0)
    way.registered(anew, at, sure=sure)
    return way


def test_where_a_phone_registered_since_is_where_it_is_asked_next() -> None:
    assert registered().hops(HIDDEN, False) == (Hop(*PHONE.place, sends=TRIES), Hop(*ANEW.place))
    assert registered(at=4.0).hops(HIDDEN, False) == (Hop(*PHONE.place), None), "it was heard later"
    assert registered(anew=PHONE).hops(HIDDEN, False) == (Hop(*PHONE.place), None)


def test_and_first_when_it_is_that_very_phone_or_the_call_has_gone_silent() -> None:
    there = (Hop(*ANEW.place, sends=TRIES), Hop(*PHONE.place))
    assert registered(sure=True).hops(HIDDEN, False) == there
    way = registered()
    way.silent(Hop(*PHONE.place))
    assert way.hops(HIDDEN, False) == there
    way.answered(Hop(*PHONE.place))
    assert way.hops(HIDDEN, False)[0] == Hop(*PHONE.place, sends=TRIES)
    way.silent(Hop(*PHONE.place))
    way.heard(PHONE, 8.0)
    way.registered(ANEW, 7.0, sure=False)
    assert way.hops(HIDDEN, False) == (Hop(*PHONE.place), None)


def test_a_registration_by_a_proxy_or_a_closed_connection_leads_nowhere() -> None:
    for anew in (ANEW._replace(direct=False), ANEW._replace(transport="TCP", connection=Connection(False))):
        assert registered(anew=anew, sure=True).hops(HIDDEN, False) == (Hop(*PHONE.place), None)
    assert registered(BEHIND_PROXY, sure=True).hops(VICTIM, True)[0].host == VICTIM.host


def test_a_call_by_tls_does_not_go_on_where_its_phone_registered_in_the_clear() -> None:
    for connection in (Connection(), Connection(open=False)):
        flow = PHONE._replace(transport="TLS", connection=connection)
        way = registered(flow, sure=True)
        assert way.flow == flow and all(
            hop is None or hop.transport == "TLS" for hop in way.hops(replace(HIDDEN, transport="TLS"), False)
        )


def test_a_connection_that_was_lost_is_replaced_by_that_of_the_registration() -> None:
    lost = PHONE._replace(transport="TCP", connection=Connection(open=False))
    way = registered(lost, at=1.0)
    assert way.hops(HIDDEN, False) == (Hop(*ANEW.place), None) and way.flow == ANEW


def test_what_began_encrypted_does_not_go_on_in_the_clear() -> None:
    flow = BEHIND_PROXY._replace(transport="TLS", port=5061, domain="carrier.example")
    way = WayBack(flow, proven=True)
    here = Hop("TLS", "8.8.4.4", 5061, domain="carrier.example")
    for transport in ("UDP", "TCP"):
        assert way.hops(Hop(transport, "9.9.9.9", 5060), False) == (here, None)
    gone = WayBack(flow._replace(connection=Connection(open=False)))
    assert gone.hops(Hop("TLS", "8.8.4.4", 5061, domain="8.8.4.4"), False) == (
        Hop("TLS", "8.8.4.4", 5061, named_by="8.8.4.4", domain="8.8.4.4"),
        None,
    )


def test_nor_where_its_phone_registers_in_the_clear() -> None:
    flow = PHONE._replace(transport="TLS", connection=Connection(open=False))
    way = registered(flow, sure=True)
    assert way.flow == flow and way.hops(HIDDEN, False) == (flow.hop(), None)


def test_another_server_of_a_carrier_has_to_be_the_carriers() -> None:
    flow = BEHIND_PROXY._replace(transport="TLS", port=5061, domain="carrier.example")
    for host, domain in (("9.9.9.9", "carrier.example"), ("other.example", "other.example")):
        hop, fallback = WayBack(flow, proven=True).hops(Hop("TLS", host, 5061, domain=host), False)
        assert (hop.host, hop.domain, fallback) == (host, domain, flow.hop())


def test_an_encrypted_contact_is_meant_as_it_is_said_but_by_a_phone() -> None:
    named = Hop("TLS", "9.9.9.9", 5061, domain="9.9.9.9")
    assert acknowledged(BEHIND_PROXY).hops(named, False) == (replace(named, named_by="8.8.4.4"), None)
    assert acknowledged(PHONE).hops(named, False) == (PHONE.hop(), None)
