"""What a recogniser says of the language that was spoken, and what it cannot."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from pipelines.conversation.pieces import as_one
from pipelines.engines.protocols import SttResult
from pipelines.engines.stt.failover import PreferredStt
from pipelines.engines.stt.heard_language import DENIED, SAYS_SO, with_language
from pipelines.languages.choice import SURE
from tests.fakes import FakeStt
from tests.polyglot import PolyglotStt

SPANISH = "quiero reservar una mesa para dos personas mañana"


def heard(stt: FakeStt, *, among: tuple[str, ...] = ("es",), others: tuple[FakeStt, ...] = ()) -> SttResult:
    """The final of one utterance, through the list of a call's recognisers."""
    results: list[SttResult] = []
    session = PreferredStt(lambda: [stt, *others]).session(results.append, language="en", among=among)
    session.begin(1)
    session.flush(2)
    for _ in range(5):
        stt.tick()
    session.close()
    (result,) = results
    return result


async def test_one_that_detects_says_which_it_was() -> None:
    stt = PolyglotStt()
    stt.text, stt.spoken, stt.probability = SPANISH, "es", 0.8
    result = heard(stt)
    assert (result.language, result.language_probability) == ("es", 0.8)
    assert stt.told == [("en", ("es",))]


async def test_where_it_does_not_say_its_words_tell() -> None:
    stt = PolyglotStt()
    stt.text = SPANISH
    result = heard(stt)
    assert result.language == "es" and result.language_probability > 0.8


async def test_the_words_of_one_that_knows_a_single_language_claim_no_other() -> None:
    class Sure(FakeStt):
        manifest = replace(FakeStt.manifest, languages=("en", "es"))  # one at a time

        def post(self, result: SttResult, session: object = None) -> None:
            super().post(replace(result, language="es", language_probability=1.0), self.sessions[0])

    stt = Sure()
    stt.text = SPANISH
    assert heard(stt).language == ""


async def test_one_that_was_told_of_a_single_language_claims_none() -> None:
    stt = PolyglotStt()
    stt.text, stt.spoken = SPANISH, "es"
    assert heard(stt, among=()).language == ""
    assert stt.told == [("en", ())]


async def test_it_is_told_of_what_it_speaks_alone() -> None:
    stt = PolyglotStt()
    stt.text, stt.spoken = SPANISH, "es"
    assert heard(stt, among=("es", "ja")).language == "es"
    assert stt.told == [("en", ("es",))]


def test_a_label_without_a_probability_is_as_sure_as_its_words() -> None:
    said = SttResult("gracias", True, language="es")
    assert with_language(said, ("en", "es")).language_probability == SAYS_SO
    agrees = with_language(replace(said, text=SPANISH), ("en", "es"))
    assert agrees.language_probability > SAYS_SO
    denies = with_language(replace(said, text="I would like to know when you open"), ("en", "es"))
    assert (denies.language, denies.language_probability) == ("es", DENIED)


@pytest.mark.parametrize("probability", [math.nan, math.inf, -1.0, 2.0])
def test_a_probability_that_is_none_is_not_told(probability: float) -> None:
    said = SttResult("gracias", True, language="es", language_probability=probability)
    assert with_language(said, ("en", "es")).language_probability == SAYS_SO


@pytest.mark.parametrize("language", ["spanish please", "e", "[es]", "x" * 100_000])
def test_a_label_that_is_no_tag_is_not_told(language: str) -> None:
    said = SttResult("gracias", True, language=language, language_probability=1.0)
    assert with_language(said, ("en", "es")).language_probability < SURE


def test_pieces_of_one_utterance_have_a_language_where_they_agree() -> None:
    first = SttResult("quiero una mesa", True, language="es", language_probability=0.9)
    last = SttResult("para dos", True, language="es", language_probability=0.7)
    whole = as_one([first], last)
    assert (whole.language, whole.language_probability) == ("es", 0.7)
    assert as_one([first], replace(last, language="en")).language == ""
