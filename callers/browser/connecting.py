"""From an offer to keys, as a browser does it: the offer's text, checks of ICE, the handshake. It blocks."""

from __future__ import annotations

import secrets
import select
import socket
import time
from dataclasses import dataclass

from callers.browser.checks import Checks
from callers.browser.handshake import Handshake
from callers.browser.stream import IS_DTLS, IS_STUN
from callers.rtp import SO_TIMESTAMPNS
from mediaserver.errors import CallError
from mediaserver.media.encryption import DtlsPeer, SrtpKeys
from mediaserver.sdp import dtls
from mediaserver.sdp.description import Media, SdpError, SessionDescription

WITHIN_S = 10.0
REPEAT_S = 0.05
"""A check that nobody answers is sent again (:rfc:`8445`, section 14.2)."""
OPUS = 111
"""Its payload type, as browsers have it."""
CODECS = ("opus", "PCMU")
"""What is offered, the most wanted first."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Audio may flow."""

    remote: tuple[str, int]
    checks: Checks
    keys: SrtpKeys
    codec: str
    payload_type: int


class Connecting:
    """One socket on its way into a call."""

    def __init__(self, host: str) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.link = socket.socket(family, socket.SOCK_DGRAM)
        self.link.bind((host, 0))
        self.link.setblocking(False)
        self.link.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.handshake = Handshake()
        self._ours = secrets.token_hex(4), secrets.token_hex(12)

    def offer(self, codecs: tuple[str, ...] = CODECS) -> bytes:
        """`codecs`: of CODECS, the most wanted first."""
        host, port = self.link.getsockname()[:2]
        family = "IP6" if ":" in host else "IP4"
        numbers = " ".join(str(OPUS) if codec == "opus" else "0" for codec in codecs)
        lines = [
            "v=0", f"o=- {secrets.randbits(62)} 2 IN {family} {host}", "s=-", "t=0 0", "a=group:BUNDLE 0",
            f"m=audio {port} UDP/TLS/RTP/SAVPF {numbers}", f"c=IN {family} {host}", "a=rtcp-mux",
            f"a=candidate:1 1 udp 2113937151 {host} {port} typ host", "a=end-of-candidates",
            f"a=ice-ufrag:{self._ours[0]}", f"a=ice-pwd:{self._ours[1]}",
            *(f"a={each}" for each in dtls.attributes(self.handshake.fingerprint, dtls.Setup.ACTPASS)),
            "a=mid:0", "a=sendrecv", f"a=rtpmap:{OPUS} opus/48000/2",
            f"a=fmtp:{OPUS} minptime=10;useinbandfec=1", "a=rtpmap:0 PCMU/8000",
        ]  # fmt: skip
        return ("\r\n".join(lines) + "\r\n").encode()

    def connect(self, answer: bytes) -> Connected:
        """Check the ways that an answer names, and agree on keys. Raises CallError."""
        try:
            session = SessionDescription.parse(answer)
        except SdpError as error:
            raise CallError(f"the answer cannot be read: {error}") from None
        media = next((each for each in session.media if each.port), None)
        if media is None:
            raise CallError("the answer has no audio")
        said = session.attributes() | media.attributes()
        checks = Checks((said.get("ice-ufrag", ""), said.get("ice-pwd", "")), self._ours)
        until = time.monotonic() + WITHIN_S
        remote = self._way(checks, _places(media), until)
        peer = DtlsPeer(said.get("setup") == "active", dtls.fingerprints(session, media))
        keys = self._keys(peer, remote, until)
        number = int(media.formats[0])
        return Connected(remote, checks, keys, "opus" if number == OPUS else "PCMU", number)

    def _way(self, checks: Checks, places: list[tuple[str, int]], until: float) -> tuple[str, int]:
        """The first of these that answers a check."""
        while time.monotonic() < until:
            for place in places:
                try:
                    self.link.sendto(checks.request(), place)
                except OSError:
                    continue  # of another family, or no way there
            for data, source in self._come(REPEAT_S):
                if data[:1] and data[0] in IS_STUN and checks.answers(data):
                    return source
        raise CallError(f"nothing came back from the server's media port within {WITHIN_S:.0f} s")

    def _keys(self, peer: DtlsPeer, remote: tuple[str, int], until: float) -> SrtpKeys:
        flight = self.handshake.begin(peer)
        while time.monotonic() < until:
            for datagram in flight:
                self.link.sendto(datagram, remote)
            if self.handshake.keys is not None:
                return self.handshake.keys
            flight = []
            for data, _ in self._come(REPEAT_S):
                if data[:1] and data[0] in IS_DTLS:
                    flight += self.handshake.received(data)
            flight += [] if flight or self.handshake.keys is not None else self.handshake.again()
        raise CallError(f"the DTLS handshake was not finished within {WITHIN_S:.0f} s")

    def _come(self, wait_s: float) -> list[tuple[bytes, tuple[str, int]]]:
        """The next datagram, within so long. One at a time: what follows the handshake is the stream's."""
        if not select.select([self.link], [], [], wait_s)[0]:
            return []
        try:
            data, source = self.link.recvfrom(2_048)
        except OSError:
            return []  # an ICMP error to what was sent
        return [(data, (source[0], source[1]))]


def _places(media: Media) -> list[tuple[str, int]]:
    """Of the candidates for UDP, in their order (:rfc:`8839`, section 5.1)."""
    found = []
    for letter, value in media.lines:
        words = value.split()
        if letter == "a" and value.startswith("candidate:") and len(words) > 7 and words[2].lower() == "udp":
            found.append((words[4], int(words[5])))
    if not found:
        raise CallError("the answer names no candidate for UDP")
    return found
