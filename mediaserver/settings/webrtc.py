"""The settings of calls by browsers (WebRTC)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from mediaserver.settings.group import SettingsGroup


def _is_ice_url(*schemes: str) -> AfterValidator:
    def check(text: str) -> str:
        scheme, colon, rest = text.partition(":")
        if scheme not in schemes or not colon or not rest or any(each in rest for each in ' <>"\\'):
            raise ValueError(f'must be an address such as "{schemes[0]}:relay.example.com:3478"')
        return text

    return AfterValidator(check)


StunUrl = Annotated[str, Field(max_length=255), _is_ice_url("stun", "stuns")]
TurnUrl = Annotated[str, Field(max_length=255), _is_ice_url("turn", "turns")]


class WebRtcSettings(SettingsGroup):
    enabled: bool = Field(default=True, description="Whether browsers may call (`POST /api/webrtc/offer`).")
    codecs: tuple[Literal["opus", "PCMU"], ...] = Field(
        default=("opus", "PCMU"), min_length=1, description="What browsers are answered, the best first."
    )
    opus_bitrate: int = Field(
        default=28_000,
        ge=12_000,
        le=64_000,
        description="Bits a second of speech in Opus, both ways; above 24000 few hear a difference.",
    )
    dtx: bool = Field(
        default=False,
        description="Send next to nothing while nobody speaks (Opus DTX), both ways. It saves a phone's "
        "battery and a slow network; the background of a caller is then made up.",
    )
    stun: tuple[StunUrl, ...] = Field(
        default=(),
        max_length=8,
        description="STUN servers that browsers are told of; this server's own address is known without one.",
    )
    turn: tuple[TurnUrl, ...] = Field(
        default=(),
        max_length=8,
        description="TURN relays for browsers whose network lets no UDP through, such as "
        '`"turns:relay.example.com:443?transport=tcp"`.',
    )
    turn_secret: SecretStr = Field(
        default=SecretStr(""),
        description="The secret that the relays know, too (coturn: `use-auth-secret`, "
        "`static-auth-secret`): each browser gets credentials that hold for a while. Empty: none are given.",
    )
    turn_ttl_s: int = Field(
        default=3_600, ge=60, le=86_400, description="So long such credentials hold, in seconds."
    )
    connect_timeout_s: float = Field(
        default=20.0,
        ge=1,
        le=60,
        description="A call whose browser has not reached our ports and shaken hands so long after its offer "
        "is over.",
    )
    silence_timeout_s: float = Field(
        default=15.0,
        ge=5,
        le=120,
        description="So long nothing may come from a browser, neither audio nor a check of the way: it is "
        "the time that it has to find another network in mid-call.",
    )
    max_calls: int = Field(default=500, ge=1, le=10_000, description="Browsers in calls at once.")
    max_calls_per_key: int = Field(
        default=50, ge=1, le=10_000, description="Of one API key; the operator's are not limited so."
    )
    visitors: bool = Field(
        default=True,
        description="Whether browsers on this machine may call without being signed in what SIP answers to "
        "anybody here (`sip.anonymous` with this machine in it). Never where an ADMIN_TOKEN is set.",
    )
    visitor_calls: int = Field(default=4, ge=1, le=100, description="Calls of such visitors at once.")
    visitor_calls_per_minute: int = Field(
        default=30, ge=1, le=1_000, description="That such visitors may begin in a minute."
    )
    max_token_s: int = Field(
        default=3_600,
        ge=60,
        le=86_400,
        description="The longest that a token for calls from other sites' pages may hold, in seconds.",
    )
