"""What a model writes is spoken in words; transcript and memory keep it as it was written."""

from __future__ import annotations

import pytest

from pipelines.conversation.speaking import MOST_CHARS
from tests.fakes import Conversation, Reply, ScriptedAgent


async def test_the_voice_gets_words_and_the_transcript_what_was_written() -> None:
    agent = ScriptedAgent(Reply("Your room is **B12** at 14:30 🎉. It costs $20.50!"))
    talk = Conversation(agent)
    await talk.until_quiet()
    assert talk.tts.spoken == [
        "Your room is B twelve at two thirty p m.",
        "It costs twenty dollars and fifty cents!",
    ]
    (line,) = talk.call.lines()
    assert line.text == line.heard == "Your room is **B12** at 14:30 🎉. It costs $20.50!"


@pytest.mark.parametrize("marks", [True, False])
async def test_a_line_that_was_cut_is_heard_up_to_a_written_word(marks: bool) -> None:
    text = "We open at 9:30 and close at 18:00, and the number is +1 650 253 0000, as ever, my dear friend."
    talk = Conversation(ScriptedAgent(Reply(text), Reply("Yes.")))
    talk.tts.marks = marks
    await talk.silence(1500)
    await talk.say("no wait", 700)
    await talk.silence(500)
    line = talk.call.lines()[0]
    assert line.interrupted
    assert line.heard and text.startswith(line.heard) and len(line.heard) < len(text)


@pytest.mark.parametrize("text", ["🎉🎉", "```python\nprint(1)\n```", "<b></b>", "***"])
async def test_what_cannot_be_said_is_not_asked_of_the_voice_and_the_call_goes_on(text: str) -> None:
    talk = Conversation(ScriptedAgent(Reply(text), Reply("Yes.")))
    await talk.silence(500)
    assert talk.tts.spoken == []
    await talk.say("hello", 700)
    await talk.until_quiet()
    assert talk.tts.spoken == ["Yes."]
    assert talk.call.happened("engine_failed") == []
    assert [line.text for line in talk.call.lines()][0] == text


async def test_emoji_between_two_sentences_leave_both_heard() -> None:
    talk = Conversation(ScriptedAgent(Reply("One.\n\n🎉\n\nTwo.")))
    await talk.until_quiet()
    assert talk.tts.spoken == ["One.", "Two."]
    assert talk.call.lines()[0].heard == "One. Two."


async def test_a_megabyte_is_cut_and_the_transcript_tells_of_it() -> None:
    talk = Conversation(ScriptedAgent(Reply("<" * 1_000_000)))
    await talk.silence(300)
    (cut,) = talk.call.happened("text_cut")
    assert cut.data == {"characters": 1_000_000, "kept": MOST_CHARS}
    assert all(len(line.text) <= MOST_CHARS for line in talk.call.lines())
