"""What calls run: published versions compiled once, splits, changes during calls, and what cannot run."""

from __future__ import annotations

import gc
import threading
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from mediaserver.calls.flow_shelf import SHIPPED, FlowShelf, ShelvedFlow, Subflows, gets_second
from mediaserver.errors import ConfigError
from mediaserver.storage import flows
from mediaserver.storage.sql import Row

CALL = UUID(int=1)
SHIPPED_BOOKING = {"says": "shipped"}


class Compiled:
    """Of a test: it holds what it was made of."""

    def __init__(self, row: Row, others: tuple[object, ...] = ()) -> None:
        self.says = row["document"].get("says")
        self.others = others


class Shelf:
    """The shelf over real tables, and what it has compiled."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.compiled: list[tuple[str, int]] = []
        self.threads: set[int] = set()
        booking = ShelvedFlow("booking", SHIPPED, Compiled({"document": SHIPPED_BOOKING}), SHIPPED_BOOKING)
        self.shelf = FlowShelf(self._compile, {"booking": booking})

    def _compile(self, row: Row, subflows: Subflows) -> Compiled:
        self.threads.add(threading.get_ident())
        self.compiled.append((row["flow"], row["number"]))
        match row["document"]:
            case {"broken": str(why)}:
                raise ConfigError(why)
            case {"bug": _}:
                raise RuntimeError("never thought of")
            case document:
                named = [(node["flow"], node["version"]) for node in document.get("nodes", ())]
                found = [subflows(*each) for each in named]
                return Compiled(row, tuple(None if each is None else each.get("says") for each in found))

    async def save(self, name: str, publish: bool = True, **document: Any) -> int:
        number = await flows.save(self.connection, name, document, state="valid")
        if publish:
            await flows.publish(self.connection, name, number)
        return number

    async def read(self) -> None:
        await self.shelf.read(self.connection)

    def says(self, name: str, call_id: UUID = CALL) -> str | None:
        found = self.shelf.take(name, call_id)
        return None if found is None else str(found.compiled.says)

    def findings(self) -> list[str]:
        return [f"{each.name}: {each.detail}" for each in self.shelf.findings()]


@pytest.fixture
async def shelf(pool: asyncpg.Pool) -> AsyncIterator[Shelf]:
    async with pool.acquire() as connection:
        yield Shelf(connection)


async def test_a_published_version_is_compiled_once_off_the_loop(shelf: Shelf) -> None:
    await shelf.save("desk", says="one")
    await shelf.save("desk", publish=False, says="two")
    await shelf.read()
    await shelf.read()
    assert shelf.says("desk") == "one" and shelf.compiled == [("desk", 1)]
    assert threading.get_ident() not in shelf.threads
    await shelf.save("other", says="else")
    await shelf.read()
    assert shelf.compiled == [("desk", 1), ("other", 1)] and shelf.findings() == []


async def test_a_call_keeps_its_version_whatever_is_published_meanwhile(shelf: Shelf) -> None:
    await shelf.save("desk", says="one")
    await shelf.read()
    running = shelf.shelf.take("desk", CALL)
    await shelf.save("desk", says="two")
    await shelf.read()
    assert running is not None and (running.number, running.compiled.says) == (1, "one")
    assert shelf.says("desk") == "two"
    await flows.publish(shelf.connection, "desk", 1)
    await shelf.read()
    assert shelf.shelf.take("desk", CALL) is running, "what a call runs still is not compiled again"
    assert shelf.compiled == [("desk", 1), ("desk", 2)]


async def test_versions_that_nobody_runs_any_more_are_let_go(shelf: Shelf) -> None:
    await shelf.save("desk", says="one")
    await shelf.read()
    await shelf.save("desk", says="two")
    await shelf.read()
    gc.collect()
    await flows.publish(shelf.connection, "desk", 1)
    await shelf.read()
    assert shelf.compiled == [("desk", 1), ("desk", 2), ("desk", 1)]


async def test_calls_are_split_by_their_id_alone(shelf: Shelf) -> None:
    await shelf.save("desk", says="one")
    await flows.split(shelf.connection, "desk", await shelf.save("desk", publish=False, says="two"), 30)
    await shelf.read()
    calls = [UUID(int=number) for number in range(1000)]
    got = [shelf.says("desk", call_id) for call_id in calls]
    assert got == ["two" if gets_second("desk", call_id, 30) else "one" for call_id in calls]
    assert 250 < got.count("two") < 350
    assert got == [shelf.says("desk", call_id) for call_id in calls]


def test_two_flows_split_the_same_calls_in_ways_of_their_own() -> None:
    calls = [UUID(int=number) for number in range(200)]
    assert [gets_second("a", each, 50) for each in calls] != [gets_second("b", each, 50) for each in calls]
    assert all(gets_second("a", each, 100) for each in calls)


@pytest.mark.parametrize(
    ("document", "why"),
    [({"broken": "node 'x' says nothing"}, "node 'x' says nothing"), ({"bug": 1}, "RuntimeError: never")],
)
async def test_a_version_that_cannot_run_leaves_calls_the_one_before_and_is_a_finding(
    shelf: Shelf, document: Row, why: str
) -> None:
    await shelf.save("desk", says="one")
    await shelf.save("other", says="else")
    await shelf.read()
    await shelf.save("desk", **document)
    await shelf.read()
    assert shelf.says("desk") == "one" and shelf.shelf.fault("desk") == ""
    (finding,) = shelf.findings()
    assert finding.startswith(f"flow desk: cannot run its version 2: {why}")
    assert finding.endswith("calls get version 1, as before")
    assert shelf.says("other") == "else"
    await shelf.save("desk", says="three")
    await shelf.read()
    assert shelf.says("desk") == "three" and shelf.findings() == []


async def test_a_second_version_that_cannot_run_gets_no_calls(shelf: Shelf) -> None:
    await shelf.save("desk", says="one")
    await flows.split(shelf.connection, "desk", await shelf.save("desk", publish=False, broken="no end"), 99)
    await shelf.read()
    assert {shelf.says("desk", UUID(int=number)) for number in range(50)} == {"one"}
    assert shelf.findings() == ["flow desk: cannot run its version 2: no end; all calls get version 1"]


async def test_a_flow_without_a_version_that_runs_refuses_its_calls_in_words(shelf: Shelf) -> None:
    await shelf.save("desk", broken="no end")
    await shelf.save("draft", publish=False, says="one")
    await shelf.read()
    for name, why in (("desk", "the flow desk cannot run its version 1: no end"),
                      ("draft", "the flow draft has nothing published")):  # fmt: skip
        assert shelf.shelf.fault(name) == why
        with pytest.raises(ConfigError, match=why):
            shelf.says(name)
    assert shelf.says("nobody") is None and shelf.shelf.fault("nobody") == ""
    assert len(shelf.findings()) == 1, "what is not published yet is no trouble by itself"


async def test_what_comes_with_the_server_is_there_until_one_of_its_name_is_published(shelf: Shelf) -> None:
    assert shelf.says("booking") == "shipped"
    await shelf.save("booking", publish=False, says="mine")
    await shelf.read()
    assert shelf.says("booking") == "shipped" and shelf.shelf.fault("booking") == ""
    await flows.publish(shelf.connection, "booking", 1)
    await shelf.read()
    assert shelf.says("booking") == "mine"
    assert [(each.flow, each.number) for each in shelf.shelf.shelved()] == [("booking", 1)]
    await flows.remove(shelf.connection, "booking")
    await shelf.read()
    assert shelf.says("booking") == "shipped" and shelf.shelf.names() == ["booking"]


def leading_to(*named: tuple[str, object]) -> list[Row]:
    return [{"type": "subflow", "flow": flow, "version": number} for flow, number in named]


async def test_a_version_is_compiled_with_the_flows_that_it_leads_to(shelf: Shelf) -> None:
    await shelf.save("end", publish=False, says="the end")
    await shelf.save("end", says="the new end")
    await shelf.save("loop", nodes=leading_to(("loop", None), ("desk", None)), says="round")
    named = [("end", 1), ("end", None), ("loop", None), ("booking", None), ("gone", 1), ("gone", None)]
    await shelf.save("desk", nodes=leading_to(*named, ("end", 2**70)))
    await shelf.read()
    desk = shelf.shelf.take("desk", CALL)
    assert desk is not None
    assert desk.compiled.others == ("the end", "the new end", "round", "shipped", None, None, None)


async def test_a_flow_is_compiled_anew_when_one_that_it_leads_to_is_published(shelf: Shelf) -> None:
    await shelf.save("end", says="one")
    await shelf.save("middle", nodes=leading_to(("end", None)))
    await shelf.save("desk", nodes=leading_to(("middle", None)))
    await shelf.save("pinned", nodes=leading_to(("end", 1)))
    await shelf.read()
    running = shelf.shelf.take("middle", CALL)
    shelf.compiled.clear()
    await shelf.save("end", says="two")
    await shelf.read()
    assert sorted(shelf.compiled) == [("desk", 1), ("end", 2), ("middle", 1)]
    fresh = shelf.shelf.take("middle", CALL)
    assert running is not None and fresh is not None
    assert (running.compiled.others, fresh.compiled.others) == (("one",), ("two",))


async def test_another_key_s_flow_is_not_there_for_a_flow(shelf: Shelf) -> None:
    ann, bob = UUID(int=11), UUID(int=12)
    for key in (ann, bob):
        await shelf.connection.execute(
            "insert into api_keys (id, name, prefix, hash, scopes) values ($1, 'k', 'k', $2, '{}')",
            key, key.bytes * 2,
        )  # fmt: skip
    for name, owner in (("hers", ann), ("his", bob), ("shared", None)):
        await shelf.save(name, says=name)
        await shelf.connection.execute("update flows set owner = $2 where name = $1", name, owner)
    everything = leading_to(("hers", None), ("his", 1), ("shared", None), ("booking", None))
    for name, owner in (("of-ann", ann), ("of-all", None)):
        await shelf.save(name, nodes=everything)
        await shelf.connection.execute("update flows set owner = $2 where name = $1", name, owner)
    await shelf.read()
    ran = {name: shelf.shelf.take(name, CALL) for name in ("of-ann", "of-all")}
    assert {name: found.compiled.others for name, found in ran.items() if found is not None} == {
        "of-ann": ("hers", None, "shared", "shipped"),
        "of-all": (None, None, "shared", "shipped"),
    }


async def test_what_somebody_wrote_past_the_commands_is_a_finding_of_its_flow_alone(shelf: Shelf) -> None:
    await shelf.save("desk", says="one")
    odd = (
        "[]",
        '"x"',
        f'{{"nodes": {"1" * 5000}}}',
        "[" * 2000 + "]" * 2000,
        '{"nodes": [3, {"type": "subflow"}]}',
    )
    for number, content in enumerate(odd):
        name = f"odd{number}"
        await shelf.connection.execute("insert into flows (name) values ($1)", name)
        await shelf.connection.execute(
            "insert into flow_versions (flow, number, document, hash, state) values ($1, 1, $2, $3, 'valid')",
            name, content, "0" * 64,
        )  # fmt: skip
        await flows.publish(shelf.connection, name, 1)
    await shelf.read()
    assert shelf.says("desk") == "one"
    assert {finding.partition(":")[0] for finding in shelf.findings()} == {f"flow odd{n}" for n in range(5)}
