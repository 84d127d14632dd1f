"""Vonage, before anything of it is imported."""

from __future__ import annotations

from providers.kind import Account, Kind, Surroundings
from providers.provider import Provider
from providers.streams.dialect import Dialect
from providers.streams.vonage import VonageDialect
from providers.vonage.account import VonageAccount
from providers.vonage.capabilities import CAPABILITIES


def _make(account: Account, surroundings: Surroundings) -> Provider:
    from providers.vonage.provider import VonageProvider  # not before somebody has an account

    assert isinstance(account.settings, VonageAccount)
    return VonageProvider(account, account.settings, surroundings)


def _dialect(account: Account) -> Dialect:
    assert isinstance(account.settings, VonageAccount)
    return VonageDialect(account.settings.audio_rate)


KIND = Kind(
    name="vonage",
    title="Vonage",
    account=VonageAccount,
    capabilities=CAPABILITIES,
    make=_make,
    dialect=_dialect,
    variables={
        "VONAGE_APPLICATION_ID": "application_id",
        "VONAGE_PRIVATE_KEY": "private_key",
        "VONAGE_SIGNATURE_SECRET": "signature_secret",
    },
    made_from="documents",
)
