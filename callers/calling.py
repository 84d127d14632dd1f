"""Placing real SIP calls whose audio runs over the measuring wire.

It joins signalling to measurement and decides nothing about what is said. It must never be imported by the
server.
"""

from __future__ import annotations

import asyncio
import datetime
import socket
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

from callers.conversation import CallFigures, Conversation
from callers.rtp import MeasuringStream, MeasuringWire
from callers.transcript import transcript_url
from mediaserver.errors import CallError
from mediaserver.host_port import bracketed
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.sdp.negotiation import CODECS
from mediaserver.sdp.policy import Encryption, MediaPolicy
from sip.calls.invitation import SipInvitation
from sip.calls.leg import SipLeg
from sip.calls.user_agent import SipAgent
from sip.messages.uri import Uri
from sip.transactions.timing import RFC_TIMING, Timing
from sip.transport.tls import Tls, TlsFiles

RING_FOR_S = 30.0
IMPATIENT = Timing(t1=0.06)
"""For people who wait at a terminal: a host that says nothing is given up after 64 * T1 = 3.8 s."""
BYE_WITHIN_S = 4.0


class MeasuredCall:
    """An answered call."""

    def __init__(self, leg: SipLeg, stream: MeasuringStream, wire: MeasuringWire, host: str) -> None:
        self.answered_ns = time.monotonic_ns()
        self.leg = leg
        self.stream = stream
        self._wire = wire
        self._ended_ns: int | None = None
        self.ended = asyncio.Event()
        leg.on_event = self._happened
        self.talk = Conversation(stream, lambda: leg.termination is None, self.answered_ns)
        info = [value for name, value in leg.answer_headers if name.lower() == "call-info"]
        self.transcript_url = transcript_url(info, host)

    @property
    def post_dial_delay_s(self) -> float | None:
        """From the INVITE to the first sign of ringing."""
        return self.leg.post_dial_delay_s

    @property
    def setup_s(self) -> float | None:
        """From the INVITE to the answer."""
        return self.leg.setup_s

    @property
    def encryption(self) -> str | None:
        """How keys were agreed on, and the suite; None: the audio is not encrypted."""
        agreed = self.leg.negotiated
        return None if agreed is None or agreed.encrypting is None else str(agreed.encrypting)

    def _happened(self, _: object) -> None:
        if self.leg.termination is not None:
            if self._ended_ns is None:
                self._ended_ns = time.monotonic_ns()
            self.ended.set()

    async def hang_up(self) -> None:
        """Say goodbye with BYE and wait for its answer; also fine when the far end was first."""
        if self._ended_ns is None:
            self._wire.halt(self.stream)
            self._ended_ns = time.monotonic_ns()
        await self.leg.hangup(Termination(EndedBy.CALLER, Why.HANGUP))
        try:
            await asyncio.wait_for(self.ended.wait(), BYE_WITHIN_S)
        except TimeoutError:
            pass
        self.stream.close()

    def figures(self) -> CallFigures:
        """Of the whole call; after its end."""
        return self.talk.measure(self._ended_ns or time.monotonic_ns())


class CallingParty:
    """`async with CallingParty(uri) as party: call = await party.call()`."""

    def __init__(
        self,
        uri: str,
        *,
        keep_audio: bool = True,
        timing: Timing = RFC_TIMING,
        tls: bool = False,
        ca: Path | None = None,
        srtp: bool = False,
    ) -> None:
        """`keep_audio`: keep every packet for analysis; off where only counters are wanted. `tls`: it calls
        by TLS, and trusts the authorities in the PEM file `ca` beside those of the system. `srtp`: audio
        must be encrypted, even if the keys go by signalling that is not. Raises CallError when there is no
        way to the host, ConfigError when `ca` is no good."""
        self.uri = uri
        self.far_host = Uri.parse(uri).host
        self.host = local_address(self.far_host)
        self.wire = MeasuringWire(self.host, keep_audio=keep_audio)
        self.agent = SipAgent(
            host=self.host,
            port=0,
            wire=self.wire,
            on_invite=_refuse,
            max_legs=10_000,
            timing=timing,
            tls=_throwaway(self.host, ca) if tls else None,
            srtp_without_tls=srtp,
        )
        self._encryption = Encryption.REQUIRED if srtp else Encryption.OFF

    async def __aenter__(self) -> CallingParty:
        # The wire's thread must get the interpreter within a fraction of a packet.
        sys.setswitchinterval(0.0005)
        await self.agent.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.agent.stop()
        await asyncio.to_thread(self.wire.close)

    async def call(
        self,
        *,
        user: str = "",
        password: str = "",
        transport: str = "udp",
        timeout_s: float = RING_FOR_S,
        codecs: tuple[str, ...] = CODECS,
        uri: str = "",
    ) -> MeasuredCall:
        """`codecs`: what is offered, of PCMU, PCMA and G722. `uri`: another address than the party's own, at
        the same host. Raises CallError with the SIP code when the call is not answered."""
        leg = await self.agent.call(
            uri or self.uri,
            from_uri=f"sip:{user or 'caller'}@{bracketed(self.host)}",
            username=user or None,
            password=password or None,
            transport=transport,
            timeout=timeout_s,
            media=MediaPolicy(codecs=codecs, encryption=self._encryption),
        )
        if leg.stream is None:
            raise CallError("the call was answered without audio")
        return MeasuredCall(leg, self.wire.at(leg.stream.local_port), self.wire, self.far_host)


def _refuse(call: SipInvitation) -> None:
    """A measuring caller takes no calls."""
    call.reject(404)


def _throwaway(host: str, ca: Path | None) -> Tls:
    """A certificate that lasts as long as we do: some servers open a connection of their own to a phone."""
    from sip.transport.certificates import SelfMade

    with tempfile.TemporaryDirectory() as folder:
        made = SelfMade(Path(folder), (host,))
        made.ensure(datetime.datetime.now(datetime.UTC))
        tls = Tls(TlsFiles(made.certificate, made.key, ca=ca, shown=False))
        tls.load()
    return tls


def local_address(host: str) -> str:
    """The address of this machine from which `host` is reached. Raises CallError."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host.strip("[]"), 5060, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as probe:
            probe.connect(address)  # sends nothing: it only asks for the route
            return str(probe.getsockname()[0])
    except OSError as error:
        raise CallError(f"cannot reach {host}: {error.strerror or error}") from None
