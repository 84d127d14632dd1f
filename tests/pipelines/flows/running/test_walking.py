"""From node to node: what is said, which edge counts, what variables are, and what failures lead to."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from pipelines.flows.document.reading import document_of
from pipelines.flows.phrases import TROUBLES
from pipelines.flows.phrases_by_language import phrases_in
from pipelines.flows.progress import FlowStep
from pipelines.flows.running import leaving
from pipelines.flows.running.executor import ESCAPES, DocumentExecutor
from pipelines.flows.validation import FlowError
from tests.pipelines.flows.running.flows import END, OOPS, asked, caller, compiled, document, edge, node

TROUBLE = "I am sorry, something went wrong here. Please call again later. Goodbye."


def statuses(step: FlowStep) -> list[str]:
    return [outcome.status for outcome in step.outcomes]


def say(id: str, text: str, **fields: Any) -> dict[str, Any]:
    return node(id, "say", text=text, **fields)


def test_what_is_said_on_the_way_comes_before_the_question() -> None:
    flow = caller(
        [say("hello", "Hello."), asked("ask", "colour"), END], [edge("hello", "ask"), edge("ask", "end")]
    )
    step = flow.start()
    assert step.say == "Hello. ask?"
    step = flow.utterance("red")
    assert (step.say, step.end, statuses(step)) == ("Bye.", True, ["done"])


def test_a_piece_with_a_voice_of_its_own_is_a_piece_of_its_own() -> None:
    nodes = [say("a", "One."), say("b", "Deux.", language="fr"), say("c", "Three."), asked("ask"), END]
    edges = [edge("a", "b"), edge("b", "c"), edge("c", "ask"), edge("ask", "end")]
    step = caller(nodes, edges).start()
    assert [(each.text, each.language) for each in step.ahead] == [("One.", ""), ("Deux.", "fr")]
    assert step.say == "Three. ask?"


def test_what_must_be_heard_is_not_interrupted() -> None:
    nodes = [say("law", "This call is recorded.", interruptible=False), asked("ask"), END]
    step = caller(nodes, [edge("law", "ask"), edge("ask", "end")]).start()
    assert [each.interruptible for each in step.ahead] == [False]


def test_a_question_is_skipped_while_its_variable_is_known() -> None:
    variables = [{"name": "colour", "given": "paint"}]
    nodes = [asked("ask", "colour"), END, OOPS]
    edges = [edge("ask", "end"), edge("ask", "oops", outcome="blue")]
    step = caller(nodes, edges, variables=variables, about={"paint": "red"}).start()
    assert step.say == "Bye."
    step = caller(nodes, edges, variables=variables, about={"paint": "blue"}).start()
    assert step.say == "Oops.", "a known value leads where it would have led"


def test_an_edge_that_forgets_asks_again() -> None:
    nodes = [asked("ask", "colour"), asked("more"), END]
    edges = [edge("ask", "more"), edge("more", "ask", outcome="red", forget=True), edge("more", "end")]
    flow = caller(nodes, edges)
    flow.start()
    flow.utterance("blue")
    assert flow.utterance("red").say == "ask?"
    assert flow.slots == {}


def test_the_first_edge_that_holds_counts() -> None:
    nodes = [asked("ask", "colour"), node("which", "condition"), END, OOPS]
    edges = [
        edge("ask", "which"),
        edge("which", "end", when="colour == 'red'"),
        edge("which", "oops", when="colour != ''"),
    ]
    flow = caller(nodes, edges)
    flow.start()
    assert flow.utterance("red").say == "Bye."


def test_values_are_computed_and_said() -> None:
    nodes = [
        node("set", "set", values={"count": 2, "who": "{{ call.from }}"}),
        node(
            "code",
            "code",
            lines=[{"variable": "count", "value": "count + 1"}, {"variable": "day", "value": "now.weekday"}],
        ),
        say("tell", "{{ count }} for {{ who }} on {{ day }}, {% if unknown %}x{% endif %}."),
        END,
    ]
    edges = [edge("set", "code"), edge("code", "tell"), edge("tell", "end")]
    variables = [{"name": "count", "kind": "number"}, "who", "day", "unknown"]
    flow = caller(nodes, edges, variables=variables)
    assert flow.start().say == "3 for sip:ann@example.com on saturday, . Bye."
    assert flow.slots == {"count": 3, "who": "sip:ann@example.com", "day": "saturday"}


def test_a_value_is_said_as_its_question_says_it_and_compared_as_it_is_kept() -> None:
    nodes = [
        node("ask", "collect", slot={"kind": "date"}, variable="day", text="When?"),
        say("tell", "{{ day }} {{ day | kept }}."),
        END,
    ]
    flow = caller(nodes, [edge("ask", "tell"), edge("tell", "end")], variables=["day"])
    flow.start()
    assert flow.utterance("tomorrow").say == "tomorrow 2026-11-22. Bye."


def test_an_expression_that_cannot_be_worked_out_takes_the_error_edge() -> None:
    code = node("code", "code", lines=[{"variable": "colour", "value": "colour.missing.field"}])
    step = caller(
        [code, END, OOPS], [edge("code", "end"), edge("code", "oops", errors=["expression"])]
    ).start()
    assert statuses(step) == ["failed"]
    step = caller([code, END, OOPS], [edge("code", "end"), edge("*", "oops", errors=[])]).start()
    assert statuses(step) == ["failed"]
    step = caller([code, END, OOPS], [edge("code", "end"), edge("code", "oops", errors=["tool"])]).start()
    assert (step.say, step.end) == (TROUBLE, True)


def test_a_value_that_a_variable_cannot_have_is_such_a_failure() -> None:
    nodes = [node("set", "set", values={"count": "many"}), END, OOPS]
    edges = [edge("set", "end"), edge("set", "oops", errors=["expression"])]
    step = caller(nodes, edges, variables=[{"name": "count", "kind": "number"}]).start()
    assert statuses(step) == ["failed"]


def test_a_circle_without_a_question_ends() -> None:
    nodes = [node("a", "condition"), node("b", "condition"), OOPS]
    step = caller(nodes, [edge("a", "b"), edge("b", "a")]).start()
    assert (step.say, step.end) == (TROUBLE, True)
    step = caller(nodes, [edge("a", "b"), edge("b", "a"), edge("b", "oops", errors=["flow"])]).start()
    assert statuses(step) == ["failed"]
    step = caller(nodes, [edge("a", "b"), edge("b", "a"), edge("*", "a", errors=[])]).start()
    assert step.end, "an error edge into the circle does not keep it going"


def test_a_node_without_a_way_on_ends_the_call_in_words() -> None:
    flow = caller([asked("ask"), END], [edge("ask", "end", outcome="red")])
    flow.start()
    step = flow.utterance("blue")
    assert (step.say, step.end) == (TROUBLE, True)
    assert flow.events()[-1]["why"] == "failed"
    assert flow.utterance("red").end


# ---- whatever is asked


HELP = [
    edge("*", "help", intent="help", phrases=["help [me]", "what can i say"]),
    edge("*", "help", keys="0"),
]


def with_help(**fields: Any) -> DocumentExecutor:
    nodes = [asked("ask", "colour"), say("help", "Colours."), node("back", "condition"), END]
    return caller(nodes, [edge("ask", "end"), edge("help", "ask"), *HELP, edge("back", "end")], **fields)


@pytest.mark.parametrize("said", ["help", "what can i say"])
def test_an_intent_leads_elsewhere_whatever_was_asked(said: str) -> None:
    flow = with_help()
    grammar = flow.start().slot
    assert grammar is not None and grammar.grammar is not None and "what can i say" in grammar.grammar.jsgf
    assert flow.utterance(said).say == "Colours. ask?"
    assert flow.utterance("red").end


def test_an_intent_that_is_doubted_is_not_taken() -> None:
    flow = with_help()
    flow.start()
    assert flow.utterance("help", doubtful=True).say.startswith("Sorry")
    assert flow.utterance("help", understood=False).say.startswith("Sorry")


def test_an_intent_that_is_doubted_twice_in_a_row_is_meant() -> None:
    flow = with_help()
    flow.start()
    assert flow.utterance("help", doubtful=True).say.startswith("Sorry")
    assert flow.utterance("what can i say", doubtful=True).say == "Colours. ask?"


def test_an_intent_counts_in_place_of_a_yes_or_no() -> None:
    flow = with_help()
    flow.start()
    assert flow.utterance("red", doubtful=True).say == "Did you say red?"
    assert flow.utterance("help me").say == "Colours. ask?"


def test_a_key_leads_elsewhere() -> None:
    flow = with_help()
    flow.start()
    assert flow.keyed("0").say == "Colours. ask?"
    assert flow.keyed("2").end


def test_the_nodes_own_key_goes_before_one_from_anywhere() -> None:
    nodes = [asked("ask", "colour"), say("help", "Colours."), END]
    flow = caller(nodes, [edge("ask", "end"), edge("help", "ask"), *HELP, edge("ask", "end", keys="0")])
    flow.start()
    assert flow.keyed("0").end


def test_silence_leads_where_the_edge_says_after_so_many_questions() -> None:
    nodes = [asked("ask"), END, OOPS]
    flow = caller(nodes, [edge("ask", "end"), edge("ask", "oops", after=2)])
    flow.start()
    assert flow.silence().say == "ask, again?"
    assert statuses(flow.silence()) == ["failed"]


def test_an_edge_for_later_waits_longer_than_usual() -> None:
    flow = caller([asked("ask"), END, OOPS], [edge("ask", "end"), edge("*", "oops", after=5)])
    flow.start()
    steps = [flow.silence() for _ in range(5)]
    assert [step.end for step in steps] == [False] * 4 + [True]
    assert statuses(steps[-1]) == ["failed"]


def test_who_is_never_understood_takes_the_error_edge() -> None:
    flow = caller(
        [asked("ask"), END, OOPS], [edge("ask", "end"), edge("ask", "oops", errors=["not understood"])]
    )
    flow.start()
    steps = [flow.utterance("", False) for _ in range(5)]
    assert [step.end for step in steps] == [False] * 4 + [True]
    assert statuses(steps[-1]) == ["failed"]


def test_silence_that_leads_round_and_round_ends_all_the_same() -> None:
    flow = caller([asked("ask"), END], [edge("ask", "end"), edge("ask", "ask", after=1)])
    step = flow.start()
    for _ in range(ESCAPES + 5):
        step = flow.silence()
        if step.end:
            break
    assert step.end


def test_a_bad_line_takes_the_error_edge() -> None:
    flow = caller([asked("ask"), END, OOPS], [edge("ask", "end"), edge("*", "oops", errors=["line"])])
    flow.start()
    assert statuses(flow.trouble("noisy", last=True)) == ["failed"]


# ---- read-backs


def read_back(**fields: Any) -> DocumentExecutor:
    check = node("check", "confirm", facts="{{ colour }}.", silence_ms=3_000, **fields)
    edges = [
        edge("ask", "check"),
        edge("check", "end", outcome="yes"),
        edge("check", "ask", outcome="no", forget=True),
        edge("check", "oops", outcome="cancel"),
    ]
    flow = caller([asked("ask", "colour"), check, END, OOPS], edges, keep={"paint": "colour"})
    flow.start()
    return flow


def test_a_read_back_holds_what_is_kept() -> None:
    flow = read_back()
    step = flow.utterance("red")
    assert step.say == "red. Is that right? Please say yes or no."
    assert [(each.status, each.slots) for each in step.outcomes] == [("held", {"paint": "red"})]
    flow.heard(step.say)
    assert statuses(flow.utterance("yes")) == ["done"]


def test_silence_does_not_agree_unless_it_is_to() -> None:
    flow = read_back()
    flow.heard(flow.utterance("red").say)
    assert not flow.silence().end
    assert flow.hang_up("red. Is that right?") == ()
    flow = read_back(silence="agree")
    flow.heard(flow.utterance("red").say)
    assert statuses(flow.silence()) == ["done"]


def test_hanging_up_on_a_read_back_is_what_a_yes_would_have_come_to() -> None:
    flow = read_back(silence="agree")
    step = flow.utterance("red")
    assert [each.status for each in flow.hang_up(step.say)] == ["done"]


def test_a_no_asks_anew() -> None:
    flow = read_back()
    flow.utterance("red")
    assert flow.utterance("no").say == "ask?"
    assert flow.slots == {}


def test_a_menu_chooses_and_keeps_nothing() -> None:
    menu = node("menu", "menu", text="Sales or repair?", options=[{"name": "sales"}, {"name": "repair"}])
    edges = [edge("menu", "end", outcome="sales"), edge("menu", "oops", outcome="repair")]
    flow = caller([menu, END, OOPS], edges)
    flow.start()
    assert statuses(flow.utterance("repair")) == ["failed"]
    flow = caller([menu, END, OOPS], edges)
    flow.start()
    assert statuses(flow.keyed("1")) == ["done"]


# ---- flows within flows


INNER = document(
    [
        asked("which", "shade", text="{{ greeting }} Which shade?"),
        node("out", "end_call", text="Thanks.", outcome="chosen"),
        node("none", "end_call", outcome="none"),
    ],
    [edge("which", "out"), edge("which", "none", after=1)],
    name="shades",
    variables=["shade", "greeting"],
)


def nested(**fields: Any) -> DocumentExecutor:
    inner = node("inner", "subflow", flow="shades", give={"greeting": "hello"}, take={"colour": "shade"})
    edges = [
        edge("inner", "tell", outcome="chosen"),
        edge("inner", "oops", outcome="none"),
        edge("tell", "end"),
        *fields.pop("edges", []),
    ]
    nodes = [inner, say("tell", "It is {{ colour }}."), END, OOPS]
    return caller(
        nodes,
        edges,
        subflows=lambda name, version: document_of(INNER) if name == "shades" else None,
        variables=["colour", {"name": "hello", "default": "Hi."}],
        **fields,
    )


def test_a_flow_within_a_flow_has_variables_of_its_own() -> None:
    flow = nested()
    assert flow.start().say == "Hi. Which shade?"
    step = flow.utterance("red")
    assert step.say == "Thanks. It is red. Bye."
    assert flow.slots == {"colour": "red", "hello": "Hi."}


def test_its_outcome_leads_on() -> None:
    flow = nested()
    flow.start()
    assert statuses(flow.silence()) == ["failed"]


def test_what_holds_anywhere_holds_within_it() -> None:
    flow = nested(edges=[edge("*", "oops", keys="9")])
    flow.start()
    assert statuses(flow.keyed("9")) == ["failed"]


def test_an_answer_within_it_can_be_amended() -> None:
    flow = nested()
    flow.start()
    flow.utterance("red", doubtful=True)
    assert flow.utterance("blue", amends=True).say == "Thanks. It is blue. Bye."


def test_a_failure_within_it_is_a_failure_of_the_node() -> None:
    inner = document(
        [node("code", "code", lines=[{"variable": "shade", "value": "shade.x"}]), END],
        [edge("code", "end")],
        variables=["shade"],
    )
    nodes = [node("inner", "subflow", flow="shades"), END, OOPS]
    edges = [edge("inner", "end"), edge("inner", "oops", errors=["flow"])]
    flow = caller(nodes, edges, subflows=lambda name, version: document_of(inner))
    assert statuses(flow.start()) == ["failed"]


def test_a_flow_that_runs_through_itself_is_refused() -> None:
    own = document([node("inner", "subflow", flow="paint"), END], [edge("inner", "end")])
    with pytest.raises(FlowError, match="would run through itself"):
        compiled(own["nodes"][1:], own["edges"][1:], subflows=lambda name, version: document_of(own))
    round_about = document(
        [node("inner", "subflow", flow="paint"), END], [edge("inner", "end")], name="shades"
    )
    with pytest.raises(FlowError, match="would run through itself"):
        compiled(
            [node("inner", "subflow", flow="shades"), END],
            [edge("inner", "end")],
            subflows=lambda name, version: document_of(round_about),
        )


# ---- what is wrong is said at once


def test_all_that_is_wrong_is_said() -> None:
    nodes = [
        say("a", "{{ nobody }}"),
        node("b", "code", lines=[{"variable": "colour", "value": "1 +"}]),
        node("c", "set", values={"other": 1}),
        node("d", "subflow", flow="nowhere"),
        END,
    ]
    edges = [edge("a", "b"), edge("b", "c", when="nothing == 1"), edge("c", "gone"), edge("d", "end")]
    with pytest.raises(FlowError) as caught:
        compiled(nodes, edges, variables=["colour", {"name": "pin", "secret": True}], keep={"pin": "pin"})
    found = "\n".join(caught.value.problems)
    for part in (
        "'nobody'",
        "node 'b' colour",
        "'other'",
        "'nowhere'",
        "edge to 'c'",
        "names no node: 'gone'",
        "'pin'",
    ):
        assert part in found, part


def test_what_nobody_can_say_is_found_before_a_call() -> None:
    with pytest.raises(FlowError, match="what leads elsewhere"):
        compiled(
            [asked("ask"), END], [edge("ask", "end"), edge("*", "end", intent="stop", phrases=["(stop"])]
        )


def test_phrases_of_its_own_are_said() -> None:
    flow = caller([asked("ask"), END], [edge("ask", "end")], defaults={"phrases": {"sorry": "Pardon?"}})
    flow.start()
    assert flow.utterance("", False).say == "Pardon? ask, again?"
    with pytest.raises(FlowError, match="no phrase 'sorrow'"):
        compiled([asked("ask"), END], [edge("ask", "end")], defaults={"phrases": {"sorrow": "x"}})


@pytest.mark.parametrize(
    "text",
    [
        "{value.__class__}",
        "{value[0]}",
        "{value:>999999999}",
        "{value!r}",
        "{0}",
        "{}",
        "{other}",
        "{",
        "{value:{value}}",
    ],
)
def test_a_phrase_of_its_own_holds_the_value_and_nothing_else(text: str) -> None:
    with pytest.raises(FlowError, match="braces hold"):
        compiled([asked("ask"), END], [edge("ask", "end")], defaults={"phrases": {"impossible": text}})


@pytest.mark.parametrize("kind", ["code", "set", "edges", "say"])
def test_what_computes_on_and_on_is_ended_like_a_circle(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty thousand lines in a row took 23 s, in which no other call was served."""
    seconds = itertools.count(0.0, 0.001)
    monkeypatch.setattr(leaving, "thread_time", lambda: next(seconds))
    steps = [f"n{at}" for at in range(80)]
    edges = [edge(one, other) for one, other in itertools.pairwise([*steps, "end"])]
    match kind:
        case "code":
            lines = [{"variable": "colour", "value": "'red'"}] * 10
            nodes = [node(name, "code", lines=lines) for name in steps]
        case "set":
            nodes = [node(name, "set", values={"colour": "{{ colour }}"}) for name in steps]
        case "edges":
            nodes = [node(name, "condition") for name in steps]
            edges[:0] = [edge("n0", "end", when=f"now.hour == {hour}") for hour in range(30, 90)]
        case _:
            nodes = [node(name, "say", text="So.", language="en") for name in steps]
    assert caller([*nodes, END], edges).start().say.startswith("I am sorry, something went wrong")
    told = [*edges, edge("*", "oops", errors=["flow"])]
    assert caller([*nodes, OOPS, END], told).start().say == "Oops."


