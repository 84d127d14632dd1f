"""Many light WebRTC peers in one process, for tests.load.webrtc_load.

Each sends Opus that was coded once, 20 ms at a time and on time, and notes when packets come back. One
thread, one epoll, no task for each packet: the instrument must cost less than what it measures.
"""

from __future__ import annotations

import json
import secrets
import select
import socket
import sys
import time
import urllib.request

import numpy as np

from mediaserver.media.encryption import DtlsPeer
from mediaserver.media.opus import OpusEncoder
from mediaserver.media.time import SECOND_NS
from mediaserver.rtp.dtls import IS_DTLS, DtlsIdentity, DtlsMachine
from mediaserver.rtp.packets import HEADER
from mediaserver.rtp.secured import is_rtcp
from mediaserver.rtp.srtp import SrtpReceiver, SrtpSender
from mediaserver.rtp.stun import IS_STUN, BindingRequest, binding_request, success
from mediaserver.sdp.description import SessionDescription
from mediaserver.sdp.dtls import fingerprints

HOST = "127.0.0.1"
FRAME_NS = SECOND_NS // 50
CHECK_NS = 5 * SECOND_NS // 2
CONNECT_S = 20.0
PAYLOAD_TYPE = 111
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def speech(frames: int = 100) -> list[bytes]:
    """Packets of something that moves as speech does, of 20 ms each."""
    t = np.arange(frames * 320) / 16_000
    envelope = 0.15 + 0.85 * np.abs(np.sin(2 * np.pi * 2.3 * t))
    pitch = 140 + 40 * np.sin(2 * np.pi * 0.7 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / 16_000
    voiced = sum(np.sin(k * phase) / k for k in range(1, 12))
    noise = np.random.default_rng(1).normal(0, 0.1, len(t))
    sound = np.asarray(6_000 * envelope * (voiced + noise), np.int16).reshape(frames, 320)
    encoder = OpusEncoder()
    return [encoder.encode(frame) for frame in sound]


class Peer:
    """One browser."""

    def __init__(self, identity: DtlsIdentity) -> None:
        self._identity = identity
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 19)
        self.socket.bind((HOST, 0))
        self.socket.setblocking(False)
        self._ufrag, self._password = secrets.token_hex(4), secrets.token_hex(16)
        self._theirs = ("", "")
        self._place: tuple[str, int] | None = None
        self._dtls: DtlsMachine | None = None
        self._begins = False
        self._sender: SrtpSender | None = None
        self._receiver: SrtpReceiver | None = None
        self._kind = PAYLOAD_TYPE
        self._sequence, self._stamp, self._ssrc = 0, 0, secrets.randbits(32)
        self._check_at = 0
        self.sent = 0
        self.heard: list[tuple[int, int]] = []
        """What came back: time stamp, and when, ns."""

    def offer(self) -> bytes:
        address, port = self.socket.getsockname()
        lines = [
            "v=0", f"o=- 1 1 IN IP4 {address}", "s=-", "t=0 0", "a=group:BUNDLE 0", "a=msid-semantic: WMS",
            f"m=audio {port} UDP/TLS/RTP/SAVPF {PAYLOAD_TYPE} 0", f"c=IN IP4 {address}", "a=mid:0",
            "a=sendrecv",
            f"a=ice-ufrag:{self._ufrag}", f"a=ice-pwd:{self._password}",
            f"a=fingerprint:sha-256 {self._identity.fingerprint.hex(':').upper()}", "a=setup:actpass",
            "a=rtcp-mux", f"a=rtpmap:{PAYLOAD_TYPE} opus/48000/2",
            f"a=fmtp:{PAYLOAD_TYPE} minptime=10;useinbandfec=1", "a=rtpmap:0 PCMU/8000",
            f"a=candidate:1 1 udp 2130706431 {address} {port} typ host", "a=end-of-candidates",
        ]  # fmt: skip
        return ("\r\n".join(lines) + "\r\n").encode()

    def answered(self, answer: bytes) -> None:
        session = SessionDescription.parse(answer)
        media = session.media[0]
        said = session.attributes() | media.attributes()
        self._theirs = said["ice-ufrag"], said["ice-pwd"]
        values = [
            value.split() for kind, value in media.lines if kind == "a" and value.startswith("candidate")
        ]
        place = next(each for each in values if each[4] == HOST and each[2].lower() == "udp")
        self._place = place[4], int(place[5])
        self._begins = said["setup"] == "passive"
        self._kind = int(media.formats[0])
        peer = DtlsPeer(not self._begins, fingerprints(session, media))
        self._dtls = DtlsMachine(self._identity, peer, time.perf_counter_ns())

    @property
    def connected(self) -> bool:
        return self._sender is not None

    def tick(self, now: int) -> None:
        """Time has passed: what is not audio."""
        if self._place is None or self._dtls is None:
            return
        if now >= self._check_at:
            self._check_at = now + (CHECK_NS if self.connected else SECOND_NS // 10)
            name = f"{self._theirs[0]}:{self._ufrag}"
            check = binding_request(secrets.token_bytes(12), name, self._theirs[1], use_candidate=True)
            self._send(check)
        if not self.connected:
            begin = self._begins and not self._dtls.begun
            self._flight(self._dtls.begin(now) if begin else self._dtls.due(now))

    def speak(self, payload: bytes) -> None:
        """The next 20 ms."""
        if self._sender is None:
            return
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._stamp = (self._stamp + 960) & 0xFFFF_FFFF
        header = HEADER.pack(0x80, self._kind, self._sequence, self._stamp, self._ssrc)
        self._send(self._sender.protect(header + payload))
        self.sent += 1

    def arrived(self, counting: bool) -> None:
        """All that waits in the socket."""
        while True:
            try:
                data, source = self.socket.recvfrom(2_048)
            except BlockingIOError:
                return
            now = time.perf_counter_ns()
            if data[0] in IS_STUN:
                request = BindingRequest.parse(data)
                if request is not None and request.is_from(self._password.encode()):
                    self._send(success(request, source, self._password.encode()))
            elif data[0] in IS_DTLS:
                if self._dtls is not None:
                    self._flight(self._dtls.received(data, now))
            elif self._receiver is not None and not is_rtcp(data):
                packet = self._receiver.unprotect(data)
                if packet and counting:
                    self.heard.append((int.from_bytes(packet[4:8], "big"), now))

    def _flight(self, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            self._send(datagram)
        if self._dtls is not None and self._dtls.keys is not None and self._sender is None:
            self._sender = SrtpSender(self._dtls.keys.ours)
            self._receiver = SrtpReceiver(self._dtls.keys.theirs)

    def _send(self, data: bytes) -> None:
        assert self._place is not None
        try:
            self.socket.sendto(data, self._place)
        except OSError:
            return  # lost, as any may be


def run(url: str, count: int, seconds: float) -> dict[str, object]:
    """So many sessions for so long."""
    identity, packets = DtlsIdentity(), speech()
    peers = [Peer(identity) for _ in range(count)]
    epoll = select.epoll()
    by_fd = {peer.socket.fileno(): peer for peer in peers}
    for fd in by_fd:
        epoll.register(fd, select.EPOLLIN)

    def turn(counting: bool, wait_s: float) -> None:
        for fd, _ in epoll.poll(wait_s):
            by_fd[fd].arrived(counting)

    for peer in peers:
        request = urllib.request.Request(url, peer.offer(), {"Content-Type": "application/sdp"})
        with _OPENER.open(request, timeout=CONNECT_S) as response:
            peer.answered(response.read())
        end = time.monotonic() + CONNECT_S
        while not peer.connected and time.monotonic() < end:
            for each in peers:
                each.tick(time.perf_counter_ns())
            turn(False, 0.005)
    connected = [peer for peer in peers if peer.connected]
    began = time.perf_counter_ns()
    settle, ends = began + 2 * SECOND_NS, began + int((2 + seconds) * SECOND_NS)
    due = [began + index * FRAME_NS // max(1, len(connected)) for index in range(len(connected))]
    told, at, own_late = False, 0, 0
    while (now := time.perf_counter_ns()) < ends:
        counting = now >= settle
        if counting and not told:
            told = True
            sys.stdout.write("measuring\n")
            sys.stdout.flush()
            for peer in connected:
                peer.sent = 0
        for index, peer in enumerate(connected):
            if now >= due[index]:
                own_late = max(own_late, now - due[index]) if counting else 0
                due[index] += FRAME_NS
                peer.speak(packets[at % len(packets)])
                peer.tick(now)
                at += 1
        turn(counting, 0.001)
    return {
        "connected": len(connected),
        "sent": sum(peer.sent for peer in connected),
        "heard": sum(len(peer.heard) for peer in connected),
        "own_late_ms": own_late / 1e6,
        "late_ms": [late for peer in connected for late in lateness_ms(peer.heard)],
    }


def lateness_ms(arrivals: list[tuple[int, int]]) -> list[float]:
    """How much later than the earliest each packet came, against its time stamp, which may wrap."""
    if not arrivals:
        return []
    first = arrivals[0][0]
    offsets = [at - distance(stamp, first) * SECOND_NS // 48_000 for stamp, at in arrivals]
    base = min(offsets)
    return [(offset - base) / 1e6 for offset in offsets]


def distance(stamp: int, first: int) -> int:
    """Signed, of two time stamps of 32 bits."""
    return ((stamp - first + (1 << 31)) & 0xFFFF_FFFF) - (1 << 31)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))) + "\n")
