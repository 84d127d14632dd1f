"""Talks the booking demo through with six clips, each at the question that it answers.

Where the server shows no transcript, the clips are played in turn: of a foreign agent we know no question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from callers.cases.desks import BOOKING
from callers.cases.person import Person
from callers.cases.script import GOAL, Book
from callers.conversation import TalkedCall
from callers.transcript import ServerEvent, follow
from callers.voiced import Clip

SLOTS = ("wish", "place", "day", "time", "length", "people")
"""What the clips answer, in this order (callers.lines.BOOKING)."""
PATIENCE_S = 25.0
"""The caller waits so long for the agent's next word."""
SHOWN_WITHIN_S = 2.0
"""After the call its last events are still on their way."""


class BookingCaller:
    """One call: `await BookingCaller(call, clips, checks).talk()`."""

    def __init__(
        self,
        call: TalkedCall,
        clips: Sequence[Clip],
        checks: Mapping[str, Clip],
        on_event: Callable[[ServerEvent], None] = lambda event: None,
    ) -> None:
        """`clips`: answers to SLOTS. `checks`: "yes" and "no", for a value that is said back. `on_event` is
        told whatever the server shows of the call."""
        self._call = call
        self._clips = clips
        self._words = {**dict(zip(SLOTS, clips, strict=False)), **checks}
        self._person = Person(Book(), BOOKING.facts(GOAL))
        self._on_event = on_event
        self._asked: list[str] = []
        """What the agent has said since our last word."""

    async def talk(self) -> None:
        """Answer until the agent hangs up or is silent for PATIENCE_S, then hang up."""
        watching = asyncio.create_task(self._watch())
        try:
            await (self._in_turn() if self._call.transcript_url is None else self._as_asked())
        finally:
            await self._call.hang_up()
            await asyncio.wait({watching}, timeout=SHOWN_WITHIN_S)
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _as_asked(self) -> None:
        talk = self._call.talk
        while await talk.my_turn(within_s=PATIENCE_S) and talk.is_up():
            question, self._asked = " ".join(self._asked), []
            reaction = self._person.answer(question)
            if reaction.hangs_up:
                return
            if reaction.speech is not None and reaction.slot in self._words:
                await talk.say(self._words[reaction.slot])
            else:
                talk.pass_turn()

    async def _in_turn(self) -> None:
        for clip in self._clips:
            await self._call.talk.my_turn()
            if not self._call.talk.is_up():
                return
            await self._call.talk.say(clip)
        await self._call.talk.until(lambda: False, PATIENCE_S)

    async def _watch(self) -> None:
        if self._call.transcript_url is None:
            return
        async for event in follow(self._call.transcript_url):
            self.told(event)

    def told(self, event: ServerEvent) -> None:
        """The server shows this of the call."""
        if event.kind == "agent":
            self._asked.append(str(event.data.get("text", "")))
        self._on_event(event)
