"""Addresses under which providers reach us."""

from __future__ import annotations

from uuid import UUID

import pytest

from mediaserver.errors import ConfigError
from providers.accounts import doors
from tests.providers.acme import acme, rows

SESSION = UUID(int=7)


def test_they_are_under_the_accounts_public_address() -> None:
    account = acme("my.acme")
    base = "https://voice.test/api/telephony"
    assert doors.hook(account, "voice") == f"{base}/providers/my.acme/webhooks/voice"
    assert doors.hook(account, "status", SESSION).endswith(f"/webhooks/status?session={SESSION}")
    assert doors.answer(account, SESSION) == f"{base}/twiml/{SESSION}"
    asks = doors.answer(account, SESSION, "a+b")
    assert asks == f"{base}/twiml/{SESSION}?turn=a%2Bb" and doors.turn_of(asks) == "a+b"
    told = doors.hook(account, "dialled", SESSION, "w")
    assert told.endswith(f"/webhooks/dialled?session={SESSION}&turn=w") and doors.turn_of(told) == "w"
    assert doors.turn_of(base) == ""
    assert doors.media(account, SESSION, "a+b") == f"wss://voice.test/acme/media/{SESSION}?token=a%2Bb"


def test_without_one_there_are_none() -> None:
    account = rows("").made("main", "acme", {"account_id": "AC1", "token": "t"})
    with pytest.raises(ConfigError, match="http.public_url"):
        doors.answer(account, SESSION)
