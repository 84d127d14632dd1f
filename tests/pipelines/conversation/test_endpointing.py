"""Edges of speech from levels and probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import Finality
from pipelines.conversation.endpointing import finality_of
from pipelines.conversation.own_words import own_words
from pipelines.conversation.speech_detector import Edge, SpeechDetector, SpeechState, level_db
from pipelines.conversation.timing import Waits
from pipelines.engines.protocols import SttResult

HESITATIONS = own_words("en-gb").hesitations
QUIET, LOUD = -70.0, -20.0


class Line:
    """Feeds a detector frames and chunks in step."""

    def __init__(self) -> None:
        self.detector = SpeechDetector()
        self.t = 0
        self.edges: list[tuple[int, Edge]] = []
        self._chunk = 512

    def run(self, ms: int, level: float, probability: float) -> None:
        for _ in range(ms // 20):
            self.t += 320
            seen = [self.detector.frame(self.t, level)]
            while self._chunk <= self.t:
                seen.append(self.detector.voice(self._chunk, probability))
                self._chunk += 512
            self.edges += [(self.t // SAMPLES_PER_MS, edge) for edge in seen if edge is not None]


def test_level_of_a_full_scale_square_and_of_silence() -> None:
    assert level_db(np.full(320, -32768, dtype=np.int16)) == pytest.approx(0.0)
    assert level_db(np.zeros(320, dtype=np.int16)) == -96.0


def test_onset_within_a_hundred_ms_and_pause_after_the_wait() -> None:
    line = Line()
    line.run(1000, QUIET, 0.02)
    line.run(600, LOUD, 0.95)
    line.run(400, QUIET, 0.02)
    (onset, first), (pause, second) = line.edges
    assert (first, second) == (Edge.ONSET, Edge.PAUSE)
    assert 1000 < onset <= 1100
    assert pause == 1600 + 120
    assert 560 * SAMPLES_PER_MS <= line.detector.voiced <= 640 * SAMPLES_PER_MS
    assert abs(line.detector.last_voiced - 1600 * SAMPLES_PER_MS) <= 0


def test_loud_noise_that_is_not_speech_is_no_onset() -> None:
    line = Line()
    line.run(500, QUIET, 0.02)
    line.run(3000, LOUD, 0.05)
    assert line.edges == []


def test_a_click_is_no_onset() -> None:
    line = Line()
    line.run(500, QUIET, 0.02)
    line.run(20, LOUD, 0.6)
    line.run(500, QUIET, 0.05)
    assert line.edges == []


def test_speech_at_the_end_is_dated_by_energy_though_the_detector_lags() -> None:
    line = Line()
    line.run(500, QUIET, 0.02)
    line.run(600, LOUD, 0.95)
    line.run(100, QUIET, 0.95)
    line.run(300, QUIET, 0.02)
    assert line.edges[-1] == (1100 + 120, Edge.PAUSE)


def test_noise_after_speech_does_not_hold_the_turn_open() -> None:
    line = Line()
    line.run(500, QUIET, 0.02)
    line.run(600, LOUD, 0.95)
    line.run(800, LOUD - 10, 0.05)
    assert line.edges[-1][1] is Edge.PAUSE
    assert line.edges[-1][0] <= 1100 + 300


def test_speech_that_goes_on_is_noticed_and_a_click_in_the_pause_is_not() -> None:
    line = Line()
    line.run(500, QUIET, 0.02)
    line.run(400, LOUD, 0.95)
    line.run(140, QUIET, 0.3)
    line.run(20, LOUD, 0.4)
    line.run(40, QUIET, 0.3)
    assert [edge for _, edge in line.edges] == [Edge.ONSET, Edge.PAUSE]
    line.run(60, LOUD, 0.9)
    assert line.edges[-1][1] is Edge.AGAIN


def test_without_a_voice_detector_energy_alone_decides() -> None:
    detector = SpeechDetector()
    edges = []
    for i in range(100):
        edges.append(detector.frame((i + 1) * 320, LOUD if 50 <= i < 80 else QUIET))
    assert [edge for edge in edges if edge] == [Edge.ONSET, Edge.PAUSE]


def test_reset_forgets_the_utterance() -> None:
    line = Line()
    line.run(500, QUIET, 0.02)
    line.run(400, LOUD, 0.95)
    line.detector.reset()
    assert line.detector.speech is SpeechState.NONE
    line.run(400, QUIET, 0.9)
    assert [edge for _, edge in line.edges] == [Edge.ONSET]


def test_the_agents_own_judge_goes_before_the_recognisers_flags() -> None:
    result = SttResult("two thirty", True, 0.9, complete=True, extensible=False)
    assert finality_of(result, None, HESITATIONS) is Finality.WHOLE
    assert finality_of(result, lambda text: Finality.OPEN, HESITATIONS) is Finality.OPEN
    nothing = SttResult("", True, understood=False)
    assert finality_of(nothing, lambda text: Finality.WHOLE, HESITATIONS) is Finality.NOTHING


@pytest.mark.parametrize(
    ("result", "finality"),
    [
        (SttResult("two", True, complete=True, extensible=True), Finality.OPEN),
        (SttResult("i want to", True), Finality.HANGING),
        (SttResult("i want a car", True), Finality.NOTHING),
        (SttResult("", True), Finality.NOTHING),
    ],
)
def test_finality_from_flags(result: SttResult, finality: Finality) -> None:
    assert finality_of(result, None, HESITATIONS) is finality


def test_each_language_has_hesitations_of_its_own() -> None:
    result = SttResult("ich möchte und", True)
    assert finality_of(result, None, own_words("de-AT").hesitations) is Finality.HANGING
    assert finality_of(result, None, own_words("en").hesitations) is Finality.NOTHING
    assert not own_words("xx").hesitations


def test_the_less_final_the_longer_the_wait() -> None:
    waits = Waits()
    in_order = [Finality.WHOLE, Finality.OPEN, Finality.NOTHING, Finality.HANGING]
    assert [waits.of(f) for f in in_order] == sorted(waits.of(f) for f in in_order)
