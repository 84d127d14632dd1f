"""The room of one call: who sits in it by which name, who hears whom, who is muted, what is played to all.

There is none as long as a leg talks to an agent alone, which costs nothing more; whatever needs one makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mediaserver.calls.party import Party, shown
from mediaserver.calls.playing import Frames, Player
from mediaserver.calls.room import Room, Seat
from mediaserver.errors import CallError
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import App

LOUDEST = 16.0
"""The highest gain."""


class Seating:
    """Of one call. `first` has the call: the agent and what is played sit with it."""

    def __init__(self, first: Party, clock: MediaClock) -> None:
        self.first = first
        self.room: Room | None = None
        self.agent: Seat | None = None
        """An agent's, once there is a room."""
        self._player: Seat | None = None
        self._clock = clock

    def gather(self) -> Room:
        """Everybody into a room."""
        if self.room is not None:
            return self.room
        room = self.room = Room()
        first = self.first
        seat = room.join(first.name, send_digit=first.leg.send_digit)
        if first.app is not None:
            self.agent = seat.host("agent", first.app)
        if first.held is not None:
            first.held.app = seat
        first.seat = first.app = seat
        first.dress(self._clock)
        return room

    def first_seat(self) -> Seat:
        self.gather()
        assert self.first.seat is not None
        return self.first.seat

    def sit(self, party: Party) -> None:
        """Give a further leg its seat, and a name of its own in this room."""
        room = self.gather()
        party.name = self._unused(party.name)
        wants_digits = None if party.listens else party.leg.send_digit
        party.seat = party.app = room.join(party.name, send_digit=wants_digits, heard=not party.listens)

    def agent_is(self, app: App) -> None:
        """Serve this App at the agent's seat."""
        self.gather()
        if self.agent is not None:
            self.first_seat().give_guest(self.agent, app)

    def dismiss(self) -> None:
        """The agent leaves."""
        self.gather()
        if self.agent is not None:
            self.agent.leave()
            self.agent = None

    def hires(self, app: App) -> None:
        """An agent sits with the first from now on."""
        self.agent = self.first_seat().host("agent", app)

    def seat_of(self, name: str) -> Seat:
        """Raises CallError when there is no such party."""
        for seat in self.gather():
            if seat.name == name:
                return seat
        raise CallError(f"there is no {name} in this call")

    def parties(self, others: Iterable[Party]) -> list[dict[str, Any]]:
        """Who is in it, JSON-ready; `hears` tells only what differs from the usual loudness of 1."""
        first = self.first
        if self.room is None:
            return [shown(first.name, first), *([shown("agent", None)] if first.app is not None else [])]
        legs = {party.name: party for party in (first, *others)}
        return [
            shown(seat.name, legs.get(seat.name))
            | {"muted": seat.muted, "hears": {who.name: gain for who, gain in seat.gains() if gain != 1.0}}
            for seat in self.room
        ]

    # -- who hears what

    def play(self, frames: Frames) -> None:
        """To everybody; an agent in the call does not hear it. It takes the place of what plays."""
        self.stop_playing()
        player = self._player = self.first_seat().host("player", Player(frames, self.stop_playing))
        if self.agent is not None:
            self.gather().set_gain(self.agent, player, 0)

    def stop_playing(self) -> None:
        player, self._player = self._player, None
        if player is not None:
            player.leave()

    def mute(self, name: str, muted: bool) -> None:
        """Whether nobody hears this party. Raises CallError."""
        self.seat_of(name).muted = muted

    def set_gain(self, listener: str, speaker: str, gain: float) -> None:
        """How loud one party hears another. Raises CallError."""
        self.check_gains({listener: gain})
        hears, speaks = self.seat_of(listener), self.seat_of(speaker)
        if hears is speaks:
            raise CallError("nobody hears itself")
        self.gather().set_gain(hears, speaks, gain)

    def check_gains(self, gains: Mapping[str, float]) -> None:
        """Raises CallError when a name is nobody's or a gain is none."""
        for name, gain in gains.items():
            self.seat_of(name)
            if not 0 <= gain <= LOUDEST:
                raise CallError(f"a gain is a factor from 0 to {LOUDEST:g}")

    def let_go(self) -> None:
        """The call is over: nothing of it is to wait for the garbage collector."""
        self.agent = self._player = None
        self.first.app = self.first.seat = self.first.held = None

    def _unused(self, name: str) -> str:
        """The name, with a number behind it when another party has it."""
        taken = {seat.name for seat in self.gather()}
        return next(
            each for each in (name, *(f"{name} {n}" for n in range(2, 2 + len(taken)))) if each not in taken
        )
