from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.flows.expressions.cel import ExpressionError
from pipelines.flows.expressions.liquid import SaidTemplate, SpokenValue, UrlTemplate
from pipelines.flows.expressions.values import Value

DAY = SpokenValue("2026-11-23", "tomorrow")


def test_a_value_is_said_as_it_is_said_and_compared_as_it_is_kept() -> None:
    text = SaidTemplate("{{ day }}, {{ day | kept }}{% if people > 5 %}, many{% endif %}")
    assert text.uses == {"day", "people"}
    assert text.text({"day": DAY, "people": SpokenValue(6, "six people")}) == "tomorrow, 2026-11-23, many"


def test_what_is_not_known_is_left_out() -> None:
    assert SaidTemplate("Room{{ room }}{{ call.about.name }}.").text({"call": {}}) == "Room."


def test_a_text_computes_with_what_is_kept() -> None:
    people = SpokenValue(6, "six people")
    assert SaidTemplate("{{ people | plus: 1 }}").text({"people": people}) == "7"
    assert SaidTemplate("{{ 10 | minus: people }}").text({"people": people}) == "4"


def test_digits_are_said_one_by_one() -> None:
    assert SaidTemplate("{{ code | characters }}").text({"code": "0175"}) == "0 1 7 5"


@pytest.mark.parametrize(
    "source",
    [
        "{% include 'other' %}",
        "{% render 'other' %}",
        "{% capture x %}{% endcapture %}",
        "{{ x | replace: 'a', 'b' }}",
        "{{ x | date: '%Y' }}",
        "{{ x | nothing }}",
        "{{ x",
        "{% if %}{% endif %}",
        "{% if x %}" * 100 + "{% endif %}" * 100,
        "{{ (1..99999999) | join: 'x' }}",
        "{% for i in (1..99999999) reversed %}{% break %}{% endfor %}",
        "{% if x == y.z[(1..2)] %}{% endif %}",
        "{{" + " " * 10_000,
        "{{ x" + " " * 400 + "}}",
        "{% if" + " " * 10_000,
        "{% raw %}" * 2_000,
        "{% doc %}" * 2_000,
        "{" * 10_000,
        "{{ " + "x[" * 100 + "0" + "]" * 100 + " }}",
    ],
)
def test_what_a_text_may_not_hold_is_said_when_it_is_compiled(source: str) -> None:
    with pytest.raises(ExpressionError, match="cannot be read|unknown filter"):
        SaidTemplate(source)


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in many %}{{ x }}{% endfor %}",
        "{% for i in many %}{% endfor %}" * 60,
        "{% for i in many %}" + "{% if x contains 'b' %}{% endif %}" * 30 + "{% endfor %}",
        "{% for i in many %}{% assign y = x | split: '' | sort | reverse | size %}{% endfor %}",
        "{{ many | join: x }}",
        "{{ many" + " | join: '' | split: ''" * 20 + " }}",
        "{% assign y = x %}" + "{% assign y = y | append: y %}" * 40,
        "{{ x | split: '' | join: x }}",
        "{{ 1 | divided_by: 0 }}",
    ],
)
def test_a_text_that_runs_on_is_stopped(source: str) -> None:
    with pytest.raises(ExpressionError, match="cannot be said"):
        SaidTemplate(source).text({"x": "a" * 4_000, "many": ["a" * 40] * 500})


def test_lists_of_a_usual_length_are_said() -> None:
    sent = "{% if each.sent %}sent{% else %}open{% endif %}"
    source = "{% for each in orders %}{{ each.name | upcase }}: " + sent + ". {% endfor %}"
    orders = [{"name": f"chair {at}", "sent": at % 2 == 0} for at in range(200)]
    assert SaidTemplate(source).text({"orders": orders}).startswith("CHAIR 0: sent. CHAIR 1: open. ")
    assert SaidTemplate("{{ names | join: ', ' }}").text({"names": ["Ann"] * 500}).endswith("Ann, Ann")


def test_objects_cannot_be_reached() -> None:
    for source in ("{{ x.__class__ }}", "{{ x.kept }}", "{{ x.said }}", "{{ x['__dict__'] }}"):
        assert SaidTemplate(source).text({"x": DAY}) == ""


def test_what_a_variable_brings_into_a_url_means_nothing_there() -> None:
    url = UrlTemplate("https://shop.example/orders/{{ number }}?of={{ who.name }}")
    scope: dict[str, Value] = {"number": "../admin?x=1", "who": {"name": "A&B=C"}}
    assert url.url(scope) == "https://shop.example/orders/..%2Fadmin%3Fx%3D1?of=A%26B%3DC"


@pytest.mark.parametrize("number", ["..", ".", "..;", "..;a=b"])
def test_no_value_leads_up_the_path_of_a_url(number: str) -> None:
    """Dots stay dots whatever is encoded."""
    for source in ("https://shop.example/orders/{{ x }}/state", "https://shop.example/{{ x }}"):
        with pytest.raises(ExpressionError, match="lead up its path"):
            UrlTemplate(source).url({"x": number})
    assert UrlTemplate("https://shop.example/?x={{ x }}").url({"x": ".."}).endswith("?x=..")
    assert UrlTemplate("https://shop.example/{{ x }}").url({"x": "...a"}).endswith("/...a")


@pytest.mark.parametrize(
    "source",
    [
        "https://{{ host }}/",
        "https://shop.{{ host }}",
        "{{ scheme }}://shop.example/",
        "https://shop.example/{{ x | upcase }}",
        "https://shop.example/{% if x %}{{ x }}{% endif %}",
    ],
)
def test_a_url_holds_variables_in_its_path_alone(source: str) -> None:
    with pytest.raises(ExpressionError):
        UrlTemplate(source)


@settings(max_examples=100)
@given(st.text(alphabet="{}%| axy.'\"1if for(endif)in:,", max_size=60))
def test_any_text_is_compiled_or_an_error_of_ours(source: str) -> None:
    try:
        SaidTemplate(source).text({"a": "x", "x": ["y"], "y": {"a": 1}})
    except ExpressionError:
        pass
