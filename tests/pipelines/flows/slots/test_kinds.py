"""What is understood, read back and keyed for each kind of slot, in English and elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.conversation.agent import Finality
from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.flows.checking import Check
from pipelines.flows.document.nodes import ConfirmNode, MenuNode
from pipelines.flows.phrases import Phrases
from pipelines.flows.slots.lacking import knows_yes_and_no, unknown_words, wordless
from pipelines.flows.slots.making import confirm_slot, menu_slot
from pipelines.flows.slots.phrases import SlotError
from tests.pipelines.flows.slots.kinds import slot as made
from tests.pipelines.flows.slots.sentences import sentences

Spec = dict[str, Any]
CITIES: Spec = {"kind": "choice", "options": [{"value": "London"}, {"value": "New York"}]}
KOELN: Spec = {
    "kind": "choice",
    "options": [{"value": "Köln"}, {"value": "Berlin", "say": ["[die] Hauptstadt"]}],
}
PEOPLE: Spec = {"kind": "number", "least": 1, "most": 20, "one": "person", "many": "people"}
PERSONEN: Spec = {"kind": "number", "least": 1, "most": 20, "one": "Person", "many": "Personen"}
MANY: Spec = {"kind": "number", "most": 5_000_000}
BORN: Spec = {"kind": "date", "earliest": -40_000, "latest": 0}
MONDAYS: Spec = {"kind": "date", "weekdays": ["monday"]}
OFFICE: Spec = {"kind": "time", "earliest": "09:00", "latest": "17:00"}
ACCOUNT: Spec = {"kind": "digits", "least": 4, "most": 8}
KNOWN: Spec = {"kind": "name", "known": ["Anna Schmidt", "Bert Brecht"]}
SIZES: Spec = {
    "kind": "grammar", "labels": {"large": "a big one"}, "keys": {"1": "large", "2": "small"},
    "jsgf": "public <size> = <a> (big {large} | small {small}); <a> = a | the; // said with an article",
}  # fmt: skip

MEANT: list[tuple[Spec, str, str, object]] = [
    (CITIES, "en", "london", "London"),
    (CITIES, "en", "I'd like New York, please.", "New York"),
    (CITIES, "en", "not london", None),
    (CITIES, "en", "new", None),
    (KOELN, "de", "in Köln bitte", "Köln"),
    (KOELN, "de", "Die Hauptstadt!", "Berlin"),
    (KOELN, "de", "Hamburg", None),
    ({"kind": "yes_no"}, "en", "Yes, please.", "yes"),
    ({"kind": "yes_no"}, "en", "nope", "no"),
    ({"kind": "yes_no", "yes": ["sounds good"]}, "en", "sounds good", "yes"),
    ({"kind": "yes_no"}, "en", "maybe", None),
    ({"kind": "yes_no"}, "de", "Ja, bitte.", "yes"),
    ({"kind": "yes_no"}, "de", "stimmt nicht", "no"),
    ({"kind": "yes_no"}, "ja", "はい、そうです", "yes"),
    (PEOPLE, "en", "20 people", 20),
    (PEOPLE, "en", "we're five", 5),
    (PEOPLE, "en", "25 people", None),
    (PERSONEN, "de", "wir sind zwölf", 12),
    (PERSONEN, "de", "fünf Personen, bitte", 5),
    (MANY, "en", "two million three hundred thousand and five", 2_300_005),
    (MANY, "en", "1,200,000", 1_200_000),
    (MANY, "en", "six million", None),
    ({"kind": "date"}, "en", "on friday", "2026-11-27"),
    ({"kind": "date"}, "en", "the third of march", "2027-03-03"),
    ({"kind": "date"}, "en", "Tuesday, November 24th", "2026-11-24"),
    ({"kind": "date"}, "en", "11/24/2026", "2026-11-24"),
    ({"kind": "date"}, "en", "in two weeks", "2026-12-05"),
    ({"kind": "date"}, "en", "the third", "2026-12-03"),
    ({"kind": "date"}, "en", "february thirtieth", None),
    ({"kind": "date"}, "en", "yesterday", None),
    ({"kind": "date"}, "en", "december first twenty twenty seven", None),
    (BORN, "en", "march third nineteen eighty four", "1984-03-03"),
    (BORN, "en", "March 3, 1984", "1984-03-03"),
    (BORN, "en", "march third", None),
    (MONDAYS, "en", "on tuesday", None),
    (MONDAYS, "en", "monday", "2026-11-23"),
    ({"kind": "date"}, "de", "morgen", "2026-11-22"),
    ({"kind": "date"}, "de", "nächsten Montag", "2026-11-23"),
    ({"kind": "date"}, "de", "am dritten dritten", "2027-03-03"),
    ({"kind": "date"}, "de", "24. Dezember", "2026-12-24"),
    ({"kind": "date"}, "fr", "après-demain", "2026-11-23"),
    ({"kind": "date"}, "fr", "le trois mars", "2027-03-03"),
    ({"kind": "time"}, "en", "2:30", "14:30"),
    ({"kind": "time"}, "en", "Around 2:30 p.m.", "14:30"),
    ({"kind": "time"}, "en", "two oh five p m", "14:05"),
    ({"kind": "time"}, "en", "twenty thirty", "20:30"),
    ({"kind": "time"}, "en", "midnight", "00:00"),
    (OFFICE, "en", "eight p m", None),
    ({"kind": "time", "first_hour": 0}, "en", "two thirty", "02:30"),
    ({"kind": "time", "earliest": "17:00"}, "en", "seven", "19:00"),
    ({"kind": "time", "earliest": "17:00"}, "en", "seven a m", None),
    ({"kind": "time", "latest": "12:00"}, "en", "three", "03:00"),
    (OFFICE, "en", "six", None),
    ({"kind": "time", "earliest": "17:00"}, "de", "halb acht", "19:30"),
    ({"kind": "time"}, "de", "halb drei", "14:30"),
    ({"kind": "time"}, "de", "um 14:30 Uhr", "14:30"),
    ({"kind": "duration"}, "en", "1.5 hours", 90),
    ({"kind": "duration"}, "en", "half an hour please", 30),
    ({"kind": "duration"}, "en", "ten hours", None),
    ({"kind": "duration", "most": 3_000}, "en", "two days", 2_880),
    ({"kind": "duration"}, "de", "anderthalb Stunden", 90),
    ({"kind": "duration"}, "de", "zwei Stunden und dreißig Minuten", 150),
    ({"kind": "money"}, "en", "twelve dollars fifty", 12.5),
    ({"kind": "money"}, "en", "It's about $1,200.", 1_200),
    ({"kind": "money"}, "en", "20.50", 20.5),
    ({"kind": "money"}, "en", "fifty cents", 0.5),
    ({"kind": "money"}, "en", "twelve euros", None),
    ({"kind": "money", "currency": "CAD"}, "en", "twelve dollars", 12),
    ({"kind": "money"}, "en", "twelve thousand dollars", None),
    ({"kind": "money", "currency": "EUR"}, "de", "zwölf Euro fünfzig", 12.5),
    ({"kind": "money", "currency": "JPY"}, "ja", "千二百円", 1_200),
    (ACCOUNT, "en", "It's 0175.", "0175"),
    (ACCOUNT, "en", "double seven one two", "7712"),
    (ACCOUNT, "de", "null eins sieben fünf", "0175"),
    ({"kind": "spelling"}, "en", "B as in Bravo, X-ray, 7", "BX7"),
    ({"kind": "spelling"}, "en", "BX7", "BX7"),
    ({"kind": "spelling", "digits": False}, "en", "BX7", None),
    ({"kind": "spelling", "letters": False}, "en", "one two", "12"),
    ({"kind": "spelling"}, "de", "Anton Nordpol sieben", "AN7"),
    ({"kind": "name"}, "en", "my name is anna schmidt", "Anna Schmidt"),
    ({"kind": "name"}, "en", "It's O'Brien.", "O'Brien"),
    ({"kind": "name"}, "en", "bravo echo romeo tango", "BERT"),
    ({"kind": "name"}, "en", "mike", "Mike"),
    ({"kind": "name"}, "en", "yes", None),
    ({"kind": "name", "spelled": True}, "en", "anna schmidt", None),
    ({"kind": "name"}, "de", "Ich heiße Anna", "Anna"),
    (KNOWN, "en", "bert brecht please", "Bert Brecht"),
    (KNOWN, "en", "carl", None),
    ({"kind": "phone"}, "en", "four one five five five five zero one two three", "4155550123"),
    ({"kind": "phone"}, "en", "(415) 555-0123", "4155550123"),
    ({"kind": "phone"}, "en", "plus four nine one seven", "+4917"),
    ({"kind": "phone", "region": "DE"}, "de", "plus neunundvierzig eins sieben null", "+49170"),
    ({"kind": "email"}, "en", "My email is mary@example.co.uk.", "mary@example.co.uk"),
    ({"kind": "email"}, "en", "john dot smith at example dot com", "john.smith@example.com"),
    ({"kind": "email"}, "en", "juliet oscar echo dot five at gmail dot com", "joe.5@gmail.com"),
    ({"kind": "email"}, "en", "mike at gmail dot com", "mike@gmail.com"),
    ({"kind": "email"}, "de", "anna punkt schmidt at beispiel punkt de", "anna.schmidt@beispiel.de"),
    ({"kind": "email"}, "en", "hello there", None),
    ({"kind": "address"}, "en", "12 Main Street,\n Springfield", "12 Main Street, Springfield"),
    ({"kind": "text", "longest": 5}, "en", "whatever it is", "whate"),
    ({"kind": "text"}, "en", "um", None),
    (SIZES, "en", "the big", "large"),
    (SIZES, "en", "A small, please.", "small"),
    (SIZES, "en", "big", None),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "language", "text", "value"), MEANT)
def test_what_words_mean(spec: Spec, language: str, text: str, value: object) -> None:
    found = made(spec, language).parse(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("spec", "language", "text", "said"),
    [
        (PEOPLE, "en", "25 people", "25 people"),
        (MANY, "en", "six million", "6000000"),
        (MONDAYS, "en", "on tuesday", "Tuesday, November twenty-fourth"),
        ({"kind": "date"}, "en", "yesterday", "Friday, November twentieth"),
        ({"kind": "date", "latest": 7}, "de", "am 24. Dezember", "Donnerstag, 24. Dezember"),
        (OFFICE, "en", "eight p m", "8:00 p.m."),
        ({"kind": "duration"}, "en", "ten hours", "10 hours"),
        ({"kind": "money"}, "en", "twelve thousand dollars", "$12,000.00"),
        (PEOPLE, "en", "five people", ""),
        (PEOPLE, "en", "good morning", ""),
    ],
)
def test_an_answer_that_is_not_possible_is_told_as_one(
    spec: Spec, language: str, text: str, said: str
) -> None:
    assert made(spec, language).impossible(text) == said


@pytest.mark.parametrize(
    ("spec", "language", "value", "said", "checked"),
    [
        (PEOPLE, "en", 15, "15 people", "15 people, one five"),
        (PEOPLE, "en", 1, "one person", "one person"),
        (PERSONEN, "de", 1, "1 Person", "1 Person"),
        ({"kind": "date"}, "en", "2026-11-22", "tomorrow", "tomorrow"),
        (BORN, "en", "1984-03-03", "March third, 1984", "March third, 1984"),
        ({"kind": "date"}, "de", "2026-11-27", "Freitag, 27. November", "Freitag, 27. November"),
        ({"kind": "date"}, "ja", "2026-11-27", "11月27日金曜日", "11月27日金曜日"),
        ({"kind": "time"}, "de", "14:30", "14:30", "14:30"),
        ({"kind": "duration", "most": 3_000}, "en", 2_880, "2 days", "2 days"),
        ({"kind": "duration"}, "de", 90, "1 Stunde 30 Minuten", "1 Stunde 30 Minuten"),
        ({"kind": "money"}, "en", 12.5, "$12.50", "$12.50"),
        ({"kind": "money", "currency": "EUR"}, "de", 12.5, "12,50\u00a0€", "12,50\u00a0€"),
        (ACCOUNT, "de", "0175", "null eins sieben fünf", "null eins sieben fünf"),
        ({"kind": "spelling"}, "en", "BX", "B as in bravo, X as in x-ray", "B as in bravo, X as in x-ray"),
        ({"kind": "name"}, "en", "BO", "Bo", "B as in bravo, O as in oscar"),
        ({"kind": "name"}, "en", "Anna O'Brien", "Anna O'Brien", "Anna O'Brien"),
        ({"kind": "phone"}, "en", "4155550123", "four one five, five five five, zero one two three",
         "four one five, five five five, zero one two three"),
        ({"kind": "email"}, "en", "jo@x.org", "jo@x.org", "J as in juliet, O as in oscar, at x.org"),
        (SIZES, "en", "large", "a big one", "a big one"),
    ],
)  # fmt: skip
def test_how_a_value_is_read_back(
    spec: Spec, language: str, value: str | int | float, said: str, checked: str
) -> None:
    slot = made(spec, language)
    assert (slot.say(value), slot.checked(value)) == (said, checked)


@pytest.mark.parametrize(
    ("spec", "keys", "value"),
    [
        (CITIES, "2", "New York"),
        (CITIES, "3", None),
        ({"kind": "choice", "options": [{"value": "A", "key": "10"}, {"value": "B", "key": "7"}]}, "10", "A"),
        ({"kind": "yes_no"}, "2", "no"),
        (PEOPLE, "21", None),
        ({"kind": "date", "near": True}, "2", "2026-11-22"),
        ({"kind": "date"}, "1201", "2026-12-01"),
        ({"kind": "date"}, "1301", None),
        ({"kind": "date"}, "121", None),
        (BORN, "03031984", "1984-03-03"),
        (MONDAYS, "1124", None),
        (OFFICE, "0859", None),
        (OFFICE, "1430", "14:30"),
        ({"kind": "duration"}, "90", 90),
        ({"kind": "money"}, "1250", 12.5),
        ({"kind": "money", "currency": "JPY"}, "1250", 1_250),
        (ACCOUNT, "0175", "0175"),
        ({"kind": "spelling"}, "2274", "BS"),
        ({"kind": "phone"}, "4155550123", "4155550123"),
        ({"kind": "email"}, "1", None),
        ({"kind": "text"}, "1", None),
        (SIZES, "2", "small"),
    ],
)
def test_what_keys_mean(spec: Spec, keys: str, value: object) -> None:
    slot = made(spec)
    assert slot.dtmf.parse(keys) == value
    assert slot.dtmf.keys().least <= len(keys) or value is None
    assert slot.dtmf.most >= len(keys) or value is None


def test_german_keys_give_the_day_before_the_month() -> None:
    assert made({"kind": "date"}, "de").dtmf.parse("0112") == "2026-12-01"


@pytest.mark.parametrize(
    ("spec", "language", "offer"),
    [
        (CITIES, "en", "Press one for London. Press two for New York."),
        (KOELN, "de", "Drücken Sie eins für Köln. Drücken Sie zwei für Berlin."),
        (CITIES | {"offer": "One or two."}, "xx", "One or two."),
        (PEOPLE, "en", "Key in the number of people, then hash."),
        ({"kind": "date"}, "en", "Key in month and day with two digits each: for the third of January, zero "
         "one zero three."),
        ({"kind": "yes_no"}, "fr", "Appuyez sur un pour oui, ou sur deux pour non."),
        (SIZES, "en", "Press one for a big one. Press two for small."),
        ({"kind": "choice", "options": [{"value": f"w{n}", "say": ["x"]} for n in range(10)]}, "en",
         "Please say: w0, w1, w2, w3, w4, w5, w6, w7, or w8."),
    ],
)  # fmt: skip
def test_how_keys_are_offered(spec: Spec, language: str, offer: str) -> None:
    assert made(spec, language).dtmf.offer == offer


SPOKEN: list[Spec] = [
    CITIES, {"kind": "yes_no"}, PEOPLE, {"kind": "number", "most": 99},
    {"kind": "date"}, MONDAYS, OFFICE, {"kind": "time", "first_hour": 0, "step_minutes": 60},
    {"kind": "duration", "most": 3_000, "least": 1}, SIZES, KNOWN,
]  # fmt: skip


@pytest.mark.parametrize("spec", SPOKEN, ids=str)
def test_every_sentence_of_a_grammar_is_an_answer_possible_or_not(spec: Spec) -> None:
    slot = made(spec)
    dumb = [
        text
        for words in sentences(JsgfGrammar(slot.own_grammar.jsgf), 4)
        if slot.parse(text := " ".join(words)) is None and not slot.impossible(text)
    ]
    # "february thirtieth" is a sentence, and no day.
    assert [text for text in dumb if "february" not in text and "thirty first" not in text] == []


@pytest.mark.parametrize(
    "spec",
    [*SPOKEN, MANY, BORN, {"kind": "time", "step_minutes": 1}, {"kind": "money"}, {"kind": "email"},
     {"kind": "money", "currency": "GBP"}, ACCOUNT, {"kind": "spelling", "most": 40}, {"kind": "phone"},
     {"kind": "name"}],
    ids=str,
)  # fmt: skip
def test_grammars_can_be_recognised_and_their_answers_corrected(spec: Spec) -> None:
    pytest.importorskip("pocketsphinx")
    slot = made(spec)
    # Names of people are their author's.
    assert [word for word in unknown_words(slot) if word not in ("schmidt", "brecht", "bert")] == []
    value: dict[str, str | int] = {"date": "2026-11-22", "time": "10:00", "email": "a@b.org"}
    question = Check.of(slot, "AB" if slot.spelling else value.get(spec["kind"], 5), Phrases()).question
    assert JsgfGrammar(question.own_grammar.jsgf).judge(["yes"])[0]


@pytest.mark.parametrize("language", ["de", "ja", "xx"])
def test_other_languages_have_no_grammars(language: str) -> None:
    for spec in (CITIES, PEOPLE, {"kind": "date"}, {"kind": "time"}, ACCOUNT, {"kind": "email"}, SIZES):
        assert made(spec, language).grammar is None


def test_a_number_of_pieces_goes_on_until_it_is_whole() -> None:
    phone = made({"kind": "phone"})
    assert phone.finality("four one five") is Finality.HANGING
    assert phone.spelling is not None and phone.spelling.whole("4155550123")
    assert not phone.spelling.whole("415555012")
    assert phone.kept("4155550123") == "+14155550123"
    assert phone.spelling.mend("4155550123", "no four") == "4155550124"


def test_texts_are_open_to_their_end() -> None:
    text = made({"kind": "text"})
    assert (text.open, text.finality("I want um"), text.finality("I want it")) == (
        True,
        Finality.HANGING,
        Finality.OPEN,
    )


def test_a_slot_that_is_not_asked_for_by_voice_or_by_keys_takes_none() -> None:
    silent, keyless = made(CITIES, by=("keys",)), made(CITIES, by=("voice",))
    assert (silent.grammar, silent.parse("london"), silent.dtmf.parse("1")) == (None, None, "London")
    assert (keyless.parse("london"), keyless.dtmf.parse("1"), keyless.dtmf.offer) == ("London", None, "")


def test_what_is_keyed_alone_is_agreed_to_by_voice() -> None:
    asked = made(ACCOUNT, by=("keys",))
    question = Check.of(asked, "0175", Phrases()).question
    assert JsgfGrammar(question.own_grammar.jsgf).words >= {"yes", "no"}
    assert (question.parse("yes"), question.dtmf.parse("2")) == ("yes", "no")
    german = Check.of(made(ACCOUNT, "de"), "0175", Phrases()).question
    assert (german.grammar, german.parse("Ja."), german.parse("Nein!")) == (None, "yes", "no")


WRONG: list[tuple[Spec, str]] = [
    ({"kind": "choice", "options": [{"value": "?"}]}, "nobody can say '?': give `say`"),
    ({"kind": "choice", "options": [{"value": "A", "key": "2"}, {"value": "B"}]}, "key 2 stands for both"),
    ({"kind": "choice", "options": [{"value": "A", "sounds_like": ["B"]}]}, "names 'B', which is none"),
    ({"kind": "number", "least": 5, "most": 4}, "put the smaller one into `least`"),
    ({"kind": "date", "earliest": 5, "latest": 4}, "put the smaller one into `earliest`"),
    ({"kind": "time", "earliest": "10:00", "latest": "09:00"}, "put the earlier one into `earliest`"),
    ({"kind": "duration", "least": 50, "most": 40}, "put the smaller one into `least`"),
    ({"kind": "money", "least": 5, "most": 4}, "put the smaller one into `least`"),
    ({"kind": "digits", "least": 5, "most": 4}, "put the smaller one into `least`"),
    ({"kind": "spelling", "letters": False, "digits": False}, "allow one of them"),
    ({"kind": "phone", "region": "XX"}, "no telephone numbers are known of 'XX'"),
    ({"kind": "grammar", "jsgf": "public <x> = <y>;"}, "uses <y>, which is not defined"),
    ({"kind": "grammar", "jsgf": "nothing"}, "the grammar cannot be used"),
    ({"kind": "grammar", "jsgf": "public <x> = " + "[a] " * 3_000 + "b;"}, "split the question in two"),
    ({"kind": "grammar", "jsgf": "public <x> = <x> a;"}, "refer to themselves"),
    ({"kind": "grammar", "jsgf": 'public <x> = "a;b";'}, "is no word that can be said"),
]


@pytest.mark.parametrize(("spec", "why"), WRONG)
def test_what_cannot_be_made_is_told_with_its_reason(spec: Spec, why: str) -> None:
    with pytest.raises(SlotError) as error:
        made(spec)
    assert why in str(error.value)


# ---- what validation asks


def test_words_that_the_embedded_recogniser_cannot_hear_are_named() -> None:
    pytest.importorskip("pocketsphinx")
    slot = made({"kind": "choice", "options": [{"value": "Xyzzyx Street"}, {"value": "Plugh"}]})
    assert unknown_words(slot) == ("plugh", "xyzzyx")
    assert unknown_words(made(CITIES)) == unknown_words(made(KOELN, "de")) == ()


def test_a_language_without_words_of_its_own_asks_for_an_offer() -> None:
    assert "give `offer`" in wordless(made(PEOPLE, "pt"), ("voice", "keys"))
    assert wordless(made(PEOPLE | {"offer": "..."}, "pt"), ("voice", "keys")) == ""
    assert wordless(made(PEOPLE, "pt", by=("voice",)), ("voice",)) == ""
    assert wordless(made(PEOPLE, "de"), ("voice", "keys")) == ""
    assert knows_yes_and_no("hi-IN") and not knows_yes_and_no("xx")


# ---- nodes


def test_a_menu_is_a_choice_of_outcomes() -> None:
    slot = menu_slot(
        node("menu", options=[{"name": "opening hours", "say": ["[your] opening hours"]}, {"name": "person"}])
    )
    assert (slot.parse("your opening hours please"), slot.dtmf.parse("2")) == ("opening hours", "person")
    assert slot.dtmf.offer == "Press one for opening hours. Press two for person."


def test_a_read_back_in_german() -> None:
    slot = confirm_slot(
        node("confirm", facts="x", changes=[{"variable": "day", "say": ["Tag", "Datum"]}]), language="de"
    )
    said = ("Ja, genau", "stimmt", "nein", "nein den Tag", "das Datum", "abbrechen", "vielleicht")
    assert [slot.parse(text) for text in said] == [
        "yes", "yes", "no", "change day", "change day", "cancel", None,
    ]  # fmt: skip
    assert slot.dtmf.offer.startswith("Drücken Sie eins")


def test_a_read_back_without_changes_or_cancelling() -> None:
    slot = confirm_slot(node("confirm", facts="x", cancels=False))
    assert [slot.parse(text) for text in ("yes", "no", "cancel it")] == ["yes", "no", None]
    assert slot.dtmf.parse("3") is None and "three" not in slot.dtmf.offer
    JsgfGrammar(slot.own_grammar.jsgf)


def node(kind: str, **fields: Any) -> Any:
    if kind == "menu":
        return MenuNode.model_validate({"id": "asked", "type": kind, "text": "?", **fields})
    return ConfirmNode.model_validate({"id": "asked", "type": kind, **fields})
