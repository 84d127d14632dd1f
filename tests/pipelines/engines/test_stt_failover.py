"""Lists of recognisers: what a caller says is heard by the next when one fails, and nothing raises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from mediaserver.media.leg import Frame
from pipelines.conversation.turn_settings import TurnSettings
from pipelines.engines.protocols import FINAL_WITHIN_S, Grammar, Stt, SttResult
from pipelines.engines.stt.failover import PreferredStt
from tests.fakes import SILENCE, FakeStt, FakeSttSession, tone


def lost(epoch: int = 0) -> SttResult:
    return SttResult("", True, understood=False, failed=True, epoch=epoch)


async def passed(*engines: FakeStt) -> None:
    """The engines have said what they had to say."""
    for _ in range(3):
        for engine in engines:
            engine.tick()
        await asyncio.sleep(0)


async def test_without_any_recogniser_a_flush_fails_and_nothing_raises() -> None:
    results: list[SttResult] = []
    session = PreferredStt(lambda: []).session(results.append)
    session.begin(1)
    session.feed(SILENCE)
    session.flush(1)
    assert not results  # never from within the call
    await asyncio.sleep(0)
    assert results == [SttResult("", True, understood=False, epoch=1, failed=True)]


async def test_the_utterance_of_a_recogniser_that_fails_is_heard_by_the_next_from_its_start() -> None:
    one, two = FakeStt(), FakeStt()
    results: list[SttResult] = []
    session = PreferredStt(lambda: [one, two]).session(results.append)
    session.begin(1, Grammar("yes", "#JSGF"))
    session.feed(tone(320))
    session.feed(SILENCE)
    one.post(lost(1))
    await passed(one)
    assert not results  # the call need not know
    assert [each.closed for each in one.sessions] == [True]
    session.feed(SILENCE)
    two.text = "yes"
    session.flush(1)
    await passed(two)
    assert [(each.text, each.epoch) for each in results] == [("yes", 1)]
    (heard,) = two.utterances
    assert heard.grammar == Grammar("yes", "#JSGF")
    assert [bytes(frame) for frame in heard.frames] == [bytes(each) for each in (tone(320), SILENCE, SILENCE)]


async def test_one_that_fails_when_it_is_asked_is_replaced_before_anybody_notices() -> None:
    one, two = FakeStt(), FakeStt()
    results: list[SttResult] = []
    session = PreferredStt(lambda: [one, two]).session(results.append)
    session.begin(1)
    session.feed(SILENCE)
    one.broken, two.text = True, "yes"
    session.flush(2)
    await passed(one)
    await passed(two)
    assert [(each.text, each.epoch, each.failed) for each in results] == [("yes", 2, False)]
    assert two.utterances[0].told == ["flush"]


async def test_when_all_have_failed_the_call_is_told_once_and_may_try_again() -> None:
    one, two = FakeStt(), FakeStt()
    one.broken = two.broken = True
    results: list[SttResult] = []
    session = PreferredStt(lambda: [one, two]).session(results.append)
    session.begin(1)
    session.feed(SILENCE)
    await passed(one)
    await passed(two)
    assert results == [lost(1)]
    two.broken, two.text = False, "yes"
    session.resume(2)
    session.flush(2)
    await passed(one, two)
    assert (results[-1].text, results[-1].epoch) == ("yes", 2)


async def test_what_one_that_was_left_says_later_counts_no_more() -> None:
    one, two = FakeStt(), FakeStt()
    results: list[SttResult] = []
    session = PreferredStt(lambda: [one, two]).session(results.append)
    session.begin(1)
    one.post(lost(1))
    await passed(one)
    one.post(SttResult("stale", True, epoch=1))
    one.post(lost(1))
    await passed(one)
    assert not results


async def test_one_that_never_answers_is_passed_over_for_the_next_utterance() -> None:
    one, two = FakeStt(), FakeStt()
    one.manifest = replace(one.manifest, final_within_s=0.0)
    one.mute = True
    told = asyncio.Event()

    class Watched(PreferredStt):
        def failed(self, engine: Stt, why: str, *more: Any) -> None:
            super().failed(engine, why, *more)
            told.set()

    session = Watched(lambda: [one, two]).session(lambda _: None)
    session.begin(1)
    session.flush(1)
    await told.wait()
    session.begin(2)
    assert len(two.utterances) == 1


def test_turn_taking_waits_as_long_as_any_of_the_list_may_take() -> None:
    one, two = FakeStt(), FakeStt()
    two.manifest = replace(two.manifest, name="two", final_within_s=4.0)
    manifest = PreferredStt(lambda: [one, None, two]).manifest
    assert (manifest.name, manifest.final_within_s) == ("fake", 4.0)
    assert TurnSettings().turn("en", manifest.final_within_s)._limits.final == 4_000
    assert PreferredStt(lambda: []).manifest.final_within_s == FINAL_WITHIN_S


async def test_what_does_not_speak_the_language_is_passed_over() -> None:
    one, two = FakeStt(), FakeStt()
    two.manifest = replace(two.manifest, languages=("de-at", "fr"))
    engines = PreferredStt(lambda: [one, two])
    engines.session(lambda _: None, language="de").begin(1)
    assert (len(one.utterances), len(two.utterances)) == (0, 1)
    assert engines.order("en-GB") == [one]
    assert engines.order("it") == engines.order() == [one, two]  # better than nobody
    engines.failed(two, "it fell over")
    assert engines.order("de") == [two]
    one.manifest = replace(one.manifest, languages=("*",))
    assert engines.order("de") == [one, two]


def boom(*given: Any, **named: Any) -> Any:
    raise ConnectionResetError("cloud")


@pytest.mark.parametrize("where", ["session", "begin", "feed", "flush"])
async def test_one_that_raises_anything_is_replaced_and_the_clock_never_sees_it(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Session(FakeSttSession):
        pass

    class Raising(FakeStt):
        def session(self, on_result: Any, *, language: str = "en", **more: Any) -> FakeSttSession:
            return boom() if where == "session" else Session(self, on_result, language)

    if where != "session":
        monkeypatch.setattr(Session, where, boom)
    one, two = Raising(), FakeStt()
    results: list[SttResult] = []
    session = PreferredStt(lambda: [one, two]).session(results.append)
    frames: list[Frame] = [tone(320), SILENCE]
    session.begin(1)
    for frame in frames:
        session.feed(frame)
    two.text = "yes"
    session.flush(1)
    await passed(two)
    assert [each.text for each in results] == ["yes"]
    assert len(two.utterances[0].frames) == len(frames)


@pytest.mark.parametrize("where", ["resume", "abandon", "close"])
async def test_nothing_raises_where_there_is_nothing_to_replace(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeSttSession, where, boom)
    only = FakeStt()
    session = PreferredStt(lambda: [only]).session(lambda _: None)
    session.begin(1)
    session.resume(2)
    session.abandon()
    session.close()


async def test_the_only_one_hears_the_utterance_again_after_it_raised() -> None:
    """A line that was cut and is there again."""

    class Once(FakeSttSession):
        def feed(self, frame: Frame) -> None:
            super().feed(frame)
            if len(self.stt.sessions) == 1:
                boom()

    class Only(FakeStt):
        def session(self, on_result: Any, *, language: str = "en", **more: Any) -> FakeSttSession:
            self.sessions.append(Once(self, on_result, language))
            return self.sessions[-1]

    only = Only()
    only.text = "yes"
    results: list[SttResult] = []
    session = PreferredStt(lambda: [only]).session(results.append)
    session.begin(1)
    session.feed(SILENCE)
    session.flush(1)
    await passed(only)
    assert [each.text for each in results] == ["yes"]
    assert len(only.utterances[-1].frames) == 1


async def test_one_whose_final_comes_too_late_takes_over_from_nobody() -> None:
    one, two = FakeStt(), FakeStt()
    one.manifest = replace(one.manifest, name="one", final_within_s=0.0)
    two.manifest = replace(two.manifest, name="two")
    one.mute = True
    late = asyncio.Event()

    class Watched(PreferredStt):
        def failed(self, engine: Stt, why: str, *more: Any) -> None:
            super().failed(engine, why, *more)
            late.set()

    results: list[SttResult] = []
    for there in ([one, two], [one]):
        one.sessions.clear()
        late.clear()
        session = Watched(partial(list, there)).session(results.append)
        session.begin(1)
        session.flush(1)
        await late.wait()
        one.post(SttResult("yes", True, epoch=1))
        await passed(one)
        assert (results[-1].text, results[-1].instead_of) == ("yes", "")
        session.begin(2)
        (there[-1]).text = "no"
        one.mute = False
        session.flush(2)
        await passed(*there)
        told = "one: nothing came in time; two takes over" if two in there else ""
        assert (results[-1].text, results[-1].instead_of) == ("no", told)
        one.mute = True
        session.close()
