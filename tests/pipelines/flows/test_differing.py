"""What changed between two documents, in words."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.flows.differing import differences, edge_words

BEFORE: dict[str, Any] = {
    "format": 1,
    "name": "desk",
    "defaults": {"language": "en", "give_up": "Goodbye."},
    "variables": [{"name": "place"}, {"name": "people", "kind": "number"}],
    "nodes": [
        {"id": "start", "type": "start"},
        {
            "id": "ask",
            "type": "collect",
            "text": "Where?",
            "slot": {"kind": "choice", "options": [{"name": "paris", "say": ["paris"]}, {"name": "rome"}]},
            "position": {"x": 1, "y": 2},
        },
        {"id": "end", "type": "end_call", "text": "Goodbye."},
    ],
    "edges": [
        {"type": "next", "source": "start", "target": "ask"},
        {"type": "outcome", "source": "ask", "target": "end", "outcome": "paris"},
        {"type": "expression", "source": "ask", "target": "end", "when": "people > 5"},
        {"type": "next", "source": "ask", "target": "end"},
    ],
}


def changed(change: str) -> list[str]:
    """The words for what a line of Python does to the document."""
    after = copy.deepcopy(BEFORE)
    exec(change, {"d": after, "node": {each["id"]: each for each in after["nodes"]}, "edges": after["edges"]})
    return [str(each) for each in differences(BEFORE, after)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("pass", []),
        ("d['name'] = 'front'", ['flow: name is "front", it was "desk"']),
        ("d['defaults']['voice'] = 'ann'", ['flow: defaults.voice is "ann", it was not given']),
        ("del d['defaults']['give_up']", ['flow: defaults.give_up is no longer given, it was "Goodbye."']),
        ("d['variables'][1]['kind'] = 'text'", ['variable people: kind is "text", it was "number"']),
        ("d['variables'].append({'name': 'day'})", ["variable day is added"]),
        ("d['nodes'].append({'id': 'thanks', 'type': 'say'})", ["node thanks (say) is added"]),
        ("d['nodes'].pop()", ["node end (end_call) is removed"]),
        ("d['nodes'].reverse()", []),
        ("node['ask']['text'] = 'Which office?'", ['node ask: text is "Which office?", it was "Where?"']),
        ("node['ask']['silence_ms'] = 5000", ["node ask: silence_ms is 5000, it was not given"]),
        ("node['ask']['position'] = {'x': 5, 'y': 6}", ["node ask: it is drawn elsewhere"]),
        (
            "node['ask']['slot']['options'][0]['say'].append('the city of light')",
            ['node ask: slot.options.paris.say is ["paris", "the city of light"], it was ["paris"]'],
        ),
        (
            "node['ask']['slot']['options'].append({'name': 'oslo'})",
            ['node ask: slot.options.oslo is {"name": "oslo"}, it was not given'],
        ),
        (
            "node['ask']['slot']['options'].reverse()",
            ['node ask: slot.options (order) is ["rome", "paris"], it was ["paris", "rome"]'],
        ),
        ("edges.append({'type': 'key', 'source': '*', 'target': 'end', 'keys': '0'})",
         ["edge * → end (key 0) is added"]),
        ("edges.pop()", ["edge ask → end is removed"]),
        ("edges[1]['target'] = 'start'", ['edge ask → end (outcome paris): target is "start", it was "end"']),
        (
            "edges[2]['when'] = 'people > 9'",
            ['edge ask → end (expression people > 5): when is "people > 9", it was "people > 5"'],
        ),
        ("edges[1:3] = edges[2:0:-1]", ["node ask: its edges are tried in another order"]),
    ],
)  # fmt: skip
def test_a_change_is_a_line_of_words(change: str, words: list[str]) -> None:
    assert changed(change) == words


def test_a_node_put_between_two_others_is_told_as_people_see_it() -> None:
    after = copy.deepcopy(BEFORE)
    after["nodes"].insert(2, {"id": "people", "type": "collect"})
    after["edges"][3]["target"] = "people"
    after["edges"].append({"type": "next", "source": "people", "target": "end"})
    assert [str(each) for each in differences(BEFORE, after)] == [
        "node people (collect) is added",
        'edge ask → end: target is "people", it was "end"',
        "edge people → end is added",
    ]


def test_a_long_value_is_shortened_in_words_and_whole_in_data() -> None:
    after = copy.deepcopy(BEFORE)
    after["about"] = "x" * 5000
    (found,) = differences(BEFORE, after)
    assert len(str(found)) < 300
    assert found.as_dict()["after"] == "x" * 5000 and found.as_dict()["text"] == str(found)


def test_what_is_no_document_is_compared_all_the_same() -> None:
    assert differences(None, []) == [] == differences({"nodes": 3}, {"nodes": "x"})
    twins = {"nodes": [{"id": "a"}, {"id": "a", "type": "say"}, 7], "edges": [3, {"source": 4}]}
    lines = [str(each) for each in differences({}, twins)]
    assert lines[:2] == ["node a is added", "node a #2 (say) is added"] and len(lines) == 5
    assert edge_words(None) == "? → ? (None)"


def test_true_is_not_one() -> None:
    assert [str(each) for each in differences({"keep": True}, {"keep": 1})] == [
        "flow: keep is 1, it was true"
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "type", "text", "position"]), inner, max_size=3)
    ),
    max_leaves=8,
)
PARTS = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abc")}, optional={"source": JSON, "target": JSON, "x": JSON}
    ),
    max_size=4,
)
DOCUMENTS = st.fixed_dictionaries(
    {}, optional={"nodes": PARTS | JSON, "edges": PARTS | JSON, "variables": JSON}
)


@given(DOCUMENTS, DOCUMENTS)
def test_nothing_fails_and_only_what_is_the_same_has_no_differences(before: Any, after: Any) -> None:
    found = differences(before, after)
    json.dumps([each.as_dict() for each in found])
    assert differences(before, before) == [] and differences(after, after) == []
    if not found:
        assert differences(after, before) == []


def test_a_large_document_is_compared_in_a_time_that_grows_with_it_alone() -> None:
    """Five thousand edges of one source: a comparison of each with each would take minutes."""
    edges = [{"type": "key", "source": "a", "target": "b", "keys": str(n)} for n in range(5000)]
    other = [{**edge, "target": "c"} for edge in edges]
    assert len(differences({"edges": edges}, {"edges": other})) == 5000
