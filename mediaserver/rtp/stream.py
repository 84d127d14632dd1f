"""One call's RTP stream: its two directions, its RTCP, and the rare events of its life (see
`mediaserver.rtp.stream_states`).

The batched work of every tick is in `mediaserver.rtp.wire`; all that a stream knows of it is `StreamOwner`.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Container, Sequence
from typing import Protocol

from mediaserver.media.connectivity import IceSession
from mediaserver.media.encryption import DtlsPeer, Encrypting, SrtpKeys
from mediaserver.media.leg import Frame, Lane, Wire
from mediaserver.media.narrowband import NarrowVoice
from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES, NARROW_SAMPLES, SECOND_NS, samples_in
from mediaserver.rtp.checking import CheckedReceive, IceChecks, SendTo
from mediaserver.rtp.dtls import IS_DTLS, DtlsIdentity, DtlsMachine
from mediaserver.rtp.encrypting import StreamEncryption
from mediaserver.rtp.format import AudioCodec, Format, is_nowhere
from mediaserver.rtp.handshaking import Handshaking
from mediaserver.rtp.incoming import Incoming
from mediaserver.rtp.liveness import Liveness, SilenceLimits
from mediaserver.rtp.outgoing import Outgoing
from mediaserver.rtp.packets import HEADER, Address
from mediaserver.rtp.permission import PATIENCE_NS, Permission, Sending
from mediaserver.rtp.report_path import ReportPath
from mediaserver.rtp.rtcp import RtcpSession
from mediaserver.rtp.secured import Receive, is_rtcp
from mediaserver.rtp.stats import RtpStats
from mediaserver.rtp.steady import SteadyStreams
from mediaserver.rtp.stream_states import TABLE, StreamAction, StreamEvent, StreamState
from mediaserver.rtp.telephone_events import DigitHeard
from mediaserver.rtp.telling import tell
from mediaserver.rtp.watching import PacketLook, PacketLooks, WatchedReceive, WatchedSend

HEARD_OCTETS = NARROW_SAMPLES
"""Of audio, 20 ms of G.711: who sends less has not been heard yet, though its packets follow each other."""


class StreamOwner(Wire, Protocol):
    """What a stream asks of the wire that opened it."""

    now_ns: Callable[[], int]
    limits: SilenceLimits
    trusted: Container[str]

    @property
    def identity(self) -> DtlsIdentity:
        """What is shown in handshakes of DTLS."""

    def changed(self, stream: RtpStream) -> None:
        """It was configured."""

    def secured(self, stream: RtpStream) -> None:
        """What is read from its sockets has to be decrypted, by other keys than before, or no more."""

    def withheld(self, stream: RtpStream) -> None:
        """Audio of a proven call is not sent, for the first time in that call."""

    def pressed(self, stream: RtpStream) -> None:
        """A key is down: its release is to be looked for."""

    def plays(self, stream: RtpStream) -> None:
        """It has keys to play as sounds."""

    def closed(self, stream: RtpStream) -> None:
        """It is over: say so to the peer and take the ports back."""


class RtpStream:
    """Made by `RtpWire.open`. Callbacks are called from within `RtpWire.receive`."""

    __slots__ = (
        "_came",
        "_checks",
        "_digits",
        "_hello",
        "_liveness",
        "_looks",
        "_permission",
        "_reported_packets",
        "_rtcp_octets",
        "_said_withheld",
        "encryption",
        "format",
        "incoming",
        "lane",
        "local_port",
        "on_digit",
        "on_heard",
        "on_insecure",
        "on_left",
        "on_secured",
        "on_silent",
        "on_tone",
        "opened_at",
        "outgoing",
        "report_path",
        "rtcp",
        "rtcp_socket",
        "rtp_socket",
        "slot",
        "state",
        "voice",
        "wire",
    )

    def __init__(
        self,
        wire: StreamOwner,
        lane: int,
        voice: NarrowVoice,
        steady: SteadyStreams,
        rtp: socket.socket,
        rtcp: socket.socket,
        cname: str,
    ) -> None:
        now = wire.now_ns()
        self.on_digit: Callable[[str, int, int], None] | None = None
        """(digit, position in 16 kHz samples since the first read, duration in ms)"""
        self.on_tone: Callable[[str, int, int], None] | None = None
        """The same for a key that was heard as a sound."""
        self.on_silent: Callable[[], None] | None = None
        """The far end was silent for longer than its limit; called once per silence."""
        self.on_heard: Callable[[], None] | None = None
        """The other side was heard for the first time: audio in sequence, or RTCP about ours. Called once."""
        self.on_insecure: Callable[[str], None] | None = None
        """Audio was to be encrypted and cannot be: why, in words. Called once."""
        self.on_secured: Callable[[], None] | None = None
        """A handshake has brought keys: audio may flow."""
        self.on_left: Callable[[], None] | None = None
        """The other side has closed what the handshake made. Called once."""
        self.wire = wire
        self.lane = Lane(wire, lane)
        self.voice = voice
        self.slot = voice.slot
        """Its row, in the narrow-band bank and among the steady streams."""
        self.rtp_socket = rtp
        self.rtcp_socket = rtcp
        self.local_port: int = rtp.getsockname()[1]
        self.state = StreamState.OPENED
        self.format = Format()
        self.incoming = Incoming(steady, voice)
        self._liveness = Liveness(wire.limits)
        patience_ns = int(wire.limits.talk_s * SECOND_NS) or PATIENCE_NS
        self._permission = Permission(patience_ns, wire.trusted)
        self.outgoing = Outgoing(rtp.sendto, self._permission)
        self.rtcp = RtcpSession(cname, now)
        self.opened_at = time.time()
        self._looks: PacketLooks | None = None
        """Who watches; None: nobody ever did."""
        self._digits = 0
        self._hello: tuple[bytes, Address] | None = None
        """Of DTLS, from whom nobody knows yet."""
        self._reported_packets = 0
        self._rtcp_octets = 0
        self._said_withheld = False
        self._came = 0
        """Octets that the permission knows of."""
        self.encryption = StreamEncryption()
        self.report_path = ReportPath(rtp, rtcp, self.encryption, self._permission)
        self._checks: IceChecks | None = None
        """None: there is no ICE."""

    @property
    def closed(self) -> bool:
        return self.state is StreamState.CLOSED

    @property
    def codec(self) -> AudioCodec:
        return self.format.codec

    @property
    def remote(self) -> Address | None:
        """Where audio is sent: where it comes from, or what was negotiated."""
        return self.outgoing.remote

    @property
    def left(self) -> bool:
        """As `AudioStream.left`."""
        handshaking = self.encryption.handshaking
        return handshaking is not None and handshaking.machine.closed

    @property
    def frames_read(self) -> int:
        """Frames of 20 ms since the stream was opened."""
        return self.incoming.frames

    # -- negotiation

    def configure(
        self,
        remote: Address,
        codec: str,
        payload_type: int,
        telephone_event_pt: int | None = None,
        ptime_ms: int = FRAME_MS,
        direction: str = "sendrecv",
        rtcp_port: int | None = None,
        others: Sequence[tuple[int, str]] = (),
        events_in: int | None = None,
        event_clocks: Sequence[tuple[int, int]] = (),
        comfort_noise: bool = False,
        bitrate: int | None = None,
        dtx: bool = False,
        listening: bool = False,
    ) -> None:
        """What was negotiated, the first time or again. `direction` is ours, as in our SDP. `others`: payload
        types and codecs that may come besides; `events_in`: another payload type of digits that come;
        `event_clocks`: payload types of digits with the Hz of their time, where that is not 8,000;
        `comfort_noise`: send it in place of silence; `bitrate`: the most to be sent, bits a second; `dtx`:
        nothing is sent while nobody speaks, where the codec can do that; `listening`: for keys as sounds.
        Raises KeyError for a codec that there is not, and EngineMissingError for one whose library is
        missing. A closed stream stays closed."""
        format = Format.negotiated(
            remote,
            codec,
            payload_type,
            telephone_event_pt,
            ptime_ms,
            direction,
            others,
            events_in,
            event_clocks,
            comfort_noise,
            bitrate,
            dtx,
            listening,
            self._checks is not None,
        )
        if self.closed:
            return
        before = self.format
        if self.state is not StreamState.OPENED:
            format = format.after(before)
        muxed = rtcp_port == remote[1]
        if self._checks is not None and not is_nowhere(remote) and (place := self._checks.place) is not None:
            remote, rtcp_port = place, None  # by ICE, whatever SDP says since
        source = self.incoming.configure(format, remote, self.wire.now_ns())
        self.outgoing.configure(format, source)
        self.format = format
        self.rtcp.clock_factor = format.clock_factor
        if format.clock_factor != before.clock_factor and self.state is not StreamState.OPENED:
            # Timestamps of another clock are another source's (RFC 7160 section 4.1).
            self.outgoing.sender.renew()
            self.rtcp.forget_reports()
        path = self.report_path
        path.announced(remote[1], rtcp_port)
        if path.muxed != muxed:
            path.muxed = muxed
            self.wire.secured(self)
        path.goes_beside(source, self._nominated_rtcp)
        if not is_nowhere(remote):
            self._permission.announced(remote[0], self.wire.now_ns())
        self._towards(source[0])
        self._liveness.negotiated(format.expecting, self.wire.now_ns())
        self._happened(StreamEvent.CONFIGURED)
        self.wire.changed(self)

    def secure(self, how: Encrypting | None) -> None:
        """Encrypt both directions from now on, or (None) neither; before `configure` with what was negotiated
        together with that. The same again changes nothing. A closed stream stays closed."""
        if self.closed or how == self.encryption.how:
            return
        if not isinstance(how, DtlsPeer):
            self.encryption.handshaking = None
            self._encrypt(how)
            return
        self.outgoing.block()
        identity, lock, sendto = self.wire.identity, self.incoming.lock, self.rtp_socket.sendto
        machine = DtlsMachine(identity, how, self.wire.now_ns())
        handshaking = Handshaking(identity, machine, self._permission, lock, sendto)
        self.encryption.wait(handshaking)
        self.wire.secured(self)
        if self._hello is not None:
            hello, self._hello = self._hello, None
            handshaking.arrived(*hello, self.wire.now_ns())

    def limit_silence(self, limits: SilenceLimits) -> None:
        """Other limits than the wire's, for whoever can be known to be gone sooner. Before `configure`."""
        self._liveness = Liveness(limits)

    @property
    def nominated(self) -> Address | None:
        """Where the other side has said, by ICE, that it wants its audio; None: it has not."""
        return self._checks.place if self._checks is not None else None

    def use_ice(self, session: IceSession | None) -> None:
        """Answer the other side's checks from now on, and go where they say; None: there are none. Before
        `configure` with what was negotiated together with that. The same again changes nothing. A closed
        stream stays closed."""
        checks = self._checks
        if self.closed or session == (checks.session if checks is not None else None):
            return
        now = self.wire.now_ns()
        if session is None:
            self._checks = None
            self.incoming.lock.unchecked()
        elif checks is not None:
            checks.renew(session, now)
        else:
            lock, sendto, rtcp_sendto = self.incoming.lock, self.rtp_socket.sendto, self.rtcp_socket.sendto
            self._checks = IceChecks(session, self._permission, lock, sendto, rtcp_sendto, now)
        self.wire.secured(self)

    def _look_nominated(self) -> None:
        """Whether the other side wants its audio elsewhere."""
        checks = self._checks
        if checks is None or self.closed or self.state is StreamState.OPENED:
            return
        if not self.report_path.muxed and checks.rtcp_place is not None:
            self.report_path.remote = checks.rtcp_place
        if (place := checks.nominated()) is None:
            return
        now = self.wire.now_ns()
        self.incoming.nominated(place, now)
        self._permission.announced(place[0], now)
        self._send_to(place)

    def _encrypt(self, keys: SrtpKeys | None) -> None:
        self.incoming.leave_steady()
        if self.encryption.take(keys) and self.outgoing.sender.sent:
            self.outgoing.sender.renew()
            self.rtcp.forget_reports()
        self.outgoing.protect(self.encryption.protect)
        self.wire.secured(self)

    def receivers(self) -> tuple[Receive, Receive]:
        """How RTP and RTCP are read from the sockets."""
        rtp: Receive = self.rtp_socket.recvmsg
        rtcp: Receive = self.rtcp_socket.recvmsg
        if looks := self._looks:
            rtp = WatchedReceive(rtp, looks, self.local_port)
            rtcp = WatchedReceive(rtcp, looks, self.local_port + 1)
        if (checks := self._checks) is not None:
            rtp = CheckedReceive(rtp, checks, self.wire.now_ns)
            rtcp = CheckedReceive(rtcp, checks, self.wire.now_ns, rtcp=True)
        return self.encryption.receivers(rtp, rtcp, self.report_path.muxed, self.wire.now_ns)

    def watch(self, look: PacketLook) -> None:
        """Show it each packet from now on, as it is on the wire. A closed stream has none."""
        if self.closed:
            return
        self._looks = self._looks or PacketLooks()
        self._looks.add(look)
        self._watched()

    def unwatch(self, look: PacketLook) -> None:
        """Show it no more. Nothing happens where it does not look."""
        if self._looks is not None and not self.closed:
            self._looks.remove(look)
            self._watched()

    def _watched(self) -> None:
        """Put those who look on the packets' way, or take them off it when there are none."""
        rtp: SendTo = self.rtp_socket.sendto
        rtcp: SendTo = self.rtcp_socket.sendto
        if looks := self._looks:
            rtp = WatchedSend(rtp, looks, self.local_port)
            rtcp = WatchedSend(rtcp, looks, self.local_port + 1)
        self.outgoing.through(rtp)
        self.report_path.through(rtp, rtcp)
        self.wire.secured(self)

    def _look_keyed(self) -> None:
        """Whether the handshake has come to its end."""
        handshaking = self.encryption.handshaking
        if handshaking is None or self.closed:
            return
        if self.encryption.waiting and (keys := handshaking.machine.keys) is not None:
            self._encrypt(keys)
            self._permit(self.wire.now_ns())
            tell("on_secured", self.on_secured)
        elif self.on_left is not None and handshaking.machine.closed:
            left, self.on_left = self.on_left, None
            tell("on_left", left)
        elif self.on_insecure is not None and (why := handshaking.failure()) is not None:
            tell("on_insecure", self.on_insecure, f"audio cannot be encrypted by DTLS: {why}")

    def proven(self, host: str | None, received: int | None = None, *, verified: bool = False) -> None:
        """Signalling has proven that the other side is at this IP address, and received so many bytes in this
        call so far (None: nobody counted); `verified`: it knows who that is; `host` None: it is somewhere.
        Nothing is sent before. See `mediaserver.rtp.permission`."""
        self._permission.prove(host, received, verified=verified, now=self.wire.now_ns())
        if host is not None:
            self.incoming.lock.signalling_is(host)
        if self.remote is not None and self.incoming.lock.locked is None:
            self._send_to(self.incoming.place)
        self._permit(self.wire.now_ns())
        if (handshaking := self.encryption.handshaking) is not None:
            handshaking.due(self.remote, self.wire.now_ns())

    # -- the seam of mediaserver.media.leg.Leg, for legs that are not read in batches

    def read(self) -> Frame | None:
        """The next 20 ms, concealed and resampled; silence is a frame of zeros."""
        frame: Frame = self.wire.read([self.lane.number], self.wire.now_ns())[0]
        return frame

    def write(self, frame: Frame | None) -> None:
        """Send 20 ms; None is silence."""
        self.wire.write([self.lane.number], [frame], self.wire.now_ns())

    def clear(self) -> int:
        """As `Outgoing.clear`."""
        return self.outgoing.clear()

    def written(self) -> int:
        return self.outgoing.frames * FRAME_SAMPLES

    def played(self) -> int:
        """As `Outgoing.played`, with what RTCP tells of the path."""
        return self.outgoing.played(self.rtcp.rtt_ms, self.rtcp.remote_jitter_ms)

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        """Queue a digit; it replaces the audio while it lasts. Raises ValueError for what is no digit."""
        self.outgoing.digits.put(digit, duration_ms)

    def send_tone(self, digit: str, duration_ms: int = 100) -> None:
        """Queue a digit as a sound, in place of the audio while it lasts. Raises as `send_digit`."""
        self.outgoing.tones.put(digit, duration_ms)
        if not self.closed:
            self.wire.plays(self)

    def stats(self) -> RtpStats:
        """The figures of now; a steady stream stays steady."""
        return RtpStats.of(
            self.format,
            self.incoming,
            self.outgoing,
            self.rtcp,
            self._digits,
            *self.encryption.figures(),
            None if self._checks is None else "agreed" if self._checks.place is None else "nominated",
        )

    def silent_s(self) -> float | None:
        """Seconds since the last sign of life, RTP or RTCP; None: there was none yet."""
        sign = self._last_sign
        return None if sign is None else (self.wire.now_ns() - sign) / SECOND_NS

    def close(self) -> None:
        """Say BYE by RTCP and give the ports back. Idempotent."""
        self._happened(StreamEvent.CLOSE)

    # -- incoming datagrams, from the wire

    def rtp_arrived(self, data: bytes, source: Address, arrived: int) -> None:
        if not data:  # what came was not the other side's, or a part of a handshake, or a check
            self._look_keyed()
            self._look_nominated()
            return
        if self.state is StreamState.OPENED and data[0] in IS_DTLS:
            self._hello = data, source  # it overtook the answer, and would come again after a second
            return
        heard = self.incoming.push(data, source, arrived)
        if heard is None:
            return
        if source != self.outgoing.remote:
            self._send_to(source)  # answer where the media comes from (RFC 4961), NATs included
        if self.outgoing.withheld and not self._permission.settled:
            self._permit(arrived)
        if self.on_heard is not None and self.incoming.lock.confirmed:
            if self.incoming.reception().octets >= HEARD_OCTETS:
                self._tell_heard()
        if self.incoming.followed:
            self.incoming.followed = False
            self.wire.changed(self)
        if heard:
            self._digits_heard(heard, arrived)
        if self.incoming.digits.pressed:
            self.wire.pressed(self)

    def rtcp_arrived(self, data: bytes, source: Address, now: int, wall_ns: int) -> None:
        if not data:
            self._look_nominated()
            return
        lock = self.incoming.lock
        if not lock.knows(source[0]):
            lock.foreign += 1
        elif self.rtcp.receive(data, self.outgoing.sender, now, wall_ns):
            self.report_path.remote = source
            self._rtcp_octets += len(data)
            if self.rtcp.remote_loss_pct is not None:
                self.outgoing.expect_loss(self.rtcp.remote_loss_pct)
            witnessed = self.rtcp.remote_lost is not None and source[0] == self._permission.host
            if witnessed:
                self._permission.witnessed()
            self._permit(now)
            if witnessed and self.on_heard is not None:
                self._tell_heard()

    def tone_heard(self, digit: str, ago: int, duration_ms: int) -> None:
        """A key was heard as a sound that began so many 16 kHz samples before the end of the last frame."""
        if self.on_tone is None:
            return
        self._digits += 1
        tell("on_tone", self.on_tone, digit, max(0, self.frames_read * FRAME_SAMPLES - ago), duration_ms)

    def is_report(self, data: bytes) -> bool:
        """Whether what came to the port of RTP is RTCP."""
        return self.report_path.muxed and is_rtcp(data)

    def poll_digits(self, now: int) -> bool:
        """Report a key whose packets stopped coming. Returns whether one is still down."""
        self._digits_heard(self.incoming.digits.poll(now), now)
        return self.incoming.digits.pressed

    def _digits_heard(self, heard: tuple[DigitHeard, ...], now: int) -> None:
        for digit in heard:
            self._digits += 1
            ago = samples_in(max(0, now - digit.began))
            position = max(0, self.frames_read * FRAME_SAMPLES - ago)
            tell("on_digit", self.on_digit, digit.digit, position, digit.duration_ms)

    # -- deadlines of seconds, from the wire's sweep

    def sweep(self, now_ns: int, wall_ns: int) -> None:
        """Look for silence and send a report when one is due."""
        if self.state is StreamState.OPENED or self.closed:
            return
        overdue = self._liveness.overdue(self._last_sign, now_ns)
        self._happened(StreamEvent.UNHEARD if overdue else StreamEvent.HEARD)
        if (handshaking := self.encryption.handshaking) is not None:
            handshaking.due(self.remote, now_ns)
            self._look_keyed()
        if not self._permission.settled:
            self._look_withheld()
        if not self._permission.settled or self.outgoing.withheld:
            self._permit(now_ns)
        if now_ns >= self.rtcp.deadline and not self.closed:
            sender = self.outgoing.sender
            sent = sender.sent != self._reported_packets
            self._reported_packets = sender.sent
            self._send_rtcp(self.rtcp.report(sender, self.incoming.reception(), now_ns, wall_ns, sent))

    @property
    def _last_sign(self) -> int | None:
        """Of life, by RTP, RTCP or a check of ICE, ns; None: there was none yet."""
        checked = self._checks.heard_at if self._checks is not None else None
        signs = self.incoming.last_heard, self.rtcp.heard_at, checked
        return max((sign for sign in signs if sign is not None), default=None)

    # -- its life

    def _happened(self, event: StreamEvent) -> None:
        """The only way to another state."""
        self.state, doing = TABLE[self.state, event]
        for do in doing:
            match do:
                case StreamAction.TELL_SILENCE:
                    tell("on_silent", self.on_silent)
                case StreamAction.SAY_BYE:
                    self._send_rtcp(self.rtcp.bye(self.outgoing.sender))
                    if (handshaking := self.encryption.handshaking) is not None:
                        handshaking.close(self.remote, self.wire.now_ns())
                case StreamAction.RELEASE:
                    self.incoming.stop()
                    self.outgoing.stop()
                    self.wire.closed(self)

    def _send_to(self, place: Address) -> None:
        """Media goes there from now on."""
        self.outgoing.move(place)
        path = self.report_path
        if path.remote is not None and (path.muxed or path.remote[0] != place[0]):
            path.goes_beside(place, self._nominated_rtcp)
        self._towards(place[0])

    @property
    def _nominated_rtcp(self) -> Address | None:
        """Where ICE has RTCP go that has a port of its own."""
        return self._checks.rtcp_place if self._checks is not None else None

    def _towards(self, host: str) -> None:
        """Media goes to that host from now on."""
        self._count(self.wire.now_ns())
        if self._permission.towards(host):
            self.outgoing.sender.renew()
            self.rtcp.forget_reports()
        self._permit(self.wire.now_ns())

    def _permit(self, now: int) -> None:
        """Send what may be sent now."""
        self._count(now)
        if (handshaking := self.encryption.handshaking) is not None:
            if handshaking.proven_host is not None and handshaking.proven_host == self._permission.host:
                self._permission.witnessed()
        waits = self._checks is not None and self._checks.waits(now)
        self.outgoing.permit(Sending.NOTHING if waits else self._permission.sending(now))

    def _count(self, now: int) -> None:
        """Tell the permission what came."""
        reception = self.incoming.reception()
        came = reception.octets + HEADER.size * reception.received + self._rtcp_octets
        self._permission.came(came - self._came, now)
        self._came = came

    def _look_withheld(self) -> None:
        """Say once that audio is kept back, which whoever runs the server cannot know otherwise."""
        if self._said_withheld or not self.outgoing.withheld or not self._permission.begun:
            return
        if self.encryption.waiting or self._permission.sending(self.wire.now_ns()) is Sending.ALL:
            return
        if self._checks is not None and self._checks.waits(self.wire.now_ns()):
            return
        if self.format.sending and self.remote is not None and not is_nowhere(self.remote):
            self._said_withheld = True
            self.wire.withheld(self)

    def _tell_heard(self) -> None:
        listener, self.on_heard = self.on_heard, None
        self._permit(self.wire.now_ns())
        tell("on_heard", listener)

    def _send_rtcp(self, data: bytes) -> None:
        try:
            self.report_path.send(data, self.wire.now_ns())
        except (OSError, OverflowError):
            self.outgoing.errors += 1
