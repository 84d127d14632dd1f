"""Where a provider may hand a call over to: numbers of the network that its account may call, and extensions
of an exchange that is the operator's own."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar
from uuid import UUID

import pytest

from mediaserver.errors import CallError, ProviderFault, TelephonyError
from providers.calls import handing_over
from providers.calls.handing_over import Parting, hand_over
from providers.calls.machine import CallMachine, Phase
from providers.kind import Account, AccountSettings
from providers.provider import Divert
from tests.providers.fake_provider import FakeProvider


class ExchangeSettings(AccountSettings):
    own_exchange: ClassVar[bool] = True


class Up:
    """Implements Handed."""

    session = UUID(int=1)
    ref = "CA1"
    own_number = ""

    def __init__(self, settings: AccountSettings, provider: FakeProvider) -> None:
        self.account = Account("pbx", "fake", 1, settings, "")
        self.provider: Any = provider
        self.machine = CallMachine(Phase.OFFERED)
        self.machine.phase = Phase.UP
        self.stream_gone = asyncio.Event()
        self.stream_gone.set()
        self.became: list[str] = []

    def leave(self, to: Divert) -> Parting:
        return Parting(to, "word")

    def has_left(self) -> None:
        self.became.append("left")

    def stays(self) -> None:
        self.became.append("stays")


async def test_a_provider_slow_to_take_the_order_has_its_time_to_tell_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It had the far end, and its word was lost: two people may be talking, and nobody hangs up on them."""
    monkeypatch.setattr(handing_over, "UNTOLD_S", 0.05)
    provider = FakeProvider(None, None, tells_of_transfers=True)  # type: ignore[arg-type]
    call = Up(AccountSettings(prefixes=("+4930",)), provider)

    await hand_over(call, "+49301", 0.01)

    assert call.became == ["left"]


@pytest.mark.parametrize("lost", ["no answer in time", "a fault of its own"])
async def test_an_order_whose_answer_was_lost_was_taken_where_the_far_end_has_left(
    monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """It was taken off our stream for that: it is not hung up on while it rings there, or talks."""
    monkeypatch.setattr(handing_over, "UNTOLD_S", 0.05)
    provider = FakeProvider(None, None)  # type: ignore[arg-type]
    if lost == "no answer in time":
        provider.holds["transfer"] = asyncio.Event()
    else:
        provider.fails["transfer"] = TelephonyError("502", ProviderFault.DOWN)
    call = Up(AccountSettings(prefixes=("+4930",)), provider)

    await hand_over(call, "+49301", 0.01)

    assert call.became == ["left"]


async def test_an_order_that_was_refused_was_not_taken() -> None:
    provider = FakeProvider(None, None)  # type: ignore[arg-type]
    provider.fails["transfer"] = TelephonyError("no such number", ProviderFault.REFUSED)
    call = Up(AccountSettings(prefixes=("+4930",)), provider)

    with pytest.raises(CallError, match="no such number"):
        await hand_over(call, "+49301", 5.0)

    assert call.became == ["stays"]


async def test_one_that_does_not_take_the_order_in_time_has_not_the_call() -> None:
    provider = FakeProvider(None, None, holds={"transfer": asyncio.Event()})  # type: ignore[arg-type]
    call = Up(AccountSettings(prefixes=("+4930",)), provider)
    call.stream_gone.clear()

    with pytest.raises(CallError, match="in time") as caught:
        await hand_over(call, "+49301", 0.01)

    assert caught.value.code == 408 and call.became == ["stays"]


@pytest.mark.parametrize(
    ("settings", "to", "taken"),
    [
        (ExchangeSettings(prefixes=("+4930",)), "900", True),
        (ExchangeSettings(prefixes=("+4930",)), "*61", True),
        (ExchangeSettings(prefixes=("+4930",)), "+49301", True),
        (ExchangeSettings(prefixes=("+4930",)), "+1900", False),
        (ExchangeSettings(), "ann", False),
        (AccountSettings(prefixes=("+4930",)), "900", False),
    ],
)
async def test_an_extension_is_one_of_the_operators_own_exchange(
    settings: AccountSettings, to: str, taken: bool
) -> None:
    nobody: Any = None
    provider = FakeProvider(nobody, nobody)
    call = Up(settings, provider)
    if taken:
        await hand_over(call, to, 5.0)
    else:
        with pytest.raises(CallError, match="may not call"):
            await hand_over(call, to, 5.0)
    assert [each[1] for each in provider.transferred] == ([to] if taken else [])
