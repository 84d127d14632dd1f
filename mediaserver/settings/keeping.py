"""The settings of what is kept and what is played from disk: the database, recordings, sounds."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator

from mediaserver.settings.group import SettingsGroup


class RecordingSettings(SettingsGroup):
    enabled: bool = Field(default=True, description="Record calls in stereo: caller left, agent right.")
    folder: str = Field(
        default="", description="Where recordings go; empty means `recordings` in the data folder."
    )
    message_s: float = Field(
        default=300.0,
        ge=1,
        le=3600,
        description="The longest message that a caller can leave, in seconds; agents may ask for less.",
    )


class SoundsSettings(SettingsGroup):
    folder: str = Field(
        default="",
        description="WAV files that may be played in calls (16-bit PCM, mono); empty means `sounds` in the "
        "data folder.",
    )
    hold_music: str = Field(
        default="built-in",
        max_length=200,
        description="What callers on hold hear: `built-in`, `silence`, or the name of a file in "
        "`sounds.folder`.",
    )


class DatabaseSettings(SettingsGroup):
    url: SecretStr = Field(
        default=SecretStr(""),
        description="PostgreSQL to use; empty means the embedded one. Better given as `DATABASE_URL`.",
    )
    pool_size: int = Field(default=4, ge=2, le=100, description="Connections to the database.")
    dead_after_s: float = Field(
        default=30.0,
        ge=1,
        le=3600,
        description="A server that shares this database and was not seen for so long is taken for dead, "
        "and its calls are closed as interrupted. The same on all of them.",
    )

    @field_validator("url")
    @classmethod
    def _is_postgres(cls, url: SecretStr) -> SecretStr:
        text = url.get_secret_value()
        if text and not text.startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return url
