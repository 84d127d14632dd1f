"""What is left out of transcripts, in sentences as callers say them, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.errors import ConfigError
from mediaserver.redaction.choices import RedactionChoices
from mediaserver.redaction.names import PeopleNames
from mediaserver.redaction.text import MOST_CHARACTERS, UNREAD, redacted, redacted_value

ON = RedactionChoices(enabled=True)


def without(text: str, *names: str, choices: RedactionChoices = ON, growing: bool = False) -> str:
    known = PeopleNames()
    known.learn(names)
    return redacted(text, choices, known, growing=growing)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        # telephone numbers
        ("call me on +44 20 7946 0958 please", "call me on [phone] please"),
        ("it's (415) 555-0100.", "it's ([phone]."),
        ("my number is 020 7946 0958, thanks", "my number is [phone], thanks"),
        ("unter 0171/1234567 erreichbar", "unter [phone] erreichbar"),
        ("00 49 30 123456", "[phone]"),
        ("plus four nine three zero one two three four five six", "[phone]"),
        ("four one five, five five five, oh one double oh", "[phone]"),
        ("it is four one five uh five five five and then oh one hundred ok", "it is [number] ok"),
        ("eight hundred five five five twelve twelve", "[number]"),
        ("Meine Nummer ist null eins sieben eins, zwei drei vier fünf sechs sieben acht",
         "Meine Nummer ist [phone]"),
        ("null dreißig zweiundzwanzig dreiunddreißig vierundvierzig", "[phone]"),
        ("c'est le zéro six douze trente-quatre cinquante-six soixante-dix-huit", "c'est le [phone]"),
        ("zéro un quatre-vingt-dix-sept vingt et un quarante deux", "[phone]"),
        ("seis uno dos tres cuatro cinco seis siete ocho", "[number]"),
        ("tre tre uno due due due quattro cinque sei", "[number]"),
        ("nove um dois três quatro cinco meia sete oito", "[number]"),
        ("nul zes een twee drie vier vijf zes zeven acht", "[phone]"),
        ("pięć zero jeden dwa trzy cztery pięć sześć siedem", "[number]"),
        ("восемь девять один шесть один два три сорок пять", "[number]"),
        ("sıfır beş üç iki bir iki üç dört beş altı yedi", "[phone]"),
        ("मेरा नंबर नौ आठ सात छह पांच चार तीन दो एक शून्य है", "मेरा नंबर [number] है"),
        ("मेरा नंबर ९८७६५४३२१० है", "मेरा नंबर [number] है"),
        ("我的电话是一三八零零一三八零零零谢谢", "我的电话是[number]谢谢"),
        ("でんわは ゼロ さん いち に さん よん ご ろく", "でんわは [phone]"),
        # cards, accounts, mail
        ("the card is 4111 1111 1111 1111 ok", "the card is [card] ok"),
        ("four one one one, one one one one, one one one one, one one one one", "[card]"),
        ("IBAN DE89 3704 0044 0532 0130 00 bitte", "IBAN [iban] bitte"),
        ("gb82west12345698765432", "[iban]"),
        ("write to ann.smith+x@mail.example.com today", "write to [email] today"),
        ("ann dot smith at example dot com", "[email]"),
        ("max punkt mustermann at beispiel punkt de", "[email]"),
        # digits of any kind
        ("the code is 123456", "the code is [number]"),
        ("reference 12-34-56", "reference [number]"),
        ("customer 4 7 1 1 0 8 and that's it", "customer [number] and that's it"),
    ],
)  # fmt: skip
def test_numbers_that_callers_say_are_left_out(said: str, kept: str) -> None:
    assert without(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "a table for four at seven on the twenty second",
        "room 1204 on the 3rd floor, 45 euros",
        "it costs 1,250,000 dollars or 3,14",
        "on 2026-11-22 at 14:30, or the 24.12.2026, or 12/31/2026",
        "at 2026-11-22T14:30:05.123456+00:00",
        "call f81d4fae-7dec-11d0-a765-00a0c9165432",
        "two thousand twenty six",
        "one or two, maybe three or four people",
        "eins, zwei, drei",
        "deux ou trois personnes, peut-être quatre",
        "oh no, oh no, oh no, oh no, oh no, oh no",
        "look at that dot on the page",
        "DE89 is not an account",
        "and and and and and uh uh uh",
        "",
    ],
)
def test_what_is_no_number_stays(said: str) -> None:
    assert without(said) == said


def test_as_few_digits_as_are_chosen_are_a_number() -> None:
    four = RedactionChoices(enabled=True, digits=4)
    assert without("the pin is 1 2 3 4", choices=four) == "the pin is [number]"
    assert without("room 120", choices=four) == "room 120"
    many = RedactionChoices(enabled=True, digits=20)
    assert without("reference 12345678", choices=many) == "reference 12345678"
    assert without("+44 20 7946 0958 or 4111111111111111", choices=many) == "[phone] or [card]"


def test_a_wrong_check_digit_is_no_card_and_a_number_all_the_same() -> None:
    assert without("4111 1111 1111 1112") == "[number]"


@pytest.mark.parametrize(
    ("said", "names", "kept"),
    [
        ("I am Ann Smith", ["Ann Smith"], "I am [name]"),
        ("hello ann, is that Mrs SMITH's line?", ["Ann Smith"], "hello [name], is that Mrs [name] line?"),
        ("an announcement by Hannah", ["Ann Smith"], "an announcement by Hannah"),
        ("Guten Tag, Müllers Auto, Frau Müller", ["Jürgen Müller"], "Guten Tag, [name] Auto, Frau [name]"),
        ("von der Leyen spricht", ["Ursula von der Leyen"], "von der [name] spricht"),
        ("Jean-Luc O'Brien ici", ["jean-luc o'brien"], "[name] ici"),
        ("मैं अन्ना हूँ", ["अन्ना"], "मैं [name] हूँ"),
        ("我叫王伟你好", ["王伟"], "我叫[name]你好"),
        ("Анна Иванова слушает", ["Анна Иванова"], "[name] слушает"),
        ("nobody is known", [], "nobody is known"),
        ("Ann\tSmith", ["Ann Smith"], "[name]"),
    ],
)
def test_names_that_are_known_are_left_out(said: str, names: list[str], kept: str) -> None:
    assert without(said, *names) == kept


def test_names_stay_where_they_may() -> None:
    quiet = RedactionChoices(enabled=True, names=False)
    assert without("I am Ann", "Ann", choices=quiet) == "I am Ann"


def test_what_is_no_name_is_not_learnt() -> None:
    known = PeopleNames()
    assert not known.learn(["", "x", "+15550100", "a" * 101])
    assert known.learn(["Ann"]) and not known.learn(["ann"])


def test_the_end_of_a_text_that_grows_may_be_the_beginning_of_a_number() -> None:
    assert without("my number is four one five", growing=True) == "my number is [number]"
    assert without("my number is four one five", growing=False) == "my number is four one five"
    assert without("room 12 please", growing=True) == "room 12 please"


def test_all_texts_in_json_are_looked_through_and_its_keys_stay() -> None:
    value = {"phone": "+15550100", "n": [1, 2.5, True, None, 15550100], "1234567": {"to": "ann@example.com"}}
    known = PeopleNames()
    assert redacted_value(value, ON, known) == {
        "phone": "[phone]", "n": [1, 2.5, True, None, "[number]"], "1234567": {"to": "[email]"},
    }  # fmt: skip
    deep: object = "x"
    for _ in range(100):
        deep = [deep]
    assert UNREAD in str(redacted_value(deep, ON, known))


def test_what_is_not_looked_through_is_not_kept() -> None:
    kept = without("x" * (MOST_CHARACTERS - 3) + "123456" + "y" * 9)
    assert kept == "x" * (MOST_CHARACTERS - 3) + f"[number] {UNREAD}"
    left = redacted_value(["x" * 4000] * 4, ON, PeopleNames())
    assert [len(each) for each in left] == [4000, 4000, len(UNREAD), len(UNREAD)]


@given(st.text(alphabet="0123456789 -.()+,", max_size=60))
@settings(max_examples=100)
def test_no_six_digits_in_a_row_are_left(said: str) -> None:
    assert not any(
        len(piece) >= 6 for piece in "".join(c if c.isdigit() else " " for c in without(said)).split()
    )


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_any_text_can_be_looked_through_again(said: str) -> None:
    once = without(said, "Ann Smith")
    assert without(once, "Ann Smith") == once


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"enable": True}, "the nearest known one is 'enabled'"),
        ({"enabled": 1}, "true or false"),
        ({"digits": 2}, "from 3 to 20"),
        ({"digits": True}, "from 3 to 20"),
        ({"names": "x"}, "true or false"),
    ],
)
def test_a_row_that_makes_no_sense_says_why(row: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        RedactionChoices().changed(row)
