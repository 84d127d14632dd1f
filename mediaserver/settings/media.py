"""The settings of audio: RTP and the media clock."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mediaserver.settings.group import Port, SettingsGroup


class RtpSettings(SettingsGroup):
    host: str = Field(default="", description="Address for RTP; empty means the same as `sip.host`.")
    port_min: Port = Field(
        default=10000, description="First port for RTP (even ports; RTCP has the odd one above)."
    )
    port_max: Port = Field(default=19999, description="Last port for RTP and RTCP.")
    media_timeout_s: float = Field(
        default=15.0, ge=1, le=3600, description="A call without any audio for this long is ended."
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
