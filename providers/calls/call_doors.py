"""Where the provider of one call reaches us, and where it takes the call while we cannot."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from providers.accounts import doors
from providers.accounts.served import ServedAccount
from providers.provider import Divert, Doors

NOWHERE = "https://nowhere.invalid"
"""Where a provider asks nothing of us and opens no stream to us: of the addresses the token alone counts."""


def doors_of(served: ServedAccount, session: UUID, token: str, turn: str) -> Doors:
    """`token`: for its next media stream. `turn`: to ask what follows with. Raises ConfigError where no
    public address is known."""
    account = served.account
    if not served.kind.needs_public_url and not account.public_url:
        account = replace(account, public_url=NOWHERE)
    return Doors(
        answer=doors.answer(account, session, turn),
        status=doors.hook(account, doors.STATUS, session),
        media=doors.media(account, session, token),
        recording=doors.hook(account, "recording", session),
        machine=doors.hook(account, "machine", session),
    )


def diverted(served: ServedAccount) -> Divert:
    """Where an account's calls go while we are full or down."""
    settings = served.account.settings
    return Divert(settings.fallback_number, "" if settings.fallback_number else settings.fallback_text)
