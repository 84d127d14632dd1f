"""An agent goes on in another language: voice, recogniser, and what the server says by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, AgentInput, Answered, Context, Say, Switch, Utterance
from pipelines.conversation.own_words import own_words
from tests.fakes import Conversation


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


@pytest.mark.parametrize("language", ["", "english please", "../de", "d", "de\n"])
def test_what_is_no_language_is_the_agents_mistake(language: str) -> None:
    with pytest.raises(ValueError, match="a language is a tag"):
        Switch(language)
