"""The hearing report of a call: what was noted while it went on."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.leg import LegStats, Voice
from mediaserver.media.line_condition import LineCondition
from mediaserver.media.time import FRAME_SAMPLES
from mediaserver.storage.records import EventHappened, HearingReport, TurnSaid
from pipelines.conversation.agent import Listen, Silence, Utterance
from pipelines.conversation.hearing_notes import HearingNotes
from tests.fakes import CALL_ID, Conversation, FakeCall, Reply, ScriptedAgent
from tests.mediaserver.media.line_watch.sounds import echo, frames, join, noise, silence, talk


def reports(call: FakeCall) -> list[HearingReport]:
    return [record for record in call.records if isinstance(record, HearingReport)]


def heard(notes: HearingNotes, seconds: float = 4.0) -> HearingReport:
    for frame in frames(noise(seconds, -50)):
        notes.hear(frame)
        notes.spoke(None)
    report = notes.report()
    assert report is not None
    return report


async def test_a_call_leaves_one_report_of_how_its_caller_was_heard() -> None:
    conversation = Conversation(ScriptedAgent(Reply("where to"), Reply("thank you")))
    await conversation.until_quiet()
    await conversation.say("mountain view")
    await conversation.until_quiet()
    await conversation.silence(2_000)
    await conversation.hang_up()
    (report,) = reports(conversation.call)
    assert report.call_id == CALL_ID
    assert report.speech_s > 0.5
    assert report.timings["end_wait_p50"] > 0
    assert conversation.call.records[-1] is report, "what the agent kept last comes before"


async def test_what_was_asked_again_and_why_is_in_the_report() -> None:
    conversation = Conversation(
        ScriptedAgent(*[Reply("again please", Listen(silence_ms=3_000))] * 4, silence_ms=3_000)
    )
    await conversation.until_quiet()
    await conversation.say("")
    await conversation.until_quiet()
    await conversation.silence(4_000)
    await conversation.hang_up()
    (report,) = reports(conversation.call)
    assert report.reasks == {"not understood": 1, "silence": 1}


async def test_a_call_that_was_never_heard_leaves_no_report() -> None:
    conversation = Conversation(ScriptedAgent())
    await conversation.hang_up()
    assert reports(conversation.call) == []


def test_doubt_noise_and_mended_answers_are_counted_apart() -> None:
    notes = HearingNotes(FakeCall())
    for said in (
        Utterance("two", doubtful=True),
        Utterance("", understood=False, noisy=True),
        Utterance("", understood=False),
        Utterance("two people", amends=True),
        Silence(),
    ):
        notes.told(said)
    report = heard(notes)
    assert report.reasks == {"doubtful": 1, "noisy": 1, "not understood": 1, "silence": 1}
    assert report.false_starts == 1
    assert notes.misheard == 2


def test_interruptions_and_their_times_are_counted_as_they_go_by() -> None:
    call = FakeCall()
    notes = HearingNotes(call)
    for at, (outcome, ms) in enumerate((("taken", 200.0), ("resumed", 280.0), ("taken", 240.0))):
        data = {"outcome": outcome, "duck_ms": 40.0, "decision_ms": ms}
        notes.put(EventHappened(CALL_ID, at, "barge_in", data))
    report = heard(notes)
    assert report.interruptions == {"taken": 2, "resumed": 1}
    assert report.timings["duck_p95"] == pytest.approx(40)
    assert report.timings["decision_p50"] == pytest.approx(240)
    assert report.timings["decision_p95"] == pytest.approx(280)
    assert len(call.records) == 3, "everything is passed on"


def test_a_line_that_is_put_again_is_one_wait() -> None:
    notes = HearingNotes(FakeCall())
    for wait in (160.0, 900.0):
        notes.put(TurnSaid(CALL_ID, 3, "caller", "a", "a", 0, 9, latency={"endpoint": wait}))
    assert heard(notes).timings == {"end_wait_p50": 160.0, "end_wait_p95": 160.0}


def test_loss_and_jitter_are_those_of_the_leg_at_the_end() -> None:
    figures = LegStats(packets=10)
    notes = HearingNotes(FakeCall(), lambda: figures)
    figures = LegStats(packets=900, lost=100, loss_pct=10.04, jitter_ms=12.3)
    report = heard(notes)
    assert (report.loss_pct, report.jitter_ms) == (10.0, 12.3)


def test_of_a_leg_that_had_no_packets_nothing_is_told() -> None:
    report = heard(HearingNotes(FakeCall(), LegStats))
    assert report.loss_pct is None and report.jitter_ms is None


def test_the_echo_is_taken_from_whoever_cancels_it() -> None:
    ours = join(silence(0.5), talk(6, 4))
    for condition, loss in ((None, 14.0), (LineCondition(echo_loss_db=17.0, echo_delay_ms=99.0), 17.0)):
        notes = HearingNotes(FakeCall())
        for came, went in zip(frames(echo(ours, -14, 120)), frames(ours), strict=True):
            notes.hear(came)
            notes.spoke(went)
        report = notes.report(condition)
        assert report is not None and report.echo_loss_db == pytest.approx(loss, abs=1)


async def test_a_hold_is_no_silence_of_the_line() -> None:
    conversation = Conversation(ScriptedAgent(Reply("hello")))
    await conversation.until_quiet()
    hum = np.full(FRAME_SAMPLES, 900, np.int16)
    for _ in range(200):
        await conversation.tick(hum)
    conversation.session.on_event(Voice(0, 0.9))
    await conversation.hang_up()
    assert reports(conversation.call)[0].silent_s == 0
