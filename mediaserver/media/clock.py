"""The media clock: every 20 ms it moves one frame each way for every call, all calls of a phase as one batch.

It has no task, queue or sleep per call. Nothing that a call's app does may delay or end the tick of others:
apps are called plainly, must not wait, and one that raises is detached.

The 20 ms are cut into phases (of 4 or 5 ms) with a share of the calls each. A call is moved once to the phase
that comes soonest after its packets arrive.

Voice detection never holds a packet up: it runs behind the writes, or on a thread of its own, and for several
phases at once, because small batches cost most of a large one (the model's weights must come through the
cache each time).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from mediaserver.media.hearing import Hearing, VoiceDetector
from mediaserver.media.lateness import Lateness
from mediaserver.media.leg import App, AudioSide, Frame, Voice, Wire
from mediaserver.media.phases import Group, Member, OnError, Phase
from mediaserver.media.time import FRAME_NS, FRAME_SAMPLES, SECOND_NS

log = logging.getLogger(__name__)

HEARINGS = 2
"""Times per 20 ms that the voice detector runs on the loop's thread; on its own it runs once."""
SETTLE_TICKS = 50
"""Ticks (1 s) after which a call may be moved to a better phase, once."""

_SILENCE: Frame = np.zeros(FRAME_SAMPLES, np.int16)
_SILENCE.setflags(write=False)
_INT16 = _SILENCE.dtype

Frames: TypeAlias = npt.NDArray[np.int16] | list[Frame]
"""Of one tick: [N, 320], or one by one."""


class Beside(Protocol):
    """What goes along with the clock on the event loop's thread: it may look, and use time that is left.
    Times are of `now_ns`; it must not raise."""

    def begins(self, due_ns: int) -> None:
        """A tick begins that was due then."""

    def ends(self, due_ns: int, calls: int) -> None:
        """It is done, and the next is due then; so many legs are attached."""


