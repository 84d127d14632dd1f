"""Where providers reach us: addresses under an account's public one, never under what a Host header says."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlencode, urlsplit
from uuid import UUID

from mediaserver.errors import ConfigError
from providers.kind import Account

WEBHOOKS = "/api/telephony/providers/{name}/webhooks/{hook}"
ANSWER = "/api/telephony/twiml/{session}"
MEDIA = "/{kind}/media/{session}"
VOICE, STATUS, SMS, SMS_STATUS = "voice", "status", "sms", "sms-status"
"""Hooks that a number is pointed to, whatever the kind; kinds may have more."""
TURN = "turn"
TEXT = "text"
LONGEST_TURN = 100
NO_ADDRESS = (
    "nobody has said where the provider reaches this server: set http.public_url, or public_url of the "
    "account, to an https address from which a proxy or a tunnel leads here (docs/providers.md, Public "
    "address)"
)


def hook(
    account: Account, name: str, session: UUID | None = None, turn: str = "", text: UUID | None = None
) -> str:
    """Where the provider tells something. `turn`: see `turn_of`; `text`: see `text_of`. Raises ConfigError
    where no public address is known."""
    told = {} if session is None else {"session": str(session)}
    told |= {TURN: turn} if turn else {}
    told |= {} if text is None else {TEXT: str(text)}
    query = "?" + urlencode(told) if told else ""
    path = WEBHOOKS.format(name=quote(account.name, safe=""), hook=quote(name, safe=""))
    return public_of(account) + path + query


def answer(account: Account, session: UUID, turn: str = "") -> str:
    """Where the provider asks what to do with a call. Raises ConfigError likewise."""
    query = "?" + urlencode({TURN: turn}) if turn else ""
    return public_of(account) + ANSWER.format(session=session) + query


def turn_of(url: str) -> str:
    """The word that was in such an address; empty: none is."""
    (turn,) = parse_qs(urlsplit(url).query).get(TURN, [""])[:1]
    return turn[:LONGEST_TURN]


def text_of(url: str) -> UUID | None:
    """Our id of the text message that was in such an address; None: none is. Only for an address that the
    request's signature covers: what is told there of one message is told of no other."""
    try:
        (text,) = parse_qs(urlsplit(url).query).get(TEXT, [])
        return UUID(text)
    except ValueError:
        return None


def media(account: Account, session: UUID, token: str) -> str:
    """Where the provider opens a call's media stream. Raises ConfigError likewise."""
    where = "ws" + public_of(account).removeprefix("http")
    return where + MEDIA.format(kind=account.kind, session=session) + "?" + urlencode({"token": token})


def public_of(account: Account) -> str:
    """Raises ConfigError where no public address is known."""
    if not account.public_url:
        raise ConfigError(NO_ADDRESS)
    return account.public_url
