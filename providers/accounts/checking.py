"""A look at one account: whether it makes sense, can be reached, and what its provider says of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import FetchFault, ProviderFault, TelephonyError
from mediaserver.fetching.protocols import Fetcher
from mediaserver.media.leg import EndedBy, Termination, Why
from providers.accounts.doors import NO_ADDRESS
from providers.kind import Account, Kind
from providers.provider import (
    CallReport,
    Decision,
    IncomingCall,
    MessageReport,
    Provider,
    RecordingReport,
    Refuse,
    TextMessage,
    TransferReport,
)

ADDRESS = "public address"
"""Name of what is found of ours."""
CHECK_S = 25.0
"""A provider that says nothing for so long is away."""
_MENDS = {
    ProviderFault.KEY: "correct its credentials: `voiceforge providers set {name}`",
    ProviderFault.QUOTA: "see the account at the provider: credit, limits",
    ProviderFault.LIMIT: "try again in a minute",
    ProviderFault.DOWN: "see to this machine's network and DNS, and to the provider's status page",
}


class NobodysDesk:
    """Implements providers.provider.Desk, for who speaks to a provider where there are no calls."""

    async def incoming(self, call: IncomingCall, within_s: float) -> Decision:
        return Refuse(Termination(EndedBy.SERVER, Why.FAILED, 503, "nobody takes calls here"))

    async def answering(self, session: UUID, turn: str | None) -> Decision:
        return Refuse(Termination(EndedBy.SERVER, Why.FAILED, 503, "nobody takes calls here"))

    def call_reported(self, report: CallReport) -> None: ...

    def transfer_reported(self, report: TransferReport) -> bool:
        return False

    def recording_reported(self, report: RecordingReport) -> None: ...

    async def message_received(self, message: TextMessage) -> None: ...

    async def message_reported(self, report: MessageReport) -> None: ...

    def seen(self, key: str) -> bool:
        return True

    def unseen(self, key: str) -> None: ...


async def look(
    account: Account, kind: Kind, provider: Provider, fetcher: Fetcher | None, within_s: float = CHECK_S
) -> list[Finding]:
    """All that can be asked without a call. `fetcher`: looks whether our public address can be reached; None:
    that is not looked at."""
    address, said = await asyncio.gather(
        _address(account, kind, fetcher), _said(account.name, provider, within_s)
    )
    return [*address, *said, _calls_out(account)]


async def _address(account: Account, kind: Kind, fetcher: Fetcher | None) -> list[Finding]:
    if not kind.needs_public_url:
        return []
    if not account.public_url:
        why, _, mend = NO_ADDRESS.partition(": ")
        return [Finding(ADDRESS, False, why, mend)]
    if fetcher is None:
        return [Finding(ADDRESS, True, account.public_url)]
    reached = await fetcher.reachable(account.public_url)
    if reached.ok or reached.fault is FetchFault.REFUSED_ADDRESS:  # of a network of our own: not asked
        return [Finding(ADDRESS, True, account.public_url)]
    mend = (
        "see to its DNS, proxy or tunnel, and certificate; some networks reach themselves only from outside: "
        "then try it from elsewhere"
    )
    return [Finding(ADDRESS, False, f"{account.public_url}: {reached.why}", mend, required=False)]


async def _said(name: str, provider: Provider, within_s: float) -> list[Finding]:
    try:
        async with asyncio.timeout(within_s):
            return [_mended(each) for each in await provider.check()]
    except TelephonyError as error:
        return [Finding("provider", False, str(error), _MENDS.get(error.kind, "").format(name=name))]
    except TimeoutError:
        mend = _MENDS[ProviderFault.DOWN]
        return [Finding("provider", False, f"it said nothing for {within_s:.0f} s", mend)]


def _mended(finding: Finding) -> Finding:
    """Nothing is bad without a word on what to do."""
    if finding.ok or finding.mend:
        return finding
    return replace(finding, mend=_MENDS[ProviderFault.DOWN])


def _calls_out(account: Account) -> Finding:
    prefixes = account.settings.prefixes
    if prefixes:
        return Finding("calls out", True, f"may call {', '.join(prefixes)}", required=False)
    mend = f"`voiceforge providers set {account.name} --prefix +49`, where it is to"
    return Finding("calls out", False, "it may call nobody: it has no prefixes", mend, required=False)
