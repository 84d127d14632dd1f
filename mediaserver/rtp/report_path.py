"""Where one stream's RTCP goes: to a port of its own or to that of RTP, as announced, as ICE nominated it, or
where it was heard.

It must never send more than the permission lets pass, nor in the clear once anything was agreed on.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from mediaserver.rtp.encrypting import StreamEncryption
from mediaserver.rtp.format import is_nowhere
from mediaserver.rtp.packets import Address
from mediaserver.rtp.permission import Permission, Sending


class ReportPath:
    """Of one stream."""

    __slots__ = ("_encryption", "_permission", "_ports", "_rtcp_sendto", "_rtp_sendto", "muxed", "remote")

    def __init__(
        self, rtp: socket.socket, rtcp: socket.socket, encryption: StreamEncryption, permission: Permission
    ) -> None:
        self._encryption = encryption
        self._permission = permission
        self.through(rtp.sendto, rtcp.sendto)
        self._ports = 0, 0
        """As announced: of RTP, and of RTCP."""
        self.muxed = False
        """It comes and goes by the port of RTP (:rfc:`5761`)."""
        self.remote: Address | None = None

    def through(
        self, rtp_sendto: Callable[[bytes, Address], int], rtcp_sendto: Callable[[bytes, Address], int]
    ) -> None:
        """Send by these from now on; each is as `socket.sendto`."""
        self._rtp_sendto, self._rtcp_sendto = rtp_sendto, rtcp_sendto

    def announced(self, rtp_port: int, rtcp_port: int | None) -> None:
        """By the other side, or by ICE in its place."""
        self._ports = rtp_port, rtcp_port or rtp_port + 1

    def goes_beside(self, place: Address, nominated: Address | None) -> None:
        """Media goes to that place: until RTCP is heard it goes where that was nominated, else as announced
        unless a NAT changed the ports."""
        rtp, rtcp = self._ports
        if self.muxed:
            self.remote = place
        elif nominated is not None and nominated[0] == place[0]:
            self.remote = nominated
        else:
            self.remote = place[0], rtcp if place[1] == rtp else place[1] + 1

    def send(self, data: bytes, now: int) -> None:
        """A compound packet, where it may go now. Raises OSError and OverflowError."""
        permission, remote = self._permission, self.remote
        if remote is None or is_nowhere(remote):
            return
        sending = permission.sending(now)
        if remote[0] != permission.host or sending is Sending.NOTHING:
            return
        report = self._encryption.report(data, self.muxed)
        if report is None or (sending is Sending.ALLOWANCE and not permission.spend(len(report))):
            return
        (self._rtp_sendto if self.muxed else self._rtcp_sendto)(report, remote)
