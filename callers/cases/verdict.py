"""Was it right what happened in a call? Evidence in, failures in words and measurements out. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from callers.cases.desks import BOOKING, DESKS
from callers.cases.evidence import Evidence, Played, Told
from callers.cases.floor_marks import FloorMark, mark
from callers.cases.script import Book, Fate
from callers.sound import Samples
from callers.voiced import PER_MS, Segment, segments

STOPS_WITHIN_MS = 1_000.0
"""An interrupted agent is silent by then; the figures say how soon it was."""
RESUMES_WITHIN_MS = 300.0
ANSWERED_FOR_MS = 4_000.0
"""What the server makes of a sound is told within this after it."""
OWN_MS = 300.0
"""The server may tell of a sound this long before we count its first voiced sample."""
HANGUP_MS = 150.0
"""What is told so shortly before the end of a call is told because of it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one call adds to its family's figures."""

    failures: tuple[str, ...] = ()
    interruptions: int = 0
    taken: int = 0
    sounds: int = 0
    """Backchannels and noises over the agent."""
    wrongly_taken: int = 0
    resumed_soon: int = 0
    answers: int = 0
    cut_answers: int = 0
    """The agent began to speak before the caller had said it all."""
    dead_air_ms: float = 0.0
    self_interruptions: int = 0
    self_answers: int = 0
    booking: str = ""
    """'right', 'none', 'wrong' (confirmed); '' where none was wanted."""
    voice_to_voice_ms: tuple[float, ...] = ()
    duck_ms: tuple[float, ...] = ()
    stop_ms: tuple[float, ...] = ()
    back_ms: tuple[float, ...] = ()
    silence_ms: tuple[float, ...] = ()
    reasks: int = 0

    @property
    def passed(self) -> bool:
        return not self.failures


@dataclass(slots=True)
class _Found:
    """The figures while they are gathered."""

    failures: list[str] = field(default_factory=list)
    interruptions: int = 0
    taken: int = 0
    sounds: int = 0
    wrongly_taken: int = 0
    resumed_soon: int = 0
    duck_ms: list[float] = field(default_factory=list)
    stop_ms: list[float] = field(default_factory=list)
    back_ms: list[float] = field(default_factory=list)
    silence_ms: list[float] = field(default_factory=list)


def judge(evidence: Evidence, references: Mapping[str, Samples]) -> Measured:
    """`references`: lines of the agent undisturbed, by their text."""
    if not evidence.answered:
        return Measured((evidence.trouble or "the call was not answered",))
    expect = evidence.case.expect
    onsets = segments(evidence.far)
    found = _Found()
    if evidence.trouble:
        found.failures.append(evidence.trouble)
    marks = {p: _mark(evidence, p, references) for p in evidence.played if p.fate is not None}
    for played, seen in marks.items():
        _judge_floor(evidence, played, seen, found)
    wanted = sum(1 for step in evidence.case.steps if getattr(step, "fate", None) is not None)
    if wanted > len(marks):
        found.failures.append(f"{wanted - len(marks)} sounds were never made: the agent did not speak")
    cuts = _self_interruptions(evidence)
    own_answers = _self_answers(evidence)
    if cuts:
        found.failures.append(f"interrupted itself {cuts} times")
    if own_answers:
        found.failures.append(f"took for an answer what nobody said: {', '.join(own_answers)}"[:160])
    replies = _waits(evidence, onsets)
    silences = _after_stops(evidence, marks, onsets)
    dead = max(_first_audio(onsets, evidence), *replies, *silences, 0.0)
    if dead > expect.dead_air_s * 1000:
        found.failures.append(f"dead air of {dead / 1000:.1f} s")
    answers, cut_answers = _cut_answers(evidence, onsets)
    if cut_answers and not expect.amends and expect.cut_ins is None:
        found.failures.append(f"{cut_answers} answers were cut")
    if expect.cut_ins is not None and (n := _cut_ins(evidence, onsets)) > expect.cut_ins:
        found.failures.append(f"cut in {n} times")
    booking = _booking(evidence)
    found.failures += _wrong_outcome(evidence, booking, onsets)
    return Measured(
        tuple(found.failures), found.interruptions, found.taken, found.sounds, found.wrongly_taken,
        found.resumed_soon, answers, cut_answers, dead, cuts, len(own_answers), booking,
        tuple(w for w in replies if w > 0), tuple(found.duck_ms), tuple(found.stop_ms),
        tuple(found.back_ms), tuple(found.silence_ms), _reasks(evidence),
    )  # fmt: skip


# ---- over the agent's speech


