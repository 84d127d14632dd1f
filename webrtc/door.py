"""The calls of browsers whose offers come by HTTP (WHIP, :rfc:`9725`): one begins with an offer, may begin
ICE anew when its network changes, and is over with its leg.

It knows no HTTP and no agents: who may call, and whom, is decided before, and what becomes of a call by the
switchboard. Nothing stays open that is not connected: each leg ends by itself when its browser does not come.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from uuid import UUID

from mediaserver.calls.about import NOTHING, About
from mediaserver.calls.call import Call
from mediaserver.calls.may_dial import MayDial
from mediaserver.calls.protocols import Invitation
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import CallError, CapacityError
from mediaserver.media.connectivity import IceSession
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.rtp.stream import RtpStream
from mediaserver.rtp.wire import RtpWire
from mediaserver.sdp.bundle import mid_of
from mediaserver.sdp.description import SessionDescription
from mediaserver.sdp.ice import Ice, IceSide, new_credentials
from mediaserver.sdp.negotiation import SdpError
from mediaserver.sdp.offer_answer import OfferAnswer
from mediaserver.sdp.policy import Encryption, MediaPolicy
from mediaserver.sdp.securing import Securing
from webrtc.fragments import credentials_in, fragment_of
from webrtc.hosts import ReachableHosts
from webrtc.invitation import WebRtcInvitation, address_of_caller
from webrtc.leg import WebRtcLeg
from webrtc.offers import BadOffer, BrowserOffer, read_offer

Invite = Callable[[Invitation, AgentSpec | None, UUID | None], Call | None]
"""Hands a call in: the invitation, its agent where that is known, its owner. None: it was refused."""


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """Of all calls by this door."""

    calls: int = 500
    per_caller: int = 50
    """At once, of one key, token or visitor; the operator's are not limited so."""
    connect_s: float = 20.0
    silent_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a browser calls, as whoever let it in says."""

    to: str
    """As it asked for it, for people."""
    dialled: str = ""
    """What is looked up among the routes; empty: `agent` is called."""
    agent: AgentSpec | None = None
    owner: UUID | None = None
    """The key whose call it is; None: the agent's."""
    reach: MayDial = MayDial()  # noqa: RUF009 - it never changes
    payer: str = ""
    name: str = ""
    """Who calls, by its own word."""
    about: About = field(default_factory=lambda: NOTHING)
    at_once: int | None = None
    """Calls of this caller's at once; None: as the door has it."""


@dataclass(slots=True)
class BrowserCall:
    """One that is up, or going to be."""

    id: str
    """That nobody can guess: part of its address."""
    caller: Hashable
    """Who may change and end it, and whose limits count; None: the operator."""
    leg: WebRtcLeg
    stream: RtpStream
    hosts: tuple[str, ...]
    """By which our ports can be reached, as the browser was told."""
    mid: str | None
    answer: bytes = b""
    call_id: UUID | None = None
    ice: IceSession | None = None
    etag: str = ""
    """Of this round of ICE (:rfc:`9725`, section 4.3.1)."""


