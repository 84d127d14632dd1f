"""What the first leg of a call hears while somebody is rung for it and it has nobody to talk to: a ringing
tone, or what the other side plays before it answers.

It must never begin a call: nobody is answered, recorded or charged for by what is heard here.
"""

from __future__ import annotations

from mediaserver.calls.early_sound import EarlySound
from mediaserver.calls.party import Party
from mediaserver.calls.playing import Frames, Looped
from mediaserver.calls.ringing_tone import ringing_tone
from mediaserver.calls.room import Seat
from mediaserver.errors import VoiceForgeError
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import App, Leg


class Waiting:
    """Of one call."""

    def __init__(self, clock: MediaClock) -> None:
        self._clock = clock
        self._early = EarlySound(clock)
        self._tone: Seat | None = None
        self.music: Frames | None = None
        """Heard in place of a ringing tone from the next time on."""

    def sound_at(self, host: Seat | None) -> None:
        """Who sits here waits; None: nobody does."""
        if host is not None and self._tone is None:
            name = "ringing tone" if self.music is None else "hold music"
            self._tone = host.host(name, self.sound())
        elif host is None and self._tone is not None:
            self._tone.leave()
            self._tone = None

    def sound(self) -> App:
        """What is heard."""
        if self.music is not None:
            return Looped(self.music)
        return self._early.relay() if self._early.playing else Looped(ringing_tone())

    def overhear(self, leg: Leg) -> None:
        """This leg, which is rung, plays something: `sound_at` and `preview` let it be heard from now on."""
        self._early.begin(leg)
        self.sound_at(None)

    def overheard(self, leg: Leg) -> bool:
        """It was answered, or is over. Whether it was heard until now."""
        heard = self._early.end(leg)
        if heard:
            self.sound_at(None)
        return heard

    async def preview(self, first: Party) -> None:
        """Let a caller hear who is rung for it before it is answered, where its side knows how to."""
        try:
            heard = await first.leg.progress()
        except VoiceForgeError:
            return  # it is over, or there is no room: the answer will tell
        if heard and self._early.playing and not first.attached and first.leg.termination is None:
            self._clock.detach(first.leg)  # from who was heard before
            self._clock.attach(first.leg, self._early.relay())

    def end(self) -> None:
        """The call is over."""
        self._early.end()
        self._tone = self.music = None
