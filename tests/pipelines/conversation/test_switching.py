"""An agent goes on in another language: voice, recogniser, and what the server says by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import pytest

from mediaserver.storage.records import Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    Say,
    Switch,
    Utterance,
    languages_of,
)
from pipelines.conversation.listening import Listening
from pipelines.conversation.own_words import own_words
from pipelines.engines.protocols import Kind, Manifest, TurnModel
from pipelines.spoken.dictionary import read_dictionary
from pipelines.spoken.pronunciation import Pronunciations
from tests.fakes import SILENCE, Conversation, FakeStt, FakeTts, ScriptedAgent


class Polyglot:
    """Greets in English; answers the first utterance in Spanish, and fails on the next."""

    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.said = 0

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        if isinstance(said, Answered):
            yield Say("Hello, it is 14:30.")
        elif isinstance(said, Utterance):
            self.said += 1
            if self.said > 1:
                raise RuntimeError("it has lost its thread")
            yield Say("One moment.")
            yield self.switch
            yield Say("Son las 14:30.")

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()


async def spoken_to(switch: Switch) -> Conversation:
    talk = Conversation(Polyglot(switch))
    await talk.until_quiet()
    await talk.say("hola", 700)
    await talk.until_quiet()
    return talk


async def test_what_comes_behind_is_said_in_the_other_language_and_voice() -> None:
    talk = await spoken_to(Switch("es-MX", "lupe"))
    said = list(zip(talk.tts.spoken, talk.tts.languages, talk.tts.voices, strict=True))
    assert said == [
        ("Hello, it is two thirty p m.", "en", ""),
        ("One moment.", "en", ""),
        ("Son las catorce treinta.", "es-MX", "lupe"),
    ]
    (event,) = talk.call.happened("language")
    assert event.data == {"language": "es-MX", "before": "en"}


async def test_the_next_utterance_is_heard_in_the_other_language() -> None:
    talk = await spoken_to(Switch("es"))
    assert [session.language for session in talk.stt.sessions] == ["en"]
    await talk.say("buenos días", 700)
    await talk.until_quiet()
    assert [(session.language, session.closed) for session in talk.stt.sessions] == [
        ("en", True),
        ("es", False),
    ]
    await talk.hang_up()
    assert all(session.closed for session in talk.stt.sessions)


async def test_the_server_apologises_and_takes_leave_in_the_other_language() -> None:
    talk = await spoken_to(Switch("es"))
    await talk.say("buenos días", 700)
    await talk.until_quiet()
    apology = own_words("es").apology
    assert talk.call.lines()[-1].text == apology
    talk.session.say_goodbye()
    await talk.silence(400)
    assert talk.call.lines()[-1].text == own_words("es").goodbye


async def test_another_voice_of_the_same_language_keeps_the_recogniser() -> None:
    talk = await spoken_to(Switch("en", "brian"))
    await talk.say("again", 700)
    await talk.until_quiet()
    assert talk.tts.voices[2] == "brian" and talk.call.happened("language") == []
    assert len(talk.stt.sessions) == 1


class ThereAndBack(Polyglot):
    """Says a word in each language, and one in another without going on in it."""

    languages = ("en", "es")

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        if isinstance(said, Utterance):
            yield Say("nginx")
            yield Switch("es", why="asked")
            yield Say("nginx")
            yield Say("nginx", language="de", voice="anna")
            yield Switch("en")
            yield Say("nginx")


async def test_who_comes_back_has_the_first_voice_and_its_pronunciations_again() -> None:
    dictionary = read_dictionary(
        '[en]\nnginx = "engine x"\n[es]\nnginx = "enyin equis"\n[de]\nnginx = "Endschin"'
    )
    talk = Conversation(
        ThereAndBack(Switch("es")),
        voice="brian",
        pronunciations=dictionary.of("en", "brian"),
        dictionary=dictionary,
    )
    await talk.say("hello", 700)
    await talk.until_quiet()
    assert list(zip(talk.tts.spoken, talk.tts.languages, talk.tts.voices, strict=True)) == [
        ("engine x", "en", "brian"),
        ("enyin equis", "es", ""),
        ("Endschin", "de", "anna"),
        ("engine x", "en", "brian"),
    ]
    assert [event.data.get("why") for event in talk.call.happened("language")] == ["asked", None]
    assert [data["language"] for kind, data in talk.call.events if kind == "language"] == ["es", "en"]
    assert talk.stt.among == [("es",)]


class Judge:
    """A turn model of English; keeps of how many utterances it was asked."""

    manifest = Manifest("judge", Kind.TURN, "a test's", ("en",), "none")

    def __init__(self) -> None:
        self.asked = 0

    def judge(self, samples: object, answer: object) -> None:
        self.asked += 1


def test_a_turn_model_is_asked_again_once_the_call_is_back_in_its_language() -> None:
    judge, listening = Judge(), Listening(FakeStt(), lambda _: None, lambda _, __: None, "en")
    listening.have_ends_judged(cast("TurnModel", judge), lambda _, __: None)
    asked = []
    for language in ("en", "es", "en-GB"):
        listening.go_on_in(language)
        listening.start(0, 1)
        listening.hear(SILENCE)
        listening.finish(2)
        listening.close()
        asked.append(judge.asked)
    assert asked == [1, 1, 2]


@pytest.mark.parametrize("named", [None, [], ["en", "es"], ("en", 5), ("en", "english please"), {"en": 1}])
def test_what_is_no_tuple_of_tags_is_another_matter_of_the_agents(named: object) -> None:
    agent = Polyglot(Switch("es"))
    agent.languages = named  # type: ignore[attr-defined]
    assert languages_of(agent) == ()


@pytest.mark.parametrize("language", ["", "english please", "../de", "d", "de\n"])
def test_what_is_no_language_is_the_agents_mistake(language: str) -> None:
    with pytest.raises(ValueError, match="a language is a tag"):
        Switch(language)


class Hurrying(ScriptedAgent):
    """Says a sentence at its usual speed, faster, and as before, and the last in another language."""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        yield Say("As usual.")
        yield Say("Now fast. And on.", rate=1.5)
        yield Say("Slow in German.", language="de", rate=0.25)
        yield Say("As before.")


async def test_a_piece_may_be_faster_or_slower_than_the_rest() -> None:
    talk = Conversation(Hurrying())
    await talk.until_quiet()
    spoken = list(zip(talk.tts.spoken, talk.tts.rates, strict=True))
    assert spoken == [
        ("As usual.", 1.0),
        ("Now fast.", 1.5),
        ("And on.", 1.5),
        ("Slow in German.", 0.25),
        ("As before.", 1.0),
    ]


async def test_the_rest_of_a_piece_whose_voice_failed_is_as_fast() -> None:
    tts = FakeTts()
    tts.failures = 1
    talk = Conversation(Hurrying(), tts=tts)
    await talk.until_quiet()
    assert tts.rates == [1.0, 1.0, 1.5, 1.5, 0.25, 1.0]


async def test_words_of_a_voice_are_said_its_way_however_fast() -> None:
    pronunciations = Pronunciations({"nginx": "engine x"})
    talk = Conversation(OneFast(), pronunciations=pronunciations)
    await talk.until_quiet()
    assert talk.tts.spoken == ["engine x"]


class OneFast(ScriptedAgent):
    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        yield Say("nginx", rate=2.0)


@pytest.mark.parametrize("rate", [0.2, 4.1, -1.0, float("nan"), float("inf")])
def test_an_agent_hears_of_a_speed_that_nobody_speaks_at(rate: float) -> None:
    with pytest.raises(ValueError, match=r"0\.25 to 4"):
        Say("hello", rate=rate)


async def test_engines_that_do_not_speak_the_other_language_are_told() -> None:
    asked: list[str] = []

    def passed_over(language: str) -> list[tuple[str, str]]:
        asked.append(language)
        return [("tts", "high: it does not speak es; low takes over")]

    talk = Conversation(Polyglot(Switch("es")), passed_over=passed_over)
    await talk.until_quiet()
    await talk.say("hola", 700)
    await talk.until_quiet()
    assert asked == ["es"]
    (event,) = talk.call.happened("engine_failed")
    assert event.data == {"engine": "tts", "reason": "high: it does not speak es; low takes over"}
