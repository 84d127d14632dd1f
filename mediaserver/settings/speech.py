"""The settings of speech over HTTP: texts that are spoken, recordings that are written down."""

from __future__ import annotations

from pydantic import Field

from mediaserver.settings.group import SettingsGroup


class SpeechSettings(SettingsGroup):
    text_characters: int = Field(
        default=20_000, ge=100, le=1_000_000, description="Of one text that is spoken over HTTP."
    )
    texts_at_once: int = Field(
        default=8,
        ge=1,
        le=1_000,
        description="Texts that are spoken over HTTP at the same time; one more is told to come again. "
        "Calls are not counted.",
    )
    chats_at_once: int = Field(
        default=16,
        ge=1,
        le=1_000,
        description="Questions to language models that clients of `/v1/chat/completions` have open.",
    )
    upload_mb: int = Field(
        default=200, ge=1, le=10_000, description="Of one recording that is handed in, as it is sent."
    )
    uploads_mb: int = Field(
        default=1_000,
        ge=1,
        le=100_000,
        description="Of all that are handed in at the same time. With what is read from them they lie in "
        "`uploads` of the data folder until they are done: another 115 MB for each hour.",
    )
    audio_minutes: float = Field(
        default=120.0, gt=0, le=1_440, description="Of one recording that is handed in, as it is heard."
    )
    readers: int = Field(
        default=2,
        ge=1,
        le=32,
        description="Processes that read recordings, one each; they are started when one is handed in.",
    )
    recordings_at_once: int = Field(
        default=2,
        ge=1,
        le=100,
        description="Recordings that are written down at the same time; as many again wait, and one more is "
        "told to come again.",
    )
    recogniser_workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes of the recogniser for recordings, where it has some. They are started when "
        "the first recording comes, and give way to those that hear calls.",
    )
