"""A measuring stream as browsers have them: RTP, RTCP, DTLS and checks of ICE by one socket (:rfc:`7983`)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from callers.browser.checks import Checks
from callers.browser.handshake import Handshake
from callers.reports import reported, sender_report
from callers.rtp import RTCP_EVERY_S, MeasuringStream, MeasuringWire
from callers.srtp import SrtpError

IS_STUN, IS_DTLS = range(4), range(20, 64)
"""The first octet of each (section 7)."""
IS_RTCP = range(192, 224)
"""The second octet, where RTP has marker and payload type (:rfc:`5761`, section 4)."""


class BrowserStream(MeasuringStream):
    """One call's socket, when its handshake is done."""

    def __init__(
        self, wire: MeasuringWire, link: socket.socket, checks: Checks, handshake: Handshake,
        on_over: Callable[[], None],
    ) -> None:  # fmt: skip
        """`on_over`: called by the wire's thread when the far end has closed DTLS."""
        super().__init__(wire, link, link, wire.keep_audio)
        self._checks, self._handshake, self._on_over = checks, handshake, on_over
        self._dtls = threading.Lock()
        """The wire's thread reads what comes, the event loop's says goodbye."""

    def arrived(self, at_ns: int, data: bytes) -> None:
        if not data or data[0] in IS_STUN:
            return  # the answer to a check: that anything comes says more
        if data[0] in IS_DTLS:
            with self._dtls:
                was = self._handshake.closed
                self._send(self._handshake.received(data))
            if self._handshake.closed and not was:
                self._on_over()
        elif len(data) > 1 and data[1] in IS_RTCP:
            self._told(data)
        else:
            super().arrived(at_ns, data)

    def report(self, now_s: float) -> None:
        """RTCP, and a check: who sends none has left (:rfc:`7675`)."""
        if self._remote is None or self._security is None or now_s - self._reported_at < RTCP_EVERY_S:
            return
        self._reported_at = now_s
        packet = sender_report(self._ssrc, self._timestamp, self.sent)
        self._send([self._security.ours.protect_rtcp(packet), self._checks.request()])

    def goodbye(self) -> None:
        """Close DTLS (close_notify), as a browser's `close()` does."""
        with self._dtls:
            self._send(self._handshake.close())

    def _told(self, data: bytes) -> None:
        if self._security is None:
            return
        try:
            plain = self._security.theirs.unprotect_rtcp(data)
        except SrtpError:
            self.rejected += 1
            return
        for lost, jitter_ms in reported(plain, self._ssrc):
            self.far_lost, self.far_jitter_ms = lost, jitter_ms / self._ticks

    def _send(self, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            try:
                self._rtp.sendto(datagram, self._remote or ("", 0))
            except OSError:
                self.send_errors += 1
