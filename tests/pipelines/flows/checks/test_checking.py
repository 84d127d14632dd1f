from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.flows.checks.checking import checked_flow, findings
from pipelines.flows.checks.findings import MOST_FINDINGS
from pipelines.flows.checks.known import KnownNames
from pipelines.flows.checks.references import references
from pipelines.flows.document.document import MOST_EDGES, MOST_NODES, Document
from pipelines.flows.document.reading import document_of
from tests.pipelines.flows.checks.drawing import ask, drawn, faults, found_in, leads

TEMPLATES = sorted((Path(__file__).parents[4] / "pipelines/flows/templates").glob("*.json"))


def test_the_booking_is_valid() -> None:
    [booking] = [path for path in TEMPLATES if path.stem == "room_booking"]
    assert checked_flow(json.loads(booking.read_text())["document"]).findings == ()


@pytest.mark.parametrize("sent", [b"{", b"[]", "null", {"name": "x"}, b"[" * 100_000, {"nodes": 1}])
def test_what_is_no_document_is_told_of_as_a_finding(sent: Any) -> None:
    checked = checked_flow(sent)
    assert checked.document is None
    assert not checked.valid
    assert all(each.fatal and each.what and each.remedy for each in checked.findings)


def test_a_flow_with_warnings_alone_is_valid() -> None:
    tool = {"id": "tool", "type": "tool", "use": {"kind": "tool", "name": "look"}}
    checked = checked_flow(drawn([tool], leads("start tool bye")))
    assert [each.severity for each in checked.findings] == ["warning"]
    assert checked.valid
    assert json.loads(json.dumps(checked.findings[0].as_dict()))["node"] == "tool"


NAMING: list[dict[str, Any]] = [
    {"id": "sub", "type": "subflow", "flow": "address"},
    {"id": "look", "type": "tool", "use": {"kind": "tool", "name": "stock"}},
    {"id": "code", "type": "tool", "use": {"kind": "python", "entry": "shop.stock:count"}},
    {
        "id": "http", "type": "tool",
        "use": {"kind": "http", "url": "https://shop.example.com:8443/x",
                "secrets": {"Authorization": {"secret": "shop"}}},
    },
    {"id": "phone", "type": "phone_transfer", "text": "x", "to": "+14155550123", "trunk": "main"},
    {"id": "other", "type": "phone_transfer", "text": "x", "to": "{{ call.from }}"},
    {"id": "agent", "type": "agent_transfer", "agent": "desk"},
]  # fmt: skip
ANY_ERROR = {"type": "error", "source": "*", "target": "bye"}


def test_what_a_document_names_outside_itself() -> None:
    document = drawn(NAMING, [*leads("start sub look code http phone other agent"), ANY_ERROR])
    assert [(each.kind, each.name, each.node, each.field) for each in references(document)] == [
        ("flow", "address", "sub", "flow"),
        ("tool", "stock", "look", "use.name"),
        ("python", "shop.stock:count", "code", "use.entry"),
        ("host", "shop.example.com:8443", "http", "use.url"),
        ("secret", "shop", "http", "use.secrets.Authorization.secret"),
        ("number", "+14155550123", "phone", "to"),
        ("trunk", "main", "phone", "trunk"),
        ("agent", "desk", "agent", "agent"),
    ]
    assert found_in(document) == []
    nothing = KnownNames(
        agents=[], tools=[], secrets=[], trunks=[], numbers=[], flows=lambda name, number: None
    )
    assert faults(document, nothing) == [
        "error sub flow",
        "error look use.name",
        "error http use.secrets.Authorization.secret",
        "error phone to",
        "error phone trunk",
        "error agent agent",
    ]


