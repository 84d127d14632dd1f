"""A stream's ICE between its sockets and the lite agents of its components: what STUN came is answered here,
and never seen by source lock or jitter buffer.

A response is sent where the request came from, shorter than three times that; what a check is worth beyond
its response counts as any media does (`mediaserver.rtp.permission`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mediaserver.media.connectivity import IceSession
from mediaserver.media.time import SECOND_NS
from mediaserver.rtp.ice import IceLite
from mediaserver.rtp.packets import Address
from mediaserver.rtp.permission import RATIO, Permission
from mediaserver.rtp.secured import Receive
from mediaserver.rtp.source_lock import SourceLock
from mediaserver.rtp.stun import IS_STUN

PATIENCE_NS = 2 * SECOND_NS
"""So long nothing is sent for want of a nominated way (:rfc:`8445`, section 12.1.2). Then it goes where SDP
says after all: some offer ICE and never check."""

SendTo = Callable[[bytes, Address], int]
"""As `socket.sendto`."""


class IceChecks:
    """Of both components."""

    __slots__ = (
        "_lock",
        "_permission",
        "_rtcp_sendto",
        "_seen",
        "_sendto",
        "_since",
        "heard_at",
        "rtcp",
        "rtp",
    )

    def __init__(
        self,
        session: IceSession,
        permission: Permission,
        lock: SourceLock,
        sendto: SendTo,
        rtcp_sendto: SendTo,
        now: int,
    ) -> None:
        self.rtp, self.rtcp = IceLite(session), IceLite(session)
        self.heard_at: int | None = None
        """When the last check came that proved to be the other side's, ns."""
        self._permission = permission
        self._lock = lock
        self._sendto = sendto
        self._rtcp_sendto = rtcp_sendto
        self._since = now
        self._seen: Address | None = None
        """The place that was told last."""

    @property
    def session(self) -> IceSession:
        return self.rtp.session

    def renew(self, session: IceSession, now: int) -> None:
        """Agreed on anew."""
        self.rtp.renew(session)
        self.rtcp.renew(session)
        self._since = now

    def waits(self, now: int) -> bool:
        """Audio is kept until the other side has said where it wants it."""
        if self.rtp.nominated is not None or not self.session.checks:
            return False
        return now - self._since < PATIENCE_NS

    def arrived(self, data: bytes, source: Address, now: int, *, rtcp: bool) -> None:
        """A datagram of STUN, to the port of RTP or that of RTCP."""
        response = (self.rtcp if rtcp else self.rtp).check(data, source, now)
        if response is None or len(response) > RATIO * len(data):
            self._lock.foreign += 1
            return
        self.heard_at = now
        self._lock.checked(source)
        if source[0] == self._permission.host:
            self._permission.came(max(0, len(data) - -(-len(response) // RATIO)), now)
        try:
            (self._rtcp_sendto if rtcp else self._sendto)(response, source)
        except OSError:
            return  # lost, as any may be

    def nominated(self) -> Address | None:
        """Where audio is to go from now on; None: nothing has changed."""
        place = self.place
        if place is None or place == self._seen:
            return None
        self._seen = place
        return place

    @property
    def place(self) -> Address | None:
        """Where audio goes, once that is nominated."""
        return self.rtp.nominated.place if self.rtp.nominated is not None else None

    @property
    def rtcp_place(self) -> Address | None:
        """Where RTCP goes that has a port of its own, once that is nominated."""
        return self.rtcp.nominated.place if self.rtcp.nominated is not None else None


class CheckedReceive:
    """As `socket.recvmsg`: STUN is answered; empty: there was nothing else."""

    __slots__ = ("_checks", "_now_ns", "_receive", "_rtcp")

    def __init__(
        self, receive: Receive, checks: IceChecks, now_ns: Callable[[], int], *, rtcp: bool = False
    ) -> None:
        self._receive = receive
        self._checks = checks
        self._now_ns = now_ns
        self._rtcp = rtcp

    def __call__(self, size: int, space: int) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]:
        data, extra, flags, source = self._receive(size, space)
        if data and data[0] in IS_STUN:
            self._checks.arrived(data, source[:2], self._now_ns(), rtcp=self._rtcp)
            data = b""
        return data, extra, flags, source
