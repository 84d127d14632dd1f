"""What an agent may think ahead of, by the turn machine alone: likely words, before it is sure that no more
come; void when the caller goes on."""

from __future__ import annotations

from dataclasses import replace

from pipelines.conversation.agent import End, Finality, Keys, Listen, Utterance
from pipelines.conversation.commands import Command, StopThinkingAhead, Think, ThinkAhead
from pipelines.conversation.floor import FloorState
from pipelines.conversation.supposing import MOST, Supposing, same_words
from pipelines.conversation.turn import Turn
from pipelines.engines.protocols import SttResult
from tests.pipelines.conversation.test_turn import Driver

LIKELY = "i want a room with a view"
"""May go on, and most often does not."""


def listening(*, partials_tell: bool = False, listen: Listen | None = None) -> Driver:
    """The agent has greeted, and thinks ahead."""
    driver = Driver(listen)
    driver.turn = Turn(partials_tell=partials_tell)
    driver.turn.supposing.wanted = True
    driver.log.clear()
    driver.do(driver.turn.answered(0))
    driver.reply("")
    driver.run(100)
    driver.log.clear()
    return driver


def thoughts(driver: Driver) -> list[str]:
    """What was supposed (`?`), taken back (`-`) and told (`!`), in order."""
    found = []
    for _, command in driver.log:
        match command:
            case ThinkAhead(said=said):
                found.append(f"? {said.text}")
            case StopThinkingAhead():
                found.append("-")
            case Think(said=Utterance(text=text)):
                found.append(f"! {text}")
            case _:
                pass
    return found


def test_likely_words_are_supposed_as_soon_as_they_are_final_and_told_when_the_turn_is_over() -> None:
    driver = listening()
    driver.speech(700)
    driver.run(200)
    driver.final(LIKELY)
    assert thoughts(driver) == [f"? {LIKELY}"]
    driver.run(800)
    assert thoughts(driver) == [f"? {LIKELY}", f"! {LIKELY}"]
    when = [at for at, command in driver.log if isinstance(command, ThinkAhead | Think)]
    assert when[1] - when[0] >= 200, "nothing was won"


def test_whoever_goes_on_takes_it_back_at_once() -> None:
    driver = listening()
    driver.speech(700)
    driver.run(200)
    driver.final(LIKELY)
    driver.speech(500)
    assert thoughts(driver) == [f"? {LIKELY}", "-"]
    driver.run(200)
    driver.final(f"{LIKELY} please")
    driver.run(1500)
    assert thoughts(driver)[2:] == [f"? {LIKELY} please", f"! {LIKELY} please"]


def test_what_breaks_off_or_was_not_understood_is_not_supposed() -> None:
    for words in ("i want a room and", ""):
        driver = listening()
        driver.speech(700)
        driver.run(200)
        driver.final(words)
        driver.run(1500)
        assert not driver.has(ThinkAhead), words


def test_the_agents_own_judge_is_asked_too() -> None:
    driver = listening(listen=Listen(finality=lambda text: Finality.HANGING))
    driver.speech(700)
    driver.run(200)
    driver.final(LIKELY)
    driver.run(1500)
    assert thoughts(driver) == [f"! {LIKELY}"]


def test_a_caller_who_pauses_often_is_thought_ahead_of_a_few_times_only() -> None:
    driver = listening()
    for number in range(MOST + 3):
        driver.speech(500)
        driver.run(200)
        driver.final(f"{LIKELY} {'tomorrow ' * number}")
    assert sum(isinstance(command, ThinkAhead) for _, command in driver.log) == MOST
    driver.run(2500)
    assert thoughts(driver)[-1].startswith("!")
    driver.reply("")
    driver.run(2000)
    driver.log.clear()
    driver.speech(500)
    driver.run(200)
    driver.final(LIKELY)
    assert thoughts(driver) == [f"? {LIKELY}"], "another turn, another few"


def test_partial_results_count_where_they_tell_while_the_final_is_due() -> None:
    for tells in (True, False):
        driver = listening(partials_tell=tells)
        driver.speech(600)
        said = SttResult("I want a room with a view", final=False, confidence=0.8, epoch=driver.epoch())
        driver.do(driver.turn.partial(driver.t, said))
        driver.speech(100)
        driver.run(160)
        assert driver.asked()
        assert driver.has(ThinkAhead) is tells
        driver.run(100)
        driver.final("I want a room, with a view.")
        assert len(thoughts(driver)) == 1, "the same words but for their points"
        driver.run(800)
        assert thoughts(driver)[-1] == "! I want a room, with a view."


def test_a_final_with_other_words_takes_the_place_of_a_partial() -> None:
    driver = listening(partials_tell=True)
    driver.speech(700)
    said = SttResult("i want a broom", final=False, confidence=0.8, epoch=driver.epoch())
    driver.do(driver.turn.partial(driver.t, said))
    driver.run(200)
    driver.final(LIKELY)
    assert thoughts(driver) == ["? i want a broom", f"? {LIKELY}"]


def test_while_keys_are_collected_nothing_is_supposed() -> None:
    driver = listening()
    driver.turn.listen(Listen(keys=Keys(most=4)))
    driver.do(driver.turn.digit(driver.t, "1"))
    driver.speech(700)
    driver.run(200)
    driver.final(LIKELY)
    assert not driver.has(ThinkAhead)


def test_words_over_the_agents_own_wait_until_the_floor_is_the_callers() -> None:
    driver = listening()
    driver.speech(700)
    driver.run(200)
    driver.final("hello")
    driver.run(1500)
    driver.reply("this is a long story")
    driver.turn.progress(driver.t)
    driver.run(200)
    driver.log.clear()
    driver.speech(900)
    assert driver.state() is FloorState.ATTENDING
    driver.run(200)
    driver.final(LIKELY)
    assert thoughts(driver) == [f"? {LIKELY}"]


def test_it_is_void_when_the_call_is_interrupted_by_words_of_ours() -> None:
    driver = listening()
    driver.speech(700)
    driver.run(200)
    driver.final(LIKELY)
    driver.do(driver.turn.interject(driver.t, "goodbye", End()))
    driver.run(40)
    assert thoughts(driver) == [f"? {LIKELY}", "-"]


def test_an_agent_that_does_not_think_ahead_costs_nothing() -> None:
    driver = listening()
    driver.turn.supposing.wanted = False
    driver.speech(700)
    driver.run(200)
    driver.final(LIKELY)
    driver.run(800)
    assert thoughts(driver) == [f"! {LIKELY}"]


def test_words_are_compared_but_for_capitals_and_points() -> None:
    assert same_words("Have you a room?", "have you  a room")
    assert same_words("नमस्ते।", "नमस्ते")
    for one, other in (("2.5", "25"), ("-5", "5"), ("a room", "a broom"), ("", "a"), ("$5", "5")):
        assert not same_words(one, other), (one, other)


def test_how_it_was_heard_counts_where_the_agent_is_told() -> None:
    supposing, said = Supposing(by_partials=False), Utterance("a room", 0.9)
    made: list[Command] = [
        *supposing.suppose(said),
        *supposing.suppose(replace(said, confidence=0.5)),
        *supposing.suppose(replace(said, doubtful=True)),
    ]
    assert made == [ThinkAhead(said), ThinkAhead(replace(said, doubtful=True))]
