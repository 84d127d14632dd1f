"""What signalling needs of whatever carries a call's audio: ports, what was agreed, digits and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from mediaserver.media.connectivity import IceSession
from mediaserver.media.encryption import Encrypting
from mediaserver.media.leg import Frame, Lane, LegStats


class Figures(Protocol):
    """A stream's figures so far; times in milliseconds. The fields are those of LegStats."""

    @property
    def packets(self) -> int: ...
    @property
    def lost(self) -> int: ...
    @property
    def loss_pct(self) -> float: ...
    @property
    def jitter_ms(self) -> float: ...
    @property
    def rtt_ms(self) -> float | None: ...
    @property
    def mos(self) -> float | None: ...
    @property
    def lateness_ms(self) -> float: ...
    def as_dict(self) -> dict[str, Any]: ...


NO_LABELS: Mapping[str, str] = MappingProxyType({})


def leg_stats(stats: Figures, labels: Mapping[str, str] = NO_LABELS) -> LegStats:
    """A stream's figures as those of a leg. `labels`: what else is to be kept among them."""
    return LegStats(
        packets=stats.packets,
        lost=stats.lost,
        loss_pct=stats.loss_pct,
        jitter_ms=stats.jitter_ms,
        rtt_ms=stats.rtt_ms,
        mos=stats.mos,
        lateness_ms=stats.lateness_ms,
        detail={**stats.as_dict(), **labels},
    )


class AudioStream(Protocol):
    """One call's audio; mediaserver.rtp.stream.RtpStream is the server's."""

    on_digit: Callable[[str, int, int], None] | None
    on_tone: Callable[[str, int, int], None] | None
    """As `on_digit`, for a key that was heard as a sound."""
    on_silent: Callable[[], None] | None
    on_heard: Callable[[], None] | None
    """Called once, with the first audio of the other side that is no stranger's."""
    on_insecure: Callable[[str], None] | None
    """Called once, when audio was to be encrypted and cannot be, with the reason."""

    @property
    def lane(self) -> Lane | None: ...
    @property
    def local_port(self) -> int: ...
    @property
    def remote(self) -> tuple[str, int] | None:
        """Where audio comes from, or what was negotiated while none came."""

    @property
    def left(self) -> bool:
        """The other side has said, by the keys of its handshake, that it sends and takes no more."""

    @property
    def frames_read(self) -> int: ...
    def configure(
        self,
        remote: tuple[str, int],
        codec: str,
        payload_type: int,
        telephone_event_pt: int | None,
        ptime_ms: int,
        direction: str,
        rtcp_port: int | None,
        others: Sequence[tuple[int, str]],
        events_in: int | None,
        /,
        *,
        event_clocks: Sequence[tuple[int, int]] = (),
        comfort_noise: bool = False,
        bitrate: int | None = None,
        dtx: bool = False,
        listening: bool = False,
    ) -> None: ...
    def secure(self, how: Encrypting | None, /) -> None:
        """Encrypt both directions from now on, by keys, or by those that a handshake is going to bring; None:
        neither. Comes before the `configure` of what was agreed on together with it."""

    def use_ice(self, session: IceSession | None, /) -> None:
        """Answer the other side's connectivity checks from now on, and send where it nominates; None: there
        are none. Comes before the `configure` of what was agreed on together with it."""

    def proven(self, host: str | None, received: int | None = None, /, *, verified: bool = False) -> None:
        """The other side is at this IP address (None: it is somewhere), and signalling has received so many
        bytes in this call so far (None: not counted). Nothing is sent before, and to any other host no more
        than that is worth until it is heard. `verified`: signalling knows who it is, and believes hosts that
        it announces."""

    def read(self) -> Frame | None: ...
    def write(self, frame: Frame) -> None: ...
    def clear(self) -> int: ...
    def written(self) -> int: ...
    def played(self) -> int: ...
    def send_digit(self, digit: str, duration_ms: int = 100) -> None: ...
    def send_tone(self, digit: str, duration_ms: int = 100) -> None:
        """Press a key as a sound."""

    def stats(self) -> Figures: ...
    def silent_s(self) -> float | None:
        """Seconds since the other side's last RTP or RTCP; None: none ever came."""

    def close(self) -> None: ...


class AudioPorts(Protocol):
    """Where streams come from; mediaserver.rtp.wire.RtpWire is the server's."""

    @property
    def fingerprint(self) -> tuple[str, bytes] | None:
        """Of the certificate that streams show in handshakes of DTLS, as `mediaserver.sdp.dtls` has it; None:
        they cannot."""

    def open(self, local: str = "", /) -> AudioStream:
        """A stream with ports of its own. `local`: our address that the peer is told, whose family it has.
        Raises CapacityError when no port is free."""
