"""Plivo, before anything of it is imported."""

from __future__ import annotations

from providers.kind import Account, Kind, Surroundings
from providers.plivo.account import PlivoAccount
from providers.plivo.capabilities import CAPABILITIES
from providers.provider import Provider
from providers.streams.dialect import Dialect
from providers.streams.plivo import PlivoDialect


def _make(account: Account, surroundings: Surroundings) -> Provider:
    from providers.plivo.provider import PlivoProvider  # not before somebody has an account

    assert isinstance(account.settings, PlivoAccount)
    return PlivoProvider(account, account.settings, surroundings)


def _dialect(account: Account) -> Dialect:
    assert isinstance(account.settings, PlivoAccount)
    return PlivoDialect(account.settings.format)


KIND = Kind(
    name="plivo",
    title="Plivo",
    account=PlivoAccount,
    capabilities=CAPABILITIES,
    make=_make,
    dialect=_dialect,
    variables={"PLIVO_AUTH_ID": "auth_id", "PLIVO_AUTH_TOKEN": "auth_token", "PLIVO_AUDIO": "audio"},
    made_from="documents",
)
