"""What a stream's owner may know of it at any time: a snapshot that disturbs nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mediaserver.media.time import NARROW_PER_MS
from mediaserver.rtp.format import Format
from mediaserver.rtp.incoming import Incoming
from mediaserver.rtp.mos import mos
from mediaserver.rtp.outgoing import Outgoing
from mediaserver.rtp.rtcp import RtcpSession


@dataclass(frozen=True, slots=True)
class RtpStats:
    """A stream's figures so far; times in milliseconds."""

    codec: str
    packets: int
    octets: int
    sent: int
    send_errors: int
    lost: int
    loss_pct: float
    duplicates: int
    reordered: int
    late: int
    concealed: int
    """Frames of 20 ms that were made up in whole or in part."""
    inserted: int
    skipped: int
    """Frames by which the jitter buffer moved playout back and forward."""
    recovered: int
    """Lost packets that were made good by forward error correction."""
    jitter_ms: float
    buffer_ms: float
    rtt_ms: float | None
    remote_lost: int | None
    remote_loss_pct: float | None
    remote_jitter_ms: float | None
    """What the peer's RTCP says of our packets; None before its first report."""
    reports: int
    """That its RTCP brought."""
    unheard_reports: int
    """The last so many of them say that nothing of ours arrives."""
    mos: float | None
    """Estimated listening quality, 1 to 4.5; None when nothing came to judge it by."""
    digits: int
    foreign_packets: int
    invalid_packets: int
    source_changes: int
    lateness_ms: float
    """The longest that one of our packets followed its predecessor's due time."""
    encryption: str | None = None
    """How keys were agreed on, and the suite; None: the audio is not encrypted."""
    rejected_packets: int = 0
    """Packets of an encrypted call that did not prove to be the other side's, or came again."""
    ice: str | None = None
    """`nominated`: the other side has said which way its audio takes; `agreed`: it has not; None: no ICE."""

    @classmethod
    def of(
        cls,
        format: Format,
        incoming: Incoming,
        outgoing: Outgoing,
        rtcp: RtcpSession,
        digits: int,
        encryption: str | None = None,
        rejected: int = 0,
        ice: str | None = None,
    ) -> RtpStats:
        reception, repairs, buffer_ms = incoming.reception(), incoming.repairs, incoming.buffer_ms
        expected = reception.received + reception.lost
        loss_pct = 100.0 * reception.lost / expected if expected else 0.0
        # What the buffer could not wait for sounds like loss, too.
        unheard = max(0, reception.lost + repairs.late - incoming.recovered)
        heard_loss = 100.0 * min(1.0, unheard / expected) if expected else 0.0
        delay_ms = (rtcp.rtt_ms or 0.0) / 2 + buffer_ms + format.ptime_ms
        return cls(
            codec=format.codec.name,
            packets=reception.received,
            octets=reception.octets,
            sent=outgoing.sender.sent,
            send_errors=outgoing.errors,
            lost=reception.lost,
            loss_pct=round(loss_pct, 3),
            duplicates=reception.duplicates,
            reordered=reception.reordered,
            late=repairs.late,
            concealed=repairs.concealed,
            inserted=repairs.inserted,
            skipped=repairs.skipped,
            recovered=incoming.recovered,
            jitter_ms=round(reception.jitter / NARROW_PER_MS, 3),
            buffer_ms=round(buffer_ms, 1),
            rtt_ms=None if rtcp.rtt_ms is None else round(rtcp.rtt_ms, 3),
            remote_lost=rtcp.remote_lost,
            remote_loss_pct=None if rtcp.remote_loss_pct is None else round(rtcp.remote_loss_pct, 2),
            remote_jitter_ms=rtcp.remote_jitter_ms,
            reports=rtcp.reports,
            unheard_reports=rtcp.unheard,
            mos=round(mos(heard_loss, delay_ms), 2) if reception.received else None,
            digits=digits,
            foreign_packets=incoming.lock.foreign,
            invalid_packets=reception.invalid,
            source_changes=reception.source_changes + incoming.lock.moves,
            lateness_ms=round(outgoing.lateness_ns / 1e6, 3),
            encryption=encryption,
            rejected_packets=rejected,
            ice=ice,
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)
