"""The turn machine alone: its table, its epochs, and that nothing can leave it stuck."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import (
    End,
    Finality,
    Listen,
    Pressed,
    Say,
    Silence,
    Transfer,
    Utterance,
)
from pipelines.conversation.commands import (
    Announce,
    CancelPlayout,
    CancelThinking,
    CloseStt,
    Command,
    CompleteLine,
    DuckPlayout,
    FinishPlayout,
    FinishStt,
    GiveUpThinking,
    Leave,
    PausePlayout,
    RestartStt,
    ResumePlayout,
    ResumeStt,
    Speak,
    StartStt,
    Think,
    UnduckPlayout,
    VoiceBegan,
    VoiceEnded,
)
from pipelines.conversation.ear import EAR, EarState, Sound
from pipelines.conversation.floor import FLOOR, Cue, FloorState
from pipelines.conversation.machine import Machine
from pipelines.conversation.timing import Limits
from pipelines.conversation.turn import Turn
from pipelines.engines.protocols import SttResult

QUIET, LOUD = -70.0, -20.0
T = TypeVar("T")


class Driver:
    """Feeds a turn frames and chunks, and keeps its commands by name and time."""

    def __init__(self, listen: Listen | None = None) -> None:
        self.turn = Turn()
        self.t = 0
        self.log: list[tuple[int, Command]] = []
        self._chunk = 512
        self.listen = listen or Listen()
        self.do(self.turn.answered(0))

    def do(self, commands: list[Command]) -> None:
        self.log += [(self.t // SAMPLES_PER_MS, command) for command in commands]
        for command in commands:
            if isinstance(command, GiveUpThinking):
                self.do(self.turn.failed(self.t, command.epoch, ""))

    def run(self, ms: int, level: float = QUIET, probability: float = 0.02) -> None:
        for _ in range(ms // 20):
            self.t += 320
            self.do(self.turn.frame(self.t, level))
            while self._chunk <= self.t:
                self.do(self.turn.voice(self.t, probability))
                self._chunk += 512
            self.do(self.turn.tick(self.t))

    def speech(self, ms: int) -> None:
        self.run(ms, LOUD, 0.95)

    def story(self, ms: int) -> None:
        """Speech as people speak at length: with gaps between the syllables."""
        for _ in range(ms // 100):
            self.run(80, LOUD, 0.95)
            self.run(20, QUIET, 0.95)

    def cough(self, ms: int) -> None:
        self.run(ms, LOUD, 0.4)

    def reply(self, text: str = "well", end: bool = False) -> None:
        self.answer(self.last(Think).epoch, text, self.listen, end)

    def answer(self, epoch: int, text: str, listen: Listen | None = None, end: bool = False) -> None:
        """The whole reply to a thought."""
        self.turn.listen(listen or Listen())
        if text:
            self.do(self.turn.say(self.t, epoch, Say(text)))
        if end:
            self.do(self.turn.last(self.t, epoch, End()))
        self.do(self.turn.replied(self.t, epoch))

    def final(
        self,
        text: str,
        *,
        complete: bool = False,
        extensible: bool = False,
        failed: bool = False,
        confidence: float = 0.9,
    ) -> None:
        known = bool(text)
        told = (text, True, confidence, known, complete, extensible)
        result = SttResult(*told, epoch=self.epoch(), failed=failed)
        self.do(self.turn.final(self.t, result))

    def epoch(self) -> int:
        """Of the present utterance."""
        return self._told().epoch

    def asked(self) -> bool:
        """The recogniser owes a final."""
        return isinstance(self._told(), FinishStt)

    def _told(self) -> StartStt | FinishStt | ResumeStt | RestartStt:
        """What the recogniser was told last."""
        return next(
            c for _, c in reversed(self.log) if isinstance(c, StartStt | FinishStt | ResumeStt | RestartStt)
        )

    def last(self, kind: type[T]) -> T:
        return next(command for _, command in reversed(self.log) if isinstance(command, kind))

    def has(self, kind: type[Command]) -> bool:
        return any(isinstance(command, kind) for _, command in self.log)

    def state(self) -> FloorState:
        return self.turn.state

    def names(self) -> list[str]:
        return [type(command).__name__ for _, command in self.log]


def listening() -> Driver:
    driver = Driver()
    driver.reply()
    driver.run(200)
    driver.do(driver.turn.drained(driver.t, True))
    driver.log.clear()
    return driver


def speaking(end: bool = False) -> Driver:
    driver = Driver()
    driver.reply(end=end)
    driver.turn.progress(driver.t)
    driver.run(300)
    driver.turn.progress(driver.t)
    return driver


def test_a_whole_answer_is_taken_after_the_short_wait() -> None:
    driver = listening()
    driver.speech(600)
    end = driver.t
    driver.run(120)
    assert driver.has(FinishStt)
    driver.final("two people", complete=True)
    driver.run(100)
    think = driver.last(Think)
    assert think.said == Utterance("two people", 0.9, True)
    assert 160 <= think.silence // SAMPLES_PER_MS <= 180
    assert think.finished_after // SAMPLES_PER_MS == 120
    assert driver.t - end < 300 * SAMPLES_PER_MS
    assert driver.state() is FloorState.THINKING


def test_an_open_answer_waits_longer() -> None:
    driver = listening()
    driver.speech(600)
    driver.run(120)
    driver.final("two thirty", complete=True, extensible=True)
    driver.run(360)
    assert "Think" not in driver.names()
    driver.run(60)
    assert driver.last(Think).said == Utterance("two thirty", 0.9, True)


def test_the_agents_judge_decides_the_wait() -> None:
    driver = Driver(Listen(finality=lambda text: Finality.HANGING))
    driver.reply()
    driver.do(driver.turn.drained(driver.t, True))
    driver.log.clear()
    driver.run(400)
    driver.speech(600)
    driver.run(120)
    driver.final("two and", complete=True)
    driver.run(780)
    assert "Think" not in driver.names()
    driver.run(100)
    assert driver.has(Think)


def test_going_on_takes_the_suspicion_back_under_a_new_epoch() -> None:
    driver = listening()
    driver.speech(400)
    driver.run(140)
    old = driver.last(StartStt)
    driver.final("two", complete=True, extensible=True)
    driver.speech(200)
    assert driver.last(ResumeStt).epoch > old.epoch
    driver.do(driver.turn.final(driver.t, SttResult("two", True, epoch=old.epoch)))
    assert driver.turn.ignored["late final"] == 1
    assert "Think" not in driver.names()


def answered(text: str = "two", *, understood: bool = True) -> Driver:
    """The caller gave this answer, and the agent says what comes next."""
    driver = listening()
    driver.listen = Listen(silence_ms=4_000)
    driver.speech(400)
    driver.run(140)
    driver.final(text if understood else "", complete=understood)
    driver.run(40 if understood else 520)
    driver.reply("and at what time?")
    driver.run(40)
    driver.turn.progress(driver.t)
    assert driver.state() is FloorState.SPEAKING
    driver.log.clear()
    return driver


def test_a_tail_takes_the_reply_back_and_mends_the_answer() -> None:
    """Else "people" undid the answer, "view" became Tuesday."""
    driver = answered("two")
    driver.speech(400)
    assert driver.has(ResumeStt) and not driver.has(StartStt) and not driver.has(CloseStt)
    driver.run(140)
    driver.final("two people", complete=True)
    driver.run(60)
    assert driver.has(CancelPlayout)
    assert driver.last(Think).said == Utterance("two people", 0.9, True, amends=True)
    assert driver.state() is FloorState.THINKING
    driver.run(1_000)
    assert driver.has(CloseStt) and driver.turn.ear is EarState.QUIET


def test_a_tail_that_is_noise_leaves_the_reply_as_it_was() -> None:
    for text, understood in (("", False), ("two", True)):
        driver = answered("two")
        driver.speech(200)
        driver.run(140)
        driver.final(text, complete=understood)
        if not understood:  # the tail alone makes no sense either
            driver.final("")
        driver.run(200)
        assert not driver.has(Think) and not driver.has(CancelPlayout)
        assert driver.state() is FloorState.SPEAKING


def test_a_caller_who_changes_his_mind_in_the_tail_has_changed_it() -> None:
    driver = answered("today")
    driver.speech(500)
    driver.run(140)
    driver.final("")  # "today tomorrow" is no sentence of the grammar
    driver.final("tomorrow", complete=True)
    driver.run(60)
    assert driver.last(Think).said == Utterance("tomorrow", 0.9, True, amends=True)


def test_a_tail_that_nobody_understands_asks_the_same_question_again() -> None:
    driver = answered("two")
    driver.speech(800)
    driver.run(140)
    driver.final("")
    driver.final("")
    driver.run(700)
    said = driver.last(Think).said
    assert isinstance(said, Utterance) and said.amends and not said.understood


def test_half_of_half_an_hour_that_was_asked_about_is_still_mended() -> None:
    driver = answered("half", understood=False)
    driver.speech(500)
    driver.run(140)
    driver.final("half an hour", complete=True)
    driver.run(60)
    assert driver.last(Think).said == Utterance("half an hour", 0.9, True, amends=True)


def test_what_comes_later_than_a_tail_answers_the_next_question() -> None:
    driver = answered("two")
    driver.run(Limits().tail)
    driver.speech(400)
    assert driver.has(StartStt) and not driver.has(ResumeStt)
    driver.run(140)
    driver.final("two thirty", complete=True)
    driver.run(60)
    assert driver.last(Think).said == Utterance("two thirty", 0.9, True)


def test_a_tail_has_a_tail() -> None:
    driver = answered("two")
    for text in ("two people", "two people please"):
        driver.speech(400)
        driver.run(140)
        driver.final(text, complete=True)
        driver.run(100)
        assert driver.last(Think).said == Utterance(text, 0.9, True, amends=True)


def test_speech_while_speaking_ducks_and_pauses_at_once_and_soon_cancels() -> None:
    driver = speaking()
    began = driver.t // SAMPLES_PER_MS
    driver.speech(800)
    ducked, paused, cancelled = (
        next(at for at, command in driver.log if isinstance(command, kind)) - began
        for kind in (DuckPlayout, PausePlayout, CancelPlayout)
    )
    assert ducked <= 60 and paused <= 140 and cancelled <= 300
    assert driver.state() is FloorState.ATTENDING


def test_noise_while_speaking_gives_the_floor_back() -> None:
    driver = speaking()
    driver.cough(200)
    driver.run(140)
    assert driver.has(DuckPlayout) and (driver.has(UnduckPlayout) or driver.has(ResumePlayout))
    assert driver.state() is FloorState.SPEAKING


def test_a_partial_decides_nothing() -> None:
    driver = speaking()
    driver.speech(200)
    epoch = driver.last(StartStt).epoch
    driver.do(driver.turn.partial(driver.t, SttResult("stop", False, 1.0, complete=True, epoch=epoch)))
    assert driver.state() is FloorState.YIELDING


def test_a_reply_to_an_older_thought_is_dropped_but_its_way_to_listen_is_kept() -> None:
    driver = listening()
    driver.do(driver.turn.digit(driver.t, "1"))
    first = driver.last(Think)
    driver.do(driver.turn.digit(driver.t, "2"))
    late = Listen(silence_ms=1234)
    driver.answer(first.epoch, "stale", late)
    assert "Speak" not in driver.names()
    assert driver.turn.ignored["late reply"] == 2
    driver.answer(driver.last(Think).epoch, "", late)
    driver.run(1300)
    assert driver.last(Think).said == Silence()


def test_a_digit_interrupts_speech_and_playout() -> None:
    driver = speaking()
    driver.speech(200)
    driver.do(driver.turn.digit(driver.t, "5"))
    assert driver.names()[-6:] == [
        "CloseStt",
        "VoiceEnded",
        "Decided",
        "CancelThinking",
        "CancelPlayout",
        "Think",
    ]
    assert driver.last(Think).said == Pressed("5")


def test_the_last_reply_ends_the_call_when_played() -> None:
    driver = speaking(end=True)
    assert driver.state() is FloorState.CLOSING
    driver.do(driver.turn.drained(driver.t, True))
    assert driver.has(Leave)
    assert driver.state() is FloorState.ENDED


def test_a_monologue_is_one_utterance_though_it_is_recognised_in_pieces() -> None:
    """It was cut into pieces of 15 s, of which one was answered."""
    driver = listening()
    said = 0
    while driver.t < 40_000 * SAMPLES_PER_MS:
        driver.story(2_000)
        driver.run(160)
        if driver.asked():
            said += 1
            driver.final(f"part {said}")
    driver.run(1_000)
    thoughts = [c.said for _, c in driver.log if isinstance(c, Think)]
    assert len(thoughts) == 1 and isinstance(thoughts[0], Utterance)
    restarts = [c for _, c in driver.log if isinstance(c, RestartStt)]
    assert len(restarts) == 2
    # Each piece says what was last heard of it.
    assert len(thoughts[0].text.split()) == 2 * 3


def test_speech_without_a_pause_is_cut_for_the_recogniser_and_answered_at_the_limit() -> None:
    driver = listening()
    limit = Limits().monologue
    for _ in range(limit // 100):
        driver.story(100)
        if driver.asked():
            driver.final("and so on")
    driver.run(20, LOUD, 0.95)
    assert driver.has(Think)
    said = driver.last(Think).said
    assert isinstance(said, Utterance) and said.text.startswith("and so on and so on")
    assert sum(isinstance(c, Think) for _, c in driver.log) == 1


def test_after_the_end_nothing_comes_out() -> None:
    driver = speaking()
    driver.speech(100)
    driver.do(driver.turn.end())
    driver.log.clear()
    driver.speech(800)
    driver.run(20_000)
    driver.do(driver.turn.digit(driver.t, "1"))
    driver.do(driver.turn.interject(driver.t, "bye", End()))
    assert driver.log == []
    assert driver.turn.end() == []


def test_the_tables_name_only_known_states_and_only_a_caller_who_is_back_leads_out_of_ended() -> None:
    assert [cue for state, cue in FLOOR if state is FloorState.ENDED] == [Cue.RETURNED]
    assert {target for target in EAR.values()} <= set(EarState)
    assert all((state, Cue.END) in FLOOR for state in FloorState if state is not FloorState.ENDED)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("quiet"), st.integers(1, 60)),
        st.tuples(st.just("speech"), st.integers(1, 60)),
        st.tuples(st.just("noise"), st.integers(1, 30)),
        st.tuples(st.just("final"), st.integers(0, 3)),
        st.tuples(st.just("partial"), st.integers(0, 3)),
        st.tuples(st.just("reply"), st.integers(0, 3)),
        st.tuples(st.just("digit"), st.integers(0, 9)),
        st.tuples(st.just("played"), st.just(0)),
        st.tuples(st.just("progress"), st.just(0)),
        st.tuples(st.just("announce"), st.just(0)),
        st.tuples(st.just("ask"), st.just(0)),
        st.tuples(st.just("commit"), st.just(0)),
        st.tuples(st.just("forget"), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_it_is_never_stuck_whatever_the_engines_do(steps: list[tuple[str, int]]) -> None:
    """After any events, when engine and agent fall silent for good, the turn comes back to listening, asks
    again, and the caller can still be heard."""
    driver = Driver()
    for kind, n in steps:
        epoch = driver.turn._ear._epoch - (n & 1)
        match kind:
            case "quiet":
                driver.run(20 * n)
            case "speech":
                driver.run(20 * n, LOUD, 0.95)
            case "noise":
                driver.run(20 * n, LOUD, 0.05)
            case "final":
                text = "yes" if n & 2 else ""
                driver.do(driver.turn.final(driver.t, SttResult(text, True, 0.9, bool(text), epoch=epoch)))
            case "partial":
                driver.do(
                    driver.turn.partial(driver.t, SttResult("yes", False, 0.9, complete=True, epoch=epoch))
                )
            case "reply":
                current = driver.turn._think_epoch - (n & 1)
                driver.answer(current, "well" if n & 2 else "")
            case "digit":
                driver.do(driver.turn.digit(driver.t, str(n)))
            case "played":
                driver.do(driver.turn.drained(driver.t, True))
            case "announce":
                driver.turn.announce("one moment")
            case "commit":
                driver.do(driver.turn.commit(driver.t))
            case "forget":
                driver.do(driver.turn.forget(driver.t))
            case "ask":
                driver.do(driver.turn.ask(driver.t) or [])
            case _:
                driver.turn.progress(driver.t)
    while driver.turn._announcements:  # each is given up after `Limits.stalled`: nobody plays it here
        driver.run(1000)
    seen = set()
    for _ in range(30):
        driver.run(1000)
        seen.add(driver.state())
    assert FloorState.LISTENING in seen
    assert driver.turn.ear is EarState.QUIET
    begun, ended = (sum(isinstance(c, kind) for _, c in driver.log) for kind in (VoiceBegan, VoiceEnded))
    driver.log.clear()
    driver.run(18_000)
    assert [c for _, c in driver.log if isinstance(c, Think) and isinstance(c.said, Silence)]
    driver.speech(700)
    assert driver.has(StartStt)
    assert begun - ended == 0
    opened = sum(isinstance(command, StartStt) for _, command in driver.log)
    closed = sum(isinstance(command, CloseStt) for _, command in driver.log)
    assert opened >= closed


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_speech_only_follows_a_current_reply(steps: list[tuple[str, int]]) -> None:
    """Every Speak carries the epoch of the newest Think."""
    driver = Driver()
    for kind, n in steps:
        if kind == "reply":
            stale = driver.turn._think_epoch - n
            commands = driver.turn.say(driver.t, stale, Say("well"))
            assert n == 0 or not [command for command in commands if isinstance(command, Speak)]
        elif kind == "digit":
            driver.do(driver.turn.digit(driver.t, str(n)))
        elif kind == "speech":
            driver.run(20 * n, LOUD, 0.95)
        else:
            driver.run(20 * max(1, n))


def test_a_state_changes_by_a_row_of_its_table_and_by_nothing_else() -> None:
    ignored: Counter[str] = Counter()
    ear = Machine(EAR, EarState.QUIET, ignored)
    assert not ear.takes(Sound.PAUSE) and not ear.move(Sound.PAUSE)
    assert (ear.state, ignored) == (EarState.QUIET, {"quiet pause": 1})
    assert ear.move(Sound.ONSET) and ear.state is EarState.HEARING


def thinking() -> Driver:
    driver = listening()
    driver.do(driver.turn.digit(driver.t, "1"))
    return driver


def test_a_word_of_our_own_stops_all_and_ends_the_call_when_it_was_heard() -> None:
    for driver in (listening(), thinking(), speaking()):
        assert driver.turn.announce("later") and driver.turn.announce("much later")
        driver.log.clear()
        goodbye = Transfer("200")
        driver.do(driver.turn.interject(driver.t, "goodbye", goodbye))
        assert driver.names() == ["CancelThinking", "CancelPlayout", "Speak", "CompleteLine"]
        line = driver.last(Speak)
        assert line.piece == Say("goodbye") and driver.last(CompleteLine).epoch == line.epoch
        assert driver.state() is FloorState.CLOSING
        driver.log.clear()
        driver.do(driver.turn.drained(driver.t, True))
        assert [command for _, command in driver.log] == [FinishPlayout(), Leave(goodbye)]
        assert driver.turn.interject(driver.t, "once more", End()) == []
        assert driver.turn.ignored["late interject"] == 1


def test_a_word_of_our_own_lets_go_of_whoever_speaks() -> None:
    driver = listening()
    driver.speech(400)
    driver.log.clear()
    driver.do(driver.turn.interject(driver.t, "goodbye", End()))
    assert driver.names()[0] == "CloseStt" and driver.turn.ear is EarState.QUIET


def test_what_the_operator_says_waits_in_order_and_is_bounded() -> None:
    driver = speaking()
    most = Limits().announcements
    assert [driver.turn.announce(f"{n}") for n in range(most + 2)] == [True] * most + [False] * 2
    driver.log.clear()
    driver.do(driver.turn.drained(driver.t, True))
    for n in range(2):
        driver.run(20)
        said = driver.last(Announce)
        assert said.text == f"{n}" and driver.state() is FloorState.SPEAKING
        driver.do(driver.turn.drained(driver.t, True))
    assert not driver.has(Leave)
    driver.do(driver.turn.end())
    assert not driver.turn.announce("too late")


def test_what_the_operator_says_comes_before_an_end_without_words() -> None:
    driver = thinking()
    thought = driver.last(Think).epoch
    assert driver.turn.announce("one moment")
    driver.log.clear()
    end = Transfer("200")
    driver.do(driver.turn.last(driver.t, thought, end))
    assert driver.names() == ["Announce"] and driver.state() is FloorState.CLOSING
    driver.do(driver.turn.drained(driver.t, True))
    assert driver.last(Leave).last == end


def test_an_end_without_words_is_the_end() -> None:
    driver = thinking()
    end = Transfer("200")
    assert driver.turn.last(driver.t, driver.last(Think).epoch, end) == [Leave(end)]
    assert driver.state() is FloorState.ENDED


def test_an_end_of_an_older_thought_or_while_nothing_was_asked_is_late() -> None:
    driver = thinking()
    thought = driver.last(Think).epoch
    assert driver.turn.last(driver.t, thought - 1, End()) == []
    assert driver.state() is FloorState.THINKING and driver.turn.ignored == {"late reply": 1}
    driver.do(driver.turn.replied(driver.t, thought))
    assert driver.turn.last(driver.t, thought, End()) == []
    assert driver.state() is FloorState.LISTENING and driver.turn.ignored["late reply"] == 2


def test_a_failure_is_excused_in_the_agents_name_and_may_end_the_call() -> None:
    for last, state in ((None, FloorState.SPEAKING), (End(), FloorState.CLOSING)):
        driver = thinking()
        thought = driver.last(Think).epoch
        driver.log.clear()
        driver.do(driver.turn.failed(driver.t, thought, "sorry", last))
        assert driver.names() == ["Speak", "CompleteLine"] and driver.state() is state
        assert driver.last(Speak) == Speak(thought, Say("sorry"))
    driver = thinking()
    thought = driver.last(Think).epoch
    assert driver.turn.failed(driver.t, thought, "") == [] and driver.state() is FloorState.LISTENING
    assert driver.turn.failed(driver.t, thought - 1, "sorry", End()) == []
    assert driver.turn.ignored["late reply"] == 3


def test_hold_stops_playout_and_goes_on_unless_the_caller_speaks() -> None:
    driver = speaking()
    assert driver.turn.hold(True) == [PausePlayout()]
    assert driver.turn.hold(False) == [ResumePlayout()]
    driver.speech(200)
    assert driver.state() is FloorState.YIELDING and driver.turn.hold(False) == []


def test_the_end_of_the_leg_stops_all_and_what_comes_later_is_late() -> None:
    driver = thinking()
    thought = driver.last(Think).epoch
    assert driver.turn.end() == [CancelThinking(), CancelPlayout()]
    assert driver.turn.end() == []
    assert driver.turn.say(driver.t, thought, Say("x")) == [] == driver.turn.replied(driver.t, thought)
    assert driver.turn.digit(driver.t, "1") == []
    assert driver.turn.ignored["late reply"] == 2 and driver.turn.ignored["late digit"] == 1


def test_last_words_are_waited_for_until_they_arrived_or_too_long() -> None:
    patience = Limits().heard * SAMPLES_PER_MS
    driver = speaking(end=True)
    begun = driver.t
    assert driver.turn.drained(begun, False) == []
    assert driver.turn.drained(begun + patience - 1, False) == []
    assert driver.turn.drained(begun + patience, False) == [FinishPlayout(True), Leave(End())]
    heard = speaking(end=True)
    assert heard.turn.drained(heard.t, False) == []
    assert heard.turn.drained(heard.t + 1, True) == [FinishPlayout(False), Leave(End())]


def test_an_agent_that_thinks_too_long_is_given_up_to_the_frame() -> None:
    driver = thinking()
    begun, thinks = driver.t, driver.last(Think).epoch
    patience = Limits().thinking * SAMPLES_PER_MS
    assert driver.turn.tick(begun + patience - 1) == []
    assert driver.turn.tick(begun + patience) == [GiveUpThinking(thinks, Limits().thinking)]
    assert driver.turn.tick(begun + 2 * patience - 1) == []


def test_a_voice_that_stalls_in_a_whole_line_is_given_up_to_the_frame() -> None:
    patience = Limits().stalled * SAMPLES_PER_MS
    driver = speaking()
    since = driver.t
    assert driver.turn.tick(since + patience - 1) == []
    assert driver.turn.tick(since + patience) == [CancelThinking(), CancelPlayout()]
    assert driver.state() is FloorState.LISTENING
    driver = speaking(end=True)
    assert driver.turn.tick(driver.t + patience) == [CancelThinking(), CancelPlayout(), Leave(End())]


def test_silence_is_told_after_the_agents_time_for_it() -> None:
    driver = Driver(Listen(silence_ms=3_000))
    driver.reply()
    driver.run(200)
    driver.do(driver.turn.drained(driver.t, True))
    begun = driver.t
    assert driver.turn.tick(begun + 3_000 * SAMPLES_PER_MS - 1) == []
    (thought,) = driver.turn.tick(begun + 3_000 * SAMPLES_PER_MS)
    assert isinstance(thought, Think) and thought.said == Silence()


def deaf() -> tuple[Driver, int]:
    """So many noises were dismissed that a sound no longer stops the agent; with the epoch of what it
    says."""
    driver = thinking()
    thought = driver.last(Think).epoch
    driver.do(driver.turn.say(driver.t, thought, Say("well")))
    driver.turn.progress(driver.t)
    for _ in range(Limits().noises):
        driver.cough(160)
        driver.run(400)
        driver.final("")
        driver.run(1_000)
        driver.turn.progress(driver.t)
    driver.log.clear()
    return driver, thought


def test_a_key_is_the_callers_and_makes_up_for_noise() -> None:
    driver, _ = deaf()
    driver.do(driver.turn.digit(driver.t, "1"))
    assert driver.last(CancelPlayout) == CancelPlayout(by_caller=True)
    driver.reply()
    driver.turn.progress(driver.t)
    driver.log.clear()
    driver.speech(160)
    assert driver.has(DuckPlayout)


def test_last_words_are_said_over_a_caller_who_is_only_noise() -> None:
    driver, thought = deaf()
    driver.cough(160)
    assert driver.names() == ["StartStt", "VoiceBegan"] and driver.state() is FloorState.SPEAKING
    assert driver.turn.last(driver.t, thought, End()) == []
    assert driver.state() is FloorState.CLOSING
    driver.cough(400)
    driver.run(400)
    driver.final("")
    driver.run(400)
    assert driver.state() is FloorState.CLOSING and not driver.has(CancelPlayout)


def test_a_partial_of_another_utterance_is_late() -> None:
    driver = listening()

    def partial(epoch: int) -> None:
        driver.do(driver.turn.partial(driver.t, SttResult("well", False, 0.5, True, epoch=epoch)))

    driver.speech(300)
    now = driver.epoch()
    partial(now)
    assert not driver.turn.ignored
    partial(now - 1)
    partial(now + 1)
    assert driver.turn.ignored == {"late partial": 2}
    driver.do(driver.turn.digit(driver.t, "1"))
    partial(now)
    assert driver.turn.ignored == {"late partial": 3}


def test_a_reply_that_was_interrupted_says_no_more_and_the_next_has_a_number_of_its_own() -> None:
    driver = thinking()
    epochs = []
    for _ in range(3):
        thought = driver.last(Think).epoch
        epochs.append(thought)
        driver.do(driver.turn.say(driver.t, thought, Say("well")))
        driver.speech(900)
        assert driver.last(CancelPlayout) == CancelPlayout(by_caller=True)
        assert driver.turn.say(driver.t, thought, Say("and")) == []
        driver.run(400)
        driver.final("yes", complete=True)
        driver.run(1_000)
    assert sorted(set(epochs)) == epochs


def test_an_agent_without_words_gives_the_floor_to_whoever_began_to_speak() -> None:
    driver = thinking()
    driver.speech(200)
    assert driver.state() is FloorState.DOUBTING
    assert driver.turn.replied(driver.t, driver.last(Think).epoch) == [ResumePlayout()]
    assert driver.state() is FloorState.LISTENING


def test_a_noise_that_is_not_understood_is_told_to_an_agent_who_listens_and_not_to_one_who_speaks() -> None:
    for driver, interrupting in ((speaking(), True), (listening(), False)):
        driver.log.clear()
        driver.cough(400)
        driver.run(400)
        driver.final("")
        driver.run(1_000)
        assert driver.has(ResumePlayout) is interrupting and driver.has(Think) is not interrupting


def test_a_recogniser_that_never_answers_is_counted_each_time() -> None:
    driver = listening()
    for times in (1, 2):
        driver.log.clear()
        driver.speech(400)
        driver.run(400)
        asked = next(at for at, command in driver.log if isinstance(command, FinishStt))
        driver.run(asked + Limits().final - 20 - driver.t // SAMPLES_PER_MS)
        assert not driver.has(Think)
        driver.run(20)
        said = driver.last(Think).said
        assert isinstance(said, Utterance) and not said.understood
        assert driver.turn.ignored == {"recogniser silent": times}
        driver.answer(driver.last(Think).epoch, "")


def test_the_agents_judge_is_given_what_was_said() -> None:
    heard: list[str] = []

    def judge(text: str) -> Finality:
        heard.append(text)
        return Finality.WHOLE

    driver = listening()
    driver.turn.listen(Listen(finality=judge))
    driver.speech(400)
    driver.run(200)
    driver.final("at noon")
    assert heard == ["at noon"]


def silences(driver: Driver) -> list[int]:
    """When the agent was told that nobody had answered, in ms after its last word."""
    return [at for at, command in driver.log if isinstance(command, Think) and command.said == Silence()]


def test_where_words_are_lost_a_caller_who_gave_a_short_answer_is_asked_again_within_three_seconds() -> None:
    driver = listening()
    driver.turn.words_lost = True
    began = driver.t // SAMPLES_PER_MS
    driver.run(6_000)
    (asked_again,) = silences(driver)
    assert asked_again - began <= 3_000


def test_where_words_are_lost_a_word_that_cannot_be_made_out_is_asked_about_within_two_seconds() -> None:
    driver = listening()
    driver.turn.words_lost = True
    driver.speech(200)
    said = driver.t // SAMPLES_PER_MS
    driver.run(200)
    driver.final("")
    driver.run(3_000)
    unclear = Utterance("", understood=False)
    (asked,) = [at for at, told in driver.log if isinstance(told, Think) and told.said == unclear]
    assert 1_500 <= asked - said <= 2_000


def test_whoever_was_told_to_take_time_has_it_where_words_are_lost_too() -> None:
    driver = Driver(Listen(silence_ms=20_000))
    driver.reply()
    driver.do(driver.turn.drained(driver.t, True))
    driver.turn.words_lost = True
    driver.run(15_000)
    assert silences(driver) == []
