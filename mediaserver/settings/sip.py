"""The settings of the SIP side: where it listens, who may call, and whom we may call."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from mediaserver.settings.callers import LOOPBACK, ExtensionSettings, Srtp, TrunkSettings
from mediaserver.settings.group import NameServerText, NetworkText
from mediaserver.settings.listening import ListeningSettings
from mediaserver.settings.tracing import TracingSettings

CodecName = Literal["PCMU", "PCMA", "G722", "opus", "L16"]
TrunkName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
"""It is no secret: it is logged."""


class SipSettings(TracingSettings, ListeningSettings):
    backend: Literal["asyncio", "pjsua2"] = Field(
        "asyncio",
        description="Who speaks SIP and RTP: our own user agent, or PJSIP by its bindings where these are "
        "installed (docs/pjsua2.md), which has no trunks, no registrations and no encryption.",
    )
    public_host: str = Field(
        default="",
        description="Address or name under which the world reaches us when that is another than `host` "
        "(behind NAT); written into Via, Contact and SDP for all peers but those in `sip.local_networks`.",
    )
    local_networks: tuple[NetworkText, ...] = Field(
        default=("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"),
        description="Networks whose peers reach us without NAT and are told our local address; this machine "
        "always does.",
    )
    dns_servers: tuple[NameServerText, ...] = Field(
        default=(),
        max_length=3,
        description='Name servers that are asked where trunks and SIP addresses are, e.g. `["192.0.2.53"]`; '
        "the file of hosts counts for names without a dot alone then. Empty: those of the system.",
    )
    nat_ping_s: float = Field(
        default=25.0,
        ge=0,
        le=3600,
        description="How often phones behind NAT that registered or are in a call are asked for a sign of "
        "life (OPTIONS), so that their NAT keeps the way to them open; 0: never.",
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
    srtp: Srtp = Field(
        default="optional",
        description="Encrypted audio (SRTP): `optional` where the other side can, `required` or there is no "
        "call, `off`. Extensions and trunks may have a value of their own.",
    )
    srtp_without_tls: bool = Field(
        default=False,
        description="Agree on keys of SRTP in SDP (SDES) though signalling is not encrypted: whoever can "
        "read it can decrypt the audio. For a network that you trust, or a VPN.",
    )
    ice: Literal["off", "answer", "offer"] = Field(
        default="answer",
        description="ICE, by which the other side finds out how it reaches us and says which way its audio "
        "takes (we are `ice-lite`): `answer` where it is offered, `offer` in calls that we place as well, "
        "`off`.",
    )
    identity_authorities: str = Field(
        default="",
        description="Certificates (PEM) of the authorities that are believed when a trunk's calls are to be "
        "verified (STIR/SHAKEN; `identity` of the trunk).",
    )
    identity_hosts: tuple[str, ...] = Field(
        default=(),
        description="Hosts from which certificates of signers may be fetched by https; the address stands in "
        "the call. Empty: none is fetched.",
    )
    identity_key: str = Field(
        default="",
        description="PEM file with the key (P-256, without a pass phrase) by which callers of ours are "
        "vouched for, on trunks that have `sign` (STIR/SHAKEN).",
    )
    identity_url: str = Field(
        default="", description="The https address of its certificate, where others fetch it."
    )
    identity_folder: str = Field(
        default="",
        description="A folder with certificates of signers (PEM), each named as the last part of its "
        "address; looked at before anything is fetched.",
    )
    codecs: tuple[CodecName, ...] = Field(
        default=("PCMU", "PCMA"),
        min_length=1,
        description="Codecs that calls are offered and answered with, the most wanted first: PCMU and PCMA "
        "(G.711, the telephone's 8 kHz), G722 and opus (16 kHz, which recognisers understand better and "
        "which take three to five times as much of the processor), L16 (uncompressed 16 kHz, for tests). "
        "G722 loads FFmpeg (THIRD-PARTY.md).",
    )
    codec_order: Literal["theirs", "ours"] = Field(
        default="theirs",
        description="Whose order of codecs decides when we are called: the caller's, or that of `codecs`.",
    )
    comfort_noise: bool = Field(
        default=True,
        description="Agree on comfort noise (RFC 3389) where the other side wants it: its pauses are then "
        "heard as noise of the level that it names.",
    )
    dtx: bool = Field(
        default=False,
        description="Send comfort noise ourselves in place of silence, where it was agreed on.",
    )
    inband_dtmf: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Listen for keys as sounds in the audio: `auto` where the other side offers no "
        "telephone-event (RFC 4733).",
    )
    max_calls: int = Field(
        default=400, ge=1, le=10000, description="Calls at once; the next caller is told 503."
    )
    max_call_s: float = Field(
        default=14_400.0,
        ge=0,
        le=7 * 86_400,
        description="A call, incoming or placed, is ended after so many seconds; 0: never.",
    )
    max_inactive_s: float = Field(
        default=3600.0,
        ge=0,
        le=7 * 86_400,
        description="A call in which neither side has wanted audio (`inactive`) for so long is ended, in "
        "seconds; 0: never.",
    )
    keep_alive_s: float = Field(
        default=60.0,
        ge=0,
        le=86_400,
        description="When nothing is heard of the other side for so many seconds, neither audio nor RTCP nor "
        "a request, it is asked for a sign of life (OPTIONS); without an answer the call ends. 0: never.",
    )
    max_silence_s: float = Field(
        default=600.0,
        ge=0,
        le=7 * 86_400,
        description="A call whose far end answers when it is asked for a sign of life, but has sent neither "
        "RTP nor RTCP for so long after that, is ended, in seconds; 0: never.",
    )
    session_expires_s: int = Field(
        default=1800,
        ge=0,
        le=86_400,
        description="Calls that we place are refreshed within this time (session timer, RFC 4028), so that "
        "everybody on the way knows that they still live, in seconds; 0: we ask for none. Who calls us and "
        "asks for one gets it in any case.",
    )
    min_se_s: int = Field(
        default=90,
        ge=90,
        le=3600,
        description="The shortest session timer that a caller may ask for, in seconds; shorter ones are "
        "answered with 422.",
    )
    extensions: dict[str, ExtensionSettings] = Field(
        default={},
        description="Phones that may register and call: the user name of each, and its password, or a table "
        "with more (see below).",
    )
    trunks: dict[TrunkName, TrunkSettings] = Field(
        default={},
        description="Other servers that may call, by names of your choice: a table each (see below).",
    )
    anonymous: tuple[NetworkText, ...] = Field(
        default=LOOPBACK,
        description="Networks whose callers need no password: this machine alone unless you say more, e.g. "
        '`["127.0.0.0/8", "::1/128", "192.168.1.0/24"]`; `["0.0.0.0/0", "::/0"]` is anybody. Empty: nobody.',
    )
    anonymous_may_dial: tuple[str, ...] = Field(
        default=("*",),
        description="What they may dial: names and numbers, with `*` for any characters and `?` for one.",
    )
    refer_out_of_call: tuple[str, ...] = Field(
        default=(),
        description="Who may have an agent call somebody by a REFER that belongs to no call: names of "
        'extensions and trunks, e.g. `["201", "pbx"]`. They need a password, or a connection by TCP or TLS; '
        "whom it is to call they must be allowed to call themselves. Empty: nobody.",
    )
    ban_after: int = Field(
        default=10,
        ge=0,
        le=1000,
        description="Wrong passwords after which an address is heard no more for `ban_s`; 0 bans nobody. "
        "Guessers have to wait in any case, longer each time. An address from which a right password came "
        "is not banned, nor are those of trunks and of `anonymous`.",
    )
    ban_s: float = Field(default=600.0, ge=1, le=7 * 86_400, description="How long a ban lasts, in seconds.")
    strangers: Literal["challenge", "silent"] = Field(
        default="challenge",
        description="Who proves nothing is asked for a password, whatever it wants (`challenge`); or gets no "
        "answer, as if nothing were here, unless it names an extension as itself (`silent`). Trunks, "
        "`anonymous` and addresses from which a right password came are always answered; a trunk that has "
        "only a password when it names its user name in From.",
    )
    allowed_targets: tuple[str, ...] = Field(
        default=("here",),
        description="Whom calls may be placed or transferred to beside the extensions: addresses or numbers, "
        'with `*` for any characters and `?` for one, e.g. `["*@pbx.example", "+49*"]`; and `here`: '
        "phones on this machine, as long as SIP and HTTP are open to this machine alone and there is no "
        "ADMIN_TOKEN. Empty: nobody.",
    )
    follow_redirects: bool = Field(
        default=True,
        description="Calls that are answered with 300, 301 or 302 go on to whom that names, to five at most "
        "and only to whom `allowed_targets` lets us call anyway; false: such calls end.",
    )
    requests_per_source: int = Field(
        default=100,
        ge=10,
        le=10_000,
        description="New requests (calls, registrations) a second that one address may send, and as many at "
        "once; more are not looked at. Four times that for an address from which a call was acknowledged "
        "or a password proven. Running calls are not touched by it.",
    )
    requests_of_strangers: int = Field(
        default=300,
        ge=10,
        le=10_000,
        description="The same for all addresses together that have proven nothing yet.",
    )
    connections_per_source: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="TCP connections of one address that has proven nothing yet; the one that was silent "
        "longest gives way to the next.",
    )

    @model_validator(mode="after")
    def _each_user_is_one(self) -> SipSettings:
        seen = {name: f"sip.extensions.{name}" for name in self.extensions}
        for name, trunk in self.trunks.items():
            if not trunk.password.get_secret_value():
                continue
            user = trunk.username or name
            if user in seen:
                raise ValueError(
                    f"sip.trunks.{name} has the user name of {seen[user]}: give it another username"
                )
            seen[user] = f"sip.trunks.{name}"
        return self
