"""A simulated caller on the phone: a real SIP call, with a voice, a line, and surroundings.

It hears by the live transcript that the server shows, or, where there is none, with ears of its own. Figures
come from the wire alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

import numpy as np

from callers.calling import CallingParty, MeasuredCall
from callers.conversation import CallFigures
from callers.figures import MeasuredReply
from callers.listener import listen
from callers.mixing import LineSettings, Mixer
from callers.reception import NS_PER_MS
from callers.simulated.by_text import TOOL_EVENTS
from callers.simulated.mind import CallerMind, Move
from callers.simulated.persona import Persona
from callers.simulated.record import MadeOutcome, SimulatedCall, SimulatedLine, said
from callers.simulated.voice import CallerVoices
from callers.sound import Samples
from callers.transcript import ServerEvent, follow
from callers.voiced import PER_MS, Segment, segments
from mediaserver.errors import VoiceForgeError

PATIENCE_S = 25.0
"""A caller waits so long for the agent's next word."""
POLL_S = 0.02
"""Many callers share a processor, and nobody answers sooner than a packet."""
HEARD_WITHIN_S = 1.0
"""After the agent's words are heard, the transcript has them."""
HISTORY_WITHIN_S = 6.0
"""What was kept of a call is in the database soon after its end."""
HISTORY_READ_S = 3.0
LARGEST_PAGE = 8 * 1024 * 1024
"""Bytes of a call's page."""
EMPTY = np.zeros(0, np.int16)


@dataclass(slots=True)
class PhonedCall:
    """A call with its sound, 8 kHz from the answer on."""

    call: SimulatedCall
    near: Samples = field(default_factory=lambda: EMPTY)
    far: Samples = field(default_factory=lambda: EMPTY)


