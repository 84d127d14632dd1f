"""Numbers of an account, and how they are pointed to this server."""

from __future__ import annotations

import re

from mediaserver.errors import ConfigError, ProviderFault, TelephonyError
from providers.accounts import doors
from providers.kind import Account
from providers.provider import Capability, Provider

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def plain(number: str) -> str:
    """In E.164, its `+` added. Raises ConfigError."""
    found = re.sub(r"[-.()/ ]", "", number)
    found = found if found.startswith("+") else f"+{found}"
    if _E164.fullmatch(found) is None:
        raise ConfigError(f"{number[:40]} is no number: write it in E.164, as +4930123456")
    return found


async def point(account: Account, provider: Provider, number: str, *, messages: bool = True) -> None:
    """Have the provider tell us of calls to this number of the account, and of messages, where it can and
    they are wanted. Raises ConfigError without a public address, and TelephonyError."""
    demand(account, provider, Capability.CONFIGURE_NUMBER, "point numbers to a server")
    receives = messages and Capability.RECEIVE_MESSAGE in provider.capabilities
    await provider.configure_number(
        number,
        voice=doors.hook(account, doors.VOICE),
        status=doors.hook(account, doors.STATUS),
        messages=doors.hook(account, doors.SMS) if receives else "",
    )


def demand(account: Account, provider: Provider, capability: Capability, what: str) -> None:
    """Raises TelephonyError where an account cannot do this; nothing is asked of its provider."""
    if capability not in provider.capabilities:
        raise TelephonyError(f"the account {account.name} cannot {what}", ProviderFault.REFUSED)
