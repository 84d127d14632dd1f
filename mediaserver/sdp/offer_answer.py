"""One call's audio as signalling sees it: the offer/answer state (RFC 3264) and the RTP stream it sets up.

It opens, configures and closes the stream of one leg. It must never touch a packet or a SIP message.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from copy import copy

from mediaserver.addresses import is_address, may_send_to
from mediaserver.errors import EngineMissingError
from mediaserver.sdp.audio import AudioPorts, AudioStream, Figures
from mediaserver.sdp.ice import IceSide
from mediaserver.sdp.negotiation import Negotiated, NoCommonCodec, SdpError
from mediaserver.sdp.policy import PLAIN_TELEPHONY, MediaPolicy
from mediaserver.sdp.securing import Securing
from mediaserver.sdp.session import SdpSession

_PLACE = re.compile(rb"^c=IN IP[46] ([0-9A-Fa-f:.]{2,45})(?:/[0-9/]*)?\r?$", re.MULTILINE)
HOLD = "sendonly"
ACTIVE = "sendrecv"


class OfferAnswer:
    """Offers and answers of one call, and the stream that follows them.

    `direction` is what we want; set it before `offer` or `answer` to hold or resume.
    """

    def __init__(
        self,
        wire: AudioPorts,
        host: str,
        peer: str | None = None,
        address_for: Callable[[str], str] | None = None,
        policy: MediaPolicy = PLAIN_TELEPHONY,
        securing: Securing | None = None,
        ice: IceSide | None = None,
    ) -> None:
        """`host`: our address in the descriptions. `peer`: the address of the other side's signalling, which
        stands for a host name in its own. `address_for`: our address for audio with somebody at an IP
        address, where that is of another family than `host`. `policy`: what this peer is offered and
        answered. `securing`: how its audio is encrypted; None: it is not. `ice`: whether the way to us is
        found out; None: it is not."""
        self._wire = wire
        self._host = host
        self._peer = peer
        self._address_for = address_for
        self.policy = policy
        self._securing = securing or Securing()
        self._ice = ice or IceSide()
        self._sdp = SdpSession(secrets.randbits(32), self._securing, self._ice)
        self._offered: bytes | None = None
        self.direction = ACTIVE
        self.stream: AudioStream | None = None
        self.negotiated: Negotiated | None = None

    def moved(self, host: str, peer: str) -> None:
        """The other side's signalling is at `peer` now, for which our address is `host`. The ports that are
        open stay, and their family."""
        self._peer = peer
        if self.stream is None or _is_ipv6(host) == _is_ipv6(self._host):
            self._host = host

    def adopt(self, before: OfferAnswer) -> None:
        """Go on with the stream of a call that is sent on; it stays as it is until there is an answer. Of
        what was said to the one before, keys above all, nothing else is for others."""
        self.stream = before.stream
        if _is_ipv6(self._host) != _is_ipv6(before._host):
            self._host = before._host

    def open(self) -> AudioStream:
        """The stream of this call, opened at the first use. Raises CapacityError."""
        if self.stream is None:
            self.stream = self._wire.open(self._host)
        return self.stream

    @property
    def offering(self) -> bool:
        """An offer of ours waits for its answer."""
        return self._offered is not None

    def offer(self) -> bytes:
        port = self.open().local_port
        self._offered = self._sdp.offer(
            self._host,
            port,
            codecs=self.policy.codecs,
            direction=self.direction,
            comfort_noise=self.policy.comfort_noise,
            bundled=self.policy.bundled,
            opus=self.policy.opus,
        )
        self.open().use_ice(self._ice.waiting)  # the other side may check before its answer is here
        return self._offered

    def answer(self, offer: bytes) -> bytes:
        """Answer an offer and set the stream up. Raises SdpError (NoCommonCodec: 488) and CapacityError."""
        self._meet(offer)
        port = self.open().local_port
        before = copy(self._sdp)
        try:
            text, negotiated = self._sdp.answer(
                offer,
                self._host,
                port,
                codecs=self.policy.codecs,
                direction=self.direction,
                peer=self._peer,
                order=self.policy.order,
                comfort_noise=self.policy.comfort_noise,
                opus=self.policy.opus,
            )
            self._agree(negotiated)
        except SdpError:
            self._sdp = before  # what is refused leaves the session as both sides knew it
            raise
        return text

    def accept(self, answer: bytes, offer: bytes | None = None, *, early: bool = False) -> None:
        """Take the answer to our offer and set the stream up. Raises SdpError.

        `offer`: the one that it answers, where another fork has answered that before. `early`: another answer
        may follow, and our offer stays open.
        """
        offered = self._offered if offer is None else offer
        if offered is None:
            raise SdpError("an answer without an offer")
        if not early:
            self._offered = None
        before = copy(self._sdp)
        try:
            self._agree(self._sdp.accept(answer, offered, self._peer))
        except SdpError:
            self._sdp = before
            raise

    def confirm(self, agreed: Negotiated | None = None) -> None:
        """What was agreed on before the answer to the call stays: what was heard until now says nothing of
        whether audio comes from now on. `agreed`: with whoever answered; None: there was but one."""
        self._offered = None
        if (agreed := agreed or self.negotiated) is not None:
            self._agree(agreed)

    def withdraw(self) -> None:
        """Our offer was refused; what was agreed before stays (RFC 3261 14.1)."""
        self._offered = None

    def close(self) -> Figures | None:
        """Close the stream; its last statistics, None when it was never opened."""
        if self.stream is None:
            return None
        stats = self.stream.stats()
        self.stream.close()
        return stats

    def _meet(self, offer: bytes) -> None:
        """Audio may be of another family of addresses than signalling: take our address from that."""
        if self.stream is not None or self._address_for is None:
            return
        places = [found.decode() for found in _PLACE.findall(offer)]
        if not places or not all(is_address(place) for place in places):
            return
        if all(_is_ipv6(place) != _is_ipv6(self._host) for place in places):
            self._host = self._address_for(places[-1])

    def _agree(self, negotiated: Negotiated) -> None:
        host = negotiated.remote_host
        open_ = negotiated.held or (negotiated.ice is not None and host in ("0.0.0.0", "::"))
        if not is_address(host) or not (may_send_to(host) or open_):
            # A name would have to be looked up on the media path; a group address is no telephone.
            raise NoCommonCodec(f"audio cannot be sent to {host!r}")
        if _is_ipv6(host) != _is_ipv6(self._host) and not open_:
            raise NoCommonCodec(f"audio cannot be sent from {self._host} to {host}: one is IPv4, one IPv6")
        try:
            self.open().use_ice(negotiated.ice)
            self.open().configure(
                (negotiated.remote_host, negotiated.remote_port),
                negotiated.codec,
                negotiated.payload_type,
                negotiated.telephone_event_pt,
                negotiated.ptime_ms,
                negotiated.direction,
                negotiated.rtcp_port,
                negotiated.others,
                negotiated.events_in,
                event_clocks=negotiated.event_clocks,
                comfort_noise=negotiated.comfort_noise and self.policy.dtx,
                bitrate=min(negotiated.bitrate or self.policy.opus.bitrate, self.policy.opus.bitrate),
                dtx=self.policy.opus.dtx,
                listening=self.policy.listens(negotiated.telephone_event_pt is not None),
            )
        except EngineMissingError as error:  # a trunk's own list names a codec that this machine lacks
            raise NoCommonCodec(str(error)) from error
        self.negotiated = negotiated
        # Nothing comes or goes between the two.
        self.open().secure(negotiated.encrypting)
        self._securing.agreed = negotiated.encrypting
        self._ice.agreed = negotiated.ice


def _is_ipv6(address: str) -> bool:
    return ":" in address
