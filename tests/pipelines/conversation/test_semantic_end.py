"""What the words alone tell about whether the caller has finished."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.conversation.agent import Finality
from pipelines.conversation.end_words import END_WORDS
from pipelines.conversation.own_words import OWN_WORDS, words_of
from pipelines.conversation.semantic_end import finality_of_text

WHOLE, OPEN, NOTHING, HANGING = Finality.WHOLE, Finality.OPEN, Finality.NOTHING, Finality.HANGING


@pytest.mark.parametrize(
    ("language", "text", "finality"),
    [
        # short answers, whatever a recogniser makes of punctuation
        ("en", "yes", WHOLE),
        ("en", "Yes, please.", WHOLE),
        ("en", "no thanks", WHOLE),
        ("en", "No, thank you very much!", WHOLE),
        ("en-GB", "that's all, thanks", WHOLE),
        ("de", "ja bitte", WHOLE),
        ("de-AT", "Nein danke.", WHOLE),
        ("fr", "oui merci", WHOLE),
        ("fr", "d\u2019accord", WHOLE),
        ("es", "no gracias", WHOLE),
        ("it", "sì grazie", WHOLE),
        # courtesies alone answer nothing
        ("en", "thank you", NOTHING),
        # whole sentences may go on
        ("en", "i want a car", NOTHING),
        ("en", "I would like a table for two.", OPEN),
        ("en", "when do you open", OPEN),
        ("en", "what is it for", OPEN),
        ("en", "what do you need", OPEN),
        ("de", "wann haben sie geöffnet", OPEN),
        # and these do
        ("en", "um", HANGING),
        ("en", "i'd like to book a room and", HANGING),
        ("en", "i want to go to the", HANGING),
        ("en", "i would like", HANGING),
        ("en", "my name is", HANGING),
        ("en", "well, I think...", HANGING),
        ("en", "tomorrow,", HANGING),
        ("de", "ich möchte einen tisch für", HANGING),
        ("de", "und zwar am montag weil", HANGING),
        ("fr", "je voudrais une chambre pour", HANGING),
        ("fr", "c'est à cause de l'", HANGING),
        ("es", "quiero una mesa para", HANGING),
        ("it", "vorrei prenotare una camera per", HANGING),
        # numbers
        ("en", "my number is oh one seven", HANGING),
        ("en", "it's double four", HANGING),
        ("en", "my number is double", HANGING),
        ("en", "oh one seven two", HANGING),
        ("en", "my number is oh one seven two double five five one two three four", OPEN),
        ("en", "call me on my mobile 0172 555", HANGING),
        ("en", "0172 5551234", OPEN),
        ("en", "my pin is one two", HANGING),
        ("en", "my pin is one two three four", OPEN),
        ("en", "my pin is one two three four and my number is one two three four", HANGING),
        ("de", "meine telefonnummer ist null eins sieben", HANGING),
        ("de", "null eins sieben zwei einundzwanzig", HANGING),
        ("fr", "mon numéro est le zéro six douze trente quatre", HANGING),
        ("fr", "zéro six douze trente quatre cinquante six soixante dix huit", OPEN),
        ("es", "mi teléfono es seis uno dos", HANGING),
        ("it", "il mio numero è tre quattro ventuno", HANGING),
        # a quantity, a time or a price is none
        ("en", "three", NOTHING),
        ("en", "twenty five", NOTHING),
        ("en", "at 2:30", NOTHING),
        ("en", "it is two thirty p m", NOTHING),
        ("en", "about 150 dollars", NOTHING),
        # addresses, dates, spelling
        ("en", "i live at twenty four", HANGING),
        ("en", "i live at twenty four baker street", NOTHING),
        ("de", "ich wohne in der hauptstraße", HANGING),
        ("de", "ich wohne in der hauptstraße zwölf", NOTHING),
        ("fr", "j'habite au douze", HANGING),
        ("en", "on the twenty", HANGING),
        ("en", "on the fifth of", HANGING),
        ("en", "on the fifth of may", NOTHING),
        ("en", "that is spelled b r o", HANGING),
        ("en", "half past two p m", NOTHING),
        ("pt", "sim, obrigado", WHOLE),
        ("pt-BR", "Não, só isso.", WHOLE),
        ("pt", "eu queria reservar uma mesa para", HANGING),
        ("pt", "eu gostaria de", HANGING),
        ("pt", "meu telefone é nove um dois", HANGING),
        ("hi", "जी हाँ, धन्यवाद।", WHOLE),
        ("hi", "नहीं", WHOLE),
        ("hi", "मुझे एक कमरा चाहिए और", HANGING),
        ("hi", "मेरा नंबर है नौ आठ सात", HANGING),
        ("ja", "はい、お願いします。", WHOLE),
        ("ja", "いいえ", WHOLE),
        ("ja", "予約をお願いしたいんですが", NOTHING),
        ("ja", "名前は", HANGING),
        ("ja", "明日の十時に", HANGING),
        ("ja", "えっと", HANGING),
        ("zh", "是的，谢谢。", WHOLE),
        ("zh", "不用了", WHOLE),
        ("zh", "我想预订一个房间", NOTHING),
        ("zh", "我想", HANGING),
        ("zh", "我的电话是", HANGING),
        ("zh", "因为", HANGING),
        ("xx", "0 1 7", HANGING),
        ("en", "", NOTHING),
        ("en", "...", NOTHING),
    ],
)
def test_the_end_of_a_text(language: str, text: str, finality: Finality) -> None:
    assert finality_of_text(text, language) is finality


@pytest.mark.parametrize("language", sorted(END_WORDS))
def test_every_answer_of_a_language_is_whole(language: str) -> None:
    """Whatever it ends in ("that is it", "not really"), but for those with which sentences begin, too."""
    end = END_WORDS[language]
    for answer in end.answers:
        assert finality_of_text(answer, language) is (OPEN if answer in end.openings else WHOLE), answer


@pytest.mark.parametrize("text", ["No, not really.", "yes that is it", "well not really thanks", "yes it is"])
def test_answers_one_behind_the_other_are_whole(text: str) -> None:
    assert finality_of_text(text, "en") is WHOLE


@pytest.mark.parametrize("text", ["yes um", "not really uh", "no and", "that is it but", "i'm not really"])
def test_an_answer_that_is_gone_on_with_is_not_at_its_end(text: str) -> None:
    assert finality_of_text(text, "en") is HANGING


def test_a_short_answer_that_is_not_sure_waits_a_little() -> None:
    assert finality_of_text("yes", "en", sure=False) is OPEN


@pytest.mark.parametrize("language", sorted(END_WORDS))
def test_every_row_is_written_as_it_is_compared(language: str) -> None:
    end = END_WORDS[language]
    assert language in OWN_WORDS
    lists = [end.answers, end.courtesies, end.dangling, end.prepositions, end.openings, end.questions]
    lists += [end.figures, end.tens, end.repeats, end.numbers, end.codes, end.addresses, end.streets]
    for phrase in (phrase for words in lists for phrase in words):
        assert " ".join(words_of(phrase)) == phrase
    assert end.tens <= set(end.figures)
    assert all(lists[:6]) and end.figures and end.numbers


@given(st.text(max_size=60), st.sampled_from([*sorted(END_WORDS), "xx"]))
def test_any_text_has_an_end(text: str, language: str) -> None:
    assert finality_of_text(text, language) in Finality


@given(st.lists(st.sampled_from(sorted(END_WORDS["en"].figures)), min_size=1, max_size=12))
def test_a_telephone_number_is_waited_for_until_it_may_be_whole(figures: list[str]) -> None:
    said = finality_of_text("my number is " + " ".join(figures), "en")
    assert said in (HANGING, OPEN)
    if len(figures) < 5:
        assert said is HANGING
    if len(figures) == 12 and not set(figures) & END_WORDS["en"].tens:
        assert said is OPEN
