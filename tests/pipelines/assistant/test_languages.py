"""An assistant that goes on in the language that it hears, is asked for, or that a key chooses."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mediaserver.errors import ConfigError
from pipelines.assistant.agent import Assistant
from pipelines.assistant.calling import Calling
from pipelines.assistant.phrases import phrases
from pipelines.assistant.settings import AssistantSettings
from pipelines.conversation.agent import Answered, Context, Keep, Say, Switch, Utterance
from pipelines.conversation.own_words import own_words
from pipelines.conversation.text import TextConversation, typed
from tests.fakes import CALL_ID, Conversation, FakeLlm
from tests.pipelines.assistant.talking import Kit, assistant, call, events, given, messages, text
from tests.polyglot import PolyglotStt

LONG = "quiero reservar una mesa para dos personas mañana"
TWO = [
    {"tag": "en", "voice": "nobody's"},
    {"tag": "es-MX", "voice": "lupe", "prompt": "Say usted.", "greeting": "Hola, diga.", "key": "2"},
]
"""The voice of the row's own language is the row's."""


class Call:
    """A call whose recogniser detects."""

    def __init__(self, agent: Assistant) -> None:
        self.stt = PolyglotStt()
        self.talk = Conversation(agent, stt=self.stt)

    async def greeted(self) -> Call:
        await self.talk.until_quiet()
        return self

    async def says(self, words: str, language: str = "", probability: float = 0.95) -> None:
        self.stt.spoken, self.stt.probability = language, probability
        await self.talk.say(words, 700)
        await self.talk.until_quiet()

    @property
    def spoken(self) -> list[tuple[str, str, str]]:
        tts = self.talk.tts
        return list(zip(tts.spoken, tts.languages, tts.voices, strict=True))

    @property
    def changes(self) -> list[dict[str, Any]]:
        return events(self.talk, "language")


async def begun(*answers: str, **settings: Any) -> tuple[Call, FakeLlm]:
    llm = FakeLlm(*(text(answer) for answer in answers))
    return await Call(assistant(llm, languages=TWO, **settings)).greeted(), llm


async def test_who_speaks_another_language_is_answered_in_it() -> None:
    on_line, llm = await begun("Claro que sí.", "Muy bien.")
    await on_line.says(LONG, "es")
    assert on_line.spoken == [("Hello.", "en", ""), ("Claro que sí.", "es-MX", "lupe")]
    assert on_line.changes == [{"language": "es-MX", "before": "en", "why": "heard"}]
    assert given(llm)[-1] == (
        "user",
        f"{LONG} [The caller speaks Spanish (es-MX): answer in Spanish (es-MX) from now on. Say usted.]",
    )
    assert on_line.stt.told == [("en", ("es-MX",))]
    await on_line.says("muchas gracias", "es")
    assert on_line.stt.told[-1] == ("es-MX", ("en",))
    before, after = messages(llm, 0), messages(llm, 1)
    assert after[: len(before)] == before, "what the model has read stays as it was: its server keeps it"


async def test_a_foreign_word_a_name_or_one_short_sentence_changes_nothing() -> None:
    on_line, llm = await begun("Yes?", "Yes?", "Yes?", "Yes.")
    await on_line.says("gracias", "es")
    await on_line.says("Señor Fernández", "es", 0.5)
    await on_line.says("me puede ayudar", "es", 0.7)
    await on_line.says("sorry, I mean a table please", "en")
    assert on_line.changes == [] and {language for _, language, _ in on_line.spoken} == {"en"}
    assert "speaks" not in str(given(llm))


async def test_what_is_heard_over_noise_changes_nothing() -> None:
    agent = assistant(FakeLlm(*(text("Yes?") for _ in range(4))), languages=TWO)
    for line in range(4):
        said = Utterance(LONG, 0.9, noisy=True, language="es", language_probability=0.99)
        acts = [act async for act in agent.respond(said, Context(CALL_ID, line + 1))]
        assert not any(isinstance(act, Switch) for act in acts)


async def test_a_change_that_was_not_wanted_is_taken_back() -> None:
    on_line, _ = await begun("Claro.", "Of course.")
    await on_line.says(LONG, "es")
    await on_line.says("english please", "en")
    assert [change["language"] for change in on_line.changes] == ["es-MX", "en"]
    assert on_line.changes[1]["why"] == "asked"
    assert on_line.spoken[-1] == ("Of course.", "en", "")


async def test_after_a_change_in_which_nothing_is_understood_it_goes_back() -> None:
    llm = FakeLlm(text("¿Cómo?"), text("Once more?"))
    on_line = await Call(assistant(llm, languages=TWO)).greeted()
    await on_line.talk.press("2")
    await on_line.talk.until_quiet()
    await on_line.says("")
    await on_line.says("")
    assert [change["why"] for change in on_line.changes] == ["key", "not understood"]
    assert on_line.spoken[-1] == ("Once more?", "en", "")


async def test_a_key_chooses_and_the_greeting_follows_without_the_model() -> None:
    on_line, llm = await begun()
    await on_line.talk.press("2")
    await on_line.talk.until_quiet()
    assert on_line.spoken[1:] == [("Hola, diga.", "es-MX", "lupe")]
    assert llm.asked == []


async def test_other_languages_are_offered_each_in_its_own() -> None:
    languages = [
        {"tag": "es", "offer": "Para español, pulse dos.", "key": "2"},
        {"tag": "de", "offer": "Deutsch?"},
    ]
    on_line = await Call(assistant(FakeLlm(), languages=languages)).greeted()
    assert on_line.spoken == [
        ("Hello.", "en", ""),
        ("Para español, pulse dos.", "es", ""),
        ("Deutsch?", "de", ""),
    ]
    (line,) = on_line.talk.call.lines()
    assert line.text == "Hello. Para español, pulse dos. Deutsch?"


async def test_the_model_changes_it_with_a_tool_and_answers_in_it() -> None:
    llm = FakeLlm([*text("One moment."), call("speak_language", language="es-MX")], text("Dígame."))
    on_line = await Call(assistant(llm, languages=TWO)).greeted()
    await on_line.says("my mother will go on, she only has Spanish", "en")
    assert on_line.spoken[1:] == [("One moment.", "en", ""), ("Dígame.", "es-MX", "lupe")]
    assert on_line.changes == [{"language": "es-MX", "before": "en", "why": "model"}]
    (result,) = [message.content for message in messages(llm) if message.role == "tool"]
    assert result == "The call goes on in Spanish (es-MX): answer in Spanish (es-MX) from now on. Say usted."


async def test_the_tool_is_offered_where_there_is_a_choice_alone() -> None:
    for languages, hears, offered in (
        (TWO, lambda _: True, True),
        (["en"], lambda _: True, False),
        (TWO, lambda tag: tag == "en", False),
    ):
        llm = FakeLlm(text("Yes."))
        on_line = await Call(assistant(llm, languages=languages, hears=hears)).greeted()
        await on_line.says("hello there")
        assert ("speak_language" in [tool.name for tool in llm.asked[0][1]]) is offered
        assert ("may go on in English (en), Spanish (es-MX)" in messages(llm)[0].content) is offered


@pytest.mark.parametrize("wanted", ["fr", "", 5, None])
async def test_a_language_that_cannot_be_had_is_an_error_to_the_model(wanted: Any) -> None:
    llm = FakeLlm([call("speak_language", language=wanted)], text("I cannot."))
    on_line = await Call(assistant(llm, languages=TWO)).greeted()
    await on_line.says("please speak to my friend")
    (result,) = [message.content for message in messages(llm) if message.role == "tool"]
    assert result.startswith("error: ") and on_line.changes == []


async def test_who_asks_for_a_language_that_cannot_be_heard_is_told_so_in_it() -> None:
    llm = FakeLlm(text("Of course."))
    on_line = await Call(assistant(llm, languages=TWO, hears=lambda tag: tag == "en")).greeted()
    await on_line.says("do you speak spanish")
    assert on_line.spoken[1:] == [("Lo siento, en esta línea solo puedo hablar inglés.", "es-MX", "lupe")]
    assert llm.asked == [] and on_line.changes == []
    assert events(on_line.talk, "language_refused") == [
        {"language": "es-MX", "why": "asked", "told_in": "es-MX"}
    ]
    await on_line.says("all right then in english", "en")
    assert on_line.spoken[-1] == ("Of course.", "en", "")
    assert on_line.stt.told == [("en", ())]


async def test_where_no_voice_speaks_it_either_it_is_told_in_the_present_language() -> None:
    agent = assistant(FakeLlm(), languages=TWO, hears=lambda _: False, speaks=lambda _: False)
    on_line = await Call(agent).greeted()
    await on_line.says("habla español")
    assert on_line.spoken[1:] == [("I am sorry, on this line I can only speak English.", "en", "")]


async def test_the_model_is_told_once_of_a_language_that_nobody_offers() -> None:
    llm = FakeLlm(text("Yes?"), text("Yes?"))
    agent = assistant(llm, languages=TWO)
    for line in (1, 2):
        said = Utterance("je voudrais une table pour deux", 0.9, language="fr", language_probability=0.9)
        acts = [act async for act in agent.respond(said, Context(CALL_ID, line))]
        assert not any(isinstance(act, Switch) for act in acts)
    assert str(given(llm)).count("seems to speak French (fr)") == 1


async def test_its_own_phrases_and_the_servers_follow() -> None:
    llm = FakeLlm([call("end_call")])
    on_line = await Call(assistant(llm, languages=TWO)).greeted()
    await on_line.says("en español por favor")
    assert on_line.spoken[-1] == (phrases("es").goodbye, "es-MX", "lupe")
    on_line, _ = await begun()  # the model has nothing to say
    await on_line.says("en español por favor")
    assert on_line.spoken[-1][:2] == (
        own_words("es").apology.rpartition("?")[0].rpartition(". ")[2] + "?",
        "es-MX",
    )


async def test_what_the_operator_wrote_is_said_in_its_own_language_and_answered_in_either() -> None:
    for answer in ("sí", "yes"):
        kit = Kit("book", confirm="Shall I book it?")
        llm = FakeLlm([call("book", what="room")], text("Hecho."))
        on_line = await Call(assistant(llm, kit, languages=TWO)).greeted()
        await on_line.says("una habitación en español por favor")
        assert on_line.spoken[-1] == ("Shall I book it?", "en", "")
        await on_line.says(answer)
        assert len(kit.ran) == 1 and on_line.spoken[-1] == ("Hecho.", "es-MX", "lupe")


async def test_a_turn_that_is_cut_before_the_change_is_carried_out_makes_up_for_it() -> None:
    agent = assistant(FakeLlm(text("Claro.")), languages=TWO)
    cut = agent.respond(Utterance("en español por favor", 0.9), Context(CALL_ID, 1))
    assert isinstance(await anext(cut), Switch)
    await cut.aclose()  # type: ignore[attr-defined]
    acts = [act async for act in agent.respond(Utterance("hola a todos", 0.9), Context(CALL_ID, 2))]
    assert [act.language for act in acts if isinstance(act, Switch)] == ["es-MX"]


async def test_who_types_is_answered_in_the_language_of_the_text() -> None:
    llm = FakeLlm(text("Claro."))
    chat = TextConversation(assistant(llm, languages=TWO), CALL_ID)
    await chat.tell(Answered())
    acts = [act async for act in chat.acts(typed(LONG)[0])]
    assert [act for act in acts if not isinstance(act, Keep)] == [
        Switch("es-MX", "lupe", "heard"),
        Say("Claro."),
    ]


async def test_a_summary_of_what_is_too_long_ago_keeps_the_language() -> None:
    llm = FakeLlm(*(text("Sí.") for _ in range(60)))
    agent = assistant(llm, languages=TWO)
    acts = [act async for act in agent.respond(Utterance("en español por favor", 0.9), Context(CALL_ID, 1))]
    agent.heard(1, "Sí.", False)
    for line in range(2, 40):
        acts += [act async for act in agent.respond(Utterance(f"número {line}", 0.9), Context(CALL_ID, line))]
        agent.heard(line, "Sí.", False)
        for _ in range(8):
            await asyncio.sleep(0)  # it is summed up meanwhile
    summed = next(asked for asked, _ in llm.asked if asked[0].content.startswith("You keep the notes"))
    assert "in Spanish (es-MX) and in at most" in summed[0].content
    opening = messages(llm)[1].content
    assert "What was said before" in opening and "answer in Spanish (es-MX) from now on" in opening


def test_a_call_that_begins_in_one_of_them_has_its_greeting_and_its_prompt() -> None:
    agent = assistant(FakeLlm(), calling=Calling(CALL_ID, "es-mx"), languages=TWO)
    assert agent.languages == ("es-mx", "en")
    assert "Say usted." in agent._memory.instructions


DIGITS = '<speak><say-as interpret-as="digits">2</say-as></speak>'


async def test_numbers_of_a_greeting_are_said_in_the_language_of_the_call() -> None:
    agent = assistant(FakeLlm(), calling=Calling(CALL_ID, "de"), greeting=DIGITS)
    said = [act async for act in agent.respond(Answered(), Context(CALL_ID, 1)) if isinstance(act, Say)]
    assert [each.said for each in said[0].segments] == ["zwei"] and said[0].text == "2"


def test_a_greeting_may_be_ssml_and_a_mistake_in_it_is_told_with_the_row() -> None:
    row = {
        "greeting": '<speak>Hello.<break time="1s"/>Bella here.</speak>',
        "languages": ["en", {"tag": "de", "offer": DIGITS}],
    }
    settings = AssistantSettings.of(row)
    assert settings.greeting == "Hello. Bella here." and Say(settings.greeting).segments[1].pause_ms == 1_000
    assert Say(settings.languages[1].offer).segments[0].said == "zwei", "in its own language"
    with pytest.raises(ConfigError, match="its assistant's greeting: .* column 10: '& you"):
        AssistantSettings.of({"greeting": "<speak>a & you</speak>"})
    with pytest.raises(ConfigError, match="the greeting of one of its languages: .*not closed"):
        AssistantSettings.of({"languages": [{"tag": "de", "greeting": "<speak>a"}]})


@pytest.mark.parametrize(
    ("languages", "wrong"),
    [
        ("es", "its languages are no list"),
        ([5], "of its languages 5 is no tag"),
        ([{"voice": "x"}], "has none as 'tag'"),
        (["spanish please"], "'spanish please' is no tag such as 'es'"),
        ([{"tag": "es", "vioce": "x"}], "unknown key 'vioce'; the nearest known one is 'voice'"),
        ([{"tag": "es", "key": "99"}], "a key that is no text of at most 1"),
        ([{"tag": "es", "key": "x"}], "the key 'x': a telephone has"),
        (["es", "ES"], "the language 'es' twice"),
        ([{"tag": "es", "key": "2"}, {"tag": "de", "key": "2"}], "the key '2' twice"),
        (["es"] * 21, "no list of at most 20"),
    ],
)
def test_what_a_row_has_wrong_is_said(languages: Any, wrong: str) -> None:
    with pytest.raises(ConfigError) as raised:
        AssistantSettings.of({"languages": languages})
    assert wrong in str(raised.value)
