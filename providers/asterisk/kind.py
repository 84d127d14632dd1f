"""Asterisk by ARI, before anything of it is imported."""

from __future__ import annotations

from providers.asterisk.account import ALWAYS, AsteriskAccount
from providers.asterisk.chan_websocket import ChanWebSocketDialect
from providers.kind import Account, Kind, Surroundings
from providers.provider import Capability, Provider
from providers.streams.dialect import Dialect


def _settings(account: Account) -> AsteriskAccount:
    assert isinstance(account.settings, AsteriskAccount)
    return account.settings


def _make(account: Account, surroundings: Surroundings) -> Provider:
    from providers.asterisk.provider import AsteriskProvider

    return AsteriskProvider(account, _settings(account), surroundings)


def _dialect(account: Account) -> Dialect:
    return ChanWebSocketDialect(_settings(account).format)


KIND = Kind(
    name="asterisk",
    title="Asterisk (ARI)",
    account=AsteriskAccount,
    capabilities=ALWAYS | {Capability.PLACE},
    make=_make,
    dialect=_dialect,
    variables={
        "ASTERISK_URL": "url",
        "ASTERISK_USERNAME": "username",
        "ASTERISK_PASSWORD": "password",
        "ASTERISK_ENDPOINT": "endpoint",
    },
    needs_public_url=False,
    made_from="server",
)
