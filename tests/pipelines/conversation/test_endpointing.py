"""Edges of speech from levels and probabilities."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from mediaserver.media.level import level_db
from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import Finality, Listen
from pipelines.conversation.commands import (
    CloseStt,
    Command,
    FinishStt,
    MarkStt,
    RestartStt,
    ResumeStt,
    StartStt,
)
from pipelines.conversation.ear import EarState
from pipelines.conversation.ended_utterance import EndedUtterance
from pipelines.conversation.endpointing import Endpointer
from pipelines.conversation.finality import PATIENCE, finality_of
from pipelines.conversation.pieces import as_one
from pipelines.conversation.speech_detector import Edge, SpeechDetector, SpeechState
from pipelines.conversation.timing import Limits, Waits
from pipelines.engines.protocols import SttResult

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


def babble(line: Line, ms: int) -> None:
    """People who talk behind the caller: now and then as loud as what would count as his."""
    for _ in range(ms // 240):
        for level in (-44.0, -38.0, -30.0, -30.0, -36.0, -41.0, -38.0, -36.0, -41.0, -44.0, -45.0, -43.0):
            line.run(20, level, 0.95)


def before_him() -> Line:
    """A line with such people, of whom nothing was made so far."""
    line = Line()
    for _ in range(20):
        babble(line, 240)
        line.detector.reset()
    line.edges.clear()
    return line


def test_who_has_finished_is_not_held_to_be_talking_by_those_who_talk_behind_him() -> None:
    line = before_him()
    line.run(300, -20.0, 0.97)
    over = line.t // SAMPLES_PER_MS
    babble(line, 1_440)
    assert [edge for _, edge in line.edges] == [Edge.ONSET, Edge.PAUSE]
    assert line.edges[1][0] - over <= 200


def test_over_those_who_talk_behind_him_a_caller_is_heard_on_and_his_pauses_are_found() -> None:
    line = before_him()
    for _ in range(2):
        for level in (-20.0, -25.0, -29.0, -22.0, -28.0, -21.0):
            line.run(100, level, 0.97)
        babble(line, 240)
    assert [edge for _, edge in line.edges] == [Edge.ONSET, Edge.PAUSE, Edge.AGAIN, Edge.PAUSE]


def test_a_sound_now_and_then_before_he_speaks_is_no_background_to_a_soft_word() -> None:
    line = Line()
    for _ in range(3):
        line.run(800, QUIET, 0.02)
        line.run(160, -40.0, 0.4)
    line.detector.reset()
    line.run(600, QUIET, 0.02)
    line.edges.clear()
    line.run(300, -30.0, 0.95)
    line.run(300, -42.0, 0.95)
    assert [edge for _, edge in line.edges] == [Edge.ONSET]


def test_a_voice_far_below_the_callers_own_does_not_hold_his_answer_open_for_ever() -> None:
    line = Line()
    line.run(500, QUIET, 0.02)
    line.run(400, LOUD, 0.95)
    over = line.t // SAMPLES_PER_MS
    line.run(6_000, LOUD - 16, 0.95)
    assert [edge for _, edge in line.edges] == [Edge.ONSET, Edge.PAUSE]
    assert 1_500 <= line.edges[1][0] - over <= 2_300


def test_who_gets_quieter_while_he_talks_is_heard_to_the_end() -> None:
    line = Line()
    line.run(500, QUIET, 0.02)
    for step in range(60):
        line.run(60, LOUD - min(step, 24) * 0.4 - 6 * (step % 2), 0.95)
        line.run(40, QUIET, 0.95)
    assert [edge for _, edge in line.edges] == [Edge.ONSET]


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


def result(
    text: str,
    *,
    complete: bool = False,
    extensible: bool = False,
    hanging: bool = False,
    doubtful: bool = False,
) -> SttResult:
    """A final that understood."""
    return SttResult(text, True, 0.9, True, complete, extensible, hanging=hanging, doubtful=doubtful)


@pytest.mark.parametrize("judged", list(Finality))
@pytest.mark.parametrize("extensible", [False, True])
def test_two_with_people_to_come_waits_though_the_value_would_stay(
    judged: Finality, extensible: bool
) -> None:
    said = result("two", complete=True, extensible=extensible)
    by_grammar = Finality.OPEN if extensible else Finality.WHOLE
    assert finality_of(said, Listen(), "en") is by_grammar
    more_patient = max(judged, by_grammar, key=PATIENCE.index)
    assert finality_of(said, Listen(finality=lambda text: judged), "en") is more_patient


def test_half_of_half_an_hour_waits_longest_understood_or_not() -> None:
    for understood in (False, True):
        said = replace(result("half", hanging=True), understood=understood)
        assert finality_of(said, Listen(finality=lambda text: Finality.WHOLE), "en") is Finality.HANGING
    assert finality_of(result("", hanging=True), Listen(), "en") is Finality.NOTHING


def test_a_whole_answer_of_which_the_recogniser_is_not_sure_waits_as_one_that_may_go_on() -> None:
    assert finality_of(result("six", complete=True, doubtful=True), Listen(), "en") is Finality.OPEN


def test_where_nothing_was_understood_there_is_no_answer_yet_whatever_the_judge_says() -> None:
    nothing = SttResult("", True, understood=False)
    assert finality_of(nothing, Listen(finality=lambda text: Finality.WHOLE), "en") is Finality.NOTHING


def test_without_a_grammar_the_judge_knows_the_question_and_the_words_whether_they_break_off() -> None:
    judge = Listen(finality=lambda text: Finality.NOTHING)
    assert finality_of(result("yes"), judge, "en") is Finality.NOTHING
    assert finality_of(result("yes"), Listen(), "en") is Finality.WHOLE
    whole = Listen(finality=lambda text: Finality.WHOLE)
    assert finality_of(result("i want to"), whole, "en") is Finality.HANGING
    assert finality_of(result("i want a car"), whole, "en") is Finality.WHOLE


@pytest.mark.parametrize(
    ("said", "finality"),
    [
        (SttResult("i want to", True), Finality.HANGING),
        (SttResult("i want a car", True), Finality.NOTHING),
        (SttResult("yes", True, 0.5), Finality.OPEN),
        (SttResult("", True), Finality.NOTHING),
    ],
)
def test_finality_without_a_grammar(said: SttResult, finality: Finality) -> None:
    assert finality_of(said, Listen(), "en") is finality


def test_each_language_has_hesitations_of_its_own() -> None:
    said = SttResult("ich möchte und", True)
    assert finality_of(said, Listen(), "de-AT") is Finality.HANGING
    assert finality_of(said, Listen(), "en") is Finality.NOTHING
    assert finality_of(said, Listen(), "xx") is Finality.NOTHING


def test_the_less_final_the_longer_the_wait() -> None:
    waits = Waits()
    for stretch in (0.1, 0.8, 1.0, 1.6):
        in_order = [waits.of(finality, stretch) for finality in PATIENCE]
        assert in_order == sorted(in_order)
        assert waits.of(Finality.WHOLE, stretch) == waits.whole


class Utterances:
    """An ear alone, whose recogniser says what the test says."""

    def __init__(self, listen: Listen | None = None, limits: Limits | None = None) -> None:
        self.ignored: Counter[str] = Counter()
        self.ear = Endpointer(Waits(), limits or Limits(), self.ignored, "en")
        self.ear.listen = listen or Listen()
        self.t = 0
        self.said: list[Command] = []
        self.ended: list[EndedUtterance] = []
        self._chunk = 512

    def run(self, ms: int, level: float = QUIET, probability: float = 0.02) -> None:
        for _ in range(ms // 20):
            self.t += 320
            edges = [self.ear.frame(self.t, level)]
            while self._chunk <= self.t:
                edges.append(self.ear.voice(self._chunk, probability))
                self._chunk += 512
            for edge in edges:
                if edge is not None:
                    self.said += self.ear.follow(self.t, edge)
            self.said += self.ear.tick(self.t)
            self.look()

    def look(self) -> None:
        ended = self.ear.ended(self.t)
        if ended is not None:
            self.ended.append(ended)
            self.said += self.ear.linger(self.t, ended)

    def speech(self, ms: int) -> None:
        self.run(ms, LOUD, 0.95)

    def final(self, said: SttResult, *, interrupting: bool = False) -> None:
        epoch = [c.epoch for c in self.said if isinstance(c, StartStt | ResumeStt | FinishStt | RestartStt)][
            -1
        ]
        self.said += self.ear.final(self.t, replace(said, epoch=epoch), interrupting=interrupting)
        self.look()


@pytest.mark.parametrize("pause", [200, 240, 300, 400])
def test_two_pause_people_is_one_answer(pause: int) -> None:
    """Each of these was cut after 160 ms, and the tail answered the next question."""
    line = Utterances(Listen(finality=lambda text: Finality.WHOLE))
    line.run(400)
    line.speech(300)
    line.run(140)
    line.final(result("two", complete=True, extensible=True))
    line.run(pause - 140)
    line.speech(400)
    assert not line.ended
    line.run(140)
    line.final(result("two people", complete=True))
    line.run(60)
    assert [ended.result.text for ended in line.ended] == ["two people"]
    assert line.ended[0].silence // SAMPLES_PER_MS <= 180


@pytest.mark.parametrize(
    ("noise", "came", "noisy"),
    [
        (-70.0, -70.0, False),
        (-42.0, -42.0, False),
        (-35.0, -35.0, True),
        (-50.0, -36.0, False),  # as much of it is taken off as the recogniser needs
        (-50.0, -32.0, True),
    ],
)
def test_an_answer_that_hardly_stands_out_from_the_noise_is_told_as_noisy(
    noise: float, came: float, noisy: bool
) -> None:
    line = Line()
    line.detector.line_noise_db = came
    line.run(3_000, noise, 0.02)
    line.run(600, LOUD, 0.95)
    assert line.detector.drowned is noisy
    ended = EndedUtterance(result("two"), 0, 0, 0, noisy=True)
    assert ended.utterance.noisy and not replace(ended, noisy=False).utterance.noisy


def test_a_cough_that_interrupts_is_dismissed_soon() -> None:
    line = Utterances()
    line.run(400)
    line.speech(200)
    line.run(140)
    line.final(SttResult("", True, understood=False), interrupting=True)
    line.run(80)
    assert [ended.result.understood for ended in line.ended] == [False]


def test_a_caller_who_pauses_long_is_given_more_time_from_then_on() -> None:
    def cut_after(pause: int) -> int:
        line = Utterances()
        line.run(400)
        for _ in range(8):
            line.speech(300)
            line.run(140)
            line.final(result("two", complete=True, extensible=True))
            line.run(pause - 140)
        line.speech(300)
        line.run(140)
        line.final(result("two", complete=True, extensible=True))
        line.run(1_000)
        return line.ended[-1].silence // SAMPLES_PER_MS

    assert cut_after(180) < Waits().open < cut_after(440)


def test_a_judge_that_fails_costs_nothing_but_time(caplog: pytest.LogCaptureFixture) -> None:
    def judge(text: str) -> Finality:
        raise ZeroDivisionError

    line = Utterances(Listen(finality=judge))
    line.run(400)
    line.speech(300)
    line.run(140)
    line.final(result("two", complete=True))
    line.run(600)
    assert [ended.result.text for ended in line.ended] == ["two"]
    assert line.ignored["judge failed"] == 1 and "judge" in caplog.text


def taken(listen: Listen | None = None, limits: Limits | None = None) -> Utterances:
    """ "two" was taken."""
    line = Utterances(listen, limits)
    line.run(400)
    line.speech(400)
    line.run(140)
    line.final(result("two", complete=True))
    line.run(40)
    assert line.ear.state is EarState.LINGERING and not line.ended[0].amends
    line.said.clear()
    return line


def test_the_tail_is_judged_by_the_question_that_it_answers() -> None:
    line = taken(Listen(finality=lambda text: Finality.HANGING if text == "two and" else Finality.WHOLE))
    line.ear.listen = Listen(finality=lambda text: Finality.NOTHING)  # of the next question
    line.speech(400)
    line.run(140)
    line.final(result("two people", complete=True))
    line.run(60)
    assert (line.ended[1].result.text, line.ended[1].amends) == ("two people", True)


def test_the_tail_is_marked_from_before_it_began_and_not_from_the_answer() -> None:
    for pause in (200, 700):
        line = taken()
        line.run(pause - 180)
        line.speech(300)
        (mark,) = [c for c in line.said if isinstance(c, MarkStt)]
        assert 5 <= mark.frames <= 16
        assert mark.frames * 20 <= pause + 100


def test_after_the_tails_time_the_utterance_is_over_and_what_was_heard_since_is_kept() -> None:
    line = taken()
    line.run(620)
    assert line.said == []
    line.run(300)
    assert line.said == [CloseStt(recent=True)] and line.ear.state is EarState.QUIET


def test_speech_noticed_while_the_last_one_lingers_but_begun_too_late_is_an_utterance_of_its_own() -> None:
    line = taken()
    line.run(Limits().tail - 180 + 20)
    line.speech(200)
    assert [type(c) for c in line.said[:2]] == [CloseStt, StartStt]
    assert line.ear.state is EarState.HEARING
    line.run(140)
    line.final(result("yes", complete=True))
    line.run(60)
    assert not line.ended[1].amends


def test_where_no_tails_are_wanted_an_utterance_is_over_when_it_was_taken() -> None:
    line = Utterances(limits=Limits(tail=0))
    line.run(400)
    line.speech(400)
    line.run(140)
    line.final(result("two", complete=True))
    line.run(40)
    assert line.ear.state is EarState.QUIET


def test_a_caller_who_goes_on_while_the_tail_is_heard_alone_is_heard_on() -> None:
    line = taken()
    line.speech(300)
    line.run(140)
    line.final(SttResult("", True, understood=False))
    assert [type(c) for c in line.said[-2:]] == [RestartStt, FinishStt]
    line.speech(300)
    assert isinstance(line.said[-1], ResumeStt)
    line.run(140)
    line.final(result("tomorrow morning", complete=True))
    line.run(60)
    assert line.ended[1].result.text == "tomorrow morning" and line.ended[1].amends


def test_a_recogniser_that_fails_on_the_tail_is_not_asked_a_third_time() -> None:
    line = taken()
    line.speech(300)
    line.run(140)
    line.final(SttResult("", True, understood=False, failed=True))
    assert not [c for c in line.said if isinstance(c, RestartStt)]


def test_how_long_the_tail_was_waited_for_is_learnt() -> None:
    line = taken()
    before = line.ear._pauses.stretch
    for _ in range(3):
        line.run(440)
        line.speech(300)
        line.run(140)
        line.final(result(f"two people {line.t}", complete=True))
        line.run(40)
    assert line.ear._pauses.stretch > before


def test_words_while_a_piece_of_a_monologue_is_due_belong_to_the_next_piece() -> None:
    limits = Limits(utterance=2_000)
    line = Utterances(limits=limits)
    line.run(400)
    line.speech(2_100)
    line.run(140)
    assert [type(c) for c in line.said[-2:]] == [FinishStt, MarkStt]
    line.speech(300)
    line.run(140)  # both before the recogniser has answered
    line.final(result("a long story"))
    assert [type(c) for c in line.said[-2:]] == [RestartStt, FinishStt]
    line.final(result("with an end"))
    line.run(1_000)
    assert [ended.result.text for ended in line.ended] == ["a long story with an end"]
    assert line.ear.state is EarState.QUIET, "nothing is added to a monologue"


def test_a_piece_of_a_monologue_that_the_recogniser_owes_costs_that_piece() -> None:
    line = Utterances(limits=Limits(utterance=2_000, final=300))
    line.run(400)
    line.speech(2_100)
    line.run(140)
    line.speech(600)
    assert isinstance(line.said[-1], RestartStt) and line.ignored["recogniser silent"] == 1
    line.run(140)
    line.final(result("the end"))
    line.run(1_000)
    assert [ended.result.text for ended in line.ended] == ["the end"]


def test_of_a_monologue_that_was_not_understood_all_through_the_rest_is_doubtful() -> None:
    nothing = SttResult("", True, understood=False)
    assert as_one([], nothing) is nothing
    assert not as_one([nothing], nothing).understood
    assert as_one([nothing], result("two", complete=True)) == replace(result("two"), doubtful=True)
    whole = as_one([result("one")], replace(result("two", complete=True), confidence=0.7))
    assert (whole.text, whole.confidence, whole.complete, whole.doubtful) == ("one two", 0.7, False, False)
