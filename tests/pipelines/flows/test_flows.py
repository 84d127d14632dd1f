"""Flow validation and the executor on small flows of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.conversation.agent import Keys
from pipelines.engines.protocols import Grammar
from pipelines.flows.executor import SILENCES, FlowExecutor
from pipelines.flows.model import Ask, Confirm, Dtmf, EndCall, Flow, FlowNode, Prompt, Slot, TransferCall
from pipelines.flows.progress import FlowStep, Handover
from pipelines.flows.steps import MISSES
from pipelines.flows.validation import FlowError, validate

COLOURS = {"red": "red", "blue": "blue", "light blue": "light blue"}
COLOUR = Slot(
    "colour",
    Grammar("colour", "#JSGF V1.0;\ngrammar colour;\npublic <colour> = <c>;\n<c> = red | [light] blue;\n"),
    COLOURS.get,
    Dtmf(2, {"1": "red", "12": "blue"}.get, "Press one for red."),
)
SURE = Slot(
    "sure",
    Grammar("sure", "#JSGF V1.0;\ngrammar sure;\npublic <sure> = yes | no | cancel | colour;\n"),
    {"yes": "yes", "no": "no", "cancel": "cancel", "colour": "colour"}.get,
    Dtmf(1, {"1": "yes", "2": "no"}.get, "Press one for yes."),
)
NODES: tuple[FlowNode, ...] = (
    Prompt("hello", "Welcome.", "ask"),
    Ask("ask", "colour", "Which colour?", "Say red or blue.", "check"),
    Confirm(
        "check", "sure", "{colour}.", "All right?", "Say yes or no.", "done", "ask", "gone", {"colour": "ask"}
    ),
    EndCall("done", "Thank you.", "confirmed"),
    EndCall("gone", "Never mind.", "cancelled"),
)


def flow(*nodes: FlowNode, start: str = "hello", slots: tuple[Slot, ...] = (COLOUR, SURE)) -> Flow:
    return Flow.of("paint", start, nodes or NODES, slots, "Goodbye.")


def problems(bad: Flow) -> list[str]:
    with pytest.raises(FlowError) as caught:
        validate(bad)
    assert str(caught.value).startswith("flow 'paint' cannot run: ")
    return caught.value.problems


def swapped(**nodes: FlowNode) -> tuple[FlowNode, ...]:
    return tuple(nodes.get(node.id, node) for node in NODES)


def test_a_good_flow_is_valid() -> None:
    validate(flow())


def test_an_unknown_start() -> None:
    assert problems(flow(start="nowhere")) == ["the start node 'nowhere' does not exist"]


def test_an_unknown_node() -> None:
    bad = flow(*swapped(hello=Prompt("hello", "Hi.", "asj")))
    assert "node 'hello' leads to an unknown node 'asj' (next)" in problems(bad)


def test_a_missing_next() -> None:
    assert "node 'hello' has no next" in problems(flow(*swapped(hello=Prompt("hello", "Hi.", ""))))


def test_an_unreachable_node() -> None:
    assert problems(flow(*NODES, EndCall("island", "Bye."))) == ["node 'island' cannot be reached"]


def test_a_flow_without_an_end() -> None:
    assert problems(flow(Prompt("hello", "Hi.", "hello"))) == ["no end can be reached"]


def test_an_unknown_slot_asked_and_spoken() -> None:
    bad = flow(*swapped(ask=Ask("ask", "taste", "Which {smell}?", "Say.", "check")))
    assert problems(bad) == [
        "node 'ask' names an unknown slot 'taste'",
        "node 'ask' speaks of an unknown slot 'smell'",
    ]


def test_an_unknown_slot_in_an_example() -> None:
    bad = flow(*swapped(ask=Ask("ask", "colour", "Which?", "Say.", "check", example="As {shade}.")))
    assert problems(bad) == ["node 'ask' speaks of an unknown slot 'shade'"]


def test_an_example_may_name_what_was_answered_before() -> None:
    again = Ask("again", "sure", "Sure?", "Say yes.", "end", example="For example: {colour}.")
    ask = Ask("ask", "colour", "Which?", "Say.", "again")
    executor = FlowExecutor(Flow.of("x", "ask", (ask, again, EndCall("end", "Bye.")), (COLOUR, SURE), "Bye."))
    executor.start()
    executor.utterance("blue")
    executor.utterance("", understood=False)
    assert "For example: blue." in executor.utterance("", understood=False).say


def test_an_empty_text() -> None:
    assert "node 'hello' has an empty text" in problems(flow(*swapped(hello=Prompt("hello", " ", "ask"))))


def test_a_grammar_with_an_unknown_rule_or_no_public_one() -> None:
    broken = replace(COLOUR, grammar=Grammar("colour", "#JSGF V1.0;\ngrammar c;\n<a> = red | <shade>;\n"))
    assert problems(flow(slots=(broken, SURE))) == [
        "the grammar of 'colour' uses an unknown rule <shade>",
        "the grammar of 'colour' has no public rule",
    ]


def test_a_grammar_that_has_a_rule_twice() -> None:
    twice = "#JSGF V1.0;\ngrammar c;\npublic <colour> = red;\n<colour> = blue;\n"
    broken = replace(COLOUR, grammar=Grammar("colour", twice))
    assert problems(flow(slots=(broken, SURE))) == ["the grammar of 'colour' has two rules <colour>"]


def test_a_slot_that_no_rule_of_a_grammar_can_be_called_like() -> None:
    named = "a slot cannot be called 'the colour': use letters, digits and '_'"
    assert named in problems(flow(slots=(replace(COLOUR, name="the colour"), SURE)))


def test_a_slot_that_takes_no_digits() -> None:
    mute = replace(COLOUR, dtmf=Dtmf(0, COLOURS.get, "."))
    assert problems(flow(slots=(mute, SURE))) == ["'colour' takes no digits: set dtmf.most to 1 or more"]


def started() -> FlowExecutor:
    executor = FlowExecutor(flow())
    assert executor.start() == FlowStep("Welcome. Which colour?", COLOUR)
    return executor


def test_say_ask_confirm_end() -> None:
    executor = started()
    step = executor.utterance("Blue")
    assert (step.say, step.slot, step.silence_ms) == ("blue. All right?", SURE, 3_000)
    assert [(o.status, o.slots) for o in step.outcomes] == [("held", {"colour": "blue"})]
    executor.heard(step.say)
    step = executor.utterance("yes")
    assert (step.say, step.end) == ("Thank you.", True)
    assert [o.status for o in step.outcomes] == ["confirmed"]


def test_an_entry_on_the_keys_answers() -> None:
    assert "blue" in started().keyed("12", "length").say
    assert "red" in started().keyed("1", "pause").say
    assert started().start().keys == Keys(2)


def test_impossible_digits_are_named_and_the_keys_offered_again() -> None:
    assert started().keyed("99").say == "Sorry, 9 9 is not possible here. Press one for red."
    assert started().keyed("123", "too many").say == "Sorry, 1 2 3 is not possible here. Press one for red."


def test_star_helps_and_hash_alone_offers_the_keys() -> None:
    executor = started()
    assert executor.keyed("", "cancel").say == "Say red or blue. Press one for red."
    assert executor.keyed("").say == "Press one for red."


def test_each_try_is_asked_differently_and_then_it_ends() -> None:
    executor = started()
    assert executor.utterance("", understood=False).say == "Sorry, I didn't get that. Say red or blue."
    assert executor.utterance("green").say == "Sorry, I didn't get that. Press one for red."
    hardly = "I can hardly hear you. Please use the keys. Press one for red."
    assert [executor.utterance("green").say for _ in range(MISSES - 2)] == [hardly] * (MISSES - 2)
    step = executor.utterance("green")
    assert (step.say, step.end) == ("I can hardly hear you. Goodbye.", True)


def test_silence_helps_offers_the_keys_and_ends() -> None:
    executor = started()
    said = [executor.silence().say for _ in range(SILENCES)]
    assert said == ["Say red or blue.", "I cannot hear you. Press one for red.", "Goodbye."]


def test_an_answer_in_between_forgives_the_silences() -> None:
    executor = started()
    for _ in range(5):
        assert not executor.silence().end
        assert not executor.silence().end
        executor.utterance("green")


def test_a_change_asks_that_slot_anew() -> None:
    executor = started()
    executor.utterance("red")
    assert executor.utterance("colour").say == "Which colour?"
    assert executor.utterance("light blue").say == "light blue. Say yes or no."


def test_hanging_up_elsewhere_tells_nothing() -> None:
    assert started().hang_up("Welcome. Which colour?") == ()


def test_after_the_end_every_input_ends_again() -> None:
    executor = started()
    executor.utterance("red")
    executor.utterance("cancel")
    for step in (executor.utterance("red"), executor.keyed("1"), executor.silence()):
        assert (step.say, step.end, step.outcomes) == ("", True, ())


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["red", "light blue", "yes", "no", "cancel", "colour", "", "green"]),
            st.sampled_from(["1", "12", "2", "9", "", "A"]).map(lambda digits: "keys " + digits),
            st.sampled_from(["doubtful red", "doubtful yes", "amends blue", "amends yes", "noisy red"]),
            st.sampled_from(["trouble noisy", "trouble fax", "trouble looped"]),
            st.just("silence"),
        ),
        max_size=30,
    )
)
def test_whatever_the_caller_does_it_asks_or_ends(inputs: list[str]) -> None:
    executor = FlowExecutor(flow())
    executor.start()
    for said in inputs:
        if said == "silence":
            step = executor.silence()
        elif said.startswith("keys "):
            step = executor.keyed(said[5:])
        elif said.startswith("trouble "):
            step = executor.trouble(said[8:])
        elif (how := said.split(" ")[0]) in ("doubtful", "amends", "noisy"):
            step = executor.utterance(
                said[len(how) + 1 :],
                doubtful=how == "doubtful",
                amends=how == "amends",
                noisy=how == "noisy",
            )
        else:
            step = executor.utterance(said, bool(said))
        assert step.end or step.slot is not None
        assert all(outcome.slots.get("colour", "red") in COLOURS for outcome in step.outcomes)


def desk(to: str = "101", failed: str = "sorry", **more: object) -> Flow:
    """Asks for a colour, and hands the caller over."""
    return flow(
        Ask("ask", "colour", "Which colour?", "Say red or blue.", "over"),
        TransferCall("over", "I connect you about {colour}.", to, failed, **more),  # type: ignore[arg-type]
        Ask("sorry", "sure", "Nobody is free. Shall I try again?", "Say yes or no.", "over"),
        EndCall("done", "Thank you.", "confirmed"),
        Ask("more", "sure", "More?", "Say yes.", "done"),
        start="ask",
    )


def test_a_flow_hands_its_caller_over_and_goes_on_where_nobody_takes_it() -> None:
    executor = FlowExecutor(desk(briefing="It is about {colour}."))
    executor.start()
    step = executor.utterance("red")
    assert step.say == "I connect you about red." and not step.end and step.slot is None
    assert step.transfer == Handover("101", True, "It is about red.")
    assert executor.summary() == "colour: red."
    step = executor.returned()
    assert (step.say, executor.node) == ("Nobody is free. Shall I try again?", "sorry")
    assert executor.utterance("yes").transfer is not None


def test_a_caller_who_was_taken_over_is_asked_anew() -> None:
    executor = FlowExecutor(flow())
    executor.start()
    assert executor.returned().say == "Here I am again. Which colour?"
    executor.utterance("red")
    assert executor.returned().say == "Here I am again. red. Say yes or no."
    executor.heard("red.")
    executor.utterance("yes")
    assert executor.returned().end and executor.summary() == "colour: red."
    assert FlowExecutor(flow()).summary() == ""


def test_a_question_is_asked_again_for_whoever_wants_to_hear_it_and_counts_for_nothing() -> None:
    executor = FlowExecutor(flow())
    first = executor.start()
    for _ in range(2 * SILENCES):
        again = executor.again()
        assert (again.say, again.slot, again.end) == ("Which colour?", first.slot, False)
    assert executor.utterance("red").say
    assert executor.again().say == "red. Say yes or no."
    executor.heard("red.")
    assert executor.utterance("yes").end and executor.again().end


def test_a_transfer_to_nobody_and_one_that_leads_nowhere() -> None:
    assert "node 'over' transfers to nobody" in problems(desk(to=" "))
    assert "node 'over' has no failed" in problems(desk(failed=""))
    assert "node 'over' leads to an unknown node 'x' (failed)" in problems(desk(failed="x"))
    assert "node 'over' speaks of an unknown slot 'size'" in problems(desk(briefing="{size}"))
