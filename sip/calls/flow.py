"""Where the requests of a dialog go: the flow that it came by, or who its messages name (RFC 3261 12.2.1.1,
with the flows of RFC 5626, the ports of RFC 3581 and the connections of RFC 5923).

What a peer writes into Contact and Record-Route is its word; where its messages come from is a fact. So the
flow is preferred where a NAT may be between us, and whoever is named elsewhere gets few packets until an
answer comes from there; without one the flow is asked.

Pure. It must never send, look a name up, or learn from anything but authentic requests of its dialog.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple, Protocol

from mediaserver.addresses import is_address
from sip.messages.headers import WEB_SOCKETS
from sip.messages.message import Request
from sip.transactions.requests import Hop, Peer
from sip.transport.addresses import Reach, is_behind_nat, reach_of
from sip.transport.default_ports import DEFAULT_PORT

FEW = 2
"""Datagrams of one request, repetitions included, to an address that nothing was ever heard from: less than
three bytes for each byte of the INVITE and ACK, or of the request, that named it."""
TRIES = 4
"""Datagrams of one request (7.5 s) to where a phone may not be any more, before it is asked where it is."""
KEPT = 8
"""Named addresses of a dialog of which we know whether they answer."""


class Stream(Protocol):
    """A connection, as far as it matters here."""

    @property
    def open(self) -> bool: ...


class SipFlow(NamedTuple):
    """Where messages reach a peer that may be behind NAT: the way that its own came."""

    transport: str
    host: str
    """An IP address."""
    port: int
    connection: Stream | None = None
    """The one that the peer opened; None where there is none, or where it is ours to open."""
    direct: bool = True
    """The peer is the other end itself and no proxy before it."""
    plain: bool = False
    """The peer knows itself where we see it: no NAT is between us."""
    domain: str = ""
    """Of a flow by TLS that is ours to open: whom the certificate there has to be for."""

    @property
    def place(self) -> tuple[str, str, int]:
        return self[:3]

    def hop(self, sends: int = 0) -> Hop:
        """The next hop of a request that goes there; `sends`: see there."""
        return Hop(*self.place, sends=sends, domain=self.domain)

    @property
    def lost(self) -> bool:
        """Its connection is closed, and where that ended nobody listens."""
        return self.connection is not None and not self.connection.open


def flow_of(request: Request, peer: Peer) -> SipFlow:
    """The way back to whoever sent a request (stamped on arrival): where its responses go."""
    connection: Stream | None = getattr(peer, "connection", None)
    port, via = peer.port, request.via
    if peer.transport == "UDP" and not via.wants_rport:
        port = via.port or DEFAULT_PORT  # it listens there, and sends from anywhere (RFC 3261 18.2.2)
    plain = via.address == peer.host and (peer.transport != "UDP" or (via.port or DEFAULT_PORT) == peer.port)
    direct = len(request.get_all("Via")) == 1
    domain: str = getattr(connection, "domain", "")  # it may be one that we opened
    return SipFlow(peer.transport, peer.host, port, connection, direct, plain, domain)


class WayBack:
    """The flow of one dialog, and what is known of those that its messages name."""

    __slots__ = (
        "_answering",
        "_anew",
        "_before",
        "_first",
        "_heard_at",
        "_quiet",
        "_silent",
        "_sure",
        "flow",
        "proven",
    )

    def __init__(self, flow: SipFlow, *, proven: bool = False, now: float = 0.0) -> None:
        """`proven`: it was we who sent there first, or an answer came from there."""
        self.flow = flow
        self._heard_at = now
        """When the last request of the dialog came by the flow."""
        self._quiet = False
        """The last request of ours to the flow was not answered."""
        self._anew: SipFlow | None = None
        """By which the phone registered since, and whether it is that very phone."""
        self._sure = False
        self.proven = proven or flow.transport != "UDP"
        self._first = flow
        self._before: SipFlow | None = None
        """The last proven one, while the present one is not."""
        self._answering: list[tuple[str, str, int]] = []
        self._silent: list[tuple[str, str, int]] = []

    # -- what is learned

    def acknowledged(self) -> None:
        """The ACK to our first 200 came: who sent the INVITE has read what we sent there. The ACKs of later
        ones prove nothing, since by then the tags are known."""
        if self.flow.place == self._first.place:
            self.proven = True

    def heard(self, flow: SipFlow, now: float = 0.0) -> None:
        """A new request of the dialog came, in order: whoever knows its tags is there now."""
        self._heard_at, self._quiet, self._anew = now, False, None
        if flow.place != self.flow.place:
            if self.proven:
                self._before = self.flow
            self.proven = flow.transport != "UDP" or (
                self._before is not None and flow.place == self._before.place
            )
        self.flow = flow

    def registered(self, flow: SipFlow | None, at: float, *, sure: bool) -> None:
        """The extension on the other side registered by that flow then, with its password. `sure`: it was
        that very phone. Phones register from a new place long before they have anything to say in a call."""
        self._anew = None
        if flow is None or flow.lost or not (self.flow.direct and flow.direct):
            return
        if self.flow.transport == "TLS" and flow.transport != "TLS":
            return  # what began encrypted does not go on in the clear
        if self.flow.transport in WEB_SOCKETS and flow.transport != self.flow.transport:
            return  # likewise; and no page becomes another kind of phone in the middle of a call
        if self.flow.lost:  # it lost its connection, made another one, and said so
            self.heard(flow, at)
            self.proven = True
        elif at > self._heard_at and flow.place != self.flow.place:
            self._anew, self._sure = flow, sure

    def answered(self, hop: Hop) -> None:
        """A response to a request that was sent to this hop came."""
        place = (hop.transport, hop.host, hop.port)
        if place == self.flow.place:
            self.proven, self._quiet = True, False
        elif place not in self._answering:
            self._answering = [*self._answering[-KEPT:], place]

    def silent(self, hop: Hop) -> None:
        """No response came from this hop."""
        place = (hop.transport, hop.host, hop.port)
        if place != self.flow.place:
            self._silent = [*self._silent[-KEPT:], place]
            return
        self._quiet = True
        if not self.proven and self._before is not None:
            self.flow, self.proven = self._before, True

    # -- what follows

    def leads_to(self, host: str) -> bool:
        """Whether the other side has proven to be at this host, on its present flow or on the one before."""
        if self.proven and self.flow.host == host:
            return True
        return self._before is not None and self._before.host == host

    def hops(self, named: Hop, routed: bool) -> tuple[Hop, Hop | None]:
        """Where the next request goes, and where else when that fails. `named`: whom the first Route
        (`routed`) or the Contact names."""
        first, then = self._hops(named, routed)
        if (anew := self._anew) is None or anew.lost:
            return first, then
        there = anew.hop()
        if self._sure or self._quiet:
            return replace(there, sends=TRIES), first
        return (first, then) if then is not None else (replace(first, sends=first.sends or TRIES), there)

    def _hops(self, named: Hop, routed: bool) -> tuple[Hop, Hop | None]:
        """The same, by what was said and heard in the call alone."""
        flow = self.flow
        here = flow.hop(0 if self.proven else FEW)
        if flow.transport in WEB_SOCKETS:
            return here, None  # a page listens nowhere: whoever it names is somebody else
        if flow.transport == "TLS" and named.transport != "TLS":
            return here, None  # what began encrypted does not go on in the clear, whatever a Contact says
        if named.transport == "TLS" and flow.transport != "TLS":
            # A phone may call itself what it likes: it is where it is. Others mean what they say.
            return (here, None) if flow.direct else (replace(named, named_by=flow.host), None)
        if flow.lost and named.host == flow.host:  # a proxy, or a phone that no NAT hides, listens there
            named = replace(named, named_by=flow.host)
            if named.transport == "TLS":
                return named, None
            other = replace(named, transport="UDP" if named.transport == "TCP" else "TCP")
            return replace(named, sends=TRIES), other
        if named.transport == "TLS" and flow.domain and is_address(named.host):
            named = replace(named, domain=flow.domain)  # another of their servers, by their own word
        before = None
        if not self.proven and self._before is not None:
            before = self._before.hop()
        if self._prefers_flow(named, routed):
            if routed and self.proven and not is_address(named.host):
                # The proxy that sent us the call, and where its name leads when that one is gone.
                others = replace(named, transport=flow.transport, named_by=flow.host, sends=FEW)
                first = replace(here, sends=TRIES)
                return (others, here) if self._quiet else (first, others)
            return here, before
        if flow.transport == "UDP":  # in a call that began so
            named = replace(named, transport="UDP")
        place = (named.transport, named.host, named.port)
        if place in self._answering:
            return replace(named, named_by=flow.host), here
        if place in self._silent:
            return here, before
        return replace(named, named_by=flow.host, sends=FEW), here

    def _prefers_flow(self, named: Hop, routed: bool) -> bool:
        flow = self.flow
        if named.host == flow.host and (named.port == flow.port or flow.transport != "UDP"):
            return True
        if is_behind_nat(flow.host, named.host):
            return True
        if routed:  # the nearest proxy is who sent us the request, whatever it calls itself
            return not is_address(named.host)
        if not flow.direct:
            return False
        # A phone that a NAT hides is where it is. Whoever names another address that may be meant for us has
        # several (an SBC that sends by one interface and listens on another): it is asked there first.
        if not is_address(named.host):
            return True
        return not flow.plain and (named.host == flow.host or reach_of(named.host) is not Reach.WORLD)
