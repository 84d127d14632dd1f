"""Plays one case over a real call, and collects its evidence.

It reacts to what is on the wire and to what the agent says, never to what the server thinks.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callers.calling import CallingParty, MeasuredCall
from callers.cases.desks import DESKS
from callers.cases.evidence import Evidence, Played, Told
from callers.cases.person import Person
from callers.cases.scenery import Scenery
from callers.cases.script import (
    After,
    Book,
    Case,
    Fate,
    Over,
    Pickup,
    Press,
    Reply,
    Saying,
    Sounding,
    Stay,
    Wait,
)
from callers.mixing import Mixer
from callers.reception import NS_PER_MS
from callers.transcript import ServerEvent, follow, parse_event
from callers.voiced import Clip, steady_track
from mediaserver.errors import VoiceForgeError

POLL_S = 0.004
RUN_BRIDGE_MS = 700.0
"""Holes in the agent's speech that do not end its line: pauses between sentences."""
SPEAKS_WITHIN_MS = 80.0
PATIENCE_S = 14.0
"""A caller waits so long for the agent to say something."""
COLLECTING = ("demo", "parcels")
"""Agents that keep something of a call, also after its end."""
LAST_S = 2.5
"""After the script: what the last sound has done is to be seen."""
HISTORY_WITHIN_S = 6.0
"""What was kept of a call is in the database soon after its end."""


@dataclass(slots=True)
class _Pending:
    """A sound that was begun, until its times are known."""

    name: str
    playing: Any
    speech: bool
    fate: Fate | None
    slot: str
    in_turn: bool


