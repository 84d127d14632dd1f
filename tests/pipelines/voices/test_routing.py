"""Which engine speaks a voice: the one it was made for, espeak-ng in a variant, or another; or nobody."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.errors import EngineMissingError
from pipelines.engines.tts.espeak.engine import MANIFEST as ESPEAK
from pipelines.engines.tts.pico.engine import MANIFEST as PICO
from pipelines.languages.tags import speaks
from pipelines.voices.catalogue import catalogue
from pipelines.voices.routing import VoiceRoute, route, routes, told


@dataclass(frozen=True)
class Ready:
    name: str
    languages: tuple[str, ...] = ("*",)
    own_voices: tuple[str, ...] = ()
    gender: str = ""

    def speaks(self, language: str) -> bool:
        return speaks(self.languages, language)


INDIC = Ready("indic-parler-tts", ("hi", "sa", "en"))
CLOUD = Ready("cloud")
ESPEAK_READY = Ready(ESPEAK.name, ESPEAK.languages)
DIVYA = catalogue().voice("hi-divya")


def test_the_engine_that_a_voice_was_made_for_comes_first_and_is_told_the_description() -> None:
    way = route("hi-divya", "", [ESPEAK, INDIC])
    assert way == VoiceRoute("indic-parler-tts", DIVYA.description, "hi-IN")


def test_espeak_speaks_it_meanwhile_in_the_variant_that_comes_nearest() -> None:
    way = route("hi-divya", "hi", [CLOUD, ESPEAK])
    assert way == VoiceRoute("espeak-ng", "+f2", "hi-IN", "indic-parler-tts", "it is not ready")


def test_then_any_other_that_knows_the_language_with_its_own_voice() -> None:
    ways = routes("hi-divya", "", [CLOUD, ESPEAK, INDIC])
    assert [(way.engine, way.engine_voice) for way in ways] == [
        ("indic-parler-tts", DIVYA.description),
        ("espeak-ng", "+f2"),
        ("cloud", ""),
    ]
    assert [way.why for way in ways] == ["", "it failed", "it failed"]


def test_a_voice_keeps_its_character_in_another_language() -> None:
    assert route("hi-divya", "en", [INDIC]).engine == "indic-parler-tts"
    french = route("hi-divya", "fr", [INDIC, ESPEAK])
    assert french == VoiceRoute("espeak-ng", "+f2", "fr", "indic-parler-tts", "it does not speak fr")


def test_what_an_engine_was_not_trained_on_it_is_not_asked_for() -> None:
    """The multilingual Parler model knows eight languages, and Russian is none of them."""
    way = route("ru-vera", "", [ESPEAK])
    assert (way.engine, way.instead_of, way.why) == (
        "espeak-ng",
        "parler-tts-mini-multilingual",
        "it does not speak ru-RU",
    )


def test_a_language_that_nobody_speaks_says_what_is_missing() -> None:
    with pytest.raises(EngineMissingError) as why:
        route("sa-aryan", "", [ESPEAK])
    assert str(why.value) == (
        "the voice sa-aryan cannot speak sa-IN: indic-parler-tts would, but it is not ready; "
        "ready is espeak-ng"
    )
    assert route("sa-aryan", "", [ESPEAK, INDIC]).engine == "indic-parler-tts"
    with pytest.raises(EngineMissingError, match="ready is no engine"):
        route("hi-divya", "", [])
    with pytest.raises(EngineMissingError, match="nothing speaks brx"):
        route("", "brx", [ESPEAK])


def test_an_engine_s_own_name_means_something_to_the_first_alone() -> None:
    ways = routes("en-us+f3", "en", [ESPEAK, CLOUD])
    assert ways == [VoiceRoute("espeak-ng", "en-us+f3", "en"), VoiceRoute("cloud", "", "en")]
    assert route("", "", [CLOUD, ESPEAK]) == VoiceRoute("cloud", "", "en")


def test_an_engine_that_was_chosen_is_told_the_same() -> None:
    assert told("hi-divya", "hi", "espeak-ng", first=False) == ("+f2", "hi-IN")
    assert told("en-us+f3", "en", "espeak-ng", first=True) == ("en-us+f3", "en")
    assert told("en-us+f3", "en", "espeak-ng", first=False) == ("", "en")


@settings(max_examples=100)
@given(
    voice=st.sampled_from(["", "en-us+f3", *catalogue().voices]),
    language=st.sampled_from(["", "hi", "en-GB", "fr", "sa", "zh-CN", "xx"]),
    ready=st.lists(st.sampled_from([ESPEAK_READY, INDIC, CLOUD]), unique=True),
)
def test_whatever_is_asked_for_goes_to_a_ready_engine_that_speaks_it(
    voice: str, language: str, ready: list[Ready]
) -> None:
    ways = routes(voice, language, ready)
    by_name = {engine.name: engine for engine in ready}
    assert len({way.engine for way in ways}) == len(ways)
    for way in ways:
        assert by_name[way.engine].speaks(way.language)
        assert bool(way.instead_of) == bool(way.why)
    if not ways:
        with pytest.raises(EngineMissingError):
            route(voice, language, ready)


def test_an_engine_with_one_voice_for_each_language_is_taken_for_voices_of_its_sex() -> None:
    ready = [PICO, ESPEAK]
    assert [way.engine for way in routes("en-us-grace", "", ready)] == ["pico", "espeak-ng"]
    assert [way.engine for way in routes("en-us-mason", "", ready)] == ["espeak-ng", "pico"]
    assert [way.engine for way in routes("en-us-grace", "", [ESPEAK, PICO])] == ["espeak-ng", "pico"]
    assert [way.engine for way in routes("hi-divya", "", ready)] == ["espeak-ng"]


def test_a_name_goes_to_the_first_engine_that_may_know_it() -> None:
    ready = [PICO, ESPEAK]
    assert routes("en-us+f3", "en", ready) == [
        VoiceRoute("espeak-ng", "en-us+f3", "en"),
        VoiceRoute("pico", "", "en"),
    ]
    assert route("en-gb", "en", ready) == VoiceRoute("pico", "en-gb", "en")
    assert route("", "en", ready) == VoiceRoute("pico", "", "en")
    assert route("nobody", "en", [PICO]) == VoiceRoute("pico", "nobody", "en"), "it says what it has"


def test_one_of_several_of_an_engine_speaks_the_voices_that_were_made_for_it() -> None:
    own = Ready("indic-parler-tts:second", INDIC.languages)
    assert route("hi-divya", "", [ESPEAK, own]) == VoiceRoute(own.name, DIVYA.description, "hi-IN")
    assert told("hi-divya", "", own.name, first=False) == (DIVYA.description, "hi-IN")
    german = routes("hi-divya", "de", [own, ESPEAK])
    assert [(way.engine, way.why) for way in german] == [("espeak-ng", "it does not speak de")]
