from __future__ import annotations

from typing import Any

import pytest

from tests.pipelines.flows.checks.drawing import ask, drawn, faults, found_in, leads

MENU = {"id": "menu", "type": "menu", "text": "One or two?", "options": [{"name": "one"}, {"name": "two"}]}


def say(text: str, name: str = "say") -> dict[str, Any]:
    return {"id": name, "type": "say", "text": text}


def test_what_is_used_was_found_out_on_every_path() -> None:
    nodes = [MENU, ask("people"), say("{{ people }} people.")]
    edges = leads("start menu", "menu:one people", "menu:two say", "people say bye")
    [found] = found_in(drawn(nodes, edges, "people"))
    assert (found.severity, found.node, found.field) == ("error", "say", "text")
    assert "start → menu → say" in found.what
    both = leads("start menu", "menu:one people", "menu:two people", "people say bye")
    assert found_in(drawn(nodes, both, "people")) == []


@pytest.mark.parametrize(
    "variable", [{"name": "people", "default": 2}, {"name": "people", "given": "people"}]
)
def test_what_is_known_from_the_start(variable: dict[str, Any]) -> None:
    document = drawn([say("{{ people }}")], leads("start say bye"), variables=[variable])
    assert found_in(document) == []


@pytest.mark.parametrize(
    ("text", "severities"),
    [
        ("{{ people }}", ["error"]),
        ("{% if people %}{{ people }} people.{% endif %}", ["warning"]),
        ("{% if people %}Thank you.{% endif %}", []),
        ("{{ people | default: 'some' }} people", []),
        ("people", []),
        ("{{ 'people' }}", []),
        ("{{ call.people }}", ["error"]),
        ("{{ call.about.people }} {{ now.weekday }} {{ last.said }}", []),
        ("{{ result.body }}", ["error"]),
        ("{{ peple }}", ["error"]),
        ("{{ people ", ["error"]),
        ("{% for each in people %}{{ each }}{% endfor %}", ["error"]),
        ("{% include 'x' %}", ["error"]),
        ("{{ people | md5 }}", ["error"]),
    ],
)
def test_texts(text: str, severities: list[str]) -> None:
    document = drawn([say(text), ask("people")], leads("start say people bye"), "people")
    assert [each.severity for each in found_in(document)] == severities


@pytest.mark.parametrize(
    ("when", "severities"),
    [
        ("people > 1", ["error"]),
        ("people != null && people > 1", []),
        ("people == null", []),
        ("people == null || people > 1", ["warning"]),
        ("has(people.size)", ["warning"]),
        ("'people' == now.weekday", []),
        ("people >", ["error"]),
        ("poeple > 1", ["error"]),
        ("now.day == 'monday'", ["error"]),
        ("call.about.list.map(x, x.map(y, y)).size() > 0", ["error"]),
        ("call.about.list.map(x, x).map(y, y).size() > 0", []),
        ("call.about.text.contains('.map(x.map(')", []),
    ],
)
def test_conditions(when: str, severities: list[str]) -> None:
    edge = {"type": "expression", "source": "start", "target": "bye", "when": when}
    document = drawn([ask("people")], [edge, *leads("start people bye")], "people")
    assert [each.severity for each in found_in(document)] == severities


def test_a_condition_tells_what_is_known_behind_it() -> None:
    known = {
        "type": "expression",
        "source": "which",
        "target": "say",
        "when": "people != null && now.hour > 8",
    }
    unknown = {"type": "expression", "source": "which", "target": "bye", "when": "people == null"}
    nodes = [MENU, ask("people"), {"id": "which", "type": "condition"}, say("{{ people }}")]
    ways = leads("start menu", "menu:one people", "menu:two which", "people which", "say bye")
    assert found_in(drawn(nodes, [*ways, known, *leads("which bye")], "people")) == []
    assert found_in(drawn(nodes, [*ways, *leads("which say"), unknown], "people")) == []
    assert faults(drawn(nodes, [*ways, *leads("which say")], "people")) == ["error say text"]


def test_what_the_caller_says_of_its_own_accord_leads_away_before_it_is_known() -> None:
    more = {"type": "intent", "source": "*", "target": "say", "intent": "help", "phrases": ["help me"]}
    document = drawn(
        [ask("people"), say("{{ people }}")], [*leads("start people bye", "say bye"), more], "people"
    )
    [found] = found_in(document)
    assert found.node == "say"
    assert "start → people → say" in found.what


