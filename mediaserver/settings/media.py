"""The settings of audio: RTP and the media clock."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mediaserver.settings.group import NetworkText, Port, SettingsGroup


class RtpSettings(SettingsGroup):
    host: str = Field(default="", description="Address for RTP; empty means the same as `sip.host`.")
    public_host: str = Field(
        default="",
        description="Address or name under which the world reaches our RTP; empty means the same as "
        "`sip.public_host`.",
    )
    port_min: Port = Field(
        default=10000, description="First port for RTP (even ports; RTCP has the odd one above)."
    )
    port_max: Port = Field(default=19999, description="Last port for RTP and RTCP.")
    first_packet_timeout_s: float = Field(
        default=15.0,
        ge=0,
        le=3600,
        description="A call whose far end has sent no packet, RTP or RTCP, so long after the answer is asked "
        "for a sign of life, as below; 0: never.",
    )
    media_timeout_s: float = Field(
        default=15.0,
        ge=0,
        le=3600,
        description="A call whose far end sends neither RTP nor RTCP for so long in talk is asked for a sign "
        "of life (OPTIONS). It ends when none comes within five seconds, or at once where "
        "`sip.keep_alive_s` is 0; who answers may be silent for `sip.max_silence_s`. 0: never.",
    )
    hold_timeout_s: float = Field(
        default=0.0,
        ge=0,
        le=86_400,
        description="The same while one side holds the other; many phones send nothing then. 0: never.",
    )
    trusted_networks: tuple[NetworkText, ...] = Field(
        default=(),
        description="Networks whose hosts are sent all audio of an answered call, as gateways of a trunk or "
        "phones behind a SIP proxy. Hosts that trunks, extensions and those whom we call name for their "
        "media get it, too, while they are heard once in 30 s; what others name gets three bytes for each of "
        "its own, until its RTCP proves that it wants more.",
    )
    ports_ahead: int = Field(
        default=16,
        ge=0,
        le=256,
        description="Pairs of sockets for RTP and RTCP that are held ready, so that no running call waits "
        "while one is made.",
    )

    @model_validator(mode="after")
    def _room_for_a_pair(self) -> RtpSettings:
        if self.port_max < self.port_min + 1:
            raise ValueError("rtp.port_max must be above rtp.port_min")
        return self


class MediaSettings(SettingsGroup):
    phases: Literal[1, 2, 4, 5, 10] = Field(
        default=5,
        description="Parts into which each 20 ms tick is spread, so that calls do not all send at once.",
    )
    overload_ms: float = Field(
        default=20.0,
        ge=0,
        le=1000,
        description="When more than one of 100 packets is sent later than this for two seconds, or the media "
        "thread has no rest, new calls get 503 until it is over; 0: never. Fewer than ten calls are let in "
        "in any case.",
    )
    realtime: Literal["auto", "off"] = Field(
        default="auto",
        description="Realtime priority (SCHED_FIFO) for the media thread where the system permits it, which "
        "`voiceforge doctor` tells.",
    )
    echo_guard: bool = Field(
        default=True,
        description="Find out which callers' phones give our own voice back, and take it off what is heard, "
        "so that agents neither interrupt nor answer themselves. Lines without an echo cost next to nothing.",
    )
    echo_cancellers: int = Field(
        default=24,
        ge=0,
        le=10_000,
        description="Calls at once that may have a canceller for that; each takes about 0.8 % of a processor "
        "while the agent speaks. On what echoes beyond them our voice is muted instead, and a caller is "
        "heard over it only when louder.",
    )
    noise_suppression: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Take noise off what agents hear: `auto` on calls that are noisy (-48 dBFS when nobody "
        "speaks), each of which takes about 0.1 % of a processor; `on` on all; `off` on none.",
    )
