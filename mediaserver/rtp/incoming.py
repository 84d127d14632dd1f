"""The incoming direction of one stream: who sends, in what order, and the audio that waits to be played.

Its work is done in one of two places, never in both: by its own receiver and jitter buffer, packet by
packet, or as a row of `SteadyStreams`, in batches with others. It goes steady after a whole frame when
nothing is special; anything special, and whoever asks for `receiver` or `jitter`, takes it back. Figures are
read where they are: `reception`, `buffer_ms`, `frames` and `last_heard` disturb nothing.
"""

from __future__ import annotations

from functools import partial

from mediaserver.errors import EngineMissingError
from mediaserver.media.comfort_noise import level_of
from mediaserver.media.g711 import Codec
from mediaserver.media.leg import Frame
from mediaserver.media.narrowband import NarrowVoice
from mediaserver.media.time import FRAME_MS, NARROW_SAMPLE_NS, NARROW_SAMPLES, WRAP_32
from mediaserver.media.wide_voice import WideVoice
from mediaserver.media.wideband import WideCodec
from mediaserver.rtp.format import (
    COMFORT_NOISE,
    AudioCodec,
    Format,
    in_law,
    is_global,
    is_nowhere,
    law_to_law,
)
from mediaserver.rtp.jitter import JitterBuffer, target_for
from mediaserver.rtp.packets import Address, ReceptionStats, RtpReceiver
from mediaserver.rtp.source_lock import Heard, SourceLock
from mediaserver.rtp.steady import Entry, SteadyStreams
from mediaserver.rtp.telephone_events import DigitHeard, DigitReceiver

QUIET = 512
"""About -36 dBFS: the peak of a frame that may be left out without being missed."""


