"""Exotel, before anything of it is imported."""

from __future__ import annotations

from providers.exotel.account import ExotelAccount
from providers.exotel.capabilities import CAPABILITIES
from providers.kind import Account, Kind, Surroundings
from providers.provider import Provider
from providers.streams.dialect import Dialect
from providers.streams.exotel import ExotelDialect


def _make(account: Account, surroundings: Surroundings) -> Provider:
    from providers.exotel.provider import ExotelProvider  # not before somebody has an account

    assert isinstance(account.settings, ExotelAccount)
    return ExotelProvider(account, account.settings, surroundings)


def _dialect(account: Account) -> Dialect:
    assert isinstance(account.settings, ExotelAccount)
    return ExotelDialect(account.settings.audio_rate)


KIND = Kind(
    name="exotel",
    title="Exotel",
    account=ExotelAccount,
    capabilities=CAPABILITIES,
    make=_make,
    dialect=_dialect,
    variables={
        "EXOTEL_ACCOUNT_SID": "account_sid",
        "EXOTEL_API_KEY": "api_key",
        "EXOTEL_API_TOKEN": "api_token",
        "EXOTEL_APP_ID": "app_id",
        "EXOTEL_HOOK_SECRET": "hook_secret",
    },
    made_from="documents",
)
