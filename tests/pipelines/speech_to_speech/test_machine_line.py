"""A machine has picked up a call with a speech-to-speech model: the model is set aside, a message left."""

from __future__ import annotations

import numpy as np

from mediaserver.errors import PeerError
from mediaserver.media.answered_by import AnsweredBy
from mediaserver.media.leg import WhoAnswered, Why
from pipelines.conversation.agent import Play
from pipelines.conversation.machine_care import Recording, Voicemail
from tests.pipelines.speech_to_speech.calling import ModelCall

LEFT = "this is the library your book is here"
MESSAGE_MS = 200 * len(LEFT.split())


def called(message: str = LEFT, recording: Recording | None = None) -> ModelCall:
    on = ModelCall(called=True, voicemail=Voicemail(message, "reminder", recording))
    on.tick(20)
    on.model.ready()
    return on


def found(on: ModelCall, by: AnsweredBy) -> None:
    on.app.on_event(WhoAnswered(by))


async def spoken(on: ModelCall, ms: int) -> None:
    """Somebody speaks at the other end."""
    for _ in range(ms // 20):
        on.tick(20, voice=0.9)
    await on.settle(20)


def outcomes(on: ModelCall) -> list[tuple[str, str]]:
    return [(each.flow, each.status) for each in on.call.outcomes()]


async def test_the_message_is_left_behind_the_greeting_and_then_we_hang_up() -> None:
    on = called()
    await spoken(on, 600)
    found(on, AnsweredBy.MACHINE)
    await spoken(on, 3_000)
    assert on.tts.spoken == [] and on.hung_up == []
    found(on, AnsweredBy.MACHINE_END)
    await on.settle(MESSAGE_MS + 100)
    assert on.tts.spoken == [LEFT] and on.hung_up == [], "somebody may speak yet"
    assert on.audible_ms() == MESSAGE_MS
    await on.settle(1_500)
    assert outcomes(on) == [("reminder", "voicemail_left")]
    assert [ended.why for ended in on.hung_up] == [Why.COMPLETED]
    assert on.agent_lines() == [(LEFT, LEFT, False)]


async def test_a_greeting_of_which_nobody_tells_the_end_is_listened_to_until_it_is_silent() -> None:
    on = called()
    found(on, AnsweredBy.MACHINE)
    await spoken(on, 4_000)
    await on.settle(2_000)
    assert on.tts.spoken == []
    await on.settle(700)
    assert on.tts.spoken == [LEFT]


async def test_the_model_says_and_hears_nothing_while_a_machine_is_on_the_line() -> None:
    on = called()
    on.model.says("Hello, who is there?", 2_000)
    await on.settle(400)
    found(on, AnsweredBy.MACHINE)
    before, heard = on.audible_ms(), len(on.model.octets)
    on.model.tells("input_audio_buffer.speech_started", item_id="c", audio_start_ms=100)
    on.model.says("Are you there?", 1_000, "two")
    await spoken(on, 1_000)
    assert on.audible_ms() == before and len(on.model.octets) == heard
    assert on.model.sent("input_audio_buffer.clear")


async def test_who_speaks_into_the_message_twice_is_a_person_and_the_model_talks() -> None:
    on = called()
    found(on, AnsweredBy.MACHINE_END)
    await on.settle(400)
    await spoken(on, 500)  # the greeting went on: the message is said again from its beginning
    before = on.audible_ms()
    await on.settle(2_400)
    assert on.audible_ms() == before and on.hung_up == []
    await on.settle(1_000)
    assert on.tts.spoken == [LEFT, LEFT]
    await spoken(on, 500)
    await on.settle(100)
    assert on.model.sent("response.create") and outcomes(on) == []
    heard = len(on.model.octets)
    on.model.says("Good day!", 400, "three")
    await on.settle(600)
    assert ("Good day!", "Good day!", False) in on.agent_lines() and len(on.model.octets) > heard
    assert [event.data["by"] for event in on.call.happened("answered_by")] == ["human"]


async def test_a_sound_file_is_left_and_the_words_where_it_cannot_be_had() -> None:
    async def sound(words: str) -> Play:
        return Play(np.full(16_000, 3_000, np.int16), words)

    on = called(recording=sound)
    found(on, AnsweredBy.MACHINE_END)
    await on.settle(1_200)
    assert on.tts.spoken == [] and on.audible_ms() == 1_000

    async def none(words: str) -> Play:
        raise PeerError("there is no such file")

    on = called(recording=none)
    found(on, AnsweredBy.MACHINE_END)
    await on.settle(400)
    assert on.tts.spoken == [LEFT]


async def test_a_fax_is_hung_up_on() -> None:
    on = called("")
    found(on, AnsweredBy.FAX)
    await on.settle(60)
    assert outcomes(on) == [("reminder", "fax")] and len(on.hung_up) == 1


async def test_without_a_message_a_machine_is_talked_to_as_anybody_is() -> None:
    on = called("")
    found(on, AnsweredBy.MACHINE)
    on.model.says("Hello.", 400)
    await on.settle(600)
    assert on.audible_ms() == 400 and on.hung_up == []


async def test_a_message_that_no_voice_can_say_was_not_left() -> None:
    on = called()
    on.tts.failures = 1
    found(on, AnsweredBy.MACHINE_END)
    await on.settle(400)
    ((ended),) = on.hung_up
    assert ended.why is Why.FAILED and "voicemail" in ended.detail and outcomes(on) == []


async def test_a_model_that_fails_meanwhile_keeps_no_message_from_being_left() -> None:
    on = called()
    found(on, AnsweredBy.MACHINE)
    on.app.lost("it is gone", over=True)
    found(on, AnsweredBy.MACHINE_END)
    await on.settle(MESSAGE_MS + 1_800)
    assert on.tts.spoken == [LEFT] and outcomes(on) == [("reminder", "voicemail_left")]