def _mark(evidence: Evidence, played: Played, references: Mapping[str, Samples]) -> FloorMark:
    line = evidence.line_at(played.first_ms)
    return mark(evidence.far, played.first_ms, references.get(line))


def _judge_floor(evidence: Evidence, played: Played, seen: FloorMark, found: _Found) -> None:
    name = played.name
    if not seen.speaking:
        # The line was over when it came: nothing was interrupted, and it is an answer like any other.
        if played.fate is Fate.TAKEN and not _answered(evidence, played):
            found.failures.append(f"'{name}' was not answered")
        return
    told_cut = any(_within(evidence, told, played) for told in _told_cuts(evidence))
    cut = told_cut if seen.cut is None else seen.cut
    if seen.duck_ms is not None:
        found.duck_ms.append(seen.duck_ms)
    if played.fate is Fate.TAKEN:
        found.interruptions += 1
        ended_in_time = not cut and not told_cut and seen.cut is False and _answered(evidence, played)
        if (cut or told_cut) and (seen.stop_ms is None or seen.stop_ms <= STOPS_WITHIN_MS):
            found.taken += 1
            if seen.stop_ms is not None:
                found.stop_ms.append(seen.stop_ms)
        elif ended_in_time and _near_end(evidence, played):
            found.taken += 1
        else:
            found.failures.append(f"'{name}' did not stop the agent")
    elif played.fate is Fate.RESUMED:
        found.sounds += 1
        answered = any(_within(evidence, told, played) for told in evidence.of_kind("final"))
        if cut or told_cut or answered:
            found.wrongly_taken += 1
            found.failures.append(f"'{name}' took the floor")
            return
        found.silence_ms.append(seen.silence_ms)
        if seen.back_ms is not None:
            found.back_ms.append(seen.back_ms)
        if seen.silence_ms <= RESUMES_WITHIN_MS:
            found.resumed_soon += 1
        else:
            found.failures.append(f"after '{name}' {seen.silence_ms:.0f} ms of silence")


def _within(evidence: Evidence, told: Told, played: Played) -> bool:
    """It was told because of this sound: of all that had begun by then, the last."""
    begun = [p for p in evidence.played if p.first_ms - OWN_MS <= told.at_ms]
    return bool(begun) and begun[-1] is played and told.at_ms <= played.last_ms + ANSWERED_FOR_MS


def _answered(evidence: Evidence, played: Played) -> bool:
    return any(_within(evidence, told, played) for told in evidence.of_kind("final"))


def _near_end(evidence: Evidence, played: Played) -> bool:
    """The line was nearly over: it may be said to its end, where the caller is answered afterwards."""
    later = [s for s in segments(evidence.far, bridge_ms=500) if s.last >= played.first_ms * PER_MS]
    return bool(later) and later[0].last / PER_MS - played.first_ms <= STOPS_WITHIN_MS


# ---- the rest


def _owned(evidence: Evidence, at_ms: float, after_ms: float) -> bool:
    """Something of the caller's may be the reason of what was told then."""
    sounds = any(p.first_ms - OWN_MS <= at_ms <= p.last_ms + after_ms for p in evidence.played)
    return sounds or any(p - OWN_MS <= at_ms <= p + after_ms for p in evidence.pressed_ms)


def _self_interruptions(evidence: Evidence) -> int:
    cuts = (told.at_ms for told in _told_cuts(evidence) if not _for_the_line(evidence, told.at_ms))
    return sum(not _owned(evidence, at_ms, ANSWERED_FOR_MS) for at_ms in cuts)


def _for_the_line(evidence: Evidence, at_ms: float) -> bool:
    """The agent broke off to say what is wrong with the line."""
    return any(abs(told.at_ms - at_ms) <= HANGUP_MS for told in evidence.of_kind("line_trouble"))


def _told_cuts(evidence: Evidence) -> list[Told]:
    """Lines that were interrupted while the call went on: at its end the last one always is."""
    last = evidence.up_ms - HANGUP_MS
    return [t for t in evidence.of_kind("heard") if t.data.get("interrupted") and t.at_ms < last]


def _self_answers(evidence: Evidence) -> list[str]:
    return [
        repr(told.text) if told.text else "a sound"
        for told in evidence.of_kind("final")
        if not _owned(evidence, told.at_ms, ANSWERED_FOR_MS)
    ]


def _first_audio(onsets: list[Segment], evidence: Evidence) -> float:
    return onsets[0].first / PER_MS if onsets else evidence.up_ms


def _deserves_answer(played: Played) -> bool:
    return played.fate is Fate.TAKEN or (played.fate is None and played.speech)


