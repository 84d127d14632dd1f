"""Joins any number of legs: a gain for each pair says who hears whom, and how loud.

A bridge is a room of two, a conference one of many, a listener a seat whom nobody hears, a whisper a seat
whom one hears. Each seat is an App of its own, so that the clock serves the legs of a room like any others:
there is no task here, and no tick but theirs. A room knows neither calls nor why anybody comes or goes.

What one says the others hear in their own next tick, one frame later at most. Legs are not in step for ever
(a leg may stall, clocks differ): each pair waits for itself and is held within bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np

from mediaserver.errors import CallError, CapacityError
from mediaserver.media.leg import App, Digit, Ended, Frame, LegEvent, Voice
from mediaserver.media.time import FRAME_SAMPLES

DEPTH_FRAMES = 3
"""A listener that is further behind a speaker than this loses the oldest frames."""
TRIM_FRAMES = 50
"""A pair that had a frame to spare in each of this many (1 s) gives it up, and is heard that much sooner."""

_SILENCE: Frame = np.zeros(FRAME_SAMPLES, np.int16)
_SILENCE.setflags(write=False)


class _Hearing:
    """One listener's way to one speaker: how loud, and how far it has listened."""

    __slots__ = ("gain", "reads", "spare", "speaker", "taken")

    def __init__(self, speaker: Seat, gain: float) -> None:
        self.speaker = speaker
        self.gain = gain
        self.from_now()

    def from_now(self) -> None:
        """Nothing of what was said so far."""
        self.taken = self.speaker.said
        self.reads = 0
        self.spare = DEPTH_FRAMES

    def take(self) -> Frame | None:
        """The next frame in its turn; None when the speaker has said no more."""
        said = self.speaker.said
        waiting = said - self.taken
        if waiting > DEPTH_FRAMES:
            waiting = DEPTH_FRAMES
        self.spare = min(self.spare, waiting - 1)
        self.reads += 1
        if self.reads == TRIM_FRAMES:
            waiting -= max(self.spare, 0)
            self.reads = 0
            self.spare = DEPTH_FRAMES
        if waiting <= 0:
            return None
        self.taken = said - waiting + 1
        return self.speaker.frames[(said - waiting) % DEPTH_FRAMES]


class Seat:
    """A place in a room, and the App of the leg that has it. Made by `Room.join` and `Seat.host`."""

    def __init__(self, room: Room, name: str, send_digit: Callable[[str], None] | None, heard: bool) -> None:
        self.name = name
        self.heard = heard
        """Whether those who come later hear it, too."""
        self.muted = False
        """Nobody hears a muted seat; it hears the others."""
        self.said = 0
        """Frames said since it was taken; the last are in `frames`, at their number modulo its size."""
        self.frames: list[Frame] = [_SILENCE] * DEPTH_FRAMES
        self.hearings: dict[Seat, _Hearing] = {}
        """Whom it hears. For Room and Seat only."""
        self.guests: dict[Seat, App] = {}
        self._room = room
        self._send_digit = send_digit

    def host(self, name: str, app: App, *, heard: bool = True) -> Seat:
        """Seat an App that has no leg (an agent, a player): it is served in this seat's ticks, and hears of
        this seat's events; it leaves with it."""
        seat = self._room.join(name, heard=heard)
        self.guests = {**self.guests, seat: app}
        return seat

    def give_guest(self, seat: Seat, app: App) -> None:
        """Serve this App at a guest's seat from now on; nothing else about the seat changes."""
        self.guests = {**self.guests, seat: app}

    def relays_to(self, send_digit: Callable[[str], None] | None) -> None:
        """Where the key presses of those whom it hears go from now on."""
        self._send_digit = send_digit

    def leave(self) -> None:
        """Give it up; see `Room.leave`."""
        self._room.leave(self)

    def end_whispers(self) -> None:
        """See `Room.end_whispers`."""
        self._room.end_whispers(self)

    def gains(self) -> list[tuple[Seat, float]]:
        """How loud it hears each of the others."""
        return [(who, hearing.gain) for who, hearing in self.hearings.items()]

    def say(self, frame: Frame) -> None:
        if not self.muted:
            self.frames[self.said % DEPTH_FRAMES] = frame
            self.said += 1

    def hear(self) -> Frame | None:
        """All that this seat hears, mixed and saturated; None when nobody says anything."""
        frames = []
        gains = []
        for hearing in self.hearings.values():
            if hearing.gain and (frame := hearing.take()) is not None:
                frames.append(frame)
                gains.append(hearing.gain)
        if not frames:
            return None
        if len(frames) == 1 and gains[0] == 1.0:
            return frames[0]
        mix = np.asarray(gains, np.float32) @ np.stack(frames)
        return np.clip(np.rint(mix), -32768, 32767).astype(np.int16)

    # -- App

    def on_frame(self, frame: Frame) -> None:
        self.say(frame)
        for seat, app in self.guests.items():
            heard = seat.hear()
            app.on_frame(_SILENCE if heard is None else heard)

    def next_frame(self, t: int) -> Frame | None:
        for seat, app in self.guests.items():
            frame = app.next_frame(t)
            if frame is not None:
                seat.say(frame)
        return self.hear()

    def on_event(self, event: LegEvent) -> None:
        if self.muted and isinstance(event, Voice):
            event = replace(event, probability=0.0)  # an agent in the room hears no speech from it
        for app in self.guests.values():
            app.on_event(event)
        if isinstance(event, Digit):
            self._room.relay(self, event.digit)
        elif isinstance(event, Ended):
            self._room.leave(self)

    def press(self, digit: str) -> None:
        """Send a key press to this seat's leg, when it wants those of others."""
        if self._send_digit is not None:
            with suppress(CapacityError):  # it has more to send than it can: the press is lost
                self._send_digit(digit)


