"""Zadarma, before anything of it is imported."""

from __future__ import annotations

from providers.kind import Account, Kind, Surroundings
from providers.provider import Provider
from providers.zadarma.account import CAPABILITIES, ZadarmaSettings


def _make(account: Account, surroundings: Surroundings) -> Provider:
    from providers.zadarma.provider import Zadarma

    return Zadarma(account, surroundings)


KIND = Kind(
    "zadarma",
    "Zadarma",
    ZadarmaSettings,
    CAPABILITIES,
    _make,
    variables={
        "ZADARMA_KEY": "key",
        "ZADARMA_API_KEY": "key",
        "ZADARMA_SECRET": "secret",
        "ZADARMA_API_SECRET": "secret",
        "ZADARMA_SANDBOX": "sandbox",
        "ZADARMA_SIP": "extension",
    },
    made_from="specification",
)
