"""Flows by a model behind OpenAI's interface, over its real client; what the server answers is ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import ConfigError, EngineError
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.protocols import LlmText
from pipelines.flows.checks.checking import checked_flow
from pipelines.flows.checks.known import KnownNames
from pipelines.flows.document.reading import document_of
from pipelines.flows.generating import author
from pipelines.flows.generating.author import MOST_REPAIRS, FlowAuthor, GenerationError
from tests.fakes import FakeLlm
from tests.model_server import Answer, ModelServer, chat_chunks, chunk, model_server
from tests.pipelines.engines.llm.test_engines import engine, key_file

__all__ = ["key_file"]

WANTED = "Ask for a day and say goodbye. Transfers go to +1 415 555 0123."


def flow(*nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """These one behind the other, between a start and an end."""
    found = [{"id": "start", "type": "start"}, *nodes, {"id": "bye", "type": "end_call", "text": "Goodbye."}]
    names = [str(node["id"]) for node in found]
    edges: list[dict[str, Any]] = [
        {"type": "next", "source": one, "target": other} for one, other in zip(names, names[1:], strict=False)
    ]
    edges.append({"type": "error", "source": "*", "target": "bye"})
    return {"name": "days", "variables": [{"name": "day"}], "nodes": found, "edges": edges, **more}


DAY = {"id": "day", "type": "collect", "variable": "day", "slot": {"kind": "date"}, "text": "Which day?"}
GOOD = flow(DAY)
WRONG = flow({**DAY, "text": "Which day, {{ name }}?"})


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running


@pytest.fixture
async def llm(server: ModelServer, key_file: Path) -> AsyncIterator[RemoteLlm]:
    async with engine("openai", server, key_file) as made:
        yield made


def answers(server: ModelServer, *texts: Any) -> None:
    for text in texts:
        server.answers.append(Answer(chat_chunks(text if isinstance(text, str) else json.dumps(text))))


async def test_a_flow_is_drawn_from_words(server: ModelServer, llm: RemoteLlm) -> None:
    answers(server, GOOD)
    made = await FlowAuthor(llm).draw(WANTED, "mine")
    assert (made.document.name, made.answers, made.findings) == ("mine", 1, ())
    assert checked_flow(made.document).valid
    assert made.spent.completion == 20
    [asked] = server.asked
    assert server.faults == []
    assert asked["response_format"]["json_schema"]["name"] == "flow"
    assert "CollectNode {" in asked["messages"][0]["content"]
    assert json.loads(asked["messages"][1]["content"]) == {"wanted": WANTED, "name": "mine"}


async def test_what_is_wrong_is_told_and_mended(server: ModelServer, llm: RemoteLlm) -> None:
    answers(
        server, "Gladly! What colour?", WRONG, json.dumps(GOOD)[:200], f"```json\n{json.dumps(GOOD)}\n```"
    )
    made = await FlowAuthor(llm).draw(WANTED)
    assert made.answers == 4
    told = [each["messages"][-1]["content"] for each in server.asked[1:]]
    assert "holds no JSON object" in told[0]
    assert "'name' is no variable of this flow" in told[1]
    assert "ends in the middle" in told[2]
    assert [len(each["messages"]) for each in server.asked] == [2, 4, 4, 4], "only the last answer is told"


async def test_after_three_repairs_nothing_comes_of_it(server: ModelServer, llm: RemoteLlm) -> None:
    answers(server, *[WRONG] * (MOST_REPAIRS + 1), GOOD)
    with pytest.raises(GenerationError, match="no flow without errors came of 4 answers") as raised:
        await FlowAuthor(llm).draw(WANTED)
    assert [each.node for each in raised.value.findings] == ["day"]
    assert len(server.asked) == MOST_REPAIRS + 1


async def test_a_server_that_takes_no_schema_is_asked_in_words(server: ModelServer, llm: RemoteLlm) -> None:
    refusal = b'{"error": {"message": "response_format of type json_schema is not supported", "code": 400}}'
    server.answers.append(Answer([refusal], status=400, headers={"content-type": "application/json"}))
    answers(server, GOOD, GOOD)
    author_ = FlowAuthor(llm)
    assert (await author_.draw(WANTED)).answers == 1
    await author_.draw(WANTED)
    assert ["response_format" in each for each in server.asked] == [True, False, False]


POST = {"kind": "http", "method": "POST", "url": "http://169.254.169.254/latest", "body": "{'day': day}"}
HOSTILE: list[tuple[str, dict[str, Any], str]] = [
    ("a metadata address", flow(DAY, {"id": "send", "type": "tool", "use": POST}), "169.254.169.254"),
    (
        "a stranger's number",
        flow({"id": "desk", "type": "phone_transfer", "text": "One moment.", "to": "+19005550199"}),
        "+19005550199",
    ),
    (
        "a number that the caller says",
        flow(DAY, {"id": "desk", "type": "phone_transfer", "text": "One moment.", "to": "{{ day }}"}),
        "'{{ day }}' is not known before the call",
    ),
    (
        "a function of the system's",
        flow({"id": "run", "type": "tool", "use": {"kind": "python", "entry": "os:system"}}),
        "os:system",
    ),
    (
        "a card number that is kept",
        flow(
            {**DAY, "id": "card", "variable": "card", "text": "The number?", "slot": {"kind": "digits"}},
            variables=[{"name": "card"}],
            keep={"card": "card"},
        ),
        "'card' looks like a secret",
    ),
    (
        "a card number by another name",
        flow(
            {**DAY, "variable": "note", "slot": {"kind": "digits"}, "text": "What is your card number?"},
            variables=[{"name": "note"}],
            keep={"note": "note"},
        ),
        "'note' looks like a secret",
    ),
    ("a template that reaches for objects", flow({**DAY, "text": "{{ ''.__class__ }}"}), "day"),
    ("a file", flow({**DAY, "text": "{% include '/etc/passwd' %}"}), "include"),
    ("a circle", flow({"id": "x", "type": "set", "values": {"day": "1"}}, edges=[
        {"type": "next", "source": "start", "target": "x"}, {"type": "next", "source": "x", "target": "x"},
        {"type": "expression", "source": "x", "target": "bye", "when": "day == '2'"},
    ]), "without waiting for anybody"),
    ("other types", {"name": "days", "nodes": [{"id": "start", "type": "shell", "run": "rm"}]}, "'start'"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "answer", "wrong"), HOSTILE, ids=[each[0] for each in HOSTILE])
async def test_hostile_answers_come_to_nothing(
    server: ModelServer, llm: RemoteLlm, what: str, answer: dict[str, Any], wrong: str
) -> None:
    answers(server, *[answer] * (MOST_REPAIRS + 1))
    with pytest.raises(GenerationError) as raised:
        await FlowAuthor(llm).draw(WANTED)
    assert wrong in str(raised.value)


async def test_numbers_and_names_that_were_named_may_be_used(server: ModelServer, llm: RemoteLlm) -> None:
    desk = {"id": "desk", "type": "phone_transfer", "text": "One moment.", "to": "+14155550123"}
    stock = {"id": "stock", "type": "tool", "use": {"kind": "tool", "name": "stock"}}
    answers(server, flow(desk, stock))
    made = await FlowAuthor(llm, KnownNames(tools=["stock"])).draw(WANTED)
    assert made.document.by_id["desk"].type == "phone_transfer"


@pytest.mark.parametrize("size", ["huge", "endless"])
async def test_an_answer_without_an_end_is_cut_off(server: ModelServer, llm: RemoteLlm, size: str) -> None:
    piece = chunk({"content": "x" * 50_000})
    server.answers.append(Answer([piece] * 210 if size == "huge" else [piece], forever=size == "endless"))
    with pytest.raises(EngineError, match="longer than|does not end"):
        await FlowAuthor(llm).draw(WANTED)
    if size == "endless":
        await asyncio.wait_for(server.hung_up.wait(), 5)


async def test_a_long_flow_is_a_long_answer(server: ModelServer, llm: RemoteLlm) -> None:
    """Longer than anything that is spoken."""
    long = flow(DAY, *[{"id": f"s{at}", "type": "say", "text": "x" * 1_500} for at in range(30)])
    answers(server, long)
    assert len((await FlowAuthor(llm).draw(WANTED)).document.nodes) == 33


async def test_a_model_that_is_silent_is_given_up() -> None:
    llm = FakeLlm([LlmText("{"), LlmText("}")])
    llm.gates[1] = asyncio.Event()
    with pytest.raises(GenerationError, match="within 0.01 s"):
        await FlowAuthor(llm, within_s=0.01).draw(WANTED)
    assert llm.cancelled == 1


@pytest.mark.parametrize("words", ["", "  ", "x" * (author.MOST_WORDS + 1)])
async def test_words_that_cannot_be_used_are_never_asked(words: str) -> None:
    llm = FakeLlm()
    with pytest.raises(ConfigError):
        await FlowAuthor(llm).draw(words)
    assert llm.asked == []


# ---- changes in words

PEOPLE = {
    "id": "people",
    "type": "collect",
    "variable": "people",
    "slot": {"kind": "number"},
    "text": "How many?",
}
ASK_PEOPLE = {
    "operations": [
        {"do": "put_variable", "variable": {"name": "people", "kind": "number"}},
        {"do": "put_node", "node": PEOPLE},
        {"do": "remove_edges", "source": "day", "target": "bye"},
        {"do": "add_edge", "edge": {"type": "next", "source": "day", "target": "people"}},
        {"do": "add_edge", "edge": {"type": "next", "source": "people", "target": "bye"}},
    ]
}


async def test_a_change_in_words_is_a_difference_to_accept(server: ModelServer, llm: RemoteLlm) -> None:
    before = document_of(GOOD)
    half = {"operations": ASK_PEOPLE["operations"][:2]}
    answers(server, half, {"operations": [{"do": "remove_node", "id": "x"}]}, ASK_PEOPLE)
    made = await FlowAuthor(llm).change(before, "after the day, ask for the number of people")
    assert made.answers == 3
    assert "'people' can never be reached" in server.asked[1]["messages"][-1]["content"]
    assert "no node 'x'" in server.asked[2]["messages"][-1]["content"]
    added = {(each.what, each.change) for each in made.changes}
    assert added == {("node", "added"), ("variable", "added"), ("edge", "added"), ("edge", "changed")}
    assert made.document.name == before.name
    assert before == document_of(GOOD)


async def test_a_change_brings_in_no_stranger_but_keeps_what_was_there(
    server: ModelServer, llm: RemoteLlm
) -> None:
    shop = {"id": "shop", "type": "tool", "use": {"kind": "http", "url": "https://shop.example.com/x"}}
    elsewhere = {**shop, "use": {"kind": "http", "url": "https://evil.example.net/x"}}
    before = document_of(flow(DAY, shop))
    answers(server, {"operations": [{"do": "put_node", "node": {**shop, "filler": "One moment."}}]})
    made = await FlowAuthor(llm).change(before, "say one moment while the shop is asked")
    assert [(each.name, each.field, each.after) for each in made.changes] == [
        ("shop", "filler", "One moment.")
    ]
    answers(server, *[{"operations": [{"do": "put_node", "node": elsewhere}]}] * 4)
    with pytest.raises(GenerationError, match=r"nobody has named the host 'evil\.example\.net'"):
        await FlowAuthor(llm).change(before, "say one moment while the shop is asked")


async def test_another_flow_in_place_of_a_change_keeps_the_name(server: ModelServer, llm: RemoteLlm) -> None:
    answers(
        server,
        {"document": {**flow(DAY, {"id": "thanks", "type": "say", "text": "Thanks."}), "name": "other"}},
    )
    made = await FlowAuthor(llm).change(document_of(GOOD), "thank the caller")
    assert made.document.name == "days"
