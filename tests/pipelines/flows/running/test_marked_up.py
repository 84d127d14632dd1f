"""Flows whose author writes SSML, and callers who would like to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.conversation.agent import Say
from pipelines.flows.checks.checking import checked_flow
from pipelines.flows.expressions.liquid import SaidTemplate, SpokenValue
from pipelines.spoken.marked import MarkedText
from pipelines.spoken.ssml import SsmlSegment
from tests.pipelines.flows.running.flows import END, asked, caller, document, edge, node

ATTACKS = (
    '<break time="10s"/>',
    "</speak><speak>",
    '"/><break time="10s"/><sub alias="x',
    "'/><prosody volume='silent'>",
    "&lt;break time='10s'/&gt;",
    "<!--",
    "]]><speak>",
    "&#60;break/&#62;",
)


def segments(text: str) -> tuple[SsmlSegment, ...]:
    assert isinstance(text, MarkedText)
    return text.segments


def talk(*texts: str, given: str = "", ask: str = "ask?") -> Any:
    nodes = [node(f"n{at}", "say", text=text) for at, text in enumerate(texts)]
    nodes += [asked("ask", "colour", text=ask, help=f"{ask}"), END]
    edges = [edge(one["id"], other["id"]) for one, other in zip(nodes, nodes[1:], strict=False)]
    variables = [{"name": "colour"}, {"name": "who", "given": "who"}]
    return caller(nodes, edges, variables=variables, about={"who": given})


def test_a_text_that_begins_with_speak_is_said_as_it_is_marked() -> None:
    step = talk("Hello.", '<speak>One<break time="2s"/>two.</speak>').start()
    assert step.say == "Hello. One two. ask?"
    assert segments(step.say) == (
        SsmlSegment("Hello."),
        SsmlSegment("One"),
        SsmlSegment("two.", pause_ms=2_000),
        SsmlSegment("ask?"),
    )
    assert Say(step.say).segments == segments(step.say)


def test_a_question_in_ssml_is_asked_again_in_ssml() -> None:
    flow = talk(ask='<speak>Which <phoneme ph="ˈkʌlə">colour</phoneme>?</speak>')
    assert [each.phonemes for each in segments(flow.start().say)] == ["", "ˈkʌlə"]
    again = flow.utterance("", False).say
    assert segments(again)[-1].text == "colour?" and again.endswith("Which colour?")


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_caller_says_is_never_markup(attack: str) -> None:
    """Neither in a text that is SSML, between elements and in attributes, nor in one that is none."""
    texts = (
        "<speak>Hello {{ who }}.</speak>",
        '<speak><sub alias="{{ who }}">you</sub></speak>',
        "<speak><sub alias='{{ who | append: \"!\" }}'>you</sub></speak>",
    )
    for text in texts:
        found = segments(talk(text, given=attack).start().say)
        assert all(each.pause_ms == 0 and each.gain_db == 0 and each.rate == 1 for each in found)
        assert attack in (found[0].said or found[0].text), text
    for given_ in (attack, f'<speak>{attack}<break time="9s"/></speak>'):
        step = talk("{{ who }}", given=given_).start()
        assert not isinstance(step.say, MarkedText) and not Say(step.say).segments
        assert " ".join(given_.split()) in step.say


@given(st.text(st.sampled_from("<>/&;#x1\"'= abpresk-!?[]"), max_size=80))
def test_no_value_changes_how_the_rest_is_said(value: str) -> None:
    template = SaidTemplate(
        '<speak>A<break time="1s"/><sub alias="{{ v }}.">b</sub>{{ v | upcase }} c</speak>'
    )
    for said in (value, SpokenValue(1, value)):
        text = template.said({"v": said}, "en")
        if isinstance(text, MarkedText):
            assert [each.pause_ms for each in text.segments[:2]] == [0, 1_000]
            assert all(each.rate == 1.0 and not each.pause_ms for each in text.segments[2:])
        else:
            raise AssertionError(text)


def test_a_text_that_is_kept_or_sent_is_no_markup() -> None:
    assert SaidTemplate("<speak>{{ v }}</speak>").text({"v": "a & b"}) == "<speak>a & b</speak>"


def faults(text: str, **fields: Any) -> list[tuple[str, str, str]]:
    nodes = [node("hello", "say", text=text), asked("ask", "colour"), END]
    names = ["colour", {"name": "n", "default": "some"}]
    drawn = document(nodes, [edge("hello", "ask"), edge("ask", "end")], variables=names, **fields)
    return [(each.node, each.field, each.what) for each in checked_flow(drawn).findings if each.fatal]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<speak>a\n<b>c</speak>", "line 2, column 5: </speak> closes nothing"),
        ("<speak>Smith & Sons</speak>", "write &amp;"),
        ('<speak><break time="soon"/></speak>', "is no time"),
        ("<speak>{% if n %}<p>{% endif %}a</speak>", "closes nothing"),
        ("<speak><phoneme>a</phoneme></speak>", "needs its ph"),
    ],
)
def test_bad_markup_is_found_in_the_drawing(text: str, says: str) -> None:
    [(at, field, what)] = faults(text)
    assert (at, field) == ("hello", "text") and says in what


@pytest.mark.parametrize(
    "text",
    [
        '<speak>Hello {{ n }}<break time="{{ n }}ms"/> <prosody rate="{{ n }}">a</prosody></speak>',
        '<speak>{% if n %}<prosody rate="slow">a</prosody>{% else %}<p>b</p>{% endif %}</speak>',
        '<speak><sub alias="{{ n }}">x</sub>{{ n | append: ", so" | upcase }}</speak>',
    ],
)
def test_good_markup_with_values_in_it_is_none(text: str) -> None:
    assert faults(text) == []


def test_ssml_is_refused_where_it_would_be_read_out() -> None:
    [(_, field, what)] = faults("Hello.", defaults={"phrases": {"sorry": "<speak>Sorry.</speak>"}})
    assert (field, what) == ("defaults.phrases.sorry", "SSML is not read here")
    [(_, field, what)] = faults("Hello.", defaults={"trouble": "<speak>Sorry</speak></speak>"})
    assert field == "defaults.trouble" and "stands outside" in what or "closes nothing" in what
