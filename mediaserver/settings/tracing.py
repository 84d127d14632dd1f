"""What is kept of signalling, and who is told of it; a part of the section `sip`."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from mediaserver.settings.group import SettingsGroup

HEP_PORT = 9060


def place_of(text: str) -> tuple[str, int]:
    """Host and port of HOST, HOST:PORT or [IPV6]:PORT. Raises ValueError."""
    found = urlsplit(f"//{text}")
    host, port = found.hostname or "", found.port
    if not host or len(host) > 255 or found.netloc != text or found.username is not None or port == 0:
        raise ValueError("must be HOST, HOST:PORT or [IPV6]:PORT")
    return host, port or HEP_PORT


def _is_place(text: str) -> str:
    if text:
        try:
            place_of(text)
        except ValueError:
            raise ValueError('must be HOST, HOST:PORT or [IPV6]:PORT, e.g. "homer.example:9060"') from None
    return text


class TracingSettings(SettingsGroup):
    trace_minutes: float = Field(
        default=10.0,
        ge=0,
        le=1440,
        description="The SIP messages of a call can be read while it lasts and for so many minutes after, "
        "without passwords, keys, key presses and texts (`voiceforge sip trace`); at most 32 MiB are kept. "
        "0: none are.",
    )
    trace_hide_numbers: bool = Field(
        default=False,
        description="Telephone numbers in them lose all but their first three and last two digits.",
    )
    hep_target: Annotated[str, AfterValidator(_is_place)] = Field(
        default="",
        description="Send each SIP message to this Homer collector as it goes by: HOST[:PORT] (9060), HEP "
        "version 3 over UDP, without passwords, keys, key presses and texts. Not encrypted: keep it on a "
        "network of yours. Empty: to none.",
    )
    hep_id: int = Field(
        default=2001, ge=0, le=2**32 - 1, description="Our number among those that send to the collector."
    )
    hep_password: SecretStr = Field(
        default=SecretStr(""), description="What the collector lets us in with; sent in the clear."
    )
