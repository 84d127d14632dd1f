"""Telnyx, before anything of it is imported."""

from __future__ import annotations

from providers.kind import Account, Kind, Surroundings
from providers.provider import Capability, Provider
from providers.streams.dialect import Dialect
from providers.streams.telnyx import TelnyxDialect
from providers.telnyx.account import TelnyxAccount

_NOT = frozenset((Capability.CALLBACK,))


def _dialect(account: Account) -> Dialect:
    assert isinstance(account.settings, TelnyxAccount)
    return TelnyxDialect(account.settings.format)


def _make(account: Account, surroundings: Surroundings) -> Provider:
    from providers.telnyx.client import TelnyxClient  # the SDK takes seconds to import
    from providers.telnyx.provider import TelnyxProvider

    settings = account.settings
    assert isinstance(settings, TelnyxAccount)
    return TelnyxProvider(account, settings, surroundings, TelnyxClient(account.name, settings))


KIND = Kind(
    name="telnyx",
    title="Telnyx",
    account=TelnyxAccount,
    capabilities=frozenset(Capability) - _NOT,
    make=_make,
    dialect=_dialect,
    variables={
        "TELNYX_API_KEY": "api_key",
        "TELNYX_PUBLIC_KEY": "public_key",
        "TELNYX_CONNECTION_ID": "connection_id",
        "TELNYX_MESSAGING_PROFILE_ID": "messaging_profile_id",
        "TELNYX_AUDIO": "audio",
    },
    made_from="specification",
)
