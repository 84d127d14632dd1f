"""Calls that ring at one phone and are answered from another (INVITE with Replaces), with real signalling on
loopback."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from mediaserver.errors import CallError, CapacityError
from mediaserver.media.leg import Direction, EndedBy, Termination, Why
from sip.access.challenger import Challenger
from sip.access.gate import Gate
from sip.calls.early_dialog import EarlyDialog
from sip.calls.leg import SipLeg
from sip.calls.picking_up import TOO_LATE, pick_up
from sip.calls.user_agent import SipAgent
from tests.sip.agents import Callee, Events, agent
from tests.sip.calls.test_refer_outside import ENDPOINTS
from tests.sip.calls.test_switchboard import Server, server

HANGS_UP = Termination(EndedBy.CALLER, Why.HANGUP)


def gate() -> Gate:
    return Gate(ENDPOINTS, Challenger("voiceforge", ENDPOINTS.password))


def rings() -> Callee:
    return Callee(lambda call: call.leg.ring())


async def ringing(us: Server, callee: Callee) -> tuple[SipLeg, str]:
    """The leg at the phone that rings, and how it is named to whoever is to pick it up."""
    asked = await asyncio.wait_for(callee.calls.get(), 10)
    async with asyncio.timeout(10):
        # The other phone of the extension may be heard of first.
        while not (known := [each for each in us.sip._core.dialogs if each.call_id == asked.leg.ref]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    call_id, ours, theirs = known[0].id
    return asked.leg, f"{call_id};to-tag={ours};from-tag={theirs}"


async def picks_up(
    us: Server, phone: SipAgent, replaces: str, user: str = "201", password: str = "boss"
) -> SipLeg:
    headers = [("Replaces", replaces), ("Require", "replaces")]
    return await phone.call(us.address("nobody"), username=user, password=password, headers=headers)


@pytest.mark.parametrize("early", ["", ";early-only"])
async def test_a_call_that_rings_is_answered_from_another_phone(early: str) -> None:
    callee = rings()
    async with server(gate=gate()) as us, agent(callee) as phone, agent() as caller, agent() as other:
        await phone.register(us.address("101"), "101", "secret")
        calling = asyncio.create_task(caller.call(us.address("101"), username="204", password="nobody"))
        leg, replaces = await ringing(us, callee)
        stopped = Events(leg)
        picker = await picks_up(us, other, replaces + early)
        ann = await calling
        ended = (await stopped.end()).termination
        assert ended.why is Why.CANCELLED and "elsewhere" in ended.detail
        (call,) = us.board
        assert [each["name"] for each in us.board.parties(call.id)] == ["caller", "callee"]
        hears = Events(ann)
        await picker.hangup(HANGS_UP)
        await hears.end()
        assert (await us.ending()).ended_by == "callee"


async def test_all_phones_of_the_extension_stop_ringing() -> None:
    callee, at_home = rings(), rings()
    async with (
        server(gate=gate()) as us, agent(callee) as phone, agent(at_home) as second,
        agent() as caller, agent() as other,
    ):  # fmt: skip
        await phone.register(us.address("101"), "101", "secret")
        await second.register(us.address("101"), "101", "secret")
        calling = asyncio.create_task(caller.call(us.address("101"), username="204", password="nobody"))
        leg, replaces = await ringing(us, callee)
        home, _ = await ringing(us, at_home)
        both = Events(leg), Events(home)
        picker = await picks_up(us, other, replaces, "101", "secret")
        ann = await calling
        for each in both:
            await each.end()
        await ann.hangup(HANGS_UP)
        await us.ending()
        assert (await Events(picker).end()).termination.by is EndedBy.PEER


@pytest.mark.parametrize(("user", "password"), [("203", "agents")])
async def test_who_may_not_call_there_picks_nothing_up(user: str, password: str) -> None:
    callee = rings()
    async with server(gate=gate()) as us, agent(callee) as phone, agent() as caller, agent() as other:
        await phone.register(us.address("101"), "101", "secret")
        calling = asyncio.create_task(caller.call(us.address("101"), username="204", password="nobody"))
        leg, replaces = await ringing(us, callee)
        with pytest.raises(CallError) as refused:
            await picks_up(us, other, replaces, user, password)
        assert refused.value.code == 481
        with pytest.raises(CallError) as refused:
            await picks_up(us, other, replaces.replace("from-tag=", "from-tag=x"))
        assert refused.value.code == 481
        await leg.answer()  # it rings on
        await (await calling).hangup(HANGS_UP)
        await us.ending()


async def test_what_an_agent_places_elsewhere_is_nobodys_to_pick_up() -> None:
    """It is no extension's: a dialog with an address that calls may go to."""
    far = rings()
    async with server(gate=gate()) as us, agent(far) as phone, agent() as other:
        placing = asyncio.create_task(us.sip.call(f"sip:far@127.0.0.1:{phone.port}"))
        asked = await asyncio.wait_for(far.calls.get(), 10)
        async with asyncio.timeout(10):
            while not (known := list(us.sip._core.dialogs)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        call_id, ours, theirs = known[0].id
        with pytest.raises(CallError) as refused:
            await picks_up(us, other, f"{call_id};to-tag={ours};from-tag={theirs}")
        assert refused.value.code == 481
        await asked.leg.answer()
        await (await placing).hangup(HANGS_UP)


class _Leg:
    remote = "h:5060"
    direction = Direction.INBOUND
    termination: Termination | None = None

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def answer(self) -> None:
        if self.error is not None:
            raise self.error

    async def hangup(self, why: Termination) -> None:
        self.termination = why


class _By:
    def __init__(self, leg: _Leg) -> None:
        self.leg = leg


class _Ringing:
    def __init__(self, waits: bool = True) -> None:
        self.waits = waits
        self.by: Any = None

    def picked_up(self, by: Any) -> bool:
        self.by = by
        return self.waits


async def test_who_picks_up_too_late_is_hung_up() -> None:
    leg = _Leg()
    await pick_up(_Ringing(waits=False), cast(Any, _By(leg)))
    assert leg.termination is TOO_LATE


@pytest.mark.parametrize("error", [CallError("no ACK", 408), CapacityError("no port")])
async def test_a_phone_rings_on_when_picking_up_fails(error: Exception) -> None:
    leg, still = _Leg(error), _Ringing()
    with pytest.raises(CallError):
        await pick_up(still, cast(Any, _By(leg)))
    assert still.by is None


async def test_who_has_picked_up_is_hung_up_when_the_caller_went_at_that_moment() -> None:
    callee = rings()
    async with server(gate=gate()) as us, agent(callee) as phone, agent() as caller, agent() as other:
        await phone.register(us.address("101"), "101", "secret")
        calling = asyncio.create_task(caller.call(us.address("101"), username="204", password="nobody"))
        _, replaces = await ringing(us, callee)
        early = next(
            user for each in us.sip._core.dialogs
            if isinstance(user := us.sip._core.dialogs.get(each.id), EarlyDialog)
        )  # fmt: skip
        picked_up = early.picked_up

        def and_the_caller_goes(by: Any) -> bool:
            took = picked_up(by)
            (live,) = us.board._live.values()
            live.stop_ringing()
            return took

        early.picked_up = and_the_caller_goes  # type: ignore[method-assign]
        picker = await picks_up(us, other, replaces)
        await Events(picker).end()
        with pytest.raises(CallError):
            await calling
