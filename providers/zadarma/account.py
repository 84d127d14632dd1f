"""What an account of Zadarma needs: a key and its secret, as its personal area shows them under API."""

from __future__ import annotations

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from providers.api_address import api_address
from providers.kind import AccountSettings
from providers.provider import Capability

PRODUCTION = "https://api.zadarma.com"
SANDBOX = "https://api-sandbox.zadarma.com"
"""As its official client has it (github.com/zadarma/user-api-v1, `Client::SANDBOX_URL`)."""


CAPABILITIES = frozenset(
    (
        Capability.CALLBACK, Capability.NUMBERS, Capability.CONFIGURE_NUMBER, Capability.FETCH_RECORDING,
        Capability.COST, Capability.SEND_MESSAGE, Capability.RECEIVE_MESSAGE,
    )
)  # fmt: skip
"""No PLACE and no RECEIVE: it has no media streams. No LIST_CALLS: it tells only of calls that are over."""


def _base_url(text: str) -> str:
    """Raises ValueError."""
    if text and urlsplit(text).path not in ("", "/"):
        raise ValueError("must be https://HOST, without a path")
    return api_address(text) if text else text


def _return_timeout(seconds: int) -> int:
    """Raises ValueError."""
    if 0 < seconds < 3:
        raise ValueError("must be 0, or 3 and more")
    return seconds


class ZadarmaSettings(AccountSettings):
    secrets_go_with: ClassVar[tuple[str, ...] | None] = ("key", "sandbox", "base_url")
    """Another account, or another server: the secret that is kept is not for it."""

    key: str = Field(
        min_length=1, max_length=100, pattern=r"^[!-9;-~]+$", description="As my.zadarma.com/api/ shows it."
    )
    secret: SecretStr = Field(min_length=1, max_length=200, description="Its secret.")
    sandbox: bool = Field(default=False, description="Ask Zadarma's sandbox: nothing is called or sent.")
    base_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default="", max_length=300, description="Another server in Zadarma's place. Empty: Zadarma's own."
    )
    extension: str = Field(
        default="",
        pattern=r"^([0-9]{3,6}(-[0-9]{3})?)?$",
        description="The SIP number or PBX extension by which our trunk is registered: what a callback rings "
        "first, and whose caller ID it shows.",
    )
    redirect: str = Field(
        default="",
        pattern=r"^([0-9]{1,6}(-([0-9]{1,6}|main))?|blacklist|hangup)?$",
        description="Where calls to the PBX are sent (its answer to NOTIFY_START): an extension (100), a "
        "scenario (0-1), a menu (0-main); blacklist: the caller hears that it is busy; hangup: the call is "
        "ended. Empty: wherever the PBX sends them itself.",
    )
    return_timeout_s: Annotated[int, AfterValidator(_return_timeout)] = Field(
        default=0,
        ge=0,
        le=600,
        description="So long it rings there before the call comes back to the PBX's menu, 3 at least; 0: it "
        "does not.",
    )
    caller_name: str = Field(
        default="",
        max_length=60,
        description="Shown by the PBX's phones, and told our trunk, as the name of who calls. {called} "
        "stands for the number that was dialled, {caller} for who calls.",
    )
    utc_offset_h: float = Field(
        default=0.0,
        ge=-12,
        le=14,
        description="Hours that the account's time zone is ahead of UTC: Zadarma tells times in it. "
        "`voiceforge providers check` compares.",
    )
    sms_sender: str = Field(
        default="",
        max_length=15,
        pattern=r"^[A-Za-z0-9 +]*$",
        description="Shown by SMS in the place of the number that sends: a name that Zadarma has confirmed.",
    )

    @property
    def api(self) -> str:
        """Without a slash at the end."""
        return self.base_url or (SANDBOX if self.sandbox else PRODUCTION)
