"""What the engines of one call were used for, through the lists of engines that calls use."""

from __future__ import annotations

from contextlib import aclosing
from uuid import UUID, uuid4

import numpy as np
import pytest

from mediaserver.calls import speech_usage
from mediaserver.calls.call import Call
from mediaserver.calls.events import EventBus
from mediaserver.calls.speech_usage import SpeechUsage
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.storage.records import UsageCounted
from pipelines.engines.stt.failover import PreferredStt
from pipelines.engines.tts.failover import PreferredTts
from tests.fakes import FakeStt, FakeTts
from tests.mediaserver.calls.bench import Kept

FRAME = np.full(320, 1000, np.int16)
KEY = UUID(int=7)


class Desk:
    """A call and what counts for it."""

    def __init__(self) -> None:
        self.kept, self.seconds = Kept(), 0.0
        self.call = Call(
            uuid4(), "inbound", "a", "b", "demo", self.kept, EventBus(), agent="demo", owner=KEY,
            now=lambda: self.seconds,
        )  # fmt: skip
        self.call.answer()
        self.usage = SpeechUsage(self.call, "booking")

    def end(self) -> None:
        self.call.end(Termination(EndedBy.CALLER, Why.HANGUP))

    @property
    def counted(self) -> list[tuple[str, str, float]]:
        found = [each for each in self.kept.records if isinstance(each, UsageCounted)]
        assert {(each.owner, each.agent, each.flow, each.call_id) for each in found} <= {
            (KEY, "demo", "booking", self.call.id)
        }
        assert len({each.id for each in found}) == len(found)
        return [(str(each.kind), each.engine, round(each.amount, 6)) for each in found]


async def test_what_was_said_counts_for_the_engine_that_said_it() -> None:
    desk = Desk()
    dead, voice = FakeTts(), FakeTts()
    dead.failures = 1
    dead.manifest = type(dead.manifest)("dead", dead.manifest.kind, "", ("en",), "")
    tts = PreferredTts(lambda: [dead, voice]).counted(desk.usage)
    async with aclosing(tts.speak("one two three")) as chunks:
        assert len([chunk async for chunk in chunks]) == 3
    assert desk.counted == []
    desk.end()
    assert desk.counted == [("tts_characters", "fake", 13.0), ("tts_seconds", "fake", 0.6)]


async def test_a_counted_voice_remembers_with_the_others_of_its_list_who_failed() -> None:
    one, two = FakeTts(), FakeTts()
    one.failures = 1
    usual = PreferredTts(lambda: [one, two])
    async for _ in usual.counted(Desk().usage).speak("hello"):
        pass
    async for _ in usual.speak("hello"):
        pass
    assert (len(one.spoken), len(two.spoken)) == (1, 2)


async def test_what_was_heard_counts_for_each_that_was_given_it() -> None:
    desk = Desk()
    one, two = FakeStt(), FakeStt()
    two.manifest = type(two.manifest)("other", two.manifest.kind, "", ("en",), "")
    stt = PreferredStt(lambda: [one, two]).counted(desk.usage)
    session = stt.session(lambda result: None)
    session.begin(1)
    for _ in range(50):
        session.feed(FRAME)
    session.abandon()
    session.begin(2)
    for _ in range(5):
        session.feed(FRAME)
    desk.end()
    assert desk.counted == [("stt_seconds", "fake", 1.0)]
    session.close()
    assert desk.counted[1:] == [("stt_seconds", "fake", 0.1)]


async def test_an_utterance_that_another_hears_again_counts_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    one, two = FakeStt(), FakeStt()
    two.manifest = type(two.manifest)("other", two.manifest.kind, "", ("en",), "")
    session = PreferredStt(lambda: [one, two]).counted(desk.usage).session(lambda result: None)
    session.begin(1)
    for _ in range(10):
        session.feed(FRAME)

    def boom(epoch: int) -> None:
        raise RuntimeError("gone")

    monkeypatch.setattr(one.sessions[0], "flush", boom)
    session.flush(2)
    session.close()
    desk.end()
    assert desk.counted == [("stt_seconds", "fake", 0.2), ("stt_seconds", "other", 0.2)]


def test_a_long_call_keeps_what_it_used_now_and_then() -> None:
    desk = Desk()
    desk.usage.heard("fake", 3.0)
    desk.usage.heard("fake", 4.0)
    desk.seconds = speech_usage.KEPT_EVERY_MS / 1000 + 1
    desk.usage.heard("fake", 5.0)
    assert desk.counted == [("stt_seconds", "fake", 12.0)]
    desk.end()
    assert desk.counted == [("stt_seconds", "fake", 12.0)]
