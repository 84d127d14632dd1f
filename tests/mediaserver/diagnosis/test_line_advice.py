"""What is advised of a line, by what was measured of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mediaserver.diagnosis.line_advice import TONES, advice
from mediaserver.media.line_watch.figures import ToneKind
from mediaserver.storage.records import HearingReport
from tests.mediaserver.samples import CALL

GOOD = HearingReport(
    CALL, 60.0, noise_db=-62.0, speech_db=-26.0, snr_db=36.0, echo_loss_db=48.0, echo_delay_ms=80.0,
    loss_pct=0.2, jitter_ms=4.0, double_talk_pct=6.0, speech_s=20.0, talking_s=9.0,
    reasks={"not understood": 1}, timings={"duck_p95": 40.0, "decision_p95": 240.0},
)  # fmt: skip


def only(**changed: object) -> str:
    found = advice(replace(GOOD, **changed))  # type: ignore[arg-type]
    assert len(found) == 1, found
    return found[0]


def test_a_good_line_needs_no_advice() -> None:
    assert advice(GOOD) == []
    assert advice(HearingReport(CALL, 0.0)) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"echo_loss_db": 14.2, "echo_delay_ms": 120.0}, "sends our voice back at -14 dB after 120 ms"),
        ({"echo_loss_db": 30.0, "echo_delay_ms": None}, "at -30 dB: it has no echo canceller"),
        ({"loss_pct": 13.0}, "13 % of the caller's packets were lost"),
        ({"loss_pct": 1.4}, "1.4 % of the caller's packets were lost"),
        ({"jitter_ms": 45.0}, "45 ms of jitter"),
        ({"hum_hz": 50, "hum_db": -41.0}, "hums at 50 Hz (-41 dBFS): a ground loop"),
        ({"clipping_pct": 2.5}, "The caller clips (2.5 %"),
        ({"speech_db": -44.0}, "faint (-44 dBFS"),
        ({"speech_db": -11.0}, "very loud (-11 dBFS"),
        ({"noise_db": -36.0, "snr_db": 9.0}, "only 9 dB above the noise"),
        ({"dc_pct": 3.0}, "direct current"),
        ({"silent_s": 58.0, "speech_s": 0.0}, "not a sound"),
        ({"looped": True, "echo_loss_db": 0.1}, "our own voice"),
        ({"music_s": 31.0}, "music for 31 s"),
        ({"talking_s": 92.0}, "went on for 92 s"),
        ({"speech_s": 0.0}, "Nobody spoke"),
        ({"double_talk_pct": 31.0}, "at once in 31 %"),
        (
            {"reasks": {"silence": 1, "not understood": 3}},
            "4 times (3 not understood, 1 silence)",
        ),
        ({"timings": {"duck_p95": 140.0, "decision_p95": None}}, "quieter only 140 ms"),
    ],
)
def test_each_trouble_has_its_advice(changed: dict[str, object], said: str) -> None:
    assert said in only(**changed)


@pytest.mark.parametrize("kind", ToneKind)
def test_every_tone_has_its_advice(kind: ToneKind) -> None:
    assert only(tones=(kind.value,)) == TONES[kind.value]


def test_what_weighs_most_comes_first() -> None:
    found = advice(replace(GOOD, loss_pct=9.0, echo_loss_db=10.0, dc_pct=2.0))
    assert "voice back" in found[0] and "lost" in found[1] and "direct" in found[2]


def test_a_hum_a_tone_or_music_is_not_called_a_noise_as_well() -> None:
    loud = {"noise_db": -20.0, "speech_db": None, "snr_db": None, "speech_s": 0.0}
    assert "fax machine called" in only(tones=("fax calling",), **loud)
    assert "music for 40 s" in only(music_s=40.0, **loud)
    assert "hums" in only(hum_hz=60, hum_db=-30.0, noise_db=-30.0, snr_db=4.0)


def test_a_far_end_that_did_not_hear_us_is_advised_on() -> None:
    assert "nothing of ours arrived" in only(arrives=False)
    assert advice(replace(GOOD, arrives=True)) == []


def test_whether_we_were_heard_is_asked_where_nobody_answered_and_nobody_reported() -> None:
    unanswered = {"reasks": {"silence": 2}}
    assert "Whether the caller heard us is not known" in only(**unanswered)
    assert advice(replace(GOOD, arrives=True, reasks={"silence": 2})) == []
    assert advice(replace(GOOD, jitter_ms=0.0, reasks={"silence": 2})) == [], (
        "no packets, no reports: a browser"
    )