@pytest.mark.parametrize(
    ("use", "found"),
    [
        ({"url": "https://shop.example.com/orders/{{ call.id }}?x={{ call.from }}"}, []),
        ({"url": "https://me:secret@shop.example.com/"}, ["error pay use.url"]),
        ({"url": "http://0x7f.1/"}, ["error pay use.url"]),
        ({"url": "https://{{ call.about.host }}/"}, ["error pay use.url"]),
        ({"url": "https://h/", "headers": {"X-Api-Key": "abc"}}, ["warning pay use.headers.X-Api-Key"]),
        ({"url": "https://h/", "body": "{}"}, ["warning pay use.body"]),
        ({"url": "https://h/", "headers": {"X-Key": ""}, "secrets": {"X-Key": {"secret": "s"}}},
         ["error pay use.headers.X-Key"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_request(use: dict[str, Any], found: list[str]) -> None:
    pay = {"id": "pay", "type": "tool", "use": {"kind": "http", **use}}
    assert sorted(set(faults(drawn([pay], [*leads("start pay bye"), ANY_ERROR])))) == found


def test_subflows_fit_where_they_are_put() -> None:
    inner = drawn(
        [ask("street"), {"id": "moved", "type": "end_call", "outcome": "moved"}],
        [*leads("start street moved"), {"type": "key", "source": "street", "target": "bye", "keys": "0"}],
        variables=[{"name": "street"}, {"name": "city", "given": "city"}, {"name": "zip"}],
    )  # fmt: skip
    sub: dict[str, Any] = {
        "id": "sub", "type": "subflow", "flow": "address",
        "give": {"town": "'Paris'"}, "take": {"where": "street", "code": "zop"},
    }  # fmt: skip
    say = {"id": "say", "type": "say", "text": "{{ where }}"}
    edges = [*leads("start sub", "sub:gone bye", "sub say bye"), ANY_ERROR]
    known = KnownNames(flows=lambda name, number: inner if name == "address" else None)
    assert faults(drawn([sub, say], edges, "where code"), known) == [
        "error sub give.town",
        "warning sub give",
        "error sub take.code",
        "error say text",
    ]


def test_flows_do_not_contain_themselves() -> None:
    def flow(name: str, inner: str) -> Document:
        sub = {"id": "sub", "type": "subflow", "flow": inner}
        return drawn([sub], [*leads("start sub bye"), ANY_ERROR], name=name)

    flows = {"a": flow("a", "b"), "b": flow("b", "c"), "c": flow("c", "b"), "d": flow("d", "d")}
    known = KnownNames(flows=lambda name, number: flows.get(name))
    [found] = found_in(flows["a"], known)
    assert found.what == "the flow would contain itself: a → b → c → b"
    assert found_in(flows["d"])[0].what == "the flow would contain itself: d → d"
    deep = {f"f{at}": flow(f"f{at}", f"f{at + 1}") for at in range(40)}
    [found] = found_in(deep["f0"], KnownNames(flows=lambda name, number: deep.get(name)))
    assert found.what.startswith("more than 8 flows are within one another")


def test_of_many_findings_errors_are_told_first() -> None:
    nodes = [ask(f"n{at}", text="{{ nobody }}") for at in range(MOST_NODES - 2)]
    found = found_in(drawn(nodes, leads("start bye")))
    assert len(found) == MOST_FINDINGS + 1
    assert found[-1].what == "there is more to be found"


# ---- whatever is in it

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
IDS = st.sampled_from(["start", "n1", "n2", "n3", "n4", "n5", "bye"])
TEXTS = st.text(min_size=1, max_size=30) | st.sampled_from(
    [
        *(
            "Hello.",
            "{{ a }}",
            "{{ b | default: 'x' }}",
            "{% if c %}{{ c }}{% endif %}",
            "{{ a",
            "{{ call.x }}",
        ),
        *("{%", "}}", "{{ d.e[0] }}", "'\"'{{ 'x' }}", "{" * 50),
    ]
)
CEL = st.text(min_size=1, max_size=30) | st.sampled_from(
    [
        *("a > 1", "b == null", "c != null && c > 2", "true", "a.map(x, x.map(y, y))", "(((", "'"),
        *("result.status == 200", "has(a.b)", "now.hour < 9", "a ? b : c"),
    ]
)
SLOTS = st.sampled_from(
    [{"kind": "number"}, {"kind": "yes_no"}, {"kind": "digits", "least": 9, "most": 3}, {"kind": "text"},
     {"kind": "choice", "options": [{"value": "x", "say": ["x [y]", "(("], "key": "1"}, {"value": "z"}]},
     {"kind": "grammar", "jsgf": "<<;", "keys": {"1": "x"}}, {"kind": "date", "earliest": 5, "latest": 1}]
)  # fmt: skip


CHANGES = st.fixed_dictionaries({"variable": NAMES, "say": st.just(["x"])})
LINES = st.fixed_dictionaries({"variable": NAMES, "value": CEL})


def _node(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    fields: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "start": {},
        "say": {"text": TEXTS},
        "collect": {"slot": SLOTS, "variable": st.none() | NAMES, "text": TEXTS},
        "confirm": {
            "facts": TEXTS,
            "changes": st.lists(CHANGES, max_size=2),
        },
        "menu": {"text": TEXTS, "options": st.just([{"name": "one"}, {"name": "two", "keys": "1"}])},
        "condition": {},
        "set": {"values": st.dictionaries(NAMES, st.none() | TEXTS, min_size=1, max_size=2)},
        "code": {
            "lines": st.lists(LINES, min_size=1, max_size=3),
        },
        "tool": {
            "use": st.fixed_dictionaries(
                {"kind": st.just("http"), "url": TEXTS.map(lambda text: "https://h/" + text), "body": CEL}
            ),
            "save": st.dictionaries(NAMES, CEL, max_size=2),
        },
        "record": {"text": TEXTS, "variable": NAMES},
        "listen": {"text": TEXTS, "variable": NAMES},
        "wait": {"seconds": st.just(1)},
        "subflow": {"flow": st.just("sub"), "take": st.dictionaries(NAMES, NAMES, max_size=2)},
        "subagent": {"prompt": TEXTS, "exits": st.just([{"name": "done", "when": "done"}])},
        "agent_transfer": {"agent": TEXTS},
        "phone_transfer": {"text": TEXTS, "to": TEXTS},
        "end_call": {"text": TEXTS},
    }  # fmt: skip
    return st.fixed_dictionaries({"id": IDS, "type": st.just(kind), **fields[kind]})


KINDS = (
    *(
        "start",
        "say",
        "collect",
        "confirm",
        "menu",
        "condition",
        "set",
        "code",
        "tool",
        "record",
        "listen",
        "wait",
    ),
    *("subflow", "subagent", "agent_transfer", "phone_transfer", "end_call"),
)
NODES = st.one_of([_node(kind) for kind in KINDS])


def _edge(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    ends = {"source": IDS | st.just("*"), "target": IDS, "forget": st.booleans()}
    return st.fixed_dictionaries({"type": st.just(kind), **ends, **fields})


EDGES = st.one_of(
    _edge("next"),
    _edge("expression", when=CEL),
    _edge("outcome", outcome=st.sampled_from(["one", "x", "no"])),
    _edge("intent", intent=st.just("i"), phrases=st.just(["one", "help [me]", "(("])),
    _edge("key", keys=st.sampled_from(["0", "1", "12"])),
    _edge("timeout"),
    _edge("error"),
    _edge("judged", when=st.just("x")),
)
FLOWS = st.fixed_dictionaries(
    {
        "name": st.just("sub"),
        "nodes": st.lists(NODES, max_size=8).map(lambda nodes: [{"id": "start", "type": "start"}, *nodes]),
        "edges": st.lists(EDGES, max_size=16),
        "variables": st.lists(st.fixed_dictionaries({"name": NAMES, "secret": st.booleans()}), max_size=5),
        "keep": st.dictionaries(st.just("k"), NAMES, max_size=1),
    }
)


@settings(max_examples=100, deadline=None)
@given(FLOWS)
def test_any_document_is_looked_at_without_a_fault_of_ours(found: dict[str, Any]) -> None:
    document = document_of(found)
    known = KnownNames(agents=["x"], flows=lambda name, number: document)
    for each in findings(document, known):
        assert each.what
        assert each.remedy
        assert "\n" not in str(each)
        assert each.node in document.by_id or each.node == ""


def test_the_largest_document_is_looked_at_in_bounds() -> None:
    """No path is followed twice: each kind of walk is linear in nodes and edges."""
    count = MOST_NODES - 2
    nodes = [ask(f"n{at}", variable=f"v{at % 300}", text=f"{{{{ v{at * 7 % 300} }}}}") for at in range(count)]
    edges = leads("start n0", f"n{count - 1} bye")
    edges += [
        {
            "type": "expression",
            "source": f"n{at % count}",
            "target": f"n{(at * 31 + 1) % count}",
            "when": f"v{at % 300} > 1",
        }
        for at in range(MOST_EDGES - count - 2)
    ]
    edges += leads(" ".join(f"n{at}" for at in range(count)))
    names = " ".join(f"v{at}" for at in range(300))
    assert found_in(drawn(nodes, edges, names))
