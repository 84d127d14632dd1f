"""Text messages (SMS) that go out because of a call: what a call asks for, and who sends it.

Nothing here knows a provider. Whoever has accounts that can send texts implements `Texting`: which account
and which number a text goes by, opt-outs, prices and delivery are its affair, and it keeps every text that it
has taken. Whom a call may text, and how often, is judged before (`calls.call_texts`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from mediaserver.errors import VoiceForgeError

MOST_TEXT = 1_600
"""Characters of one text: ten parts of an SMS, what providers take."""


class TextWhy(enum.StrEnum):
    """Why a text was not sent; flows and agents are told the word."""

    NO_ACCOUNT = "no account"
    """There is no account that can send texts, or none that may send them there."""
    NO_NUMBER = "no number"
    """The caller is anonymous, or what it is meant to go to is no number that takes texts."""
    OPTED_OUT = "opted out"
    """Whoever has the number wants no texts from us."""
    NOT_ALLOWED = "not allowed"
    """The operator does not let texts go there, or lets this call send no more."""
    TOO_MANY = "too many"
    """So many have gone out that no more may for now (`texts.limits`)."""
    NO_SENDER = "no sender"
    """It is to go by a number or name that is none of the account's."""
    IN_CONVERSATION = "in conversation"
    """By that number of ours they write with somebody else, who would not be told what is written back."""
    EMPTY = "empty"
    """There is nothing to send, or too much."""
    FAILED = "failed"
    """The provider refused it, or is down."""


class TextRefusedError(VoiceForgeError):
    """A text was not sent. The line is for people and models: no secrets."""

    def __init__(self, message: str, why: TextWhy, after_s: float | None = None) -> None:
        """`after_s`: so long it would be refused again; None: nobody knows."""
        super().__init__(message)
        self.why = why
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class TextOrder:
    """A text that is to be sent."""

    call_id: UUID
    to: str
    """E.164."""
    text: str
    """At most `MOST_TEXT` characters."""
    account: str = ""
    """By which the call came in or went out, to be asked before others; empty: by none. A trunk's name
    means nothing here."""
    sender: str = ""
    """E.164: our number in the call, to be shown where the account may send by it."""
    owner: UUID | None = None
    """The key whose call it is; None: the operator's."""
    agent: str = ""
    """Whose call it is: an answer to the text goes there."""
    key: str = ""
    """The same key twice is one text."""


@dataclass(frozen=True, slots=True)
class TextTaken:
    """The provider has the text."""

    ref: str
    """By which the store of texts has it."""
    sender: str = ""
    """The number that it went by."""


class Texting(Protocol):
    """Sends texts for calls."""

    async def send(self, order: TextOrder) -> TextTaken:
        """Returns once the provider has taken it; what becomes of it after that is told elsewhere. Raises
        TextRefusedError."""