class PhoneCaller:
    """One call: `await PhoneCaller(persona, mind, voices, voice).talk(party)`."""

    def __init__(
        self,
        persona: Persona,
        mind: CallerMind,
        voices: CallerVoices,
        voice: str,
        number: int = 1,
        line: LineSettings | None = None,
    ) -> None:
        self.call = SimulatedCall(persona, number, by="phone")
        self._mind = mind
        self._voices = voices
        self._voice = voice
        self._line = line
        self._up: MeasuredCall | None = None
        self._asked: list[str] = []
        """What the agent has said since our last word."""
        self._ours: list[_Ours] = []
        self._messages: set[int] = set()
        """Of ours, those that were left as a message: the silence at its end is none of the agent's."""

    async def talk(self, party: CallingParty, uri: str = "") -> PhonedCall:
        """`uri`: another address than the party's own, at its host. Never raises for what happens in the
        call: that is in `trouble`."""
        try:
            up = self._up = await party.call(uri=uri)
        except VoiceForgeError as error:
            self.call.trouble = f"the call was not answered: {error}"
            return PhonedCall(self.call)
        up.talk.poll_s = POLL_S
        if self._line is not None:
            up.stream.mixer = Mixer(self._line)
        watching = asyncio.create_task(self._watch(up))
        try:
            async with asyncio.timeout(self.call.persona.limits.seconds):
                await self._talk(up)
        except TimeoutError:
            self.call.trouble = f"the call was still up after {self.call.persona.limits.seconds:g} s"
        except VoiceForgeError as error:
            self.call.trouble = str(error)
        if not up.talk.is_up() and self.call.ended_by == "":
            self.call.ended_by = "transfer" if self.call.transferred_to else "agent"
        await up.hang_up()
        await asyncio.wait({watching}, timeout=2.0)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await self._read_history(up)
        figures = await asyncio.to_thread(up.figures)
        await asyncio.to_thread(self._measure, up, figures)
        return PhonedCall(self.call, figures.near, figures.far)

    # ---- the conversation

    async def _talk(self, up: MeasuredCall) -> None:
        call, turns = self.call, 0
        while up.talk.is_up() and not call.ended_by:
            over = await self._my_turn(up, self._mind.talks_over())
            if not up.talk.is_up() or call.ended_by:
                return
            if over is None:
                call.trouble = f"the agent said nothing for {PATIENCE_S:g} s"
                return
            if not self._asked:
                await up.talk.until(lambda: bool(self._asked), HEARD_WITHIN_S)
            if not self._asked:  # a sound that nobody wrote down: more is to come
                self._pass(up)
                continue
            turns += 1
            if turns > call.persona.limits.turns:
                call.trouble = f"the call was still up after {call.persona.limits.turns} turns"
                return
            heard, self._asked = " ".join(self._asked), []
            move = await self._mind.answer(heard)
            if move.hangs_up:
                call.ended_by = "caller"
                return
            call.lines.append(said(move, over))
            call.interruptions += over
            await self._make(up, move, over)

    async def _my_turn(self, up: MeasuredCall, talks_over: bool) -> bool | None:
        """Wait for it; whether it is taken over the agent's words. None: the agent says nothing."""
        does, talk, stream = self.call.persona.behaves, up.talk, up.stream
        since = time.monotonic_ns() if not self._ours else self._ours[-1].ended_ns

        def spoken_ms() -> float:
            began, last = stream.run_began_ns, stream.last_voiced_ns
            if began is None or last is None or last <= since:
                return 0.0
            return (last - max(began, since)) / NS_PER_MS

        def silent() -> bool:
            last = stream.last_voiced_ns
            return (
                last is not None and last > since and stream.silent_for_ms(time.monotonic_ns()) >= does.gap_ms
            )

        def free() -> bool:
            long = talks_over and spoken_ms() >= does.barge_in_after_ms and bool(self._asked)
            return long or silent() or self.call.ended_by != ""

        if not await talk.until(free, PATIENCE_S):
            return None
        return not silent()

    async def _make(self, up: MeasuredCall, move: Move, over: bool) -> None:
        if move.keys:
            up.stream.press(move.keys)
            await up.talk.until(lambda: not up.stream.pressing, 0.3 * len(move.keys) + 1)
        elif move.speech:
            clip = await self._voices.clip(move.speech, self._voice)
            playing = await up.talk.say(clip)
            if playing.done:
                self._ours.append(_Ours(playing.voice_began_ns, playing.voice_ended_ns, True, over, True))
                return
        self._pass(up, bool(move.keys or move.speech), over)

    def _pass(self, up: MeasuredCall, answered: bool = False, over: bool = False) -> None:
        """Nothing more of us: the next word is the agent's."""
        up.talk.pass_turn()
        now = time.monotonic_ns()
        self._ours.append(_Ours(now, now, answered, over))

    # ---- what is heard

    async def _watch(self, up: MeasuredCall) -> None:
        with contextlib.suppress(OSError, VoiceForgeError):
            async for event in self._events(up):
                self.told(event)

    def _events(self, up: MeasuredCall) -> AsyncIterator[ServerEvent]:
        if up.transcript_url is not None:
            return follow(up.transcript_url)
        return listen(up.stream, up.talk.is_up)

    def told(self, event: ServerEvent) -> None:
        """The server shows this of the call, or our ears have made it out."""
        call, text = self.call, str(event.data.get("text", ""))
        match event.kind:
            case "agent" | "far_final" if text:
                self._asked.append(text)
                call.lines.append(SimulatedLine("agent", text))
            case "message" if self._ours:
                self._messages.add(len(self._ours) - 1)
            case "outcome":
                _keep(call, event.data)
            case "transfer":
                self._transfer(str(event.data.get("step", "")), str(event.data.get("to", "")))
            case _:
                pass
        if call_id := event.data.get("call"):
            call.call_id = str(call_id)

    def _transfer(self, step: str, to: str) -> None:
        call = self.call
        call.transferred_to = "" if step in ("failed", "returned") else to
        if step == "accepted":
            call.ended_by = "transfer"  # what is said from here on is no agent's

    async def _read_history(self, up: MeasuredCall) -> None:
        """What was kept of the call, as its page shows it after the end."""
        url = up.transcript_url
        if url is None:
            self.call.told_all = False
            return
        self.call.call_id = url.split("/")[-2]
        end = time.monotonic() + HISTORY_WITHIN_S
        while time.monotonic() < end:
            events = await _history(url)
            for event in events:
                if event.kind == "outcome":
                    _keep(self.call, event.data)
            if any(event.kind == "ended" for event in events):
                break
            await asyncio.sleep(0.2)
        kept = await _page(url.replace("/events", "", 1))
        self.call.told_all = kept is not None
        for each in kept or ():
            if each.get("kind") in TOOL_EVENTS:
                self.call.told.append(json.dumps(each.get("data"), ensure_ascii=False))

    # ---- figures

    def _measure(self, up: MeasuredCall, figures: CallFigures) -> None:
        call, origin = self.call, up.answered_ns
        onsets = segments(figures.far)
        call.seconds = len(figures.far) / PER_MS / 1000
        left = [n in self._messages for n, each in enumerate(self._ours) if each.spoken]
        call.reply_ms = tuple(
            reply.voice_to_voice_ms
            for reply, message in zip_longest(figures.replies, left, fillvalue=False)
            if isinstance(reply, MeasuredReply) and reply.voice_to_voice_ms is not None and not message
        )
        ours = [
            replace(each.on_track(origin), answered=each.answered and n not in self._messages)
            for n, each in enumerate(self._ours)
        ]
        waits = [_first_voice(onsets, len(figures.far)), *_waits(ours, onsets, len(figures.far), call)]
        call.dead_air_s = round(max(waits) / PER_MS / 1000, 2)
        call.cut_ins = sum(
            any(each.first < onset.first < each.last for onset in onsets)
            for each in ours
            if each.answered and not each.over
        )


