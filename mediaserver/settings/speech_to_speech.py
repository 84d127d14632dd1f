"""The settings of each model that hears and speaks by itself."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from mediaserver.settings.group import SettingsGroup

MAKERS_URL = "wss://api.openai.com/v1/realtime"
ModelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class SpeechModelSettings(SettingsGroup):
    """What stands for one model behind OpenAI's Realtime protocol."""

    url: str = Field(
        default=MAKERS_URL,
        description="Where it is: `wss://`, or `ws://` for one on this machine.",
    )
    model: str = Field(
        default="gpt-realtime", max_length=200, description="Its name there; empty where none is wanted."
    )
    api_key_env: str = Field(
        default="",
        max_length=200,
        description="Variable that holds the key; empty: OPENAI_API_KEY for OpenAI's own address, none for "
        "another: a key goes to nobody but its maker.",
    )
    api_key_file: str = Field(
        default="", max_length=1000, description="File that holds the key, in place of the variable."
    )
    voice: str = Field(default="", max_length=100, description="Its voice for agents whose rows name none.")
    transcription: str = Field(
        default="gpt-4o-mini-transcribe",
        max_length=200,
        description="Model there that writes down what callers say; empty: nobody does.",
    )
    audio: Literal["pcmu", "pcma", "pcm"] = Field(
        default="pcmu", description="How audio goes there and back: G.711 as on the telephone, or 24 kHz PCM."
    )
    eagerness: Literal["", "low", "medium", "high", "auto"] = Field(
        default="", description="How readily it takes a caller for finished, by meaning; empty: by silence."
    )
    silence_ms: int = Field(
        default=500, ge=100, le=5000, description="The silence by which it does, without `eagerness`."
    )

    @field_validator("url")
    @classmethod
    def _is_a_web_socket(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("ws", "wss") or not parts.hostname or parts.username or parts.password:
            raise ValueError('must be like "wss://host/v1/realtime"; the key stands elsewhere')
        return url