class Incoming:
    """Packets in, 20 ms of octets out."""

    __slots__ = (
        "_buffered_source",
        "_coming",
        "_format",
        "_frames",
        "_heard_at",
        "_jitter",
        "_receiver",
        "_steady",
        "_voice",
        "_wide_voices",
        "digits",
        "followed",
        "lock",
        "wide",
    )

    def __init__(self, steady: SteadyStreams, voice: NarrowVoice) -> None:
        self._steady = steady
        self._voice = voice
        self._format = Format()
        self.lock = SourceLock()
        self._receiver = RtpReceiver()
        self._jitter = JitterBuffer(partial(_is_quiet, voice))  # not our method: it would keep us alive
        self._buffered_source = 0
        """The receiver's `source_changes` that the jitter buffer has seen."""
        self._frames = 0
        """Frames popped, but for those of the steady time that lasts."""
        self._heard_at: int | None = None
        self.digits = DigitReceiver()
        self._coming: AudioCodec = voice.codec
        """What the last audio was coded in."""
        self.wide: WideVoice | None = None
        """Where that is a wide-band codec."""
        self._wide_voices: dict[WideCodec, WideVoice] = {}
        self.followed = False
        """The other side began to send another kind of codec; for whoever sees it to take back."""
        steady.open(voice.slot)

    # -- where the work is done

    @property
    def steady(self) -> bool:
        return self._steady.sources[self._voice.slot] is not None

    @property
    def receiver(self) -> RtpReceiver:
        self.leave_steady()
        return self._receiver

    @property
    def jitter(self) -> JitterBuffer:
        self.leave_steady()
        return self._jitter

    def enter_steady(self, remote: Address | None) -> None:
        """A whole frame was just popped: leave the work to the batch, if nothing is special."""
        receiver, past, format = self._receiver, self._voice.past, self._format
        ssrc, lock = receiver.ssrc, self.lock.locked
        if past is None or ssrc is None or lock is None or lock != remote or not format.receiving:
            return
        if self._coming is not format.codec:
            return
        heard_at = self._heard_at
        if not self.lock.confirmed or heard_at is None:
            return
        transit, following = receiver.steady_transit(), receiver.following
        if transit is None or not following or receiver.payload_type != format.payload_type:
            return
        lent = self._jitter.lend(receiver.timestamp_after)
        if lent is None:
            return
        self._steady.enter(
            self._voice.slot,
            Entry(
                lock,
                format.payload_type,
                following,
                receiver.timestamp_after,
                ssrc,
                transit,
                receiver.jitter,
                heard_at,
                past,
                lent,
            ),
        )

    def leave_steady(self) -> None:
        """Take the work back. Does nothing when it is here."""
        if not self.steady:
            return
        left = self._steady.leave(self._voice.slot)
        self._voice.past = left.past
        self._frames += left.played
        jitter_ns = None
        if left.pushed:
            self._heard_at = left.heard_at
            self._receiver.resume(left.pushed, left.pushed * NARROW_SAMPLES, left.transit, left.jitter)
            jitter_ns = int(left.jitter * NARROW_SAMPLE_NS)
        self._jitter.restore(left.played, left.audio, left.least_slack, left.last_pop, jitter_ns)

    # -- negotiation

    def configure(self, format: Format, announced: Address, now: int) -> Address:
        """What was negotiated, the first time or again; `announced` by SDP. Returns where to send to."""
        self.leave_steady()
        lock = self.lock
        before = lock.locked, lock.announced
        first = before[1] is None
        self._format = format
        if isinstance(format.codec, Codec):
            self._speak(format.codec)
        if first:
            self._follow(format.codec)  # later on, what comes decides: the old is on its way for a while
        if before[1] is not None and is_nowhere(announced):
            announced = before[1]  # it holds the old way, and has not moved
        self._receiver.accepted = format.accepted
        lock.expect(announced, format.accepted, self._heard_at, now)
        if lock.locked is None and announced == before[1]:
            return before[0] or self.place  # nobody came from elsewhere yet
        return lock.locked or self.place

    def nominated(self, place: Address, now: int) -> None:
        """The other side wants its audio there, and has proven so."""
        if place != self.lock.locked:
            self.leave_steady()
        self.lock.expect(place, self._format.accepted, self.last_heard, now)

    @property
    def place(self) -> Address:
        """Where the other side is, as far as it can be told before it was heard: a private address means
        nothing here, when signalling comes from the internet, unless the other side was heard there."""
        announced, signalled = self.lock.announced, self.lock.signalled
        assert announced is not None  # there is a format
        if self.lock.is_checked(announced):
            return announced
        if signalled is not None and signalled != announced[0]:
            if is_global(signalled) and not is_global(announced[0]):
                return signalled, announced[1]
        return announced

    def stop(self) -> None:
        """Nothing more is going to come."""
        self.leave_steady()
        self._format = Format(self._format.codec)

    # -- packets and frames

    def push(self, data: bytes, source: Address, arrived: int) -> tuple[DigitHeard, ...] | None:
        """One datagram. None when it is not ours; else the digits that are complete with it."""
        receiver, jitter, format, lock = self._receiver, self._jitter, self._format, self.lock
        moved = source != lock.locked
        if moved and not lock.admit(data, source, arrived, receiver.ssrc, self._heard):
            return None  # and a steady stream stays steady
        self.leave_steady()
        payload = receiver.receive(data, moved)
        if payload is None:
            return None
        self._heard_at = arrived
        if not lock.confirmed:
            lock.taken()
        if receiver.source_changes != self._buffered_source:
            self._buffered_source = receiver.source_changes
            jitter.reset()
        if not format.receiving:
            return ()
        kind = receiver.payload_type
        codec = format.codec_of(kind)
        if codec is not None:
            if codec is not self._coming and not self._follow(codec):
                return ()
            timestamp = receiver.timestamp
            if (wide := self.wide) is not None:
                audio = wide.put(payload)
                if (factor := wide.codec.clock_factor) != 1:
                    timestamp = receiver.in_steps(factor)
            else:
                assert isinstance(codec, Codec)  # else there were a wide voice
                audio = in_law(payload, codec, self._voice.codec)
            jitter_ns = int(receiver.measure(arrived, timestamp))
            jitter.push(timestamp, audio, arrived, jitter_ns, receiver.skipped)
            self._voice.noise = None
            return ()
        jitter.pause()
        if kind in format.events:
            return self.digits.push(receiver.timestamp, payload, arrived, format.event_factor(kind))
        if kind == COMFORT_NOISE:
            self._voice.noise = level_of(payload)
        return ()

    def _speak(self, law: Codec) -> None:
        """The bank codes this leg in that law from now on, both ways."""
        voice = self._voice
        if law is voice.codec:
            return
        if self.wide is None:
            self._jitter.translate(law_to_law(voice.codec, law))
        voice.change_law(law)

    def _follow(self, codec: AudioCodec) -> bool:
        """The other side sends that from now on. Returns whether it can be understood."""
        before = self.wide
        if isinstance(codec, WideCodec):
            wide = self._wide_voices.get(codec)
            if wide is None:
                try:
                    wide = self._wide_voices[codec] = WideVoice(codec)
                except EngineMissingError:
                    return False
            self.wide = wide
            self._jitter.is_quiet = partial(_was_quiet, wide)
        else:
            self.wide = None
            self._jitter.is_quiet = partial(_is_quiet, self._voice)
        self._coming = codec
        self.lock.clock_factor = codec.clock_factor if isinstance(codec, WideCodec) else 1
        if self.wide is not before:
            self._jitter.reset()
            self._receiver.another_clock()
            self._voice.forget()
            if self.wide is not None:
                self.wide.forget()
            self.followed = True
        return True

    def pop(self, now: int) -> bytes | None:
        """As `JitterBuffer.pop`."""
        self._frames += 1
        return self.jitter.pop(now)

    def read_wide(self, now: int) -> Frame | None:
        """The next frame [320] of a wide-band codec; None for silence."""
        self._frames += 1
        jitter, wide = self._jitter, self.wide
        assert wide is not None
        inserted = jitter.inserted
        octets = jitter.pop(now)
        missing = jitter.missing
        following = None
        if octets is not None and (not octets or missing is not None) and jitter.inserted == inserted:
            following = jitter.next_octet
        wide.noise = self._voice.noise
        return wide.frame(octets, missing, following)

    @property
    def recovered(self) -> int:
        """Lost packets that were made good by FEC."""
        return sum(wide.recovered for wide in self._wide_voices.values())

    @property
    def missing(self) -> bytes | None:
        """As `JitterBuffer.missing`, of the last pop."""
        return self._jitter.missing

    def moved(self, now: int) -> None:
        """The ticks were moved."""
        self.jitter.moved(now)

    def _heard(self) -> Heard:
        """For the lock; a steady stream stays steady."""
        receiver, more = self._receiver, 0
        if self.steady:
            more = self._steady.progress(self._voice.slot).pushed
        timestamp = receiver.timestamp + more * NARROW_SAMPLES
        return Heard(self.last_heard or 0, receiver.sequence + more, timestamp & WRAP_32)

    # -- figures

    @property
    def frames(self) -> int:
        """Frames of 20 ms since the stream was opened."""
        return self._frames + (self._steady.progress(self._voice.slot).played if self.steady else 0)

    @property
    def last_heard(self) -> int | None:
        """When the last packet came, ns; None: none did."""
        return self._steady.progress(self._voice.slot).heard_at if self.steady else self._heard_at

    @property
    def buffer_ms(self) -> float:
        """What waits, or the least that is going to."""
        waiting_ms, target_ns = self._jitter.delay_ms, self._jitter.target_ns
        if self.steady:
            progress = self._steady.progress(self._voice.slot)
            waiting_ms = float(progress.waiting * FRAME_MS)
            if progress.pushed:
                target_ns = target_for(int(progress.jitter * NARROW_SAMPLE_NS))
        return max(waiting_ms, target_ns / 1e6)

    @property
    def early_ns(self) -> int | None:
        """As `JitterBuffer.early_ns`; a steady stream stays steady."""
        if not self.steady:
            return self._jitter.early_ns()
        progress = self._steady.progress(self._voice.slot)
        jitter_ns = int(progress.jitter * NARROW_SAMPLE_NS) if progress.pushed else None
        return self._jitter.early_from(progress.least_slack, jitter_ns)

    @property
    def repairs(self) -> JitterBuffer:
        """The buffer for its counts of repairs only: they stand still while the stream is steady."""
        return self._jitter

    def reception(self) -> ReceptionStats:
        """What the receiver has counted."""
        counted = self._receiver.reception()
        if not self.steady:
            return counted
        progress = self._steady.progress(self._voice.slot)
        return counted.and_more(progress.pushed, progress.pushed * NARROW_SAMPLES, progress.jitter)


def _is_quiet(voice: NarrowVoice, frame: bytes) -> bool:
    return voice.codec.peak(frame) < QUIET


def _was_quiet(voice: WideVoice, octets: bytes) -> bool:
    """What waits would have to be decoded to tell: what was played last is the best guess."""
    return voice.quiet
