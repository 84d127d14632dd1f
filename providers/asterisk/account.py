"""What an account of an Asterisk is: its REST interface (ARI), and how numbers are dialled there."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from mediaserver.media.stream_format import StreamFormat
from providers.asterisk.chan_websocket import FORMATS
from providers.kind import AccountSettings
from providers.provider import Capability

AudioName = Literal["slin", "slin16", "slin24", "slin48", "ulaw", "alaw"]
NUMBER = "{number}"
ALWAYS = frozenset((
    Capability.RECEIVE, Capability.TRANSFER, Capability.SEND_DIGITS, Capability.RECORD,
    Capability.FETCH_RECORDING, Capability.LIST_CALLS,
))  # fmt: skip


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("must be an address: http://192.0.2.10:8088") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError("must be an address: http://192.0.2.10:8088")
    if parts.username is not None or parts.query or parts.fragment or not text.isprintable() or " " in text:
        raise ValueError("has no user, query or fragment in it: http://192.0.2.10:8088")
    return text.rstrip("/").removesuffix("/ari")


def _endpoint(text: str) -> str:
    if text and (text.count(NUMBER) != 1 or "/" not in text or not text.isprintable()):
        raise ValueError("must name a channel with {number} in it: PJSIP/{number}@carrier")
    return text


class AsteriskAccount(AccountSettings):
    secrets_go_with: ClassVar[tuple[str, ...] | None] = ("url", "username")
    own_exchange: ClassVar[bool] = True

    url: Annotated[str, AfterValidator(_address)] = Field(
        max_length=200,
        description="Of Asterisk's HTTP server (http.conf): http://192.0.2.10:8088. `fetch.allow` has to "
        "name the host where its address is no public one.",
    )
    username: str = Field(
        min_length=1, max_length=100, pattern=r"^[^:\s]+$", description="Of a user in ari.conf."
    )
    password: SecretStr = Field(description="Of that user.")
    application: str = Field(
        default="voiceforge",
        pattern=r"^[A-Za-z0-9_-]{1,60}$",
        description="The dialplan hands calls over by `Stasis(voiceforge)`.",
    )
    endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(
        default="",
        max_length=120,
        description="How a number is called: PJSIP/{number}@carrier, or Local/{number}@from-internal as "
        "phones dial it. Empty: nobody is called by this account.",
    )
    transfer_context: str = Field(
        default="from-internal",
        pattern=r"^[A-Za-z0-9_-]{1,80}$",
        description="The context of extensions.conf in which a transferred call goes on, at the extension "
        "that it is transferred to.",
    )
    audio: AudioName = Field(
        default="slin16", description="Between Asterisk and here: slin16 is 16 kHz, ulaw and alaw 8 kHz."
    )

    @property
    def format(self) -> StreamFormat:
        return FORMATS[self.audio]

    @property
    def capabilities(self) -> frozenset[Capability]:
        return ALWAYS | {Capability.PLACE} if self.endpoint else ALWAYS
