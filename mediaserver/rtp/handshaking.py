"""A stream's DTLS on its RTP port: whose datagrams are heard, and what may be sent to them, when.

Every octet counts as media does (`mediaserver.rtp.permission`): a handshake is no way to aim this server at
anybody. Whoever comes from a place that nobody named has a handshake of its own, three bytes for one, so that
a stranger cannot disturb the other side's; the first to show the right certificate is the other side. Where
the two sides do ICE there are no strangers: only where its checks came from is heard. It never sees audio,
and keeps nothing of the stream alive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mediaserver.media.time import SECOND_NS
from mediaserver.rtp.dtls import IS_DTLS, DtlsIdentity, DtlsMachine
from mediaserver.rtp.packets import Address
from mediaserver.rtp.permission import RATIO, Permission, Sending
from mediaserver.rtp.secured import Receive
from mediaserver.rtp.source_lock import SourceLock

MOST_STRANGERS = 4
"""Places that nobody named, in one call. A handshake costs a millisecond."""
STALLED_NS = SECOND_NS
"""A stranger who is silent for so long gives way to another: whoever forges addresses could take all places,
and the other side repeats its first message by then."""
_HANDSHAKE = b"\x16"
"""How a first message begins (:rfc:`6347`, section 4.1)."""


class _Stranger:
    """A handshake with a place that nobody named."""

    __slots__ = ("heard_at", "left", "machine")

    def __init__(self, machine: DtlsMachine) -> None:
        self.machine = machine
        self.heard_at = 0
        """When its last datagram came."""
        self.left = 0
        """Octets that may be sent there."""


class Handshaking:
    """Of one association."""

    __slots__ = (
        "_from",
        "_identity",
        "_lock",
        "_permission",
        "_place",
        "_sendto",
        "_strangers",
        "_told",
        "machine",
        "proven_host",
        "rejected",
    )

    def __init__(
        self,
        identity: DtlsIdentity,
        machine: DtlsMachine,
        permission: Permission,
        lock: SourceLock,
        sendto: Callable[[bytes, Address], int],
    ) -> None:
        """`machine`: for whoever signalling named."""
        self.machine = machine
        self._identity = identity
        self._strangers: dict[Address, _Stranger] = {}
        self._permission = permission
        self._lock = lock
        self._sendto = sendto
        self._place: Address | None = None
        """Where the last datagram came from."""
        self._from: str | None = None
        """The host that alone took part in the handshake of `machine`; empty: there were several."""
        self.proven_host: str | None = None
        """The host that did the whole handshake: it has read what was sent to it. None: nobody has."""
        self._told = False
        self.rejected = 0
        """Packets that came before there were keys, or for it from hosts that have no part in the call."""

    def arrived(self, data: bytes, source: Address, now: int) -> None:
        """A datagram of DTLS."""
        if self._lock.excludes(source):
            # Who is at another port of the same host, or forges that, could break off what is in the clear.
            self.rejected += 1
            return
        if source[0] != self._permission.host or not self._lock.knows(source[0]):
            # Also where signalling is, as of a phone whose NAT shows another address than it names: only
            # where audio goes, more than that may be sent.
            self._by_stranger(data, source, now)
            return
        self._permission.came(len(data), now)
        self._place = source
        if not self.machine.over:
            self._from = source[0] if self._from in (None, source[0]) else ""
        self._send(self.machine.received(data, now), source, now)
        if self.proven_host is None and self._from and self.machine.keys is not None:
            self.proven_host = self._from

    def _by_stranger(self, data: bytes, source: Address, now: int) -> None:
        stranger = self._strangers.get(source)
        if stranger is None:
            peer = self.machine.peer
            wanted = peer.active and not self.machine.over and data.startswith(_HANDSHAKE)
            if not wanted or not self._has_place(now):
                self.rejected += 1
                return
            stranger = self._strangers[source] = _Stranger(DtlsMachine(self._identity, peer, now))
        stranger.heard_at = now
        stranger.left += RATIO * len(data)
        self._send_stranger(stranger, source, stranger.machine.received(data, now))
        if stranger.machine.keys is not None and not self.machine.over:
            self.machine = stranger.machine  # it is the other side, wherever it is
            self.proven_host = source[0]
            self._strangers = {source: stranger}

    def _has_place(self, now: int) -> bool:
        """For one more stranger; the one who is silent longest gives way, when that is long enough."""
        strangers = self._strangers
        if len(strangers) < MOST_STRANGERS:
            return True
        oldest = min(strangers, key=lambda place: strangers[place].heard_at)
        if now - strangers[oldest].heard_at < STALLED_NS:
            return False
        del strangers[oldest]
        return True

    def _send_stranger(self, stranger: _Stranger, place: Address, datagrams: Sequence[bytes]) -> None:
        for datagram in datagrams:
            if len(datagram) > stranger.left:
                return
            stranger.left -= len(datagram)
            try:
                self._sendto(datagram, place)
            except OSError:
                return

    def due(self, place: Address | None, now: int) -> None:
        """Time has passed, or something may be sent. `place`: where audio goes."""
        machine = self.machine
        if not self._permission.begun:
            machine.wait_anew(now)  # nobody has said yet that he takes the call
        for source, stranger in self._strangers.items():
            self._send_stranger(stranger, source, stranger.machine.due(now))
        if machine.begun or machine.peer.active:
            self._send(machine.due(now), self._place or place, now)
        elif self._permission.sending(now) is not Sending.NOTHING:
            machine.wait_anew(now)
            self._send(machine.begin(now), place, now)

    def close(self, place: Address | None, now: int) -> None:
        """The stream is over, which the other side is told where its audio goes."""
        self._send(self.machine.close(), place, now)

    def failure(self) -> str | None:
        """Why it failed, once."""
        if self._told or self.machine.failure is None:
            return None
        self._told = True
        return self.machine.failure

    def _send(self, datagrams: Sequence[bytes], place: Address | None, now: int) -> None:
        permission = self._permission
        for datagram in datagrams:
            sending = permission.sending(now)
            if place is None or place[0] != permission.host or sending is Sending.NOTHING:
                return
            if sending is Sending.ALLOWANCE and not permission.spend(len(datagram)):
                return
            try:
                self._sendto(datagram, place)
            except OSError:
                return  # lost, as any may be


class HandshakingReceive:
    """As `socket.recvmsg` of an RTP socket: DTLS goes to the handshake, and what is encrypted is decrypted;
    empty: there was nothing else."""

    __slots__ = ("_handshaking", "_now_ns", "_receive", "_unprotect")

    def __init__(
        self,
        receive: Receive,
        handshaking: Handshaking,
        unprotect: Callable[[bytes], bytes] | None,
        now_ns: Callable[[], int],
    ) -> None:
        """`unprotect`: None while there are no keys."""
        self._receive = receive
        self._handshaking = handshaking
        self._unprotect = unprotect
        self._now_ns = now_ns

    def __call__(self, size: int, space: int) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]:
        data, extra, flags, source = self._receive(size, space)
        if data and data[0] in IS_DTLS:
            self._handshaking.arrived(data, source[:2], self._now_ns())
            data = b""
        elif not data:
            pass
        elif self._unprotect is not None:
            data = self._unprotect(data)
        else:
            self._handshaking.rejected += 1
            data = b""
        return data, extra, flags, source
