"""Was a simulated call as its persona expects it? The call in, failures in words and figures out. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from callers.reception import percentile
from callers.simulated.amounts import made_up, numbers_in
from callers.simulated.mind import is_fact
from callers.simulated.persona import expected_data
from callers.simulated.phrases import Phrase, words_in
from callers.simulated.record import SimulatedCall, SimulatedLine

QUESTION_WORDS = 3
"""A question of fewer words ("Pardon?") is no repetition of an earlier one."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one call adds to the report."""

    call: SimulatedCall
    failures: tuple[str, ...]
    repetitions: int

    @property
    def passed(self) -> bool:
        return not self.failures


def judge(call: SimulatedCall, today: date, knowledge: str | None = None, opinion: str = "") -> Judged:
    """`today`: of the call. `knowledge`: all that the agent may have an amount from besides tools and the
    caller (the flow's document, the prompt); None: nobody can say, and amounts are not judged. `opinion`:
    what a model that was asked objects to; empty: nothing."""
    expect = call.persona.expect
    repeated = repetitions(call.lines)
    failures = [call.trouble] if call.trouble else []
    failures += _outcome(call, today)
    if expect.ended_by is not None and call.ended_by != expect.ended_by and not call.trouble:
        failures.append(f"ended by {call.ended_by or 'nobody'}, not by {expect.ended_by}")
    if expect.transferred_to is not None and call.transferred_to != expect.transferred_to:
        failures.append(f"transferred to {call.transferred_to or 'nobody'}, not to {expect.transferred_to}")
    if expect.max_turns is not None and call.turns > expect.max_turns:
        failures.append(f"took {call.turns} turns, more than {expect.max_turns}")
    if expect.max_repetitions is not None and repeated > expect.max_repetitions:
        failures.append(f"asked again {repeated} times, more than {expect.max_repetitions}")
    failures += _words(call)
    if expect.amounts_known and knowledge is not None and call.told_all:
        failures += _amounts(call, knowledge)
    failures += _heard(call)
    if opinion:
        failures.append(f"the model that judges: {opinion}")
    return Judged(call, tuple(failures), repeated)


def repetitions(lines: list[SimulatedLine]) -> int:
    """How often the agent asked again what the caller had just answered: the same fact, or, where it is not
    known what the caller took for asked, a question word for word as before. To ask again after silence, or
    after something that was no answer, is none."""
    found, before = 0, None
    seen: set[tuple[str, ...]] = set()
    asked: tuple[tuple[str, ...], ...] = ()
    for line in lines:
        if line.speaker == "agent":
            asked = (*asked, *_questions(line.text))
            continue
        if before is not None and not _silent(before) and not before.aside:
            if line.topic:
                found += line.topic == before.topic and is_fact(line.topic)
            else:
                found += not before.topic and any(question in seen for question in asked)
        seen.update(asked)
        before, asked = line, ()
    return found


def _questions(text: str) -> tuple[tuple[str, ...], ...]:
    sentences = text.replace("!", ".").replace("?", "?.").split(".")
    words = (words_in(sentence) for sentence in sentences if sentence.endswith("?"))
    return tuple(each for each in words if len(each) >= QUESTION_WORDS)


def _silent(line: SimulatedLine) -> bool:
    return not line.text and not line.keys


def _outcome(call: SimulatedCall, today: date) -> list[str]:
    expect = call.persona.expect
    last = call.outcomes[-1] if call.outcomes else None
    if expect.outcome is not None:
        status = last.status if last is not None else ""
        if status != expect.outcome:
            return [f"outcome {status or 'none'}, not {expect.outcome or 'none'}"]
    wanted = expected_data(expect, today)
    got: dict[str, Any] = dict(last.data) if last is not None else {}
    wrong = [
        f"{name} is {json.dumps(got.get(name), default=str)}, not {json.dumps(value, default=str)}"
        for name, value in wanted.items()
        if got.get(name) != value
    ]
    return [f"wrong outcome: {', '.join(wrong)}"] if wrong else []


def _words(call: SimulatedCall) -> list[str]:
    expect, failures = call.persona.expect, []
    if not expect.says and not expect.never_says:
        return []
    said = words_in(call.agent_said)
    failures += [f"never said: {text}" for text in expect.says if not Phrase.parse(text).is_in(said)]
    each = [words_in(line.text) for line in call.lines if line.speaker == "agent"]
    for text in expect.never_says:
        phrase = Phrase.parse(text)
        if any(phrase.is_in(words) for words in each):
            failures.append(f"said: {text}")
    return failures


def _amounts(call: SimulatedCall, knowledge: str) -> list[str]:
    language = call.persona.language
    spoken = [line.text for line in call.lines if line.speaker == "agent"]
    known: frozenset[Decimal] = numbers_in(knowledge, language)
    known = known.union(*(numbers_in(told, language) for told in call.told))
    known |= numbers_in(call.caller_said, language)
    about = call.persona.world.given()
    known |= numbers_in(json.dumps(about, default=str), language) if about else frozenset()
    wrong = sorted({amount for text in spoken for amount in made_up(text, known, language)})
    return (
        [f"named an amount that it has from nowhere: {', '.join(f'{a:f}' for a in wrong)}"] if wrong else []
    )


def _heard(call: SimulatedCall) -> list[str]:
    """On the phone alone."""
    expect, failures = call.persona.expect, []
    if expect.max_reply_ms is not None and call.reply_ms:
        late = percentile(call.reply_ms, 95)
        if late is not None and late > expect.max_reply_ms:
            failures.append(f"answered after {late:.0f} ms (p95), later than {expect.max_reply_ms}")
    if call.dead_air_s > expect.max_dead_air_s:
        failures.append(f"dead air of {call.dead_air_s:.1f} s")
    return failures
