"""One account while the server runs: what it is, who speaks to its provider, and who still needs that one."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable

from mediaserver.errors import ProviderFault, TelephonyError
from providers.accounts.doors import NO_ADDRESS
from providers.kind import Account, Kind
from providers.provider import Capability, Provider


class Standing(enum.StrEnum):
    DISABLED = "disabled"
    STARTING = "starting"
    """Whoever speaks to the provider is being made."""
    FAULTY = "faulty"
    """It could not be made; the fault says why."""
    TROUBLED = "troubled"
    """The provider refused us, or was away, when it was asked last."""
    READY = "ready"


class ServedAccount:
    """Of a row as it is now; a changed row is another one."""

    def __init__(self, account: Account, kind: Kind, *, from_environment: bool = False) -> None:
        self.account = account
        self.kind = kind
        self.from_environment = from_environment
        self.provider: Provider | None = None
        """None: it is disabled, being made, or faulty."""
        self.fault = ""
        """Why it could not be made."""
        self.trouble = ""
        """What the provider said when it refused us last, or that it is away; whoever asks it for something
        sets this, and clears it when it works again."""
        self._settled = asyncio.Event()
        self._borrowed = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def calls(self) -> int:
        """That go by it."""
        return self._borrowed

    @property
    def standing(self) -> Standing:
        if not self.account.settings.enabled:
            return Standing.DISABLED
        if self.fault:
            return Standing.FAULTY
        if self.provider is None:
            return Standing.STARTING
        return Standing.TROUBLED if self.trouble else Standing.READY

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Of the account as it is; of its kind, where nobody speaks to the provider."""
        return self.kind.capabilities if self.provider is None else self.provider.capabilities

    @property
    def lacks(self) -> str:
        """What keeps calls from going by it, and how to mend that; empty: nothing."""
        match self.standing:
            case Standing.DISABLED:
                return "it is disabled: enable it"
            case Standing.FAULTY:
                return self.fault
            case Standing.STARTING:
                return "it is being started"
            case _:
                return NO_ADDRESS if self.kind.needs_public_url and not self.account.public_url else ""

    def borrow(self) -> Callable[[], None]:
        """A call goes by this account: its provider is closed after that, however the row changes. Returns
        what says that it is over; to say so twice changes nothing."""
        self._borrowed += 1
        self._idle.clear()
        over = False

        def release() -> None:
            nonlocal over
            if not over:
                over = True
                self._borrowed -= 1
                if not self._borrowed:
                    self._idle.set()

        return release

    def settle(self) -> None:
        """Its provider was made, or cannot be, or is not wanted any more."""
        self._settled.set()

    async def settled(self) -> None:
        """Return once that is so; of one that is disabled at once."""
        if self.account.settings.enabled:
            await self._settled.wait()

    async def idle(self) -> None:
        """Return once no call goes by it."""
        await self._idle.wait()

    def speaker(self) -> Provider:
        """Who speaks to the provider. Raises TelephonyError where nobody does."""
        if self.provider is None:
            kind = ProviderFault.WARMING if self.standing is Standing.STARTING else ProviderFault.REFUSED
            raise TelephonyError(f"the account {self.account.name} is not in use: {self.lacks}", kind)
        return self.provider

    def refuse_placing(self) -> None:
        """Raises TelephonyError where nothing may be dialled by it; nothing is asked of the provider."""
        speaker, name = self.speaker(), self.account.name
        if lacks := self.lacks:
            raise TelephonyError(f"the account {name} cannot place calls: {lacks}", ProviderFault.REFUSED)
        if not speaker.capabilities & {Capability.PLACE, Capability.CALLBACK}:
            raise TelephonyError(f"the account {name} cannot place calls", ProviderFault.REFUSED)