class Room:
    """Seats, and who hears whom."""

    def __init__(self) -> None:
        self._seats: list[Seat] = []

    def __len__(self) -> int:
        return len(self._seats)

    def __iter__(self) -> Iterator[Seat]:
        return iter(tuple(self._seats))

    def join(self, name: str, *, send_digit: Callable[[str], None] | None = None, heard: bool = True) -> Seat:
        """A new seat, which from now on hears all who are heard and, if `heard`, is heard by all.

        `send_digit`: where the key presses of those it hears go; None when it wants none.
        """
        seat = Seat(self, name, send_digit, heard)
        for other in self._seats:
            seat.hearings[other] = _Hearing(other, 1.0 if other.heard else 0.0)
            other.hearings[seat] = _Hearing(seat, 1.0 if heard else 0.0)
        self._seats.append(seat)
        return seat

    def leave(self, seat: Seat) -> None:
        """Give the seat up, and with it those of its guests. A seat that has left hears silence."""
        if seat not in self._seats:
            return
        self._seats.remove(seat)
        seat.hearings = {}
        for other in self._seats:
            other.hearings = {who: how for who, how in other.hearings.items() if who is not seat}
            if seat in other.guests:
                other.guests = {who: app for who, app in other.guests.items() if who is not seat}
        guests, seat.guests = seat.guests, {}
        for guest in guests:
            self.leave(guest)

    def set_gain(self, listener: Seat, speaker: Seat, gain: float) -> None:
        """How loud `listener` hears `speaker`, as a factor: 0 is not at all. Raises ValueError, and
        CallError when they are not two seats of this room."""
        if not 0 <= gain <= 16:
            raise ValueError(f"a gain is a factor from 0 to 16, not {gain}")
        hearing = listener.hearings.get(speaker)
        if hearing is None:
            raise CallError(f"{listener.name} and {speaker.name} are not both in this call")
        if hearing.gain == 0:
            hearing.from_now()
        hearing.gain = gain

    def end_whispers(self, listener: Seat) -> None:
        """From now on it hears those alone who are heard by all: what was for its ear is not for whoever has
        the seat next."""
        for speaker, hearing in listener.hearings.items():
            if not speaker.heard:
                hearing.gain = 0.0

    def gain(self, listener: Seat, speaker: Seat) -> float:
        return listener.hearings[speaker].gain

    def relay(self, speaker: Seat, digit: str) -> None:
        """Pass a key press to those who hear the one who pressed it."""
        if speaker.muted:
            return
        for seat in self:
            hearing = seat.hearings.get(speaker)
            if hearing is not None and hearing.gain:
                seat.press(digit)