class WebRtcDoor:
    """Of one server. Runs on the event loop."""

    def __init__(
        self,
        wire: RtpWire,
        hosts: ReachableHosts,
        policy: MediaPolicy,
        invite: Invite,
        limits: DoorLimits = DoorLimits(),  # noqa: B008 - it never changes
        count: Callable[[str], object] = str,
    ) -> None:
        """`policy`: the codecs, the most wanted first; audio is always encrypted. `count`: told how each call
        came to its end, or its offer to nothing: `refused`, `never connected`, `insecure`, `lost`, `over`."""
        self.hosts = hosts
        self.limits = limits
        self._wire = wire
        self._policy = replace(policy, encryption=Encryption.REQUIRED)
        self._invite = invite
        self._count = count
        self._calls: dict[str, BrowserCall] = {}
        self._of_caller: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return len(self._calls)

    def get(self, id: str, caller: Hashable) -> BrowserCall | None:
        """A call of this caller's; the operator (None) has all."""
        found = self._calls.get(id)
        return found if found is not None and caller in (None, found.caller) else None

    def read(self, offer: bytes) -> BrowserOffer:
        """Look at an offer, before anything is opened or counted for it. Raises BadOffer and SdpError."""
        try:
            return read_offer(offer)
        except (SdpError, BadOffer):
            self._count("refused")
            raise

    async def take(self, offer: BrowserOffer, caller: Hashable, source: str, wanted: Wanted) -> BrowserCall:
        """Answer an offer. Returns when it is known whether the call is refused, before it is connected.
        `source`: the address that the offer came from. Raises BadOffer and SdpError for the offer,
        CapacityError, and CallError where whoever is called refuses, with a code."""
        try:
            call = self._open(offer, caller, source, wanted.at_once or self.limits.per_caller)
        except (SdpError, BadOffer, CapacityError):
            self._count("refused")
            raise
        leg = call.leg
        from_uri = address_of_caller(wanted.name, call.hosts[0])
        invitation = WebRtcInvitation(
            leg, wanted.dialled, from_uri, wanted.to, source, wanted.reach, wanted.payer, wanted.about
        )
        try:
            begun = self._invite(invitation, wanted.agent, wanted.owner)
            call.call_id = begun.id if begun is not None else None
            await leg.decided.wait()
        except BaseException:  # whoever asked has left, or nothing could be made of it
            leg.end(Termination(EndedBy.PEER, Why.CANCELLED, 487))
            raise
        if (over := leg.termination) is not None:
            raise CallError(over.detail or str(over), over.code or 480)
        return call

    def restart(self, call: BrowserCall, fragment: bytes) -> bytes:
        """Begin ICE anew: the browser has another network, and the call goes on. Our side of it. Raises
        BadOffer, and CallError for a call that is over."""
        theirs = credentials_in(fragment)
        if call.leg.termination is not None:
            raise CallError("the call is over", 410)
        if call.ice is None or call.ice.theirs != theirs:  # asked again: the answer was lost
            call.ice = IceSession(new_credentials(), theirs)
            call.etag = _new_etag()
            call.stream.use_ice(call.ice)
        return fragment_of(call.ice.ours, call.mid, call.hosts, call.stream.local_port)

    def end(self, call: BrowserCall) -> None:
        """Its browser hangs up. Idempotent."""
        call.leg.end(Termination(EndedBy.PEER, Why.HANGUP))

    def close(self) -> None:
        """Nothing stays open."""
        for call in list(self._calls.values()):
            call.leg.end(Termination(EndedBy.SERVER, Why.SHUTDOWN))

    # -- inside

    def _open(self, offer: BrowserOffer, caller: Hashable, source: str, most: int) -> BrowserCall:
        if len(self._calls) >= self.limits.calls:
            raise CapacityError(f"all {self.limits.calls} places for browsers are taken: try again soon")
        if caller is not None and self._of_caller[caller] >= most:
            raise CapacityError(f"{most} of your calls are up already: end one first" if most > 1 else _ONE)
        hosts = self.hosts.of(source)
        media = OfferAnswer(
            self._wire,
            hosts[0],
            policy=self._policy,
            securing=Securing(Encryption.REQUIRED, fingerprint=self._wire.fingerprint),
            ice=IceSide(Ice.ANSWER, hosts[1:], strict=True),
        )
        stream, name = media.open(), secrets.token_urlsafe(18)
        assert isinstance(stream, RtpStream)  # it is our wire's
        leg = WebRtcLeg(
            stream,
            "",
            ref=secrets.token_hex(8),
            remote=source,
            connect_s=self.limits.connect_s,
            silent_s=self.limits.silent_s,
            on_over=lambda leg: self._over(name),
        )
        call = BrowserCall(name, caller, leg, stream, hosts, None, etag=_new_etag())
        self._calls[name] = call
        self._of_caller[caller] += 1
        try:
            call.answer = media.answer(offer.text)
            agreed = media.negotiated
            assert agreed is not None  # it was answered
        except BaseException:
            leg.end(Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488))
            raise
        call.ice, leg.codec = agreed.ice, agreed.codec
        call.mid = next(
            (
                mid_of(each)
                for each in SessionDescription.parse(call.answer).media
                if each.port and each.kind == "audio"
            ),
            None,
        )
        stream.proven(None, len(offer.text))
        return call

    def _over(self, name: str) -> None:
        call = self._calls.pop(name)
        self._of_caller[call.caller] -= 1
        if not self._of_caller[call.caller]:
            del self._of_caller[call.caller]
        if call.answer:  # else it was refused, and is counted as that
            self._count(_outcome(call.leg))


def _outcome(leg: WebRtcLeg) -> str:
    why = leg.termination.why if leg.termination is not None else Why.FAILED
    return {
        Why.UNREACHABLE: "never connected",
        Why.INSECURE: "insecure",
        Why.LOST: "lost",
        Why.REJECTED: "refused",
        Why.NOT_FOUND: "refused",
    }.get(why, "over")


def _new_etag() -> str:
    return f'"{secrets.token_hex(6)}"'


_ONE = "your call is up already: end it first"