def test_a_tool_saves_only_where_it_succeeds() -> None:
    tool = {
        "id": "tool", "type": "tool", "use": {"kind": "tool", "name": "look", "arguments": {"day": "day"}},
        "save": {"price": "result.body.price"},
    }  # fmt: skip
    nodes = [ask("day"), tool, say("{{ price }}"), say("Sorry. {{ price }}", "sorry")]
    failed = {"type": "error", "source": "tool", "target": "sorry"}
    document = drawn(nodes, [*leads("start day tool say bye", "sorry bye"), failed], "day price")
    assert faults(document) == ["error sorry text"]


def test_lines_of_code_see_those_before_them() -> None:
    lines = [
        {"variable": "one", "value": "1"},
        {"variable": "two", "value": "one + 1"},
        {"variable": "one", "value": "null"},
    ]
    nodes = [{"id": "code", "type": "code", "lines": lines}, say("{{ two }}"), say("{{ one }}", "gone")]
    assert faults(drawn(nodes, leads("start code say gone bye"), "one two")) == ["error gone text"]
    backwards = [{"id": "code", "type": "code", "lines": [lines[1], lines[0]]}]
    assert faults(drawn(backwards, leads("start code bye"), "one two")) == ["error code lines.0.value"]


def test_a_subagent_leaves_by_its_first_exit_with_what_it_must_find_out() -> None:
    agent = {
        "id": "agent", "type": "subagent", "prompt": "Talk.",
        "collects": [
            {"variable": "people", "about": "how many", "required": True},
            {"variable": "day", "about": "which day"},
        ],
        "exits": [{"name": "done", "when": "all is known"}, {"name": "person", "when": "they want a person"}],
    }  # fmt: skip
    nodes = [agent, say("{{ people }}"), say("{{ day }}", "day"), say("{{ people }}", "person")]
    edges = leads("start agent", "agent:done say", "agent:person person", "say day bye", "person bye")
    error = {"type": "error", "source": "*", "target": "bye"}
    document = drawn(nodes, [*edges, error], "people day", needs_model=True)
    assert faults(document) == ["error day text", "error person text"]


def test_what_is_recorded_is_known_only_where_something_was() -> None:
    record = {"id": "record", "type": "record", "text": "Speak.", "variable": "message"}
    nodes = [record, say("{{ message.seconds }} seconds")]
    assert faults(drawn(nodes, leads("start record say bye"), "message")) == ["error say text"]
    nothing = leads("start record say bye", "record:nothing bye")
    assert found_in(drawn(nodes, nothing, "message")) == []


def test_variables_are_declared() -> None:
    document = drawn(
        [ask("people")], leads("start people bye"), "poeple", keep={"who": "nobody", "how": "poeple"}
    )
    assert faults(document) == ["error people variable", "error  keep.who", "warning  keep.how"]
    assert "Did you mean 'poeple'?" in found_in(document)[0].remedy


def test_what_is_forgotten_is_unknown_while_it_is_asked_anew() -> None:
    nodes = [ask("people"), ask("day"), say("{{ people }}")]
    back = leads("day people", forget=True)
    away = {"type": "intent", "source": "people", "target": "say", "intent": "stop", "phrases": ["stop"]}
    found = drawn(nodes, [*leads("start people", "say bye", "people day"), *back, away], "people day")
    assert "error say text" in faults(found)


def test_secrets_stay_secret() -> None:
    http = {
        "id": "pay", "type": "tool",
        "use": {"kind": "http", "method": "POST", "url": "https://pay.example.com/{{ card }}",
                "query": {"c": "{{ card }}"}, "body": "{'card': card}"},
    }  # fmt: skip
    nodes = [
        ask("card", slot={"kind": "digits"}), say("Your card is {{ card }}."), http,
        {"id": "copy", "type": "set", "values": {"other": "{{ card }}"}},
    ]  # fmt: skip
    error = {"type": "error", "source": "*", "target": "bye"}
    document = drawn(
        nodes, [*leads("start card say pay copy bye"), error],
        variables=[{"name": "card", "secret": True}, {"name": "other"}, {"name": "pin"}],
        keep={"card": "card"},
    )  # fmt: skip
    assert sorted(faults(document)) == [
        "error  keep.card",
        "error copy values.other",
        "error pay use.query.c",
        "error pay use.url",
        "error say text",
        "warning  variables.2.secret",
    ]
