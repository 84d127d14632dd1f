"""`/api/flows/tries`: a document is talked to, turn by turn, before anything of it is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.tried_flows import IDLE_S, MOST, MOST_EACH, TriedFlows
from cli.serving.flow_work import python_functions
from cli.simulate.by_request import ServedSimulator
from cli.simulate.by_typing import ServedTrials
from mediaserver.config import load
from mediaserver.errors import CapacityError
from mediaserver.fetching.protocols import Fetcher
from pipelines.engines.running import Engines
from pipelines.flows.library.trying import TrialAnswer, TrialTurn
from pipelines.flows.shipped import template
from tests.api.flows.desk import BROKEN, FlowDesk, desk_document, flow_desk
from tests.api.flows.test_simulating import Nowhere
from tests.speech import shelf

TRANSFER = {
    "format": 1,
    "name": "desk",
    "nodes": [
        {"id": "start", "type": "start"},
        {"id": "over", "type": "phone_transfer", "text": "I am connecting you.", "to": "200"},
        {"id": "end", "type": "end_call", "text": "Nobody is there.", "outcome": "missed"},
    ],
    "edges": [
        {"type": "next", "source": "start", "target": "over"},
        {"type": "next", "source": "over", "target": "end"},
    ],
}


@pytest.fixture
async def flows(pool: asyncpg.Pool) -> AsyncIterator[FlowDesk]:
    fetcher: Fetcher = Nowhere()  # type: ignore[assignment]
    engines = Engines(shelf({}, {}))
    trials = ServedTrials(
        ServedSimulator(load(None, {}), engines, fetcher, fetcher, python_functions(()), ())
    )
    async with flow_desk(pool, trials=trials) as desk:
        yield desk


async def begun(flows: FlowDesk, document: Any, who: str = "ann") -> Any:
    return await flows.done(who, "POST", "/tries", {"document": document})


async def test_a_booking_is_made_by_typing_and_each_node_is_told(flows: FlowDesk) -> None:
    told = await begun(flows, template("booking").document)
    steps: list[Any] = list(told["steps"])
    said_in_turn = ("book a room", "london", "tomorrow", "ten thirty a m", "one hour", "five people", "yes")
    entered: list[str] = []
    assert steps[0]["node"] == "start" and not told["ended"]
    for said in said_in_turn:
        told = await flows.done("ann", "POST", f"/tries/{told['id']}", {"text": said})
        steps += told["steps"]
        entered += [step["node"] for step in told["steps"]]
    changed = {name: value for step in steps for name, value in step.get("changed", {}).items()}
    assert changed["place"] == "London" and changed["people"] == 5
    assert told["ended"] == "ended" and "booked" in entered
    assert told["outcomes"][-1]["status"] == "confirmed"
    status, answer = await flows.ask("ann", "POST", f"/tries/{told['id']}", {"text": "hello"})
    assert (status, answer["error"]["code"]) == (409, "call_failed")
    assert (await flows.done("ann", "GET", ""))["items"] == [], "nothing is kept"


async def test_keys_and_silence_are_answers_too(flows: FlowDesk) -> None:
    told = await begun(flows, template("booking").document)
    silent = await flows.done("ann", "POST", f"/tries/{told['id']}", {})
    assert silent["text"] and not silent["ended"]
    keyed = await flows.done("ann", "POST", f"/tries/{told['id']}", {"keys": "1"})
    assert keyed["steps"][0]["from"] == "wish"
    both = await flows.ask("ann", "POST", f"/tries/{told['id']}", {"keys": "1", "text": "yes"})
    assert both[0] == 400


async def test_a_transfer_comes_to_what_one_says(flows: FlowDesk) -> None:
    told = await begun(flows, TRANSFER)
    assert (told["ended"], told["to"]) == ("transferred", "200")
    back = await flows.done("ann", "POST", f"/tries/{told['id']}", {"returned": "busy"})
    assert back["ended"] == "ended" and "Nobody is there." in back["text"]
    again = await flows.ask("ann", "POST", f"/tries/{told['id']}", {"returned": "busy"})
    assert again[0] == 409


async def test_what_has_errors_is_not_tried_and_says_which(flows: FlowDesk) -> None:
    status, told = await flows.ask("ann", "POST", "/tries", {"document": BROKEN})
    assert (status, told["error"]["code"]) == (422, "flow_has_errors")
    assert any(each["severity"] == "error" for each in told["error"]["detail"])
    assert (await flows.ask("ann", "POST", "/tries", {"document": {"nodes": 5}}))[0] == 422


async def test_a_conversation_is_its_owner_s_alone(flows: FlowDesk) -> None:
    told = await begun(flows, template("booking").document)
    for method in ("POST", "DELETE"):
        content: dict[str, Any] | None = {} if method == "POST" else None
        assert (await flows.ask("bob", method, f"/tries/{told['id']}", content))[0] == 404
    assert (await flows.ask("ann", "DELETE", f"/tries/{told['id']}"))[0] == 204
    assert (await flows.ask("ann", "POST", f"/tries/{told['id']}", {}))[0] == 404
    await flows.done("operator", "POST", "", {"document": desk_document(name="shared")})
    status, _ = await flows.ask("ann", "POST", "/tries", {"document": desk_document(), "flow": "shared"})
    assert status == 403


class Quiet:
    """A FlowTrial that only tells whether it was ended."""

    def __init__(self) -> None:
        self.over = False

    async def answered(self) -> TrialAnswer:
        raise NotImplementedError

    async def tell(self, turn: TrialTurn) -> TrialAnswer:
        raise NotImplementedError

    def hang_up(self) -> tuple[Any, ...]:
        self.over = True
        return ()


def test_who_begins_too_many_loses_the_one_left_alone_the_longest() -> None:
    now = 0.0
    tried, ann = TriedFlows(lambda: now), uuid4()
    trials = [Quiet() for _ in range(MOST_EACH + 1)]
    ids = [tried.add(trial, ann) for trial in trials[:MOST_EACH]]
    assert tried.get(ids[0], ann) is trials[0], "it is used again"
    tried.add(trials[-1], ann)
    assert [trial.over for trial in trials] == [False, True, *[False] * (MOST_EACH - 1)]
    now = IDLE_S + 1
    assert tried.get(ids[0], ann) is None and all(trial.over for trial in trials) and not len(tried)


def test_nobody_takes_all_places_from_others_nor_theirs() -> None:
    tried = TriedFlows(lambda: 0.0)
    keys: list[UUID] = [uuid4() for _ in range(MOST // MOST_EACH)]
    for key in keys:
        for _ in range(MOST_EACH):
            tried.add(Quiet(), key)
    with pytest.raises(CapacityError):
        tried.add(Quiet(), uuid4())
    tried.add(Quiet(), keys[0])
    assert len(tried) == MOST