@dataclass
class ScriptedCaller:
    """One call of one case."""

    case: Case
    stage: Scenery
    lengths: Mapping[str, float] = field(default_factory=dict)
    """How long each line of the agent's lasts undisturbed, in ms, by its text."""
    kill_voice: Any = None
    """Called where the case wants the server's voice dead."""

    def __post_init__(self) -> None:
        self._call: MeasuredCall | None = None
        self._told: list[Told] = []
        self._sounds: list[_Pending] = []
        self._pressed: list[float] = []
        self._line_began_ns = 0
        self._last_voiced_ns = 0
        self._mine_ended_ns = 0
        self._heard_until = 0

    # ---- the whole call

    async def play(self, party: CallingParty) -> Evidence:
        """Never raises for what happens in the call: that is in `trouble`."""
        case = self.case
        try:
            mixer = Mixer(self.stage.line(case))
            call = self._call = await party.call()
        except VoiceForgeError as error:
            return Evidence(case, trouble=str(error))
        call.stream.mixer = mixer
        watching = [asyncio.create_task(self._listen()), asyncio.create_task(self._follow_wire())]
        trouble = ""
        try:
            async with asyncio.timeout(case.limit_s):
                for step in case.steps:
                    if not call.talk.is_up():
                        break
                    await self._step(step)
                if not any(isinstance(s, Stay | Book) for s in case.steps):
                    await self._until(lambda: False, LAST_S)
        except TimeoutError:
            trouble = f"the call was still up after {case.limit_s:g} s"
        except VoiceForgeError as error:
            trouble = str(error)
        ended_by_far = not call.talk.is_up()
        await call.hang_up()
        await asyncio.wait({watching[0]}, timeout=2.0)
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        return await self._evidence(call, ended_by_far, trouble)

    async def _evidence(self, call: MeasuredCall, ended_by_far: bool, trouble: str) -> Evidence:
        figures = await asyncio.to_thread(call.figures)
        origin = call.answered_ns
        far = await asyncio.to_thread(steady_track, call.stream.arrivals, origin, len(figures.far))
        up_ms = len(far) / 8
        played = [
            Played(
                s.name,
                self._ms(s.playing.voice_began_ns),
                self._ms(s.playing.voice_ended_ns) if s.playing.done else up_ms,
                s.speech,
                s.fate,
                s.slot,
                s.in_turn,
            )
            for s in self._sounds
            if len(s.playing.sent_ns) * 160 > s.playing.clip.voice.first
        ]
        outcomes = await self._outcomes(call)
        return Evidence(
            self.case, figures.near, far, tuple(played), tuple(self._pressed), tuple(self._told),
            tuple(outcomes), True, up_ms, ended_by_far, datetime.date.today().isoformat(), trouble,
            call.stream.reception.lost,
        )  # fmt: skip

    async def _outcomes(self, call: MeasuredCall) -> list[Mapping[str, Any]]:
        """The bookings that were kept, as the page would show them."""
        live = [told.data for told in self._told if told.kind == "outcome"]
        if call.transcript_url is None or self.case.agent not in COLLECTING:
            return list(live)
        end = time.monotonic() + HISTORY_WITHIN_S
        found: list[ServerEvent] = []
        while time.monotonic() < end:
            text = await self.stage.fetch(call.transcript_url)
            found = [e for block in text.split("\n\n") if (e := parse_event(block.split("\n")))]
            if any(event.kind == "ended" for event in found):
                break
            await asyncio.sleep(0.2)
        return [event.data for event in found if event.kind == "outcome"] or list(live)

    # ---- listening

    async def _listen(self) -> None:
        call = self._up()
        if call.transcript_url is None:
            return
        with contextlib.suppress(OSError):
            async for event in follow(call.transcript_url):
                self._told.append(Told(self._ms(time.monotonic_ns()), event.kind, event.data))

    async def _follow_wire(self) -> None:
        """When the agent's present line began, sentences and all."""
        stream = self._up().stream
        while True:
            last = stream.last_voiced_ns
            if last is not None and last != self._last_voiced_ns:
                if last - self._last_voiced_ns > RUN_BRIDGE_MS * NS_PER_MS:
                    self._line_began_ns = last
                self._last_voiced_ns = last
            await asyncio.sleep(POLL_S)

    def _speaks(self) -> bool:
        return self._up().stream.silent_for_ms(time.monotonic_ns()) < SPEAKS_WITHIN_MS

    def _said_since_mine(self) -> bool:
        return self._last_voiced_ns > self._mine_ended_ns

    def _unanswered(self) -> list[Told]:
        """What the agent said since we last looked."""
        return [told for told in self._told[self._heard_until :] if told.kind == "agent"]

    # ---- the script

    async def _step(self, step: object) -> None:
        match step:
            case Reply(sound=sound, gap_ms=gap_ms):
                await self._my_turn(gap_ms)
                await self._say(sound)
            case Over(sound=sound, after_ms=after_ms, fate=fate):
                if await self._speaking_for(after_ms):
                    await self._say(sound, fate=fate)
            case Pickup(sound=sound, after_ms=after_ms):
                await self._until(lambda: self._now_ms() >= after_ms, 5)
                await self._say(sound, in_turn=False)
            case After(sound=sound, after_ms=after_ms):
                due = self._mine_ended_ns + after_ms * NS_PER_MS
                await self._until(lambda: time.monotonic_ns() >= due, after_ms / 1000 + 1)
                await self._say(sound, in_turn=False)
            case Press(digits=digits, over=over):
                await (self._speaking_for(400) if over else self._my_turn(500))
                await self._press(digits)
            case Wait(ms=ms):
                await self._until(lambda: False, ms / 1000)
            case Stay(seconds=seconds):
                await self._stay(seconds)
            case Book():
                await self._book(step)
            case _:
                raise AssertionError(step)

    async def _stay(self, seconds: float) -> None:
        if self.case.kills_voice_after_ms and self.kill_voice is not None:
            kill, self.kill_voice = self.kill_voice, None
            await self._speaking_for(self.case.kills_voice_after_ms)
            kill()
        await self._until(lambda: False, seconds)

    async def _book(self, book: Book) -> None:
        desk = DESKS[book.desk]
        person = Person(book, desk.facts({**desk.goal, **self.case.expect.goal}), desk)
        while self._up().talk.is_up():
            if not await self._my_turn(700):
                return
            said, self._heard_until = self._unanswered(), len(self._told)
            answer = person.answer(" ".join(told.text for told in said))
            if answer.hangs_up:
                return
            if answer.keys:
                await self._press(answer.keys)
            elif answer.speech is not None:
                await self._say(answer.speech, slot=answer.slot)
            else:
                # Silence is our answer: the next word is the agent's.
                self._mine_ended_ns = time.monotonic_ns()

    # ---- acts

    async def _my_turn(self, gap_ms: float) -> bool:
        """The agent has spoken since our last word, and then been silent for so long."""
        stream = self._up().stream

        def free() -> bool:
            return self._said_since_mine() and stream.silent_for_ms(time.monotonic_ns()) >= gap_ms

        return await self._until(free, PATIENCE_S)

    async def _speaking_for(self, after_ms: int) -> bool:
        def long_enough() -> bool:
            if not self._speaks() or self._last_voiced_ns <= self._mine_ended_ns:
                return False
            spoken = (time.monotonic_ns() - max(self._line_began_ns, self._mine_ended_ns)) / NS_PER_MS
            wanted: float = after_ms
            if after_ms < 0:
                line = self._told_line()
                wanted = self.lengths.get(line, 2_500.0) + after_ms
                spoken = (time.monotonic_ns() - self._line_began_ns) / NS_PER_MS
            return spoken >= wanted

        return await self._until(long_enough, PATIENCE_S + 6)

    def _told_line(self) -> str:
        said = [told.text for told in self._told if told.kind == "agent"]
        return said[-1] if said else ""

    async def _say(
        self, sound: Sounding, *, fate: Fate | None = None, slot: str = "", in_turn: bool = True
    ) -> None:
        call = self._up()
        clip: Clip = self.stage.clip(sound, self.case)
        playing = call.stream.say(clip)
        self._sounds.append(_Pending(clip.name, playing, isinstance(sound, Saying), fate, slot, in_turn))
        await self._until(lambda: playing.done, len(clip.samples) / 8000 + 2)
        self._mine_ended_ns = playing.voice_ended_ns if playing.done else time.monotonic_ns()

    async def _press(self, digits: str) -> None:
        stream = self._up().stream
        self._pressed.append(self._now_ms())
        stream.press(digits)
        await self._until(lambda: not stream.pressing, 0.3 * len(digits) + 1)
        self._mine_ended_ns = time.monotonic_ns()

    async def _until(self, holds: Any, within_s: float) -> bool:
        return await self._up().talk.until(holds, within_s)

    # ---- time

    def _up(self) -> MeasuredCall:
        assert self._call is not None
        return self._call

    def _ms(self, at_ns: int) -> float:
        return (at_ns - self._up().answered_ns) / NS_PER_MS

    def _now_ms(self) -> float:
        return self._ms(time.monotonic_ns())
