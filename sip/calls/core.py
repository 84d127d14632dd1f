"""What the parts of the user agent share: the layers below and who we are.

It finds the way to an address and sends; it must never hold a decision about a call.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from mediaserver.addresses import is_address
from mediaserver.errors import CallError
from mediaserver.host_port import host_port
from mediaserver.sdp.audio import AudioPorts
from mediaserver.sdp.ice import Ice, IceSide
from mediaserver.sdp.offer_answer import OfferAnswer
from mediaserver.sdp.policy import PLAIN_TELEPHONY, Encryption, MediaPolicy
from mediaserver.sdp.securing import Securing
from sip.access.credentials import Credentials as Credentials
from sip.calls.call_watch import CallLimits
from sip.calls.dialog import Dialog
from sip.calls.dialogs import Dialogs
from sip.calls.peer_quirks import NO_QUIRKS, PeerQuirks
from sip.calls.registrar import Binding
from sip.calls.session_timer import TimerPolicy
from sip.messages.extensions import RELIABLE, TIMER
from sip.messages.headers import WEB_SOCKETS
from sip.messages.message import Request, Response
from sip.messages.transfer_headers import NO_REFER_SUB, REPLACES
from sip.messages.uri import Uri, bracketed, escape_user
from sip.transactions.budget import AnswerBudget
from sip.transactions.layer import TransactionLayer
from sip.transactions.matching import new_branch
from sip.transactions.requests import Hop, SentRequest
from sip.transactions.transaction import Cause
from sip.transport.default_ports import default_port
from sip.transport.own_addresses import OwnAddresses
from sip.transport.transport import DATAGRAM_LIMIT, Transport

log = logging.getLogger(__name__)

ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY"
SUPPORTED = (TIMER, RELIABLE, REPLACES, NO_REFER_SUB)
"""The extensions that we do, and that may be required of us."""
ACCEPT = "application/sdp, multipart/mixed, application/dtmf-relay, application/dtmf"
COMES_BACK_S = 30.0
"""So long a call goes on by its media whose WebSocket is closed. JsSIP tries anew after 2 to 30 s, and most
networks are back within a few."""
PAGE_MEDIA = MediaPolicy(("opus", "PCMU", "PCMA"), Encryption.REQUIRED, bundled=True)
PageHosts: TypeAlias = Callable[[str], Sequence[str]]
"""Our addresses at which a page whose signalling comes from there can reach the ports of a call, the most
wanted first; none: as others are told."""
VIA_ROOM = 120
"""Bytes that our Via adds to a request."""


class Core:
    """The layers below, the dialogs that are up, and our names."""

    def __init__(
        self,
        transport: Transport,
        layer: TransactionLayer,
        wire: AudioPorts,
        user_agent: str,
        audio_addresses: OwnAddresses | None = None,
    ) -> None:
        self.transport = transport
        self.layer = layer
        self.wire = wire
        self.audio_addresses = audio_addresses or transport.own
        self.user_agent = user_agent
        self.media_policy = PLAIN_TELEPHONY
        """For whoever has none of its own."""
        self.page_media = PAGE_MEDIA
        """For pages, whatever others are offered: browsers take nothing else."""
        self.page_hosts: PageHosts = _as_told
        self.srtp_without_tls = False
        """Keys may stand in SDP that others can read."""
        self.ice = Ice.OFF
        self.dialogs = Dialogs()
        self.allow = ALLOW
        self.registered: Callable[[Dialog], Binding | None] = _nowhere
        """Where the phone of a dialog with an extension registered last."""
        self.call_limits = CallLimits()
        self.quirks: PeerQuirks = NO_QUIRKS
        self.timer_policy = TimerPolicy()
        self.comes_back_s = COMES_BACK_S
        self._all_left: asyncio.Event | None = None

    def leave(self, dialog: Dialog) -> None:
        """A dialog is over."""
        self.dialogs.remove(dialog.id)
        if not self.dialogs and self._all_left is not None:
            self._all_left.set()

    async def all_left(self) -> None:
        """Wait until no dialog is left."""
        self._all_left = asyncio.Event()
        if self.dialogs:
            await self._all_left.wait()

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def later(self, delay: float, act: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(delay, act)

    def media(self, towards: str, policy: MediaPolicy | None = None, transport: str = "") -> OfferAnswer:
        """The audio side of a new call with a peer at that address. `policy`: its own, if it has one.
        `transport`: of its signalling."""
        ours, policy = self.audio_addresses.towards, self.policy_for(policy, transport)
        securing = self.securing(policy, transport)
        if transport in WEB_SOCKETS:
            more = self.page_hosts(towards)[1:]
            host, ice = self.audio_host(transport, towards), IceSide(Ice.OFFER, more, strict=True)
            return OfferAnswer(self.wire, host, towards, None, policy, securing, ice)
        return OfferAnswer(self.wire, ours(towards), towards, ours, policy, securing, IceSide(self.ice))

    def audio_host(self, transport: str, towards: str) -> str:
        """Our address for audio with somebody whose signalling comes from there."""
        hosts = self.page_hosts(towards) if transport in WEB_SOCKETS else ()
        return hosts[0] if hosts else self.audio_addresses.towards(towards)

    def policy_for(self, policy: MediaPolicy | None, transport: str) -> MediaPolicy:
        """Of whoever has this one of its own (None: has none), and comes by that transport."""
        return self.page_media if transport in WEB_SOCKETS else policy or self.media_policy

    def securing(self, policy: MediaPolicy, transport: str) -> Securing:
        """How audio is encrypted in a call whose signalling goes by that transport."""
        if policy.encryption is Encryption.OFF:
            return Securing()
        private = transport == "TLS" or (self.srtp_without_tls and transport not in WEB_SOCKETS)
        return Securing(policy.encryption, sdes=private, fingerprint=self.wire.fingerprint)

    def contact(self, transport: str, towards: str, secure: bool = False) -> str:
        """Our Contact, on the transport that the dialog came or went by. `secure`: the other side was asked
        for by a sips: URI, or asked for us by one (RFC 3261 8.1.1.8, 12.1.1)."""
        where = f"{bracketed(self.transport.local_host(towards))}:{self.transport.port_for(transport)}"
        if user := self.quirks.contact_user(towards):
            where = f"{escape_user(user)}@{where}"
        if transport == "TLS":
            return f"<sips:{where}>" if secure else f"<sip:{where};transport=tls>"
        named = "ws" if transport in WEB_SOCKETS else transport.lower()  # RFC 7118 5.2.2
        return f"<sip:{where};transport={named}>" if named != "udp" else f"<sip:{where}>"

    def able(self) -> list[tuple[str, str]]:
        """What our INVITEs and UPDATEs say that we can do."""
        return [("Allow", self.allow), ("Supported", ", ".join(SUPPORTED))]

    def hop(self, uri: Uri, transport: str | None = None) -> Hop:
        """Where a request to `uri` goes. Raises CallError for what we cannot reach (WebSocket, other
        schemes)."""
        name = (uri.transport or transport or "udp").upper()
        if uri.scheme == "sips" and name != "TLS":
            name = "TLS" if uri.transport in (None, "tcp") else ""  # never in the clear (RFC 3261 19.1)
        if uri.scheme not in ("sip", "sips") or name not in ("UDP", "TCP", "TLS") or not uri.host:
            raise CallError(
                f"cannot reach {uri}: only sip: and sips: addresses over UDP, TCP or TLS can be called"
            )
        domain = uri.address if name == "TLS" else ""
        service = uri.port is None and not is_address(uri.address)
        return Hop(name, uri.address, uri.port or default_port(name), service=service, domain=domain)

    def unreached(self, hop: Hop, cause: Cause) -> str:
        """One line for whoever asked for something that did not get there."""
        where = f"{host_port(hop.host, hop.port)} over {hop.transport}"
        if trouble := self.transport.trouble(hop):
            return f"{where} cannot be reached: {trouble}"
        return f"{where} does not answer" if cause is Cause.TIMEOUT else f"{where} cannot be reached"

    def hops_in(self, dialog: Dialog) -> tuple[Hop, Hop | None]:
        """Where a request within a dialog goes, and where else when that fails; see `WayBack`. Raises
        CallError as `hop`."""
        way = dialog.way
        if way is not None and dialog.extension and (anew := self.registered(dialog)) is not None:
            same = dialog.instance != "" and anew.instance == dialog.instance
            # What a page calls itself is made up anew for each: who has the same is the same.
            sure = same or (way.flow.transport in WEB_SOCKETS and anew.contact.same_as(dialog.target))
            way.registered(anew.received, anew.at, sure=sure)
        if way is not None and way.flow.transport in WEB_SOCKETS:
            return way.hops(way.flow.hop(), False)
        try:
            named = self.hop(dialog.next_hop())
        except CallError:
            if way is None or not (way.flow.direct or dialog.theirs):
                raise
            return way.flow.hop(), None  # a phone may call itself what it likes; it is where it is
        if way is None:
            return named, None
        if dialog.theirs and named.transport == "TLS" and way.flow.transport != "TLS":
            return (
                way.flow.hop(),
                None,
            )  # an edge that names its encrypted side alone, and called in the clear
        return way.hops(named, bool(dialog.routes))

    def request(
        self,
        request: Request,
        hop: Hop,
        on_response: Callable[[Response], None],
        on_failure: Callable[[Cause], None],
        fallback: Hop | None = None,
        budget: AnswerBudget | None = None,
    ) -> SentRequest:
        """Send a request statefully; one that is too long for a datagram goes by TCP if it can (18.1.1)."""
        request.add("User-Agent", self.user_agent)
        if (
            hop.transport == "UDP"
            and not hop.sends
            and len(bytes(request)) + VIA_ROOM > DATAGRAM_LIMIT
            and self.transport.tcp
            and not self.quirks.stays_on_datagrams(hop.host)
        ):
            hop, fallback = replace(hop, transport="TCP"), hop
        return self.layer.request(request, hop, on_response, on_failure, fallback=fallback, budget=budget)

    def in_dialog(
        self,
        dialog: Dialog,
        request: Request,
        on_response: Callable[[Response], None],
        on_failure: Callable[[Cause], None],
    ) -> SentRequest | None:
        """Send a request of a dialog; None when its target cannot be reached at all (reported as failure)."""
        try:
            hop, fallback = self.hops_in(dialog)
        except CallError:
            asyncio.get_running_loop().call_soon(on_failure, Cause.TRANSPORT)
            return None
        way = dialog.way
        if way is None:
            return self.request(request, hop, on_response, on_failure, fallback, dialog.budget)

        def answered(response: Response) -> None:
            if client.hop is hop:
                way.answered(hop)
            else:
                way.silent(hop)
            on_response(response)

        def failed(cause: Cause) -> None:
            way.silent(hop)
            on_failure(cause)

        client = self.request(request, hop, answered, failed, fallback, dialog.budget)
        return client

    def sign_in(self, dialog: Dialog, credentials: Credentials | None, request: Request) -> None:
        """Prove a request of a dialog before it is asked to be, as far as we can and may."""
        if credentials is not None and self._may_prove(dialog, credentials):
            credentials.sign(request)

    def prove_in(
        self,
        dialog: Dialog,
        credentials: Credentials | None,
        request: Request,
        response: Response,
        tried: set[tuple[int, str]],
    ) -> bool:
        """Whether a request of a dialog that got this 401 or 407 is to be sent once more, signed."""
        if credentials is None:
            return False
        if not self._may_prove(dialog, credentials):
            log.warning("%s asks for a password that is not for it; it gets none", dialog.next_hop().host)
            return False
        return credentials.answer(request, response, tried)

    def _may_prove(self, dialog: Dialog, credentials: Credentials) -> bool:
        """Only to whoever got the INVITE. The other end names in its Contact what we sign, and may name a
        route to itself: with that it could call by our account."""
        try:
            where = self.hops_in(dialog)[0].host
        except CallError:
            return False
        hosts = credentials.hosts
        return not hosts or any(self.transport.leads_to(where, host) for host in hosts)

    def cancel(self, client: SentRequest, cancel: Request) -> None:
        """Send the CANCEL of a request that is under way; what it is answered with does not matter."""
        self.layer.request(cancel, client.hop, _ignored, _ignored_failure, via=client.request.via)

    def send_ack(self, dialog: Dialog, ack: Request, *, again: bool = False) -> None:
        """Send the ACK to a 2xx: it has no transaction of its own (13.2.2.4). `again`: the 2xx was repeated,
        so the ACK did not arrive, and goes the other way as well."""
        try:
            hops = self.hops_in(dialog)
        except CallError:
            return
        for hop in hops if again else hops[:1]:
            if hop is not None:
                via = f"SIP/2.0/{hop.transport} {self.transport.sent_by(hop)};rport;branch={new_branch()}"
                ack.remove("Via")
                ack.prepend("Via", via)
                self.transport.send_request(ack, hop, _nothing)

    def respond_headers(self, transport: str, towards: str, secure: bool) -> list[tuple[str, str]]:
        """What every 2xx to INVITE and UPDATE carries, and no more: it is to fit into what an unproven caller
        may be sent, twice."""
        return [
            ("Contact", self.contact(transport, towards, secure)),
            ("Allow", ALLOW.replace(" ", "")),
        ]


def _as_told(towards: str) -> Sequence[str]:
    return ()


def _nowhere(dialog: Dialog) -> None:
    return None


def _nothing() -> None:
    return None


def _ignored(response: Response) -> None:
    return None


def _ignored_failure(cause: Cause) -> None:
    return None
