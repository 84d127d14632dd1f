"""Traces of calls, sent to a collector by the official SDK."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID, uuid4

import pytest
from opentelemetry.sdk.trace import TracerProvider
from pydantic import SecretStr, ValidationError

from mediaserver.calls.events import LiveEvent
from mediaserver.settings.telemetry import TelemetrySettings
from mediaserver.telemetry import call_spans
from mediaserver.telemetry.call_spans import CallSpans
from mediaserver.telemetry.exporting import open_provider
from tests.mediaserver.telemetry.collector import Collector, collector, sent

CALL = uuid4()
TURN: dict[str, Any] = {
    "endpoint": 100.0, "stt": 40.0, "llm_first_token": 20.0, "tts_first_audio": 30.0, "transport": 10.0,
    "voice_to_voice": 200.0,
}  # fmt: skip


def provider_of(taken: Collector, **settings: Any) -> TracerProvider:
    return open_provider(TelemetrySettings(otlp_endpoint=taken.url, **settings))


class Story:
    """Events of calls, told to the spans at times that a test says."""

    def __init__(self, provider: TracerProvider) -> None:
        self.spans = CallSpans(provider.get_tracer("test"))

    def tell(self, kind: str, at: float, call_id: UUID = CALL, **data: Any) -> None:
        self.spans.happened(LiveEvent(call_id, kind, data, at))

    def state(self, state: str, at: float, call_id: UUID = CALL) -> None:
        self.tell(
            "state", at, call_id, state=state, direction="inbound", agent="demo", from_uri="sip:+4930@h"
        )

    def end(self, at: float, call_id: UUID = CALL, why: str = "hung up") -> None:
        self.tell("ended", at, call_id, by="caller", why=why, code=200, ms=1)


async def test_a_call_is_one_trace_with_a_span_for_each_part_of_a_turn() -> None:
    async with collector() as taken:
        provider = provider_of(taken)
        story = Story(provider)
        for state, at in (("new", 100.0), ("ringing", 100.5), ("answered", 102.0)):
            story.state(state, at)
        story.tell("latency", 110.0, **TURN)
        story.tell("barge_in", 111.0, outcome="taken", ms=90.0)
        story.tell("partial", 111.5, text="my number is 42")
        story.end(120.0)
        await sent(provider)
        (root,), (ring,), (turn,) = taken.named("call"), taken.named("ring"), taken.named("turn")
        assert {span.trace for span in taken.spans} == {root.trace} and root.parent == ""
        assert (root.ms, ring.ms, turn.ms) == (20_000.0, 1_500.0, 200.0)
        assert ring.parent == turn.parent == root.id and not root.failed
        assert root.attributes["voiceforge.call.id"] == str(CALL) and root.attributes["voiceforge.turns"] == 1
        assert root.events == ("barge_in",)
        parts = [span for span in taken.spans if span.parent == turn.id]
        assert [(span.name, span.ms) for span in parts] == [
            ("endpoint", 100.0), ("stt", 40.0), ("llm_first_token", 20.0), ("tts_first_audio", 30.0),
            ("transport", 10.0),
        ]  # fmt: skip
        assert parts[0].began_ns == turn.began_ns and parts[-1].ended_ns == turn.ended_ns
        assert all(before.ended_ns == after.began_ns for before, after in zip(parts, parts[1:], strict=False))
        assert taken.resource["service.name"] == "voiceforge" and taken.resource["service.version"]
        provider.shutdown()


async def test_a_turn_that_was_typed_goes_by_its_own_name() -> None:
    async with collector() as taken:
        provider = provider_of(taken)
        story = Story(provider)
        story.state("new", 100.0)
        story.tell("latency", 110.0, llm_first_token=10.0, text_to_text=10.0)
        story.end(120.0)
        await sent(provider)
        (turn,) = taken.named("turn")
        assert turn.ms == turn.attributes["voiceforge.text_to_text_ms"] == 10.0
        assert "voiceforge.voice_to_voice_ms" not in turn.attributes
        provider.shutdown()


async def test_no_number_and_no_word_leaves_with_a_trace() -> None:
    async with collector() as taken:
        provider = provider_of(taken)
        story = Story(provider)
        story.state("new", 1.0)
        for kind in ("partial", "final", "agent", "heard"):
            story.tell(kind, 2.0, text="my secret word")
        story.end(3.0)
        await sent(provider)
        (root,) = taken.spans
        assert "secret" not in repr(root) and "+4930" not in repr(root)
        provider.shutdown()


async def test_an_end_by_somebodys_fault_is_an_error() -> None:
    async with collector() as taken:
        provider = provider_of(taken)
        story = Story(provider)
        story.state("new", 1.0)
        story.end(2.0, why="failed")
        await sent(provider)
        assert taken.spans[0].failed
        provider.shutdown()


async def test_the_collector_is_told_what_it_wants_to_be_told() -> None:
    async with collector() as taken:
        provider = provider_of(taken, otlp_headers=SecretStr("Authorization=Bearer abc, x-team=voice"))
        story = Story(provider)
        story.state("new", 1.0)
        story.end(2.0)
        await sent(provider)
        assert taken.headers[0]["authorization"] == "Bearer abc" and taken.headers[0]["x-team"] == "voice"
        provider.shutdown()


async def test_none_are_sampled_where_the_share_is_none() -> None:
    async with collector() as taken:
        provider = provider_of(taken, sample=0.0)
        story = Story(provider)
        story.state("new", 1.0)
        story.tell("latency", 1.5, **TURN)
        story.end(2.0)
        await sent(provider)
        assert not taken.spans
        provider.shutdown()


async def test_a_collector_that_takes_nothing_costs_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mediaserver.telemetry")
    async with collector() as taken:
        provider = provider_of(taken)
        story = Story(provider)
        taken.status = 400
        for at in (1.0, 3.0):
            story.state("new", at)
            story.end(at + 1)
            await sent(provider)
        taken.status = 200
        story.state("new", 5.0)
        story.end(6.0)
        await sent(provider)
        assert len(taken.spans) == 1
        provider.shutdown()
    lines = [(line.levelno, line.getMessage()) for line in caplog.records]
    assert [level for level, _ in lines] == [logging.WARNING, logging.INFO]
    assert "2 spans were lost" in lines[1][1]


async def test_calls_whose_end_was_missed_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_spans, "MOST_OPEN", 3)
    monkeypatch.setattr(call_spans, "MOST_TURNS", 2)
    async with collector() as taken:
        provider = provider_of(taken)
        story = Story(provider)
        for number in range(5):
            story.state("new", float(number), UUID(int=number))
        assert len(story.spans) == 3
        for _ in range(4):
            story.tell("latency", 100.0, UUID(int=4), **TURN)
        story.spans.close()
        await sent(provider)
        assert (len(taken.named("call")), len(taken.named("turn"))) == (5, 2)
        provider.shutdown()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"voice_to_voice": None},
        {"voice_to_voice": -5.0},
        {"voice_to_voice": 1e9, "stt": "slow", "endpoint": -1.0},
        {"voice_to_voice": 5.0, "transport": 1e12},
    ],
)
async def test_odd_latencies_make_no_odd_spans(data: dict[str, Any]) -> None:
    async with collector() as taken:
        provider = provider_of(taken)
        story = Story(provider)
        story.tell("latency", 1.0, **TURN)  # of a call that nobody knows
        story.state("new", 100.0)
        story.tell("latency", 110.0, **data)
        story.end(120.0)
        story.end(121.0)
        await sent(provider)
        (root,) = taken.named("call")
        for span in taken.spans:
            assert root.began_ns <= span.began_ns <= span.ended_ns <= root.ended_ns
        provider.shutdown()


@pytest.mark.parametrize(
    "settings",
    [
        {"otlp_endpoint": "collector:4318"},
        {"otlp_endpoint": "http://me:pass@collector"},
        {"otlp_endpoint": "grpc://collector"},
        {"otlp_headers": "no pair"},
        {"otlp_headers": "a=\nb"},
        {"sample": 2},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TelemetrySettings.model_validate(settings)
