"""How well callers are understood who answer the questions of flows, by kind of slot: synthesised voices in
the telephone band, the embedded recogniser, and what the flow makes of it.

    python -m tests.load.stt_slots [--voice slt --voice rms] [--kind email]

Prints for each kind and voice how many answers were taken at once, read back right ("I have ... Is that
right?"), asked for again (also a part of a number), read back wrong, and taken wrong without a question.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from callers.voiced import Clip
from callers.voices import Voices
from mediaserver.media.resample import resample
from pipelines.engines.stt.pocketsphinx.decoder import Decoders
from pipelines.engines.stt.pocketsphinx.worker import FIRST_BYTES
from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.reading import document_of
from pipelines.flows.running.executor import DocumentExecutor
from tests.load.stt_rejection import around, telephone

NOW = datetime(2026, 11, 22, 10, 5)
"""A Sunday."""
NUMBERS = ("number", "duration", "money")
HEARD = ("taken", "read back", "again", "read back wrong", "taken wrong")
SIZES = (
    "#JSGF V1.0; grammar size; public <size> = [a | the] (small {S} | medium {M} | large {L}) [one | pizza] "
    "[with (cheese {cheese} | mushrooms {mushrooms})];"
)
DESKS = ("sales", "support", "billing", "opening hours", "front desk", "accounting")
PEOPLE = ("Ann Baker", "Tom Fisher", "Maria Lopez", "Jack Brown", "Susan Wright")
ANSWERS: Mapping[str, tuple[dict[str, Any], Mapping[str, object]]] = {
    "choice": (
        {"kind": "choice", "options": [{"value": each} for each in DESKS]},
        {each: each for each in DESKS}
        | {"billing please": "billing", "the front desk": "front desk", "sales please": "sales",
           "support please": "support"},
    ),
    "yes_no": (
        {"kind": "yes_no"},
        {"yes": "yes", "no": "no", "yes please": "yes", "no thank you": "no", "yeah": "yes", "nope": "no",
         "that's right": "yes", "no thanks": "no"},
    ),
    "number": (
        {"kind": "number", "least": 1, "most": 100, "one": "person", "many": "people"},
        {"four": 4, "twelve people": 12, "seventy three": 73, "fifteen": 15, "fifty": 50, "one hundred": 100,
         "twenty one people": 21, "eight": 8, "sixty five": 65, "thirteen": 13, "thirty": 30,
         "nine people": 9},
    ),
    "date, near": (
        {"kind": "date", "near": True, "latest": 8},
        {"tomorrow": "2026-11-23", "next friday": "2026-11-27", "on wednesday": "2026-11-25",
         "today": "2026-11-22", "thursday": "2026-11-26", "saturday": "2026-11-28", "tuesday": "2026-11-24"},
    ),
    "date": (
        {"kind": "date"},
        {"march third": "2027-03-03", "the third of march": "2027-03-03", "tomorrow": "2026-11-23",
         "december twenty fourth": "2026-12-24", "january fifteenth": "2027-01-15",
         "the twenty second of july": "2027-07-22", "august first": "2027-08-01",
         "the day after tomorrow": "2026-11-24", "june thirtieth": "2027-06-30"},
    ),
    "date of birth": (
        {"kind": "date", "earliest": -36_500, "latest": 0},
        {"march third nineteen eighty four": "1984-03-03", "august ninth nineteen ninety": "1990-08-09",
         "the first of july two thousand and one": "2001-07-01",
         "december twenty fifth nineteen sixty nine": "1969-12-25",
         "the twenty second of may nineteen seventy seven": "1977-05-22",
         "october thirty first two thousand five": "2005-10-31"},
    ),
    "time": (
        {"kind": "time"},
        {"two thirty": "14:30", "half past ten": "10:30", "nine a m": "09:00", "quarter to four": "15:45",
         "eleven fifteen": "11:15", "noon": "12:00", "five p m": "17:00", "eight forty five a m": "08:45",
         "three o'clock": "15:00", "at seven thirty p m": "19:30"},
    ),
    "duration": (
        {"kind": "duration"},
        {"half an hour": 30, "two hours": 120, "forty five minutes": 45, "an hour and a half": 90,
         "ninety minutes": 90, "one hour": 60, "twenty minutes": 20, "three hours": 180},
    ),
    "money": (
        {"kind": "money"},
        {"twenty five dollars": 25, "one hundred and fifty dollars": 150, "nine ninety nine": 9.99,
         "twelve dollars and fifty cents": 12.5, "two thousand dollars": 2_000, "seventy dollars": 70,
         "three hundred": 300, "forty dollars and twenty five cents": 40.25, "fifteen dollars": 15},
    ),
    "digits": (
        {"kind": "digits", "least": 6, "most": 6},
        {"four seven one one zero eight": "471108", "one two three four five six": "123456",
         "nine eight oh seven six five": "980765", "double five one two three nine": "551239",
         "three one four one five nine": "314159", "two zero two six eight eight": "202688"},
    ),
    "phone": (
        {"kind": "phone"},
        {"four one five five five five zero one two three": "+14155550123",
         "two one two five five five oh one nine nine": "+12125550199",
         "six five zero two five three zero zero zero zero": "+16502530000",
         "three oh three four nine two six six one eight": "+13034926618"},
    ),
    "spelling": (
        {"kind": "spelling", "least": 3, "most": 6},
        {"b x 7": "BX7", "alpha bravo seven": "AB7", "charlie nine delta": "C9D", "k l 4 2": "KL42",
         "tango zulu five five": "TZ55", "w a 3": "WA3"},
    ),
    "name, spelled": (
        {"kind": "name", "spelled": True},
        {"s m i t h": "Smith", "sierra mike india tango hotel": "Smith", "l e e": "Lee",
         "bravo alpha kilo echo romeo": "Baker", "whiskey india lima sierra oscar november": "Wilson"},
    ),
    "name, known": (
        {"kind": "name", "known": PEOPLE},
        {each.lower(): each for each in PEOPLE} | {"tom fisher please": "Tom Fisher"},
    ),
    "email": (
        {"kind": "email"},
        {"ann at example dot com": "ann@example.com", "bob dot smith at gmail dot com": "bob.smith@gmail.com",
         "alpha bravo charlie at yahoo dot com": "abc@yahoo.com",
         "john at hotmail dot com": "john@hotmail.com"},
    ),
    "grammar": (
        {"kind": "grammar", "jsgf": SIZES},
        {"a small one": "S", "the large pizza with cheese": "L cheese", "medium": "M", "large": "L",
         "a medium pizza with mushrooms": "M mushrooms"},
    ),
}  # fmt: skip
"""Slot, what is said, and the value that it means."""


def asking(slot: Mapping[str, Any]) -> CompiledFlow:
    """A flow with one question."""
    kind = "number" if slot["kind"] in NUMBERS else "text"
    nodes = [
        {"id": "start", "type": "start"},
        {"id": "q", "type": "collect", "variable": "v", "slot": slot, "text": "Which?"},
        {"id": "end", "type": "end_call"},
    ]
    edges = [{"type": "next", "source": one, "target": two} for one, two in (("start", "q"), ("q", "end"))]
    document = {"name": "asking", "variables": [{"name": "v", "kind": kind}], "nodes": nodes, "edges": edges}
    return compile_document(document_of(document), today=NOW.date())


def heard(decoders: Decoders, clip: Clip, flow: CompiledFlow, value: object) -> str:
    """One of HEARD."""
    executor = DocumentExecutor(flow, UUID(int=0), lambda: NOW)
    executor.begin()
    slot = executor.start().slot
    assert slot is not None
    grammar = slot.own_grammar
    data = around(telephone(resample(clip.samples, 8_000, 16_000))).tobytes()
    ear = decoders.listen({"name": grammar.name, "jsgf": grammar.jsgf}, data[:FIRST_BYTES])
    ear.hear(data)
    found = ear.final()
    ear.close()
    step = executor.utterance(
        found["text"],
        found.get("understood", False),
        doubtful=found.get("doubtful", False),
        alternatives=tuple(found.get("alternatives", ())),
        confidence=found.get("confidence", 0.0),
    )
    check = executor._now.check
    if step.end:
        return "taken" if executor.slots.get("v") == value else "taken wrong"
    if check is not None:
        return "read back" if slot.kept(check.value) == value else "read back wrong"
    return "again"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voice", action="append", help="of flite or festival (default: slt, rms)")
    parser.add_argument("--kind", action="append", choices=list(ANSWERS))
    args = parser.parse_args()
    decoders, voices = Decoders(1, {}), Voices()
    say = sys.stdout.write
    say(f"{'':16}{'voice':6}{'said':>6}" + "".join(f"{each:>17}" for each in HEARD) + "\n")
    for kind in args.kind or ANSWERS:
        slot, answers = ANSWERS[kind]
        flow = asking(slot)
        for voice in args.voice or ("slt", "rms"):
            count = Counter(
                heard(decoders, voices.say(text, voice), flow, value) for text, value in answers.items()
            )
            figures = "".join(f"{count[each]:17}" for each in HEARD)
            say(f"{kind:16}{voice:6}{len(answers):6}{figures}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
