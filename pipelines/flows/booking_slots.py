"""What the booking flow can learn: its grammars, what words and digits mean, and how values are read back;
when, in `booking_times`.

Grammars are small on purpose: a recogniser with few choices errs little. All their words are in cmudict.
Filler stands at the beginning only, so that a finished answer is seen as finished. Tags say which words mean
the same (`two [people {}]`): nobody is asked whether he meant what he said in other words.
"""

from __future__ import annotations

from pipelines.conversation.spoken_forms import cardinal
from pipelines.engines.protocols import Grammar
from pipelines.flows.checking import LIKELY
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.numbers import alternatives, number, with_digits

PLACES = ("Mountain View", "San Francisco", "New York", "London", "Paris", "Berlin")
LEAD = frozenset("um uh at in on for to the please make it a an it's".split())
"""Words that may stand before an answer and mean nothing."""


def grammar(name: str, rules: str) -> Grammar:
    """A JSGF document (JSpeech Grammar Format, W3C note of 5 June 2000)."""
    return Grammar(name, f"#JSGF V1.0;\ngrammar {name};\n{rules.strip()}\n")


def without_lead(text: str, lead: frozenset[str] = LEAD) -> list[str]:
    words = text.split()
    while words and words[0] in lead:
        words = words[1:]
    return words


def _menu(*values: Value) -> dict[str, Value]:
    return {str(key): value for key, value in enumerate(values, 1)}


def _listed(choices: dict[str, Value], lead: frozenset[str] = LEAD) -> dict[str, Value]:
    return {" ".join(without_lead(words, lead)): value for words, value in choices.items()}


# ---- the wish


def _wish(text: str) -> Value | None:
    words = text.split()
    return "book" if "room" in words else None


WISH = Slot(
    "wish",
    grammar(
        "wish",
        """
public <wish> = ([<lead>] (book | reserve) <room> | (i'd like | i want | i need) [to (book | reserve)] <room>
  | [can i] book <room> | <room> [please]) {book};
<lead> = please | hello | hi | i'd like to | i want to | i would like to | can i | could you;
<room> = (a | the) [meeting | conference] room;
""",
    ),
    _wish,
    Dtmf(1, _menu("book").get, "Press one to book a room."),
    lambda value: f"{value} a room",
    harmless=True,
)


# ---- the place

_PLACE_WORDS = {place.lower(): place for place in PLACES}


def _place(text: str) -> Value | None:
    return _PLACE_WORDS.get(" ".join(without_lead(text, LEAD | {"office"})))


PLACE = Slot(
    "place",
    grammar(
        "place",
        f"""
public <place> = [in | at | the] ({" | ".join(_PLACE_WORDS)});
""",
    ),
    _place,
    Dtmf(
        1,
        _menu(*PLACES).get,
        " ".join(f"Press {cardinal(key)} for {place}." for key, place in enumerate(PLACES, 1)),
    ),
)


# ---- how many

MOST_PEOPLE = 20


def _people(text: str) -> Value | None:
    words = without_lead(text, LEAD | {"we", "are", "we're", "there", "will", "be", "of", "us"})
    match words:
        case ["just" | "only", "me"] | ["me"] | ["myself"] | ["just", "myself"]:
            return 1
        case ["just", "the", "two", "of", "us"]:
            return 2
        case [*count, "people" | "persons" | "person"] | [*count, "of", "us"] | count:
            return _head_count(count)


def _head_count(count: list[str]) -> int | None:
    people = number(count)
    return people if people and people <= MOST_PEOPLE else None


def _people_keyed(digits: str) -> Value | None:
    return int(digits) if digits.isdecimal() and 1 <= int(digits) <= MOST_PEOPLE else None


def _say_people(value: Value) -> str:
    return "one person" if int(value) == 1 else f"{value} people"


PEOPLE = Slot(
    "people",
    grammar(
        "people",
        f"""
public <people> = [for | we are] (<count> [(people | of us) {{}}]
  | one {{1}} [(person | people | of us) {{}}]) | (just (me | myself)) {{1}};
<count> = {alternatives(range(2, MOST_PEOPLE + 1))};
""",
    ),
    _people,
    Dtmf(2, _people_keyed, "Key in the number of people, then hash."),
    _say_people,
    spell=lambda value: with_digits(_say_people(value), int(value)),
)


# ---- yes, no, and what to change

PARTS: dict[str, Value] = {
    "place": "place",
    "office": "place",
    "day": "day",
    "date": "day",
    "time": "time",
    "length": "length",
    "duration": "length",
    "people": "people",
    "number of people": "people",
}
_AGREED = _listed(
    dict.fromkeys(
        ("yes", "yeah", "yes please", "yep", "correct", "that's right", "that's correct", "okay"), "yes"
    )
)
_REFUSED = _listed(dict.fromkeys(("no", "nope", "no change it", "change it", "that's wrong", "wrong"), "no"))
_CANCELLED = _listed(dict.fromkeys(("cancel", "cancel it", "no cancel it", "never mind"), "cancel"))
_PART_RULES = f"""
<part> = [the] ({" | ".join(f"({words}) {{{part}}}" for words, part in PARTS.items())});
"""


def _part(text: str) -> Value | None:
    words = without_lead(text, LEAD | {"no", "change", "wrong"})
    return PARTS.get(" ".join(words))


def _verdict(text: str) -> Value | None:
    for choices in (_AGREED, _REFUSED, _CANCELLED):
        if text in choices:
            return choices[text]
    return _part(text)


VERDICT = Slot(
    "verdict",
    grammar(
        "verdict",
        f"""
public <verdict> = {LIKELY} ({" | ".join(_AGREED)}) {{yes}} | {LIKELY} ({" | ".join(_REFUSED)}) {{no}}
  | /1/ ({" | ".join(_CANCELLED)}) {{cancel}} | /1/ (no [change] | change) {{}} <part>;
{_PART_RULES}""",
    ),
    _verdict,
    Dtmf(1, _menu("yes", "no", "cancel").get, "Press one if it is right, two to change it, three to cancel."),
    continuations=("the time", "change it", "cancel it"),
)

PART = Slot(
    "part",
    grammar("part", f"public <which> = [change {{}}] <part>;\n{_PART_RULES}"),
    _part,
    Dtmf(
        1,
        _menu("place", "day", "time", "length", "people").get,
        "Press one for the place, two for the day, three for the time, four for the length, five for people.",
    ),
    lambda value: f"the {value}",
)