def _waits(evidence: Evidence, onsets: list[Segment]) -> list[float]:
    """From each line of ours that deserves an answer to the agent's next voice, in ms; 0 where it was
    speaking, or where the call ended."""
    waits = []
    for index, played in enumerate(evidence.played):
        if not _deserves_answer(played):
            continue
        following = (
            evidence.played[index + 1].first_ms if index + 1 < len(evidence.played) else evidence.up_ms
        )
        at = played.last_ms * PER_MS
        answer = next((s for s in onsets if s.last >= at), None)
        if answer is not None and answer.first <= at:
            waits.append(0.0)
        elif answer is not None and answer.first / PER_MS <= max(following, played.last_ms + 100):
            waits.append(answer.first / PER_MS - played.last_ms)
        elif index + 1 == len(evidence.played) and evidence.ended_by_far:
            waits.append(0.0)
        else:
            waits.append(max(0.0, following - played.last_ms))
    return waits


def _after_stops(evidence: Evidence, marks: Mapping[Played, FloorMark], onsets: list[Segment]) -> list[float]:
    """From the last word of each interruption that stopped the agent to its next voice, in ms: to fall silent
    is not to answer."""
    waits = []
    for played, seen in marks.items():
        if played.fate is not Fate.TAKEN or seen.stop_ms is None:
            continue
        silent_at = max(played.first_ms + seen.stop_ms, played.last_ms)
        later = [p.first_ms for p in evidence.played if p.first_ms > played.first_ms]
        if silent_at >= min(later, default=evidence.up_ms):
            continue  # the caller went on
        answer = next((s.first / PER_MS for s in onsets if s.first > silent_at * PER_MS), evidence.up_ms)
        waits.append(min([answer, *later]) - played.last_ms)
    return waits


def _cut_answers(evidence: Evidence, onsets: list[Segment]) -> tuple[int, int]:
    """(answers, those in whose midst the agent began to speak)."""
    answers = [p for p in evidence.played if p.fate is None and p.speech and p.in_turn]
    return len(answers), sum(_begins_within(p, onsets) > 0 for p in answers)


def _begins_within(played: Played, onsets: list[Segment]) -> int:
    return sum(played.first_ms * PER_MS < s.first < played.last_ms * PER_MS for s in onsets)


def _cut_ins(evidence: Evidence, onsets: list[Segment]) -> int:
    return sum(_begins_within(p, onsets) for p in evidence.played if p.speech)


def _booking(evidence: Evidence) -> str:
    wanted = evidence.case.expect
    books = [step.desk for step in evidence.case.steps if isinstance(step, Book)]
    desk = DESKS[books[0] if books else BOOKING.flow]
    kept = [o for o in evidence.outcomes if o.get("flow") == desk.flow]
    if not kept or kept[-1].get("status") != "confirmed":
        return "none" if wanted.booking or books else ""
    goal = {**desk.goal, **wanted.goal}
    if goal.get("day") == "today":
        goal["day"] = evidence.today
    data = kept[-1].get("data")
    return (
        "right" if isinstance(data, Mapping) and all(data.get(k) == v for k, v in goal.items()) else "wrong"
    )


def _wrong_outcome(evidence: Evidence, booking: str, onsets: list[Segment]) -> list[str]:
    expect, failures = evidence.case.expect, []
    if booking == "wrong":
        failures.append(f"a wrong booking was confirmed: {_kept(evidence)}")
    elif expect.booking == "right" and booking != "right":
        failures.append("no booking")
    elif expect.booking == "none" and booking != "none":
        failures.append("a booking that nobody wanted")
    if expect.says and not re.search(expect.says, evidence.caller_heard(), re.IGNORECASE):
        failures.append(f"the caller never heard: {expect.says}")
    if expect.ends:
        failures += _ending(evidence)
    audible = sum(s.last - s.first for s in onsets) / PER_MS / 1000
    if audible < expect.audible_s:
        failures.append(f"the agent was heard for {audible:.1f} s only")
    return failures


def _kept(evidence: Evidence) -> str:
    data = evidence.outcomes[-1].get("data") if evidence.outcomes else None
    return ", ".join(f"{k} {v}" for k, v in data.items()) if isinstance(data, Mapping) else "?"


def _ending(evidence: Evidence) -> list[str]:
    """The agent hangs up, and what it set out to say last was heard."""
    if not evidence.ended_by_far:
        return ["the agent did not end the call"]
    heard = evidence.of_kind("heard")
    if not heard or heard[-1].data.get("interrupted"):
        return ["the call ended without its last word"]
    tail = evidence.far[-8 * 3_000 :]
    if not segments(tail):
        return ["the call ended mute"]
    return []


def _reasks(evidence: Evidence) -> int:
    return sum("sorry" in told.text.lower() for told in evidence.of_kind("agent"))
