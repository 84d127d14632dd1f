"""The far end's speech in utterances."""

from __future__ import annotations

from callers.listener import Stretch
from pipelines.engines.protocols import SttResult
from tests.fakes import SILENCE, FakeStt


def test_a_final_that_nobody_asked_for_does_not_end_the_utterance() -> None:
    stt, results = FakeStt(), list[tuple[str, bool]]()
    utterance = Stretch(stt, lambda result, over: results.append((result.text, over)))
    utterance.feed(SILENCE)
    stt.post(SttResult("good morning", True))
    for _ in range(3):
        stt.tick()
    assert not stt.sessions[0].closed
    stt.text = "good morning and good night"
    utterance.finish()
    for _ in range(3):
        stt.tick()
    assert results == [("good morning", False), ("good morning and good night", True)]
    assert stt.sessions[0].closed


def test_the_next_utterance_begins_while_the_final_of_the_last_is_being_made() -> None:
    stt, results = FakeStt(), list[str]()
    for text in ("one", "two"):
        utterance = Stretch(stt, lambda result, over: results.append(result.text))
        stt.text = text
        utterance.finish()
    for _ in range(3):
        stt.tick()
    assert results == ["one", "two"]