def test_a_pause_of_the_collector_ends_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs in the same thread: a call was told now and then that something went wrong."""
    seconds = itertools.chain([0.0, 1.0], itertools.count(1.001, 0.001))
    monkeypatch.setattr(leaving, "thread_time", lambda: next(seconds))
    assert caller([asked("ask"), END], [edge("ask", "end")]).start().say == "ask?"


# ---- what is kept of it


def test_every_step_is_an_event_with_what_changed_and_no_secret() -> None:
    nodes = [asked("ask", "pin"), asked("more", "colour"), END]
    variables = [{"name": "pin", "secret": True}, "colour"]
    flow = caller(nodes, [edge("ask", "more"), edge("more", "end")], variables=variables)
    flow.start()
    flow.utterance("red")
    flow.utterance("blue")
    events = flow.last_events()
    assert [(each["node"], each["why"]) for each in events] == [
        ("start", "start"),
        ("ask", "next"),
        ("more", "next"),
        ("end", "next"),
    ]
    assert events[2]["changed"] == {"pin": "•••"}
    assert events[3]["changed"] == {"colour": "blue"}
    assert flow.summary() == "colour: blue."


def test_steps_are_counted_when_there_are_too_many() -> None:
    flow = caller([asked("ask"), END], [edge("ask", "ask", outcome="red"), edge("ask", "end")])
    flow.start()
    for _ in range(600):
        flow.utterance("red")
    events = flow.last_events()
    assert len(events) == 501
    assert events[-1]["why"] == "more" and events[-1]["steps"] == 102


def test_a_failure_is_told_without_secrets() -> None:
    nodes = [asked("ask", "pin"), node("which", "condition"), END, OOPS]
    edges = [edge("ask", "which"), edge("which", "end", when="pin"), edge("*", "oops", errors=["expression"])]
    flow = caller(nodes, edges, variables=[{"name": "pin", "secret": True}])
    flow.start()
    assert statuses(flow.utterance("blue")) == ["failed"]
    event = flow.last_events()[-1]
    assert event["why"] == "error" and event["detail"].startswith("expression: ")
    assert "blue" not in repr(event)


# ---- without keys, and in other words


def test_a_question_without_keys_offers_none() -> None:
    flow = caller([asked("ask", by=["voice"]), END], [edge("ask", "end")])
    flow.start()
    assert flow.silence().say == "ask, again?"
    assert flow.silence().say == "I cannot hear you. ask, again?"
    assert flow.utterance("", False).say == "Sorry, I didn't get that. ask, again?"
    assert flow.utterance("", False, noisy=True).say == "Sorry, I didn't get that. ask, again?"


def test_its_last_words_may_hold_variables() -> None:
    defaults = {"give_up": "Bye, {{ colour }}.", "trouble": "Sorry, {{ colour }}."}
    variables = [{"name": "colour", "default": "red"}]
    flow = caller(
        [asked("ask"), END], [edge("ask", "end", outcome="red")], defaults=defaults, variables=variables
    )
    flow.start()
    flow.silence()
    flow.silence()
    assert flow.silence().say == "Bye, red."
    flow = caller(
        [asked("ask"), END], [edge("ask", "end", outcome="red")], defaults=defaults, variables=variables
    )
    flow.start()
    assert flow.utterance("blue").say == "Sorry, red."
    with pytest.raises(FlowError, match="defaults.give_up: there is no variable 'nobody'"):
        compiled([asked("ask"), END], [edge("ask", "end")], defaults={"give_up": "{{ nobody }}"})


# ---- in other languages


def test_a_flow_in_another_language_says_its_own_words_in_it() -> None:
    defaults = {"language": "de-AT", "callback": "Sollen wir Sie zurückrufen?"}
    options = [{"value": "rot"}, {"value": "blau"}]
    ask = asked("ask", "colour", slot={"kind": "choice", "options": options})
    flow = caller([ask, END], [edge("ask", "end")], defaults=defaults)
    flow.start()
    assert flow.utterance("", False).say == "Das habe ich leider nicht verstanden. ask, again?"
    assert flow.utterance("rot", doubtful=True).say == "Haben Sie rot gesagt?"
    assert flow.utterance("ja").end
    flow = caller([ask, END], [edge("ask", "end")], defaults=defaults)
    flow.start()
    assert flow.trouble("noisy", last=True).say.endswith("Sollen wir Sie zurückrufen?")
    step = flow.utterance("ja")
    assert [each.status for each in step.outcomes] == ["callback"]


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pt", "hi", "ja", "zh"])
def test_every_phrase_about_a_value_has_it(language: str) -> None:
    phrases = phrases_in(language)
    for name in ("impossible", "check", "other", "read_back", "go_on"):
        assert "{value}" in getattr(phrases, name), name
    assert TROUBLES.keys() <= phrases.troubles.keys()
    assert phrases.yes_no_keys and "{" not in phrases.yes_no_keys


def test_a_secret_list_stands_in_no_failure() -> None:
    variables = [{"name": "codes", "kind": "list", "secret": True, "default": [["4711"], {"a": 815}]}]
    nodes = [node("is", "condition"), END]
    flow = caller(nodes, [edge("is", "end", when="codes")], variables=variables)
    assert flow.start().end
    said = str(flow.events())
    assert "neither true nor false" in said and "4711" not in said and "815" not in said