@dataclass(frozen=True, slots=True)
class _Ours:
    """What the caller did in a turn."""

    began_ns: int
    ended_ns: int
    answered: bool
    """It deserves an answer; False: silence."""
    over: bool
    spoken: bool = False

    def on_track(self, origin_ns: int) -> _Turn:
        first, last = ((at_ns - origin_ns) * PER_MS / NS_PER_MS for at_ns in (self.began_ns, self.ended_ns))
        return _Turn(first, last, self.answered, self.over)


@dataclass(frozen=True, slots=True)
class _Turn:
    """The same, in samples on the tracks."""

    first: float
    last: float
    answered: bool
    over: bool


def _first_voice(onsets: list[Segment], length: int) -> float:
    return onsets[0].first if onsets else length


def _waits(ours: list[_Turn], onsets: list[Segment], length: int, call: SimulatedCall) -> list[float]:
    """From each word or key of ours to the agent's next voice, or to the end of what was waited for."""
    found = []
    for index, turn in enumerate(ours):
        if not turn.answered:
            continue
        until = ours[index + 1].first if index + 1 < len(ours) else length
        answer = next((s for s in onsets if s.last >= turn.last), None)
        if answer is not None and answer.first <= until:
            found.append(max(0.0, answer.first - turn.last))
        elif index + 1 < len(ours) or call.ended_by == "caller" or call.trouble:
            found.append(max(0.0, until - turn.last))
    return found


def _keep(call: SimulatedCall, data: dict[str, Any]) -> None:
    fields = data.get("data")
    flow, status = str(data.get("flow", "")), str(data.get("status", ""))
    call.keep(MadeOutcome(flow, status, fields if isinstance(fields, dict) else {}))


async def _history(url: str) -> list[ServerEvent]:
    """The events of a call that is over, as far as they are kept by now."""
    events: list[ServerEvent] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(HISTORY_READ_S):
            async for event in follow(url):
                events.append(event)
    return events


async def _page(url: str) -> list[dict[str, Any]] | None:
    """The events that were kept of a call; None where its page cannot be read."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=HISTORY_READ_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status != 200 or (answer.content_length or 0) > LARGEST_PAGE:
                return None
            value = json.loads(await answer.content.readexactly(answer.content_length or 0))
    except (aiohttp.ClientError, asyncio.IncompleteReadError, TimeoutError, OSError, ValueError):
        return None
    events = value.get("events") if isinstance(value, dict) else None
    if not isinstance(events, list):
        return None
    return [each for each in events if isinstance(each, dict)]
