"""`voiceforge bench`: options, the verdict on a load run, and the reading of the server's histogram."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from callers.figures import Interruption
from callers.stream_calling import ahead_ms, cleared_ms
from cli import bench
from cli.bench.capacity import histogram_spread, shortfalls
from cli.bench.latency import Done, Latency
from cli.bench.report import compared
from cli.bench.ways import BenchOver, wanted, ways_to
from mediaserver.errors import ConfigError


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    bench.add_parser(parser.add_subparsers())
    return parser.parse_args(["bench", *words])


def test_defaults() -> None:
    latency = parsed("latency")
    assert (latency.to, latency.calls, latency.barge_in, latency.json) == (None, 3, 10, False)
    capacity = parsed("capacity", "--find")
    assert (capacity.calls, capacity.seconds, capacity.find, capacity.step) == (200, 20, True, 50)


@pytest.mark.parametrize(
    "words", [(), ("latency", "--calls", "-1"), ("capacity", "--seconds", "x"), ("capacity", "--calls", "-1")]
)
def test_wrong_usage_is_exit_code_2(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parsed(*words)
    assert end.value.code == 2


GOOD: dict[str, Any] = {
    "calls": 200,
    "kb_per_call": 70.0,
    "answered": 200,
    "standing_at_end": 200,
    "heard_echo": 200,
    "lost_to_caller": 0,
    "own_socket_drops": 0,
    "frames_not_sent": 0,
    "lost_to_server": 0,
    "late_ms": {"p50": 0.4, "p95": 1.0, "p99": 4.9, "max": 30.0, "n": 100},
    "clock": {"trusted": True},
}


def test_a_good_run_has_no_shortfalls() -> None:
    assert shortfalls(GOOD) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"answered": 199}, "1 calls not answered"),
        ({"standing_at_end": 199}, "ended by themselves"),
        ({"heard_echo": 199}, "never heard"),
        ({"lost_to_caller": 1}, "way to the caller"),
        ({"own_socket_drops": 1, "lost_to_caller": 1}, "not the server's fault"),
        ({"frames_not_sent": 1}, "never sent"),
        ({"lost_to_server": 1}, "way to the server"),
        ({"late_ms": {"p99": 5.1}}, "5.1 ms"),
        ({"late_ms": {"p99": None}}, "lateness"),
        ({"clock": {"trusted": False}}, "too slow to be believed"),
        ({"kb_per_call": 151.0}, "151.0 KB per call"),
    ],
)
def test_every_shortfall_fails_the_run(change: dict[str, Any], reason: str) -> None:
    assert any(reason in line for line in shortfalls(GOOD | change))


def buckets(*counts: tuple[str, float]) -> dict[str, float]:
    return {f'voiceforge_tick_lateness_seconds_bucket{{le="{edge}"}}': count for edge, count in counts}


def test_quantiles_come_from_what_was_added_between_two_readings() -> None:
    before = buckets(("0.001", 1000.0), ("0.005", 1000.0), ("+Inf", 1000.0))
    after = buckets(("0.001", 1090.0), ("0.005", 1100.0), ("+Inf", 1100.0))
    after["voiceforge_tick_lateness_worst_seconds"] = 0.0047
    found = histogram_spread(before, after)
    assert found["p50"] == pytest.approx(0.556, abs=0.001)
    assert found["p99"] == pytest.approx(4.6)
    assert found["max"] == 4.7


def test_a_server_without_metrics_has_no_quantiles() -> None:
    assert histogram_spread({}, {}) == {"p50": None, "p99": None, "max": None}


def test_only_interruptions_of_speech_count() -> None:
    found = Latency("sip:demo@x")
    found.interruptions = [
        Interruption(100.0, True, 180.0, None, False, None, False),
        Interruption(200.0, True, None, None, False, None, True),
        Interruption(300.0, False, None, None, False, None, False),
    ]
    figures = found.as_dict()
    assert figures["barge_in_stop_ms"]["n"] == 1
    assert (figures["barge_ins_never_stopped"], figures["barge_ins_stale"]) == (1, 1)


@pytest.mark.parametrize(
    ("words", "over"),
    [
        ((), BenchOver.SIP),
        (("--over", "both"), BenchOver.BOTH),
        (("--over", "twilio"), BenchOver.TWILIO),
        (("--to", "sip:demo@host"), BenchOver.SIP),
        (("--to", "https://host/api/webrtc/offer?to=demo"), BenchOver.WEBRTC),
    ],
)
def test_the_way_is_said_or_seen_by_the_address(words: tuple[str, ...], over: BenchOver) -> None:
    assert wanted(parsed("latency", *words)) is over


@pytest.mark.parametrize(
    "words",
    [
        ("--over", "both", "--to", "sip:demo@host"),
        ("--over", "twilio", "--to", "sip:demo@host"),
        ("--over", "webrtc", "--to", "sip:demo@host"),
        ("--over", "sip", "--to", "http://host/api/webrtc/offer"),
        ("--key-file", "api.key"),
    ],
)
def test_ways_that_do_not_go_together_are_told(words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError):
        wanted(parsed("latency", *words))


def test_a_key_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the key"):
        ways_to("http://host/api/webrtc/offer", tmp_path / "none")


def spread(p50: float | None, p95: float | None, over: str = "webrtc") -> dict[str, Any]:
    return {"over": over, "voice_to_voice_ms": {"p50": p50, "p95": p95}}


def test_webrtc_is_compared_with_sip_and_never_met_without_answers() -> None:
    found = compared(spread(190.0, 200.0), spread(205.5, 290.0))
    assert found["webrtc_later_ms"] == {"p50": 15.5, "p95": 90.0} and not found["met"]
    assert compared(spread(190.0, 200.0), spread(205.5, 280.0))["met"]
    assert not compared(spread(190.0, 200.0), spread(None, None))["met"]


def test_it_says_what_it_does_and_how_far_it_is() -> None:
    told: list[str] = []
    done = Done(told.append, 16)
    done.doing("sip: interrupting")
    done.step()
    assert [line.partition(",")[0] for line in told] == ["0 of 16", "1 of 16"]
    assert all(line.endswith("sip: interrupting") for line in told)


def test_what_is_ahead_at_a_time_is_what_was_known_before_it() -> None:
    ms = 1_000_000
    known = [(100 * ms, 300 * ms), (200 * ms, 220 * ms)]
    assert ahead_ms(known, 50 * ms) == 0.0, "nothing had come"
    assert ahead_ms(known, 150 * ms) == 150.0
    assert ahead_ms(known, 200 * ms) == 20.0, "it was cleared"
    assert ahead_ms(known, 900 * ms) == 0.0, "it has run empty"


def test_a_clear_counts_within_the_line_that_it_answers() -> None:
    ms = 1_000_000
    assert cleared_ms(100 * ms, 400 * ms, [50 * ms, 152 * ms, 300 * ms]) == 52.0
    assert cleared_ms(100 * ms, 400 * ms, [50 * ms, 401 * ms]) is None


def test_an_interruption_that_never_cleared_is_told() -> None:
    found = Latency("demo", BenchOver.TWILIO)
    found.clears = [50.0, None, 60.0]
    figures = found.as_dict()
    assert figures["barge_in_clear_ms"]["n"] == 2 and figures["barge_ins_never_cleared"] == 1


def test_a_media_stream_is_compared_with_sip() -> None:
    found = compared(spread(190.0, 200.0), spread(215.0, 231.0, "twilio"))
    assert found["twilio_later_ms"] == {"p50": 25.0, "p95": 31.0} and not found["met"]
    assert compared(spread(190.0, 200.0), spread(220.0, 230.0, "twilio"))["met"]