class MediaClock:
    """Drives all attached legs. `start` runs it on the event loop; tests call `tick` with their own time."""

    def __init__(
        self,
        detector: VoiceDetector | None = None,
        phases: int = 4,
        now_ns: Callable[[], int] = time.perf_counter_ns,
        threaded_hearing: bool = False,
    ) -> None:
        """With `threaded_hearing` the detector works on a thread of its own while the clock is started;
        otherwise in `tick`, which is what tests want."""
        self._hearing: Hearing[tuple[Member, int]] | None = None
        """Each frame goes there with its member and the time at its end."""
        if detector is not None:
            self._hearing = Hearing(detector, threaded_hearing)
        self._chunk_samples = detector.chunk_samples if detector is not None else FRAME_SAMPLES
        self._now_ns = now_ns
        self._phases = [Phase(i) for i in range(phases)]
        self._phase_ns = FRAME_NS // phases
        self._phases_per_hearing = phases if threaded_hearing else max(1, phases // HEARINGS)
        self._unheard: list[tuple[list[Member], list[int], npt.NDArray[np.int16]]] = []
        """Read and not yet submitted: members, their tickets and frames [N, 320]; none is in it twice."""
        self._members: dict[int, Member] = {}
        self._wires: list[Wire] = []
        self._detached = 0
        """Legs, ever."""
        self._due: int | None = None
        """Scheduled time of the next phase; absolute, so that lateness never adds up."""
        self._turn = 0
        self._handle: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.start_lateness = Lateness()
        """Of phases: begun after the scheduled time."""
        self.send_lateness = Lateness()
        """Of phases with calls: all their packets sent, after the scheduled time."""
        self.frames = 0
        """Call-ticks done: frames moved in each direction."""
        self.skipped_phases = 0
        """Left out after stalls of more than 20 ms."""
        self.stalls = 0
        self.app_errors = 0
        self.wire_errors = 0
        self.cleaning_errors = 0
        self.moves = 0
        self.busy_ns = 0
        """Time spent in ticks."""
        self.beside: Sequence[Beside] = ()
        """Told in this order of each tick that the event loop makes; `tick` alone tells nobody."""

    # -- legs

    def __len__(self) -> int:
        return len(self._members)

    @property
    def detector_errors(self) -> int:
        return self._hearing.errors if self._hearing is not None else 0

    @property
    def unheard_frames(self) -> int:
        """Left out by the voice detector because it fell behind."""
        return self._hearing.skipped if self._hearing is not None else 0

    @property
    def unheard_batches(self) -> int:
        """Handed to the voice detector and not judged yet; one or two are usual."""
        return self._hearing.waiting if self._hearing is not None else 0

    @property
    def hearing_thread(self) -> int | None:
        """The system's number of the voice detector's thread, where it has one of its own."""
        return self._hearing.thread_id if self._hearing is not None else None

    def add_wire(self, wire: Wire) -> None:
        """Drain this wire's sockets every tick, also before its first leg is attached."""
        if all(known is not wire for known in self._wires):
            self._wires = [*self._wires, wire]

    def attach(self, leg: AudioSide, app: App, on_error: OnError | None = None, t: int = 0) -> None:
        """Connect a leg to an app from the next tick on. When the app (or a leg read singly) raises, the leg
        is detached and `on_error` called. `t`: of the first tick, for an app whose time goes on from another
        leg. Raises ValueError when the leg is attached already."""
        if id(leg) in self._members:
            raise ValueError("the leg is attached already; use swap to change its app")
        lane = leg.lane
        if lane is not None:
            self.add_wire(lane.wire)
        ticket = self._hearing.open() if self._hearing is not None else -1
        member = Member(leg, app, lane, ticket, on_error, t + SETTLE_TICKS * FRAME_SAMPLES)
        member.t = member.chunk_end = t
        self._members[id(leg)] = member
        min(self._phases, key=lambda phase: phase.size).add(member)

    def detach(self, leg: AudioSide) -> None:
        """No further calls to the leg's app, not even in the running tick. Unknown legs are ignored."""
        member = self._members.pop(id(leg), None)
        if member is None:
            return
        member.live = False
        self._detached += 1
        if member.phase is not None:
            member.phase.remove(member)
        if self._hearing is not None:
            self._hearing.close(member.ticket)

    def time_of(self, leg: AudioSide) -> int:
        """The `t` of the leg's next tick; 0 when it is not attached."""
        member = self._members.get(id(leg))
        return member.t if member is not None else 0

    def swap(self, leg: AudioSide, app: App) -> None:
        """Give the leg another app; its time `t` goes on. Raises KeyError for a leg that is not attached."""
        member = self._members[id(leg)]
        before = member.cleaner
        member.use(app)
        if member.cleaner is not before:
            if before is not None:
                before.rest()
            if member.phase is not None:
                member.phase.dress(member)

    # -- time

    def tick(self, now_ns: int) -> int:
        """Do all phases that are due. Returns when the next one is, in ns. After a stall of a frame or more
        the missed turns are left out, never made up for in a burst."""
        due = self._due
        if due is None:
            due = now_ns
        behind = now_ns - due
        if behind >= FRAME_NS:
            missed = behind // self._phase_ns
            self._hear()  # a phase may come again before the next hearing
            self.stalls += 1
            self.skipped_phases += missed
            self._turn = (self._turn + missed) % len(self._phases)
            due += missed * self._phase_ns
        # Work is timed on the real clock and laid on `now_ns`, which in tests is another one.
        began = self._now_ns()
        while due <= now_ns:
            phase = self._phases[self._turn]
            self._turn = (self._turn + 1) % len(self._phases)
            self._due = due + self._phase_ns
            self.start_lateness.add(now_ns + self._now_ns() - began - due)
            self._run(phase, now_ns)
            if phase.groups:
                self.send_lateness.add(now_ns + self._now_ns() - began - due)
            due += self._phase_ns
        self.busy_ns += self._now_ns() - began
        return due

    def _run(self, phase: Phase, now_ns: int) -> None:
        for wire in self._wires:
            try:
                wire.receive(now_ns)
            except Exception:  # one wire's failure must not stop the others
                self.wire_errors += 1
                log.exception("receiving failed")
        for group in list(phase.groups.values()):
            try:
                self._run_group(group, now_ns)
            except Exception:
                self.wire_errors += 1
                log.exception("a tick failed")
        if (phase.index + 1) % self._phases_per_hearing == 0:
            self._hear()
        if self._hearing is not None:
            self._tell(self._hearing.collect())

    def _run_group(self, group: Group, now_ns: int) -> None:
        members, lanes, wire = group.members, group.lanes, group.wire
        detached = self._detached
        frames = wire.read(lanes, now_ns) if wire is not None else self._read_singly(members)
        self.frames += len(members)
        cleaned = group.cleaned
        if cleaned:
            frames = self._clean(cleaned, frames)
        if self._hearing is not None:
            batch = frames if isinstance(frames, np.ndarray) else np.stack(frames)
            self._unheard.append((members, group.tickets, batch))
        out: list[Frame | None] = []
        put = out.append
        settled: list[Member] = []
        for member, frame in zip(members, frames, strict=True):
            t = member.t
            member.t = t + FRAME_SAMPLES
            if t == member.settle_at:
                settled.append(member)
            if not member.live:
                put(None)
                continue
            try:
                member.app.on_frame(frame)
                if member.phase is None:  # on_frame detached its own leg
                    put(None)
                    continue
                reply = member.app.next_frame(t)
                if reply is not None and (reply.dtype is not _INT16 or reply.shape != (FRAME_SAMPLES,)):
                    reply = _checked(reply)
            except Exception as error:  # ends this call only
                reply = None
                self._fail(member, error)
            put(reply)
        for row, member in cleaned:
            if member.cleaner is not None:
                try:
                    member.cleaner.spoke(out[row])
                except Exception:  # not the tick of all others
                    self._leave_uncleaned(member)
        if wire is None:
            self._write_singly(members, out)
            return
        if self._detached != detached:  # seldom; lists of members that are all there cost nothing
            gone = {i for i, member in enumerate(members) if not member.live}
            lanes = [lane for i, lane in enumerate(lanes) if i not in gone]
            out = [reply for i, reply in enumerate(out) if i not in gone]
        wire.write(lanes, out, now_ns)
        for member in settled:
            self._settle(member, wire, now_ns)

    def _clean(self, cleaned: list[tuple[int, Member]], frames: Frames) -> Frames:
        """What the voice detector and the apps are to hear in the place of what came. That stays as it is:
        cleaners remember it."""
        came = frames
        for row, member in cleaned:
            cleaner = member.cleaner
            if cleaner is None or not member.live:
                continue
            frame = came[row]
            try:
                clean = cleaner.hear(frame)
                if clean is not frame:
                    if frames is came:
                        frames = came.copy()
                    frames[row] = _checked(clean)
            except Exception:  # the call goes on with what came
                self._leave_uncleaned(member)
        return frames

    def _leave_uncleaned(self, member: Member) -> None:
        """Its cleaner has failed. It rests from now on: its app and its recording take what comes."""
        cleaner, member.cleaner = member.cleaner, None
        self.cleaning_errors += 1
        log.exception("a line is not cleaned any more")
        if cleaner is not None:
            with contextlib.suppress(Exception):
                cleaner.rest()

    def _read_singly(self, members: list[Member]) -> list[Frame]:
        frames = []
        for member in members:
            frame = None
            try:
                frame = member.leg.read()
            except Exception as error:
                self._fail(member, error)
            frames.append(_SILENCE if frame is None else frame)
        return frames

    def _write_singly(self, members: list[Member], frames: list[Frame | None]) -> None:
        for member, frame in zip(members, frames, strict=True):
            if member.live:
                try:
                    member.leg.write(_SILENCE if frame is None else frame)
                except Exception as error:
                    self._fail(member, error)

    def _hear(self) -> None:
        """Have judged what was read since the last time."""
        unheard, hearing = self._unheard, self._hearing
        if not unheard or hearing is None:
            return
        self._unheard = []
        ends = [(member, member.t) for group, _, _ in unheard for member in group]
        tickets = [ticket for _, group, _ in unheard for ticket in group]
        frames = unheard[0][2] if len(unheard) == 1 else np.concatenate([group for _, _, group in unheard])
        hearing.submit(ends, tickets, frames)

    def _tell(self, found: list[tuple[tuple[Member, int], float]]) -> None:
        """Tell the apps what was found, as of the time when it was read."""
        for (member, t), probability in found:
            if not member.live:
                continue
            end = member.chunk_end + self._chunk_samples
            if not t - FRAME_SAMPLES < end <= t:  # the detector missed a part of a chunk
                end = t
            member.chunk_end = end
            try:
                member.app.on_event(Voice(end, probability))
            except Exception as error:
                self._fail(member, error)

    def _fail(self, member: Member, error: Exception) -> None:
        self.app_errors += 1
        self.detach(member.leg)
        if member.on_error is None:
            log.error("an app failed; its leg was detached", exc_info=error)
            return
        try:
            member.on_error(error)
        except Exception:
            log.exception("on_error failed")

    def _settle(self, member: Member, wire: Wire, now_ns: int) -> None:
        """Move a leg to an earlier phase if its packets wait for longer than they must."""
        phase = member.phase
        if not member.live or phase is None:
            return
        early = wire.early_ns(member.lane)
        if early is None:
            member.settle_at = member.t + SETTLE_TICKS * FRAME_SAMPLES  # no audio yet: look again later
            return
        steps = min(early // self._phase_ns, len(self._phases) - 1)
        # A phase that would carry far more than its share would make all its packets late.
        limit = 1.25 * len(self._members) / len(self._phases) + 4
        while steps > 0:
            better = self._phases[(phase.index - steps) % len(self._phases)]
            if better.size < limit:
                self._hear()  # its next frame may come before the next hearing
                phase.remove(member)
                better.add(member)
                wire.moved(member.lane, now_ns)
                self.moves += 1
                return
            steps -= 1

    # -- on the event loop

    def start(self) -> None:
        """Begin ticking on the running event loop. Does nothing when started already."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._due = None
            if self._hearing is not None:
                self._hearing.start()
            self._fire()

    def stop(self) -> None:
        """Tick no more; legs stay attached. Idempotent."""
        self._loop = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._hearing is not None:
            self._hearing.stop()

    def _fire(self) -> None:
        if self._loop is None:
            return
        now = self._now_ns()
        for each in self.beside:
            each.begins(self._due if self._due is not None else now)
        try:
            self.tick(now)
        finally:
            due = self._due if self._due is not None else self._now_ns()
            for each in self.beside:
                each.ends(due, len(self._members))
            # Asked anew: all this took its time. Loop timers have a grain of 1 ms, which is good enough.
            delay = max(0, due - self._now_ns()) / SECOND_NS
            if self._loop is not None:
                self._handle = self._loop.call_later(delay, self._fire)


def _checked(frame: Frame) -> Frame:
    """A frame of another but equal dtype object passes; anything else is the app's mistake."""
    if frame.dtype != _INT16 or frame.shape != (FRAME_SAMPLES,):
        raise ValueError(f"an app gave a frame of {frame.shape} {frame.dtype}; it must be (320,) int16")
    return frame
