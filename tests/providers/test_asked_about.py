"""Requests about calls in that somebody has kept: what the provider says of the call decides."""

from __future__ import annotations

import asyncio

import pytest

from mediaserver.errors import ProviderFault, TelephonyError
from providers.asked_about import UNASKED, UNASKED_IN_S, UUID_IDS, CallsAskedAbout
from providers.call_state import CallState
from providers.provider import CallReport
from tests.providers.desks import NotingDesk

REF = "63f61863-4a51-4f6b-86e1-46edebcf9356"
DOWN, LIMIT = ProviderFault.DOWN, ProviderFault.LIMIT


class There:
    """A provider that says one thing."""

    def __init__(self, says: CallReport | TelephonyError | None) -> None:
        self.says = says
        self.asked = 0
        self.now = 1000.0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def ask(self, ref: str) -> CallReport | None:
        self.asked += 1
        await self.may_answer.wait()
        if isinstance(self.says, TelephonyError):
            raise self.says
        return self.says

    def asking(self) -> CallsAskedAbout:
        return CallsAskedAbout("main", "Acme", NotingDesk(), self.ask, UUID_IDS, lambda: self.now)


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (CallReport(REF, CallState.RINGING), ""),
        (CallReport(REF, CallState.COMPLETED), "is over"),
        (None, "knows of no such call"),
        (TelephonyError("401", ProviderFault.KEY), "does not tell of its call"),
        (TelephonyError("402", ProviderFault.QUOTA), "does not tell of its call"),
        (TelephonyError("400", ProviderFault.REFUSED), "does not tell of its call"),
        (TelephonyError("503", DOWN), ""),
        (TelephonyError("429", LIMIT), ""),
    ],
)
async def test_a_request_counts_where_the_provider_has_its_call_or_is_out_of_service(
    says: CallReport | TelephonyError | None, why: str
) -> None:
    against = await There(says).asking().against("key", REF)
    assert (why in against and bool(why)) == bool(against), against


@pytest.mark.parametrize("ref", ["", "CA1", "../Calls", REF[:-1], f"{REF}x", REF.replace("6", "٦")])
async def test_what_is_no_id_of_a_call_is_not_asked_for(ref: str) -> None:
    there = There(CallReport(REF, CallState.RINGING))
    assert "is no id" in await there.asking().against("key", ref) and not there.asked


async def test_while_the_provider_is_out_of_service_a_few_are_taken() -> None:
    there = There(TelephonyError("it is down", DOWN))
    asking = there.asking()
    why = [await asking.against(f"{each}", REF) for each in range(UNASKED + 3)]
    assert why[:UNASKED] == [""] * UNASKED and all("cannot be asked" in each for each in why[UNASKED:])
    there.now += UNASKED_IN_S
    assert not await asking.against("later", REF)


async def test_a_provider_that_says_nothing_in_time_is_out_of_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("providers.asked_about.GLANCE_S", 0.01)
    there = There(None)
    there.may_answer.clear()
    assert not await there.asking().against("key", REF)


async def test_a_call_that_is_too_young_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.asked_about.NOT_KNOWN_YET_S", (0.0, 0.0))
    there = There(None)
    asking = there.asking()
    assert "knows of no such call" in await asking.against("key", REF) and there.asked == 3
    assert await asking.against("key", REF) == "it came before" and there.asked == 3


async def test_two_of_the_same_at_once_are_one_and_both_get_its_answer() -> None:
    """A copy that is faster than the provider's own does not have that one turned away."""
    there = There(CallReport(REF, CallState.RINGING))
    there.may_answer.clear()
    asking = there.asking()
    both = [asyncio.create_task(asking.against("key", REF)) for _ in range(2)]
    await asyncio.sleep(0)
    both.append(asyncio.create_task(asking.against("key", REF)))
    await asyncio.sleep(0)
    both[0].cancel()  # its connection is gone
    there.may_answer.set()
    assert [await each for each in both[1:]] == ["", ""] and there.asked == 1
    assert not await asking.against("key", REF), "the provider asks again: it had no answer"
    there.now += 61
    assert await asking.against("key", REF) == "it came before"
