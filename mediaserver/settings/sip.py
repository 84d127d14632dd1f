"""The settings of the SIP side: where it listens, who may call, and whom we may call."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from mediaserver.settings.group import Host, Port, SettingsGroup


class SipSettings(SettingsGroup):
    host: Host = Field(default="127.0.0.1", description="Address for SIP over UDP and TCP.")
    port: Port = Field(
        default=5060, description="Port for SIP, the same for UDP and TCP; 0 takes a free one."
    )
    tcp: bool = Field(default=True, description="Listen on TCP as well as UDP.")
    public_host: str = Field(
        default="",
        description="Address written into Contact, Via and SDP when it differs from `host` (behind NAT).",
    )
    realm: str = Field(
        default="voiceforge", min_length=1, max_length=100, description="Realm of digest authentication."
    )
    digest: tuple[Literal["SHA-256", "MD5"], ...] = Field(
        default=("SHA-256", "MD5"),
        min_length=1,
        description="Digest algorithms offered to phones, best first. Phones that give up where SHA-256 is "
        'among them (baresip 1.0 is one) need `["MD5"]`.',
    )
    max_calls: int = Field(
        default=400, ge=1, le=10000, description="Calls at once; the next caller is told 503."
    )
    extensions: dict[str, SecretStr] = Field(
        default={}, description="Phones that may register: user name and password of each."
    )
    allowed_targets: tuple[str, ...] = Field(
        default=(),
        description="Whom calls may be placed or transferred to beside the extensions: addresses or numbers, "
        'with `*` for any characters and `?` for one, e.g. `["*@pbx.example", "+49*"]`. Empty: nobody.',
    )
