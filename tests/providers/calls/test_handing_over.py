"""Where a provider may hand a call over to: numbers of the network that its account may call, and extensions
of an exchange that is the operator's own."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar
from uuid import UUID

import pytest

from mediaserver.errors import CallError
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

    def leave(self, to: Divert) -> Parting:
        return Parting(to, "word")

    def has_left(self) -> None: ...

    def stays(self) -> None: ...


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
