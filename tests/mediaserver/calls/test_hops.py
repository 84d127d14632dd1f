"""How far a call may go on: each server that it goes over takes one off (:rfc:`7332`)."""

from __future__ import annotations

import pytest

from mediaserver.calls.protocols import MOST_HOPS
from mediaserver.errors import CallError
from mediaserver.media.leg import Why
from tests.mediaserver.calls.bench import Bench, connected
from tests.mediaserver.calls.lines import Line


@pytest.mark.parametrize("hops", [70, 2, 1])
async def test_a_phone_is_rung_with_one_hop_less_than_the_call_had(bench: Bench, hops: int) -> None:
    carrier = connected(bench, bob=Line("bob"))
    ann = Line("ann")
    await bench.dial(ann, "bob", hops)
    assert carrier.hops == [hops - 1] and ann.termination is None


async def test_a_call_without_hops_rings_nobody_and_is_told_so(bench: Bench) -> None:
    carrier = connected(bench, bob=Line("bob"))
    ann = Line("ann")
    await bench.dial(ann, "bob", 0)
    assert carrier.placed == [] and ann.termination is not None
    assert (ann.termination.why, ann.termination.code) == (Why.UNREACHABLE, 483)


@pytest.mark.parametrize("ask", ["transfer", "add", "monitor"])
async def test_an_agent_answers_a_call_without_hops_which_then_goes_no_further(
    bench: Bench, ask: str
) -> None:
    carrier = connected(bench, bob=Line("bob"))
    ann = Line("ann", 1)
    await bench.dial(ann, "demo", 0)
    with pytest.raises(CallError, match="too many servers") as error:
        await getattr(bench.board, ask)(bench.call.id, "bob")
    assert error.value.code == 483 and carrier.placed == [] and ann.termination is None


async def test_what_is_placed_here_begins_here(bench: Bench) -> None:
    carrier = connected(bench, bob=Line("bob"), ann=Line("ann"))
    call = bench.board.place("ann", "demo")
    await bench.settle()
    await bench.board.add(call.id, "bob")
    assert carrier.hops == [MOST_HOPS, MOST_HOPS - 1]
